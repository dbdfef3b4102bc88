-- +goose Up
CREATE TABLE machine_clients (
    id          uuid PRIMARY KEY,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    scopes      text[] NOT NULL,
    active      boolean NOT NULL,
    token_epoch bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL
);
CREATE UNIQUE INDEX machine_clients_name ON machine_clients (name);

-- Secrets are 256 random bits, so a fast hash is enough. Two slots: two live secrets at most.
CREATE TABLE client_secrets (
    id          uuid PRIMARY KEY,
    client_id   uuid NOT NULL REFERENCES machine_clients,
    slot        smallint NOT NULL CHECK (slot IN (1, 2)),
    secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
    hint        text NOT NULL CHECK (length(hint) = 4),
    created_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);
CREATE UNIQUE INDEX client_secrets_two_live ON client_secrets (client_id, slot) WHERE revoked_at IS NULL;

-- +goose Down
DROP TABLE client_secrets;
DROP TABLE machine_clients;
