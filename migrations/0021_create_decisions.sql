-- +goose Up

-- What every gate decided, with each check, its inputs and its words. Append-only: a gate passed again decides again.
CREATE TABLE decisions (
    id             uuid PRIMARY KEY,
    gate           text NOT NULL CHECK (gate ~ '^[a-z_]{1,40}$'),
    subject_type   text NOT NULL CHECK (subject_type ~ '^[a-z_]{1,40}$'),
    subject_id     uuid NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('passed', 'approval_required', 'refused')),
    checks         jsonb NOT NULL CHECK (jsonb_typeof(checks) = 'array'),
    matter         text NOT NULL,
    matrix_version bigint,
    approval_id    uuid,
    decided_by     uuid,
    at             timestamptz NOT NULL
);
CREATE INDEX decisions_subject ON decisions (subject_type, subject_id, id);
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE decisions;
