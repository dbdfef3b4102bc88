-- +goose Up
-- One submission of one document under one matter. Facts, route, content and matrix version are frozen at submission.
CREATE TABLE approval_requests (
    id                uuid PRIMARY KEY,
    matter            text NOT NULL,
    subject_type      text NOT NULL,
    subject_id        uuid NOT NULL,
    number            text NOT NULL,
    title_en          text NOT NULL,
    title_zh          text NOT NULL,
    submitted_by      uuid NOT NULL,
    submitter_kind    text NOT NULL,
    submitter_roles   text[] NOT NULL,
    department_id     uuid,
    team_id           uuid,
    submitted_at      timestamptz NOT NULL,
    matrix_version    bigint NOT NULL REFERENCES authority_matrix_versions,
    facts             jsonb NOT NULL,
    route             jsonb NOT NULL CHECK (jsonb_typeof(route) = 'array'),
    content           bytea NOT NULL CHECK (length(content) <= 32),
    content_hash      bytea NOT NULL CHECK (length(content_hash) = 32),
    state             text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'returned', 'withdrawn', 'void')),
    step              int NOT NULL CHECK (step >= 0 AND step <= jsonb_array_length(route)),
    final_decision_id uuid,
    closed_at         timestamptz,
    closed_by         uuid,
    close_reason      text NOT NULL CHECK (length(close_reason) <= 2000),
    version           bigint NOT NULL CHECK (version > 0),
    UNIQUE (id, submitted_by),
    CONSTRAINT approval_requests_closed CHECK ((state = 'pending') = (closed_at IS NULL)),
    -- Nothing is decided without a decision: only a route without steps is approved by authority alone.
    CONSTRAINT approval_requests_decided CHECK (
        state NOT IN ('approved', 'rejected', 'returned') OR final_decision_id IS NOT NULL
        OR (state = 'approved' AND jsonb_array_length(route) = 0)),
    -- An approval has walked the whole route.
    CONSTRAINT approval_requests_walked CHECK (state <> 'approved' OR step = jsonb_array_length(route))
);
CREATE UNIQUE INDEX approval_requests_one_pending ON approval_requests (matter, subject_type, subject_id) WHERE state = 'pending';
CREATE INDEX approval_requests_subject ON approval_requests (subject_type, subject_id);
CREATE INDEX approval_requests_submitter ON approval_requests (submitted_by, id);
CREATE INDEX approval_requests_state ON approval_requests (state, id) WHERE state <> 'approved';

-- +goose StatementBegin
CREATE FUNCTION guard_approval_request() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER approval_requests_guard BEFORE UPDATE ON approval_requests
    FOR EACH ROW EXECUTE FUNCTION guard_approval_request();

-- What one person said about one step. ORG-03 in the database: the columns submitted_by, own and finance_reviewed
-- make it a fact of the row, through keys, that nobody decides their own submission; the general manager may after the
-- finance manager's review, which is another person's row of the same request.
CREATE TABLE approval_decisions (
    id                uuid PRIMARY KEY,
    request_id        uuid NOT NULL,
    submitted_by      uuid NOT NULL,
    step              int NOT NULL CHECK (step >= 0),
    slot              int NOT NULL CHECK (slot >= 0),
    mode              text NOT NULL CHECK (mode IN ('any', 'all', 'quorum')),
    stage             text NOT NULL,
    role              text NOT NULL,
    outcome           text NOT NULL CHECK (outcome IN ('approve', 'reject', 'return')),
    comment           text NOT NULL CHECK (length(comment) <= 2000),
    decided_by        uuid NOT NULL,
    on_behalf_of      uuid,
    verbal            boolean NOT NULL,
    recorded_by       uuid NOT NULL,
    finance_review_id uuid,
    content_hash      bytea NOT NULL CHECK (length(content_hash) = 32),
    decided_at        timestamptz NOT NULL,
    own               boolean GENERATED ALWAYS AS (CASE WHEN decided_by = submitted_by OR on_behalf_of = submitted_by THEN true END) STORED,
    finance_reviewed  boolean GENERATED ALWAYS AS (
        role = 'finance_manager' AND outcome = 'approve' AND decided_by <> submitted_by) STORED,
    FOREIGN KEY (request_id, submitted_by) REFERENCES approval_requests (id, submitted_by),
    CONSTRAINT approval_decisions_id_review UNIQUE (id, request_id, finance_reviewed),
    CONSTRAINT approval_decisions_slot UNIQUE (request_id, step, slot),
    CONSTRAINT approval_decisions_not_own CHECK (
        own IS NULL OR (role = 'general_manager' AND on_behalf_of IS NULL AND finance_review_id IS NOT NULL)),
    CONSTRAINT approval_decisions_own_reviewed FOREIGN KEY (finance_review_id, request_id, own)
        REFERENCES approval_decisions (id, request_id, finance_reviewed),
    CONSTRAINT approval_decisions_recorder CHECK (verbal OR recorded_by = decided_by),
    CONSTRAINT approval_decisions_verbal CHECK (NOT verbal OR (outcome = 'approve' AND recorded_by <> decided_by))
);
CREATE INDEX approval_decisions_request ON approval_decisions (request_id, step, slot);
CREATE UNIQUE INDEX approval_decisions_one_vote ON approval_decisions (request_id, step, decided_by) WHERE mode = 'quorum';
CREATE INDEX approval_decisions_person ON approval_decisions (decided_by, request_id);
CREATE TRIGGER approval_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE approval_requests ADD CONSTRAINT approval_requests_final_decision
    FOREIGN KEY (final_decision_id) REFERENCES approval_decisions;

