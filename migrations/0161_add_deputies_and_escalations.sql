-- +goose Up
-- Who acts for whom, and when (ORG-04): written by leave when it is approved, ended when the absent person is back.
CREATE TABLE approval_deputations (
    id            uuid PRIMARY KEY,
    absent_id     uuid NOT NULL,
    deputy_id     uuid NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    announced_at  timestamptz, -- when the sweep last woke the deputy's streams
    UNIQUE (id, deputy_id, absent_id),
    CONSTRAINT approval_deputations_other CHECK (absent_id <> deputy_id),
    CONSTRAINT approval_deputations_times CHECK (starts_at <= ends_at),
    CONSTRAINT approval_deputations_one EXCLUDE USING gist (absent_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);
CREATE INDEX approval_deputations_deputy ON approval_deputations (deputy_id, ends_at);
CREATE INDEX approval_deputations_absent ON approval_deputations (absent_id, ends_at);
CREATE INDEX approval_deputations_quiet ON approval_deputations (starts_at) WHERE announced_at IS NULL OR announced_at < ends_at;

-- A step that goes to somebody else too: its due time has passed, or nobody is left whom it asks. Once each.
CREATE TABLE approval_escalations (
    id            uuid PRIMARY KEY,
    request_id    uuid NOT NULL REFERENCES approval_requests,
    step          int NOT NULL CHECK (step >= 0),
    slot          int NOT NULL CHECK (slot >= 0),
    reason        text NOT NULL CHECK (reason IN ('overdue', 'vacant')),
    role          text NOT NULL,
    department_id uuid,
    user_id       uuid,
    at            timestamptz NOT NULL,
    CONSTRAINT approval_escalations_once UNIQUE (request_id, step, slot, reason)
);
CREATE TRIGGER approval_escalations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_escalations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE approval_tasks
    ADD COLUMN escalation_id uuid REFERENCES approval_escalations,
    ADD COLUMN escalated_at  timestamptz,
    ADD COLUMN vacated_at    timestamptz;
DROP INDEX approval_tasks_open_slot;
CREATE UNIQUE INDEX approval_tasks_open_slot ON approval_tasks (request_id, step, slot, kind, coalesce(escalation_id, '00000000-0000-0000-0000-000000000000'))
    WHERE state = 'open';
CREATE INDEX approval_tasks_due ON approval_tasks (due_at, id)
    WHERE state = 'open' AND kind <> 'confirm' AND escalation_id IS NULL AND escalated_at IS NULL AND due_at IS NOT NULL;

ALTER TABLE approval_requests
    ADD COLUMN owner_id uuid,
    ADD COLUMN renews   uuid REFERENCES approval_requests;
CREATE INDEX approval_requests_owner ON approval_requests (owner_id, id) WHERE owner_id IS NOT NULL;

ALTER TABLE approval_decisions
    ADD COLUMN deputation_id uuid,
    ADD COLUMN escalation_id uuid REFERENCES approval_escalations,
    ADD COLUMN carried_from  uuid REFERENCES approval_decisions,
    ADD CONSTRAINT approval_decisions_deputy CHECK ((on_behalf_of IS NULL) = (deputation_id IS NULL)),
    ADD CONSTRAINT approval_decisions_deputation FOREIGN KEY (deputation_id, decided_by, on_behalf_of)
        REFERENCES approval_deputations (id, deputy_id, absent_id);
CREATE INDEX approval_decisions_absent ON approval_decisions (on_behalf_of, request_id) WHERE on_behalf_of IS NOT NULL;
-- Whoever votes for somebody casts that person's vote: it counts once, whoever casts it.
CREATE UNIQUE INDEX approval_decisions_one_voice ON approval_decisions (request_id, step, coalesce(on_behalf_of, decided_by)) WHERE mode = 'quorum';

-- A deputy acts only while the leave runs. What is carried over from an earlier request was decided then.
-- +goose StatementBegin
CREATE FUNCTION guard_deputy_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM approval_deputations
                   WHERE id = NEW.deputation_id AND starts_at <= NEW.decided_at AND ends_at > NEW.decided_at) THEN
        RAISE EXCEPTION 'the deputy doesn''t act at that time' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_decisions_deputy_time';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER approval_decisions_deputy_time BEFORE INSERT ON approval_decisions
    FOR EACH ROW WHEN (NEW.on_behalf_of IS NOT NULL) EXECUTE FUNCTION guard_deputy_decision();

