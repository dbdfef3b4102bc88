-- +goose Up
-- The weekly report of receivables (ARV-05): its figures are those of the moment in which it was made, and stay.
CREATE TABLE collection_reports (
    id        uuid PRIMARY KEY,
    number    text NOT NULL CONSTRAINT collection_reports_number UNIQUE,
    week      date NOT NULL CONSTRAINT collection_reports_week UNIQUE CHECK (extract(isodow FROM week) = 1), -- the Monday that it is made on; it reports the week before
    made_at   timestamptz NOT NULL,
    CONSTRAINT collection_reports_made CHECK (made_at >= week::timestamp AT TIME ZONE 'Asia/Shanghai')
);
-- By rep, with the team as it was.
CREATE TABLE collection_report_lines (
    report_id uuid NOT NULL REFERENCES collection_reports,
    owner_id  uuid NOT NULL REFERENCES users,
    team_id   uuid,
    open      numeric(18, 2) NOT NULL CHECK (open >= 0),
    due       numeric(18, 2) NOT NULL CHECK (due >= 0),      -- falls due in the week that begins
    overdue   numeric(18, 2) NOT NULL CHECK (overdue >= 0),
    items     int NOT NULL CHECK (items >= 0),               -- overdue
    longest   int NOT NULL CHECK (longest >= 0),             -- days
    disputed  numeric(18, 2) NOT NULL CHECK (disputed >= 0),
    promised  numeric(18, 2) NOT NULL CHECK (promised >= 0), -- and not judged yet
    collected numeric(18, 2) NOT NULL CHECK (collected >= 0), -- in the week before
    broken    int NOT NULL CHECK (broken >= 0),              -- promises, in the week before
    abnormal  int NOT NULL CHECK (abnormal >= 0),            -- payers
    PRIMARY KEY (report_id, owner_id)
);
-- What isn't as it should be: each asks the rep.
CREATE TABLE collection_report_cases (
    report_id uuid NOT NULL REFERENCES collection_reports,
    payer_id  uuid NOT NULL REFERENCES customers,
    kind      text NOT NULL CHECK (kind IN ('days', 'amount', 'promise', 'bill')),
    owner_id  uuid NOT NULL REFERENCES users,
    amount    numeric(18, 2) NOT NULL CHECK (amount >= 0),
    days      int NOT NULL CHECK (days >= 0),
    PRIMARY KEY (report_id, payer_id, kind)
);
CREATE INDEX collection_report_cases_owner ON collection_report_cases (report_id, owner_id, payer_id, kind);
CREATE TRIGGER collection_reports_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON collection_reports FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER collection_report_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON collection_report_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER collection_report_cases_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON collection_report_cases FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('collection.abnormal_days',   'int',     'day', 0, 3650,      1),
    ('collection.abnormal_amount', 'decimal', 'CNY', 0, 999999999, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('collection.abnormal_days', '30'), ('collection.abnormal_amount', '100000')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('collection.abnormal_days', 'collection.abnormal_amount');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('collection.abnormal_days', 'collection.abnormal_amount');
DROP TABLE collection_report_cases, collection_report_lines, collection_reports;
