-- +goose Up

-- The company's own exceptions to China's public calendar. A row without working is an exception that was taken back: the date is
-- again what the public calendar makes it. A date without a row has version 1.
CREATE TABLE calendar_days (
    date    date PRIMARY KEY,
    working boolean,
    version bigint NOT NULL CHECK (version > 1),
    reason  text NOT NULL CONSTRAINT calendar_days_reason CHECK (length(trim(reason)) BETWEEN 1 AND 500),
    set_by  uuid,
    set_at  timestamptz NOT NULL,
    -- Shanghai's date of the change: a day that has passed doesn't change, and one that has begun can only be declared off.
    CONSTRAINT calendar_days_ahead CHECK (date > (set_at AT TIME ZONE '+08')::date - CASE WHEN working IS FALSE THEN 1 ELSE 0 END)
);
CREATE INDEX calendar_days_exceptions ON calendar_days (date) WHERE working IS NOT NULL;

-- Every exception that there ever was: append-only.
CREATE TABLE calendar_changes (
    id      uuid PRIMARY KEY,
    date    date NOT NULL,
    version bigint NOT NULL CHECK (version > 1),
    working boolean,
    reason  text NOT NULL CHECK (length(trim(reason)) BETWEEN 1 AND 500),
    set_by  uuid,
    set_at  timestamptz NOT NULL,
    UNIQUE (date, version)
);
CREATE TRIGGER calendar_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What the servers compare their cached calendar with. The version comes from a sequence, so that one that was rolled back isn't
-- given again.
CREATE SEQUENCE calendar_versions;
CREATE TABLE calendar_state (
    the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    version bigint NOT NULL
);
INSERT INTO calendar_state (version) VALUES (nextval('calendar_versions'));

-- Who computes a deadline shares a lock until it is committed, who changes the calendar takes it alone: then every deadline that was
-- computed by the calendar before the change is there when the deadlines are computed anew. Each statement of this function has
-- a snapshot of its own, so the version read is the one after the wait.
-- +goose StatementBegin
CREATE FUNCTION calendar_version() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7366030000);
    RETURN (SELECT version FROM calendar_state);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION lock_calendar() RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7366030000);
END $$;
-- +goose StatementEnd

-- How a follow-up's deadline in working time was made up, for making it up again: so many working hours after due_from or, with none,
-- the end of so many working days after it.
ALTER TABLE follow_ups
    ADD COLUMN due_from  timestamptz,
    ADD COLUMN due_days  integer NOT NULL DEFAULT 0,
    ADD COLUMN due_hours integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT follow_ups_term CHECK (due_from IS NOT NULL AND due_at IS NOT NULL OR due_from IS NULL AND due_days = 0 AND due_hours = 0);
CREATE INDEX follow_ups_terms ON follow_ups (id) WHERE state = 'open' AND due_from IS NOT NULL;
CREATE INDEX verbal_approvals_open ON verbal_approvals (request_id) WHERE state = 'open';

-- +goose Down
DROP INDEX verbal_approvals_open;
ALTER TABLE follow_ups DROP COLUMN due_from, DROP COLUMN due_days, DROP COLUMN due_hours;
DROP FUNCTION lock_calendar();
DROP FUNCTION calendar_version();
DROP TABLE calendar_state;
DROP SEQUENCE calendar_versions;
DROP TABLE calendar_changes;
DROP TABLE calendar_days;
