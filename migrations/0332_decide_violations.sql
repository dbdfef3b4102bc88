-- +goose Up
-- What becomes of a violation (CND-02): the person's answers, and what the head of sales and the company decide about it (QUO-07, CON-08).
ALTER TABLE violations ADD CONSTRAINT violations_person_key UNIQUE (id, person_id);

CREATE TABLE violation_answers (
    id           uuid PRIMARY KEY,
    violation_id uuid NOT NULL,
    person_id    uuid NOT NULL,
    body         text NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
    at           timestamptz NOT NULL,
    FOREIGN KEY (violation_id, person_id) REFERENCES violations (id, person_id)
);
CREATE INDEX violation_answers_violation ON violation_answers (violation_id, id);
CREATE TRIGGER violation_answers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON violation_answers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE violation_decisions (
    id           uuid PRIMARY KEY,
    violation_id uuid NOT NULL,
    person_id    uuid NOT NULL,
    level        text NOT NULL CHECK (level IN ('department', 'company')),
    outcome      text NOT NULL CHECK (outcome IN ('penalty', 'noted', 'reported')),
    amount       numeric(18, 2),
    minimum      numeric(18, 2),
    maximum      numeric(18, 2),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    decided_by   uuid NOT NULL REFERENCES users,
    at           timestamptz NOT NULL,
    FOREIGN KEY (violation_id, person_id) REFERENCES violations (id, person_id),
    CONSTRAINT violation_decisions_once UNIQUE (violation_id, level),
    CONSTRAINT violation_decisions_not_own CHECK (decided_by <> person_id),
    CONSTRAINT violation_decisions_amount CHECK ((outcome = 'penalty') = (amount IS NOT NULL) AND (amount IS NULL OR amount > 0)),
    CONSTRAINT violation_decisions_range CHECK (level = 'company' OR outcome <> 'penalty'
        OR (minimum IS NOT NULL AND maximum IS NOT NULL AND amount BETWEEN minimum AND maximum)),
    CONSTRAINT violation_decisions_reported CHECK (level = 'department' OR outcome <> 'reported')
);
CREATE TRIGGER violation_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON violation_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('violation.contract_max', 'decimal', 'CNY', 0, 100000, 1),
    ('violation.contract_min', 'decimal', 'CNY', 0, 100000, 1),
    ('violation.quote_max',    'decimal', 'CNY', 0, 100000, 1),
    ('violation.quote_min',    'decimal', 'CNY', 0, 100000, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('violation.contract_max', 1, '100', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('violation.contract_min', 1, '20',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('violation.quote_max',    1, '500', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('violation.quote_min',    1, '50',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name LIKE 'violation.%';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name LIKE 'violation.%';
DROP TABLE violation_decisions;
DROP TABLE violation_answers;
ALTER TABLE violations DROP CONSTRAINT violations_person_key;