-- Deputies of those whom a task asks are told of it too.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION notify_approval_task() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed timestamptz := coalesce(NEW.closed_at, NEW.opened_at);
BEGIN
    PERFORM pg_notify('approval_tasks', coalesce(NEW.user_id::text, '') || '|' || coalesce(NEW.role, '') || '|' || coalesce(NEW.department_id::text, ''));
    IF NEW.kind <> 'confirm' THEN
        PERFORM pg_notify('approval_tasks', g.deputy_id::text || '||')
        FROM approval_deputations g JOIN users u ON u.id = g.absent_id
        WHERE g.starts_at <= changed AND g.ends_at > changed
          AND (u.id = NEW.user_id OR NEW.role = ANY (u.roles) AND (NEW.department_id IS NULL OR NEW.department_id = u.department_id));
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION notify_deputy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('approval_tasks', NEW.deputy_id::text || '||');
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER approval_deputations_notify AFTER INSERT OR UPDATE ON approval_deputations
    FOR EACH ROW EXECUTE FUNCTION notify_deputy();

-- What was submitted stays frozen, also what it renews.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_approval_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.matter, OLD.subject_type, OLD.subject_id, OLD.submitted_by, OLD.submitter_roles, OLD.matrix_version,
        OLD.facts, OLD.route, OLD.content, OLD.content_hash, OLD.renews)
       IS DISTINCT FROM
       (NEW.matter, NEW.subject_type, NEW.subject_id, NEW.submitted_by, NEW.submitter_roles, NEW.matrix_version,
        NEW.facts, NEW.route, NEW.content, NEW.content_hash, NEW.renews) THEN
        RAISE EXCEPTION 'what was submitted is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND OLD.state <> 'pending' AND NOT (OLD.state = 'approved' AND NEW.state = 'void') THEN
        RAISE EXCEPTION 'an approval request ends once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_approval_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.matter, OLD.subject_type, OLD.subject_id, OLD.submitted_by, OLD.submitter_roles, OLD.matrix_version,
        OLD.facts, OLD.route, OLD.content, OLD.content_hash)
       IS DISTINCT FROM
       (NEW.matter, NEW.subject_type, NEW.subject_id, NEW.submitted_by, NEW.submitter_roles, NEW.matrix_version,
        NEW.facts, NEW.route, NEW.content, NEW.content_hash) THEN
        RAISE EXCEPTION 'what was submitted is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND OLD.state <> 'pending' AND NOT (OLD.state = 'approved' AND NEW.state = 'void') THEN
        RAISE EXCEPTION 'an approval request ends once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION notify_approval_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('approval_tasks', coalesce(NEW.user_id::text, '') || '|' || coalesce(NEW.role, '') || '|' || coalesce(NEW.department_id::text, ''));
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER approval_decisions_deputy_time ON approval_decisions;
DROP FUNCTION guard_deputy_decision();
DROP INDEX approval_decisions_one_voice;
ALTER TABLE approval_decisions
    DROP CONSTRAINT approval_decisions_deputation,
    DROP CONSTRAINT approval_decisions_deputy,
    DROP COLUMN carried_from,
    DROP COLUMN escalation_id,
    DROP COLUMN deputation_id;
ALTER TABLE approval_requests DROP COLUMN renews, DROP COLUMN owner_id;
DROP INDEX approval_tasks_due;
DROP INDEX approval_tasks_open_slot;
ALTER TABLE approval_tasks DROP COLUMN vacated_at, DROP COLUMN escalated_at, DROP COLUMN escalation_id;
CREATE UNIQUE INDEX approval_tasks_open_slot ON approval_tasks (request_id, step, slot, kind) WHERE state = 'open';
DROP TABLE approval_escalations;
DROP TABLE approval_deputations;
DROP FUNCTION notify_deputy();
