-- +goose Up
-- The price committee (PRC-11): who belongs to it when, its meetings, what they vote on, and the resolutions that come of it.
CREATE TABLE price_committee_members (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users,
    capacity   text NOT NULL CHECK (capacity IN ('general_manager', 'sales_manager', 'sales_staff', 'finance_manager', 'auditor', 'other')),
    from_date  date NOT NULL,
    to_date    date, -- the first day on which they no longer belong to it
    created_at timestamptz NOT NULL,
    created_by uuid,
    version    bigint NOT NULL CHECK (version > 0),
    CONSTRAINT price_committee_members_dates CHECK (to_date >= from_date),
    CONSTRAINT price_committee_members_once EXCLUDE USING gist (user_id WITH =, daterange(from_date, to_date) WITH &&)
);
CREATE INDEX price_committee_members_from ON price_committee_members (from_date, id);

CREATE TABLE price_meetings (
    id            uuid PRIMARY KEY,
    number        text NOT NULL CONSTRAINT price_meetings_number UNIQUE,
    kind          text NOT NULL CHECK (kind IN ('ordinary', 'extra')),
    quarter       date, -- the first day of the quarter that an ordinary one is of
    title         text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    place         text NOT NULL CHECK (length(place) <= 200),
    scheduled_at  timestamptz NOT NULL,
    state         text NOT NULL CHECK (state IN ('planned', 'open', 'closed', 'cancelled')),
    called_at     timestamptz NOT NULL,
    called_by     uuid,
    opened_at     timestamptz,
    members       int NOT NULL CHECK (members >= 0),  -- who belonged to the committee when it was opened
    attended      int NOT NULL CHECK (attended >= 0 AND attended <= members),
    minutes       text NOT NULL CHECK (length(minutes) <= 20000),
    closed_at     timestamptz,
    closed_by     uuid,
    cancel_reason text NOT NULL CHECK (length(cancel_reason) <= 1000),
    reminded_at   timestamptz,
    overdue_at    timestamptz, -- when it was told that it is overdue
    version       bigint NOT NULL CHECK (version > 0),
    CONSTRAINT price_meetings_quarter CHECK ((kind = 'ordinary') = (quarter IS NOT NULL)),
    CONSTRAINT price_meetings_opened CHECK ((state IN ('open', 'closed')) = (opened_at IS NOT NULL) AND (opened_at IS NULL OR members > 0)),
    CONSTRAINT price_meetings_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR minutes <> '')),
    CONSTRAINT price_meetings_cancelled CHECK ((state = 'cancelled') = (cancel_reason <> ''))
);
CREATE UNIQUE INDEX price_meetings_one_ordinary ON price_meetings (quarter) WHERE quarter IS NOT NULL AND state <> 'cancelled';
CREATE INDEX price_meetings_scheduled ON price_meetings (scheduled_at, id);
CREATE INDEX price_meetings_pending ON price_meetings (scheduled_at) WHERE state IN ('planned', 'open');

CREATE TABLE price_meeting_items (
    id           uuid PRIMARY KEY,
    meeting_id   uuid NOT NULL REFERENCES price_meetings,
    subject_type text NOT NULL,
    subject_id   uuid NOT NULL,
    number       text NOT NULL,
    title_en     text NOT NULL,
    title_zh     text NOT NULL,
    submitted_by uuid NOT NULL, -- the zero id: nobody's own
    approval_id  uuid REFERENCES approval_requests,
    content      bytea NOT NULL, -- of what is put to the vote: a resolution is about that and nothing else
    added_at     timestamptz NOT NULL,
    added_by     uuid,
    outcome      text NOT NULL CHECK (outcome IN ('', 'adopted', 'rejected', 'undecided', 'lapsed')),
    CONSTRAINT price_meeting_items_once UNIQUE (meeting_id, subject_type, subject_id),
    UNIQUE (id, meeting_id, submitted_by)
);
CREATE INDEX price_meeting_items_subject ON price_meeting_items (subject_type, subject_id);

