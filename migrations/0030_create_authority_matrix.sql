-- +goose Up
-- The authority matrix (ORG-01). A version is never changed: requests refer to the version they were opened under.
CREATE TABLE authority_matrix_versions (
    version      bigint PRIMARY KEY CHECK (version > 0),
    id           uuid NOT NULL UNIQUE,
    effective_at timestamptz NOT NULL,
    body         jsonb NOT NULL,
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    created_by   uuid,
    created_at   timestamptz NOT NULL
);
CREATE TRIGGER authority_matrix_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON authority_matrix_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE authority_matrix_versions;
