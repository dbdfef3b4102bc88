-- +goose Up

-- CUS-08: a rep who was refused thinks that a company is theirs. They name it as they typed it; whose it is stays hidden from
-- them until the ruling.
CREATE TABLE ownership_disputes (
    id           uuid PRIMARY KEY,
    number       text NOT NULL,
    claimant_id  uuid NOT NULL REFERENCES users,
    owner_id     uuid NOT NULL REFERENCES users, -- who had the company when the dispute was opened
    subject_type text NOT NULL CHECK (subject_type IN ('prospect', 'customer')),
    subject_id   uuid NOT NULL,
    company      text NOT NULL CHECK (company <> ''), -- as the claimant typed it
    state        text NOT NULL CONSTRAINT ownership_disputes_state CHECK (state IN ('open', 'ruled', 'withdrawn')),
    ruling       text CHECK (ruling IN ('stays', 'moves', 'joint')),
    reason       text NOT NULL,
    ruled_by     uuid REFERENCES users,
    opened_at    timestamptz NOT NULL,
    ended_at     timestamptz,
    version      bigint NOT NULL,
    CONSTRAINT ownership_disputes_ruled CHECK ((state = 'ruled') = (ruling IS NOT NULL AND ruled_by IS NOT NULL AND reason <> '')),
    CONSTRAINT ownership_disputes_not_own CHECK (claimant_id <> owner_id),
    CONSTRAINT ownership_disputes_impartial CHECK (ruled_by <> claimant_id AND ruled_by <> owner_id) -- ORG-03
);
CREATE UNIQUE INDEX ownership_disputes_number_key ON ownership_disputes (number);
CREATE UNIQUE INDEX ownership_disputes_open_key ON ownership_disputes (claimant_id, subject_id) WHERE state = 'open';
CREATE INDEX ownership_disputes_claimant ON ownership_disputes (claimant_id, id);
CREATE INDEX ownership_disputes_owner ON ownership_disputes (owner_id, id);
CREATE INDEX ownership_disputes_subject ON ownership_disputes (subject_id);

CREATE TABLE ownership_dispute_statements (
    id         uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES ownership_disputes,
    side       text NOT NULL CHECK (side IN ('claimant', 'owner')),
    stated_by  uuid NOT NULL,
    stated_at  timestamptz NOT NULL,
    statement  text NOT NULL CHECK (statement <> '')
);
CREATE INDEX ownership_dispute_statements_dispute ON ownership_dispute_statements (dispute_id, id);
CREATE TRIGGER ownership_dispute_statements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ownership_dispute_statements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('customer.dispute_days', 'int', 'working_day', 1, 60, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
VALUES ('customer.dispute_days', 1, '5', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'customer.dispute_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'customer.dispute_days';
DROP TABLE ownership_dispute_statements, ownership_disputes;
