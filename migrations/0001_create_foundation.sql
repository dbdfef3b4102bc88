-- +goose Up
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Ledgers and the event log are append-only; this trigger guards them besides the code.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

-- Document numbers, without gaps: one row per series and period, locked until the document commits.
CREATE TABLE number_series (
    series text NOT NULL,
    period text NOT NULL,
    last   bigint NOT NULL,
    PRIMARY KEY (series, period)
);

-- Stored answers of writes that carried an Idempotency-Key; kept 7 days.
CREATE TABLE idempotency_keys (
    actor_id     uuid NOT NULL,
    key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    operation    text NOT NULL,
    request_hash bytea NOT NULL,
    status       int NOT NULL,
    answer       bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

-- The event log: audit trail, outbox and change feed in one. xid orders the feed by commit (audit/doc.go).
CREATE TABLE events (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at           timestamptz NOT NULL,
    actor_id     uuid,
    actor_kind   text NOT NULL CHECK (actor_kind IN ('user', 'machine', 'system')),
    request_id   text NOT NULL,
    action       text NOT NULL,
    subject_type text NOT NULL,
    subject_id   uuid NOT NULL,
    before       jsonb,
    after        jsonb
);
CREATE INDEX events_feed ON events (xid, seq);
CREATE INDEX events_subject ON events (subject_type, subject_id, seq);
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE events;
DROP TABLE idempotency_keys;
DROP TABLE number_series;
DROP FUNCTION refuse_change();