-- Who belonged to the committee when the meeting was opened; nothing that happens to memberships meanwhile changes it.
CREATE TABLE price_meeting_members (
    meeting_id uuid NOT NULL REFERENCES price_meetings,
    user_id    uuid NOT NULL REFERENCES users,
    capacity   text NOT NULL,
    attended   boolean NOT NULL,
    PRIMARY KEY (meeting_id, user_id),
    CONSTRAINT price_meeting_members_attended UNIQUE (meeting_id, user_id, attended)
);

-- One vote for each member and item; only of those who attend, and of nobody on their own submission (ORG-03).
CREATE TABLE price_votes (
    item_id      uuid NOT NULL,
    meeting_id   uuid NOT NULL,
    user_id      uuid NOT NULL,
    submitted_by uuid NOT NULL,
    attended     boolean NOT NULL CHECK (attended),
    vote         text NOT NULL CHECK (vote IN ('for', 'against', 'abstain')),
    at           timestamptz NOT NULL,
    PRIMARY KEY (item_id, user_id),
    FOREIGN KEY (item_id, meeting_id, submitted_by) REFERENCES price_meeting_items (id, meeting_id, submitted_by),
    CONSTRAINT price_votes_attending FOREIGN KEY (meeting_id, user_id, attended) REFERENCES price_meeting_members (meeting_id, user_id, attended),
    CONSTRAINT price_votes_not_own CHECK (user_id <> submitted_by)
);

-- What a majority of the members has voted for or against. The counts are those of the votes: the trigger holds them to it.
CREATE TABLE price_resolutions (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT price_resolutions_number UNIQUE,
    meeting_id   uuid NOT NULL REFERENCES price_meetings,
    item_id      uuid NOT NULL CONSTRAINT price_resolutions_item UNIQUE REFERENCES price_meeting_items,
    subject_type text NOT NULL,
    subject_id   uuid NOT NULL,
    subject      text NOT NULL,
    title_en     text NOT NULL,
    title_zh     text NOT NULL,
    approval_id  uuid REFERENCES approval_requests,
    content      bytea NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('adopted', 'rejected')),
    verb         text NOT NULL GENERATED ALWAYS AS (CASE outcome WHEN 'adopted' THEN 'approve' ELSE 'reject' END) STORED,
    members      int NOT NULL CHECK (members > 0),
    votes_for     int NOT NULL CHECK (votes_for >= 0),
    votes_against int NOT NULL CHECK (votes_against >= 0),
    abstentions   int NOT NULL CHECK (abstentions >= 0),
    at           timestamptz NOT NULL,
    CONSTRAINT price_resolutions_majority CHECK (
        CASE outcome WHEN 'adopted' THEN votes_for ELSE votes_against END * 2 > members
        AND votes_for + votes_against + abstentions <= members),
    CONSTRAINT price_resolutions_request UNIQUE (id, approval_id, verb)
);
CREATE INDEX price_resolutions_subject ON price_resolutions (subject_type, subject_id, id);
CREATE INDEX price_resolutions_meeting ON price_resolutions (meeting_id);
CREATE TRIGGER price_resolutions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON price_resolutions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
CREATE FUNCTION count_price_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.members, NEW.votes_for, NEW.votes_against, NEW.abstentions) IS DISTINCT FROM (
        (SELECT count(*)::int FROM price_meeting_members WHERE meeting_id = NEW.meeting_id),
        (SELECT count(*)::int FROM price_votes WHERE item_id = NEW.item_id AND vote = 'for'),
        (SELECT count(*)::int FROM price_votes WHERE item_id = NEW.item_id AND vote = 'against'),
        (SELECT count(*)::int FROM price_votes WHERE item_id = NEW.item_id AND vote = 'abstain')) THEN
        RAISE EXCEPTION 'a resolution is what was voted' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_resolutions_counted';
    END IF;
    RETURN NEW;
END $$;

