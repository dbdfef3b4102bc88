-- +goose Up
CREATE TABLE imports (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('customers', 'products', 'prices', 'receivables')),
    mode        text NOT NULL CHECK (mode IN ('atomic', 'partial')),
    check_only  boolean NOT NULL,
    file_name   text NOT NULL,
    sha256      bytea NOT NULL,
    state       text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    rows_total  int NOT NULL,
    rows_done   int NOT NULL,
    created     int NOT NULL,
    updated     int NOT NULL,
    unchanged   int NOT NULL,
    refused     int NOT NULL,
    message     text NOT NULL,
    created_by  uuid, -- null: the command line
    created_kind text NOT NULL,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    version     bigint NOT NULL
);
CREATE INDEX imports_created_by ON imports (created_by, id DESC);

-- The file until the import has ended, in pieces of 1 MiB: a server that is killed finds it again.
CREATE TABLE import_chunks (
    import_id uuid NOT NULL REFERENCES imports,
    no        int NOT NULL,
    data      bytea NOT NULL,
    PRIMARY KEY (import_id, no)
);

CREATE TABLE import_errors (
    import_id uuid NOT NULL REFERENCES imports,
    no        int NOT NULL,
    row_no    int NOT NULL,
    field     text NOT NULL, -- header of the column as the file has it, '' for the whole row
    code      text NOT NULL,
    en        text NOT NULL,
    zh        text NOT NULL,
    PRIMARY KEY (import_id, no)
);

-- +goose Down
DROP TABLE import_errors, import_chunks, imports;
