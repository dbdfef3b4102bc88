-- +goose Up
-- Violations are found by every module, each with kinds of its own; the detail says what the kind needs (amounts, dates).
-- One source may make several people guilty of the same thing, each once.
ALTER TABLE violations DROP CONSTRAINT violations_kind_check;
ALTER TABLE violations
    ADD CONSTRAINT violations_kind_named CHECK (kind ~ '^[a-z][a-z0-9_.]{0,59}$'),
    ADD COLUMN detail jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object'),
    DROP CONSTRAINT violations_once,
    ADD CONSTRAINT violations_once UNIQUE (source_id, kind, person_id);
CREATE INDEX violations_kind ON violations (kind, id);
CREATE INDEX violations_subject ON violations (subject_type, subject_id);
CREATE TRIGGER violations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON violations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TRIGGER violations_append_only ON violations;
DROP INDEX violations_subject;
DROP INDEX violations_kind;
ALTER TABLE violations
    DROP CONSTRAINT violations_once,
    ADD CONSTRAINT violations_once UNIQUE (source_id, kind),
    DROP COLUMN detail,
    DROP CONSTRAINT violations_kind_named,
    ADD CONSTRAINT violations_kind_check CHECK (kind IN ('verbal_late', 'verbal_denied'));
