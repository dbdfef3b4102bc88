-- +goose Up

-- What a role, or one person, must do or know that is no approval.
CREATE TABLE follow_ups (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind ~ '^[a-z_.]{1,60}$'),
    subject_type   text NOT NULL CHECK (subject_type ~ '^[a-z_]{1,40}$'),
    subject_id     uuid NOT NULL,
    number         text NOT NULL CHECK (length(number) <= 100),
    title_en       text NOT NULL CHECK (length(title_en) BETWEEN 1 AND 500),
    title_zh       text NOT NULL CHECK (length(title_zh) BETWEEN 1 AND 500),
    inform         boolean NOT NULL,
    user_id        uuid REFERENCES users,
    role           text,
    department_id  uuid,
    opened_at      timestamptz NOT NULL,
    due_at         timestamptz,
    escalate_to    text,
    escalated_at   timestamptz,
    escalated_from uuid REFERENCES follow_ups,
    state          text NOT NULL CHECK (state IN ('open', 'done', 'closed')),
    closed_at      timestamptz,
    closed_by      uuid,
    note           text NOT NULL CHECK (length(note) <= 2000),
    version        bigint NOT NULL CHECK (version > 0),
    CONSTRAINT follow_ups_assigned CHECK ((role IS NULL) <> (user_id IS NULL)),
    CONSTRAINT follow_ups_closed CHECK ((state = 'open') = (closed_at IS NULL)),
    CONSTRAINT follow_ups_answered CHECK (state <> 'done' OR inform OR length(trim(note)) > 0)
);
CREATE UNIQUE INDEX follow_ups_one_open ON follow_ups (kind, subject_type, subject_id, user_id, role, department_id)
    NULLS NOT DISTINCT WHERE state = 'open';
CREATE INDEX follow_ups_user ON follow_ups (user_id, state, id) WHERE user_id IS NOT NULL;
CREATE INDEX follow_ups_role ON follow_ups (role, state, id) WHERE role IS NOT NULL;
CREATE INDEX follow_ups_copies ON follow_ups (escalated_from) WHERE escalated_from IS NOT NULL;
CREATE INDEX follow_ups_due ON follow_ups (due_at, id) WHERE state = 'open' AND NOT inform AND escalated_at IS NULL;

-- Wakes the streams of GET /v1/me/events as an approval's task does.
CREATE TRIGGER follow_ups_notify AFTER INSERT OR UPDATE OF state, user_id ON follow_ups
    FOR EACH ROW EXECUTE FUNCTION notify_approval_task();

-- +goose Down
DROP TABLE follow_ups;
