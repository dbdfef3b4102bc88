-- +goose Up

-- Satisfaction (满意度, CUS-14): one survey for each delivery note that left.
CREATE TABLE surveys (
    id               uuid PRIMARY KEY,
    delivery_note_id uuid NOT NULL CONSTRAINT surveys_delivery_note UNIQUE REFERENCES delivery_notes,
    note_number      text NOT NULL,
    left_on          date NOT NULL, -- the day in Shanghai
    customer_id      uuid NOT NULL REFERENCES customers,
    owner_id         uuid NOT NULL REFERENCES users, -- of the customer; follows it
    state            text NOT NULL CONSTRAINT surveys_state CHECK (state IN ('open', 'answered', 'closed')),
    opened_at        timestamptz NOT NULL,
    quality          smallint,
    response         smallint,
    speed            smallint,
    attitude         smallint,
    remark           text NOT NULL CHECK (length(remark) <= 2000),
    answered_by_name text NOT NULL CHECK (length(answered_by_name) <= 100), -- who at the customer's
    source           text NOT NULL CHECK (source IN ('', 'link', 'rep')),
    recorded_by      uuid REFERENCES users, -- the rep; nobody when the customer answered
    answered_at      timestamptz,
    unsatisfied      boolean NOT NULL,
    closed_reason    text NOT NULL,
    version          bigint NOT NULL CHECK (version > 0),
    CONSTRAINT surveys_scores CHECK (quality BETWEEN 1 AND 5 AND response BETWEEN 1 AND 5 AND speed BETWEEN 1 AND 5 AND attitude BETWEEN 1 AND 5),
    CONSTRAINT surveys_answered_whole CHECK ((state = 'answered') = (num_nonnulls(quality, response, speed, attitude, answered_at) = 5)
        AND num_nonnulls(quality, response, speed, attitude, answered_at) IN (0, 5)),
    CONSTRAINT surveys_who_said CHECK ((source = 'rep') = (recorded_by IS NOT NULL)),
    CONSTRAINT surveys_closed_has_reason CHECK (state <> 'closed' OR trim(closed_reason) <> '')
);
CREATE INDEX surveys_owner ON surveys (owner_id, id DESC);
CREATE INDEX surveys_customer ON surveys (customer_id, id DESC);
CREATE INDEX surveys_left ON surveys (left_on, owner_id);

-- An answer never changes.
-- +goose StatementBegin
CREATE FUNCTION keep_survey_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' AND (OLD.state, OLD.quality, OLD.response, OLD.speed, OLD.attitude, OLD.remark, OLD.answered_at)
            IS DISTINCT FROM (NEW.state, NEW.quality, NEW.response, NEW.speed, NEW.attitude, NEW.remark, NEW.answered_at) THEN
        RAISE EXCEPTION 'an answered or closed survey doesn''t change' USING ERRCODE = 'check_violation', CONSTRAINT = 'surveys_final';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER surveys_final BEFORE UPDATE ON surveys FOR EACH ROW EXECUTE FUNCTION keep_survey_answer();

-- Links for the customer's side. The token itself is nowhere; one link of a survey is good at a time, and once.
CREATE TABLE survey_links (
    id         uuid PRIMARY KEY, -- the token's jti
    survey_id  uuid NOT NULL REFERENCES surveys,
    token_hash bytea NOT NULL,
    created_by uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz,
    CONSTRAINT survey_links_ended_once CHECK (used_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX survey_links_one ON survey_links (survey_id) WHERE used_at IS NULL AND revoked_at IS NULL;

-- How far the sweep has come among the delivery notes that left. What left before there were surveys is never asked about.
CREATE TABLE survey_sweep (
    one     boolean PRIMARY KEY CHECK (one),
    left_at timestamptz NOT NULL,
    note_id uuid NOT NULL
);
INSERT INTO survey_sweep (one, left_at, note_id) VALUES (true, now(), '00000000-0000-0000-0000-000000000000');
CREATE INDEX delivery_notes_left ON delivery_notes (left_at, id) WHERE state = 'left';

-- +goose StatementBegin
CREATE FUNCTION follow_customer_owner_surveys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE surveys SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_owner_of_surveys AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_surveys();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('survey.after_days',     'int', 'day',         1, 90,  1),
    ('survey.ask_days',       'int', 'working_day', 1, 60,  1),
    ('survey.call_back_days', 'int', 'working_day', 1, 30,  1),
    ('survey.link_days',      'int', 'day',         1, 60,  1)
ON CONFLICT DO NOTHING;
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('survey.after_days',     1, '3',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('survey.ask_days',       1, '5',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('survey.call_back_days', 1, '1',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('survey.link_days',      1, '14', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook')
ON CONFLICT DO NOTHING;

-- +goose Down
DROP TRIGGER customers_owner_of_surveys ON customers;
DROP FUNCTION follow_customer_owner_surveys();
DROP INDEX delivery_notes_left;
DROP TABLE survey_sweep, survey_links, surveys;
DROP FUNCTION keep_survey_answer();