-- Closing a meeting freezes all of it.
CREATE FUNCTION guard_price_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state IN ('closed', 'cancelled') THEN
        RAISE EXCEPTION 'a meeting that has ended is frozen' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_meetings_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION guard_price_meeting_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    meeting uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.meeting_id ELSE NEW.meeting_id END;
BEGIN
    IF EXISTS (SELECT FROM price_meetings WHERE id = meeting AND state IN ('closed', 'cancelled')) THEN
        RAISE EXCEPTION 'a meeting that has ended is frozen' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'price_meetings_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER price_resolutions_counted BEFORE INSERT ON price_resolutions FOR EACH ROW EXECUTE FUNCTION count_price_resolution();
CREATE TRIGGER price_meetings_frozen BEFORE UPDATE OR DELETE ON price_meetings FOR EACH ROW EXECUTE FUNCTION guard_price_meeting();
CREATE TRIGGER price_meeting_items_frozen BEFORE INSERT OR UPDATE OR DELETE ON price_meeting_items
    FOR EACH ROW EXECUTE FUNCTION guard_price_meeting_parts();
CREATE TRIGGER price_meeting_members_frozen BEFORE INSERT OR UPDATE OR DELETE ON price_meeting_members
    FOR EACH ROW EXECUTE FUNCTION guard_price_meeting_parts();
CREATE TRIGGER price_votes_frozen BEFORE INSERT OR UPDATE OR DELETE ON price_votes
    FOR EACH ROW EXECUTE FUNCTION guard_price_meeting_parts();

-- A step of the mode resolution is decided by a resolution about this very request that says the same, and by nothing else.
ALTER TABLE approval_decisions
    ADD COLUMN resolution_id uuid,
    DROP CONSTRAINT approval_decisions_mode_check,
    ADD CONSTRAINT approval_decisions_mode_check CHECK (mode IN ('any', 'all', 'quorum', 'resolution')),
    ADD CONSTRAINT approval_decisions_resolution CHECK ((mode = 'resolution') = (resolution_id IS NOT NULL)
        AND (mode <> 'resolution' OR (NOT verbal AND on_behalf_of IS NULL))),
    ADD CONSTRAINT approval_decisions_by_resolution FOREIGN KEY (resolution_id, request_id, outcome)
        REFERENCES price_resolutions (id, approval_id, verb);
ALTER TABLE approval_tasks
    DROP CONSTRAINT approval_tasks_kind_check,
    ADD CONSTRAINT approval_tasks_kind_check CHECK (kind IN ('review', 'decide', 'acknowledge', 'confirm', 'meet'));

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('committee.meeting_days', 'int', 'working_day', 1, 60, 1),
    ('committee.remind_days',  'int', 'working_day', 0, 30, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('committee.meeting_days', 1, '15', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('committee.remind_days',  1, '3',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('committee.meeting_days', 'committee.remind_days');
DELETE FROM parameters WHERE name IN ('committee.meeting_days', 'committee.remind_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
ALTER TABLE approval_tasks
    DROP CONSTRAINT approval_tasks_kind_check,
    ADD CONSTRAINT approval_tasks_kind_check CHECK (kind IN ('review', 'decide', 'acknowledge', 'confirm'));
ALTER TABLE approval_decisions
    DROP CONSTRAINT approval_decisions_by_resolution,
    DROP CONSTRAINT approval_decisions_resolution,
    DROP CONSTRAINT approval_decisions_mode_check,
    ADD CONSTRAINT approval_decisions_mode_check CHECK (mode IN ('any', 'all', 'quorum')),
    DROP COLUMN resolution_id;
DROP TABLE price_resolutions;
DROP FUNCTION count_price_resolution();
DROP TABLE price_votes;
DROP TABLE price_meeting_members;
DROP TABLE price_meeting_items;
DROP TABLE price_meetings;
DROP FUNCTION guard_price_meeting_parts();
DROP FUNCTION guard_price_meeting();
DROP TABLE price_committee_members;
