-- +goose Up
-- Leave with a deputy (HRA-01, ORG-04). Days are business dates; days counts the working days among them.
CREATE TABLE leaves (
    id             uuid PRIMARY KEY,
    number         text NOT NULL CONSTRAINT leaves_number UNIQUE,
    person_id      uuid NOT NULL,
    department_id  uuid,
    deputy_id      uuid NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('annual', 'personal', 'sick', 'marriage', 'bereavement', 'parental', 'other')),
    reason         text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    first_day      date NOT NULL,
    last_day       date NOT NULL,
    days           int NOT NULL CHECK (days > 0),
    sudden         boolean NOT NULL,
    handover       boolean NOT NULL, -- a finished handover is needed
    handover_note  text NOT NULL CHECK (length(handover_note) <= 4000),
    handover_at    timestamptz,
    papers_at      timestamptz, -- when the papers of a sudden leave came
    state          text NOT NULL CHECK (state IN ('handover', 'submitted', 'approved', 'rejected', 'returned', 'cancelled', 'ended')),
    approval_id    uuid REFERENCES approval_requests,
    applied_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    end_reason     text NOT NULL CHECK (length(end_reason) <= 2000),
    version        bigint NOT NULL CHECK (version > 0),
    CONSTRAINT leaves_deputy_other CHECK (person_id <> deputy_id),
    CONSTRAINT leaves_days CHECK (first_day <= last_day),
    CONSTRAINT leaves_handed_over CHECK (NOT handover OR handover_at IS NOT NULL OR state IN ('handover', 'cancelled')),
    CONSTRAINT leaves_no_overlap EXCLUDE USING gist (person_id WITH =, daterange(first_day, last_day, '[]') WITH &&)
        WHERE (state IN ('handover', 'submitted', 'approved'))
);
CREATE INDEX leaves_person ON leaves (person_id, id);
CREATE INDEX leaves_deputy ON leaves (deputy_id, id);
CREATE INDEX leaves_running ON leaves (last_day) WHERE state IN ('handover', 'submitted', 'approved');

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('leave.short_days',    'int', 'working_day', 0, 365, 1),
    ('leave.short_notice',  'int', 'day',         0, 365, 1),
    ('leave.medium_days',   'int', 'working_day', 0, 365, 1),
    ('leave.medium_notice', 'int', 'day',         0, 365, 1),
    ('leave.long_notice',   'int', 'day',         0, 365, 1),
    ('leave.sudden_hour',   'int', 'hour',        0, 24,  1),
    ('leave.papers_days',   'int', 'working_day', 1, 60,  1)
ON CONFLICT DO NOTHING;
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('leave.short_days',    1, '3',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('leave.short_notice',  1, '2',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('leave.medium_days',   1, '7',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('leave.medium_notice', 1, '5',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('leave.long_notice',   1, '15', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('leave.sudden_hour',   1, '10', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('leave.papers_days',   1, '3',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook')
ON CONFLICT DO NOTHING;

-- +goose Down
DROP TABLE leaves;