CREATE TABLE approval_comments (
    id         uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES approval_requests,
    author_id  uuid NOT NULL,
    body       text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
    at         timestamptz NOT NULL
);
CREATE INDEX approval_comments_request ON approval_comments (request_id, id);
CREATE TRIGGER approval_comments_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_comments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A decision given by phone, ORG-05.
CREATE TABLE verbal_approvals (
    id          uuid PRIMARY KEY,
    request_id  uuid NOT NULL REFERENCES approval_requests,
    decision_id uuid NOT NULL UNIQUE REFERENCES approval_decisions,
    given_by    uuid NOT NULL,
    given_to    uuid NOT NULL,
    given_at    timestamptz NOT NULL,
    purpose     text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 2000),
    recorded_by uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    confirm_by  timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('open', 'confirmed', 'overdue', 'confirmed_late', 'denied')),
    answered_at timestamptz,
    comment     text NOT NULL CHECK (length(comment) <= 2000),
    version     bigint NOT NULL CHECK (version > 0),
    CONSTRAINT verbal_approvals_persons CHECK (given_by <> given_to AND given_by <> recorded_by),
    CONSTRAINT verbal_approvals_answered CHECK ((state IN ('confirmed', 'confirmed_late', 'denied')) = (answered_at IS NOT NULL)),
    CONSTRAINT verbal_approvals_in_time CHECK (state <> 'confirmed' OR answered_at <= confirm_by)
);
CREATE INDEX verbal_approvals_request ON verbal_approvals (request_id);
CREATE INDEX verbal_approvals_due ON verbal_approvals (confirm_by, id) WHERE state = 'open';

-- Who is asked for what: one row per deciding role (or person) of the step that a request has reached.
CREATE TABLE approval_tasks (
    id            uuid PRIMARY KEY,
    request_id    uuid NOT NULL REFERENCES approval_requests,
    step          int NOT NULL,
    slot          int NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('review', 'decide', 'acknowledge', 'confirm')),
    role          text,
    department_id uuid,
    user_id       uuid,
    verbal_id     uuid REFERENCES verbal_approvals,
    opened_at     timestamptz NOT NULL,
    due_at        timestamptz,
    state         text NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
    closed_at     timestamptz,
    closed_by     uuid,
    CONSTRAINT approval_tasks_assigned CHECK ((role IS NULL) <> (user_id IS NULL)),
    CONSTRAINT approval_tasks_confirm CHECK ((kind = 'confirm') = (verbal_id IS NOT NULL)),
    CONSTRAINT approval_tasks_closed CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE UNIQUE INDEX approval_tasks_open_slot ON approval_tasks (request_id, step, slot, kind) WHERE state = 'open';
CREATE INDEX approval_tasks_request ON approval_tasks (request_id);
CREATE INDEX approval_tasks_role ON approval_tasks (role, id) WHERE state = 'open' AND role IS NOT NULL;
CREATE INDEX approval_tasks_user ON approval_tasks (user_id, id) WHERE state = 'open' AND user_id IS NOT NULL;

-- Tells the streams of GET /v1/me/events, at commit, whose tasks have changed. Equal payloads of one transaction are
-- sent once. It costs only transactions that open or close tasks.
-- +goose StatementBegin
CREATE FUNCTION notify_approval_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('approval_tasks', coalesce(NEW.user_id::text, '') || '|' || coalesce(NEW.role, '') || '|' || coalesce(NEW.department_id::text, ''));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER approval_tasks_notify AFTER INSERT OR UPDATE OF state ON approval_tasks
    FOR EACH ROW EXECUTE FUNCTION notify_approval_task();

-- Violations of the rules (CND-02), as far as approvals find them.
CREATE TABLE violations (
    id           uuid PRIMARY KEY,
    rule         text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('verbal_late', 'verbal_denied')),
    person_id    uuid NOT NULL,
    subject_type text NOT NULL,
    subject_id   uuid NOT NULL,
    number       text NOT NULL,
    source_id    uuid NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT violations_once UNIQUE (source_id, kind)
);
CREATE INDEX violations_person ON violations (person_id, id);

-- +goose Down
DROP TABLE violations;
DROP TABLE approval_tasks;
DROP FUNCTION notify_approval_task();
DROP TABLE verbal_approvals;
DROP TABLE approval_comments;
ALTER TABLE approval_requests DROP CONSTRAINT approval_requests_final_decision;
DROP TABLE approval_decisions;
DROP TABLE approval_requests;
DROP FUNCTION guard_approval_request();
