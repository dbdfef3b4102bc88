-- +goose Up

-- The seal over the event log: a chain of blocks, each over the rows that follow the one before it in feed order. A leaf is
-- a row's seq (8 bytes, big endian) and its SHA-256; hash covers the leaves, the block's figures and the previous hash.
CREATE TABLE event_blocks (
    no        bigint PRIMARY KEY CHECK (no > 0),
    row_count int NOT NULL CHECK (row_count > 0),
    first_seq bigint NOT NULL,
    last_xid  xid8 NOT NULL,
    last_seq  bigint NOT NULL,
    leaves    bytea NOT NULL,
    previous  bytea NOT NULL CHECK (length(previous) = 32),
    hash      bytea NOT NULL CHECK (length(hash) = 32),
    sealed_at timestamptz NOT NULL,
    CONSTRAINT event_blocks_leaves CHECK (length(leaves) = 40 * row_count)
);
ALTER TABLE event_blocks ALTER COLUMN leaves SET STORAGE EXTERNAL; -- hashes don't compress
CREATE TRIGGER event_blocks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_blocks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE event_blocks;
