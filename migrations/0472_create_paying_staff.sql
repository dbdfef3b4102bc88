-- +goose Up
-- Who pays at the customer (结算人员), and each change of that, which finance is told of at once (ARV-09).
CREATE TABLE paying_staff (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    position    text NOT NULL CHECK (length(position) <= 100),
    phone       text NOT NULL CHECK (length(phone) <= 40),
    email       text NOT NULL CHECK (length(email) <= 200),
    since       date NOT NULL,
    until       date, -- null: still there
    version     bigint NOT NULL CHECK (version > 0),
    CONSTRAINT paying_staff_dates CHECK (until >= since)
);
CREATE INDEX paying_staff_customer ON paying_staff (customer_id, id);
CREATE UNIQUE INDEX paying_staff_once ON paying_staff (customer_id, name, phone) WHERE until IS NULL;

CREATE TABLE paying_staff_changes (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    left_id     uuid REFERENCES paying_staff,
    came_id     uuid REFERENCES paying_staff,
    since       date NOT NULL,
    reason      text NOT NULL CHECK (length(reason) <= 500),
    late        boolean NOT NULL, -- reported later than the parameter allows
    reported_by uuid,
    reported_at timestamptz NOT NULL,
    CONSTRAINT paying_staff_changes_somebody CHECK (num_nonnulls(left_id, came_id) > 0)
);
CREATE INDEX paying_staff_changes_customer ON paying_staff_changes (customer_id, id DESC);
CREATE UNIQUE INDEX paying_staff_changes_left ON paying_staff_changes (left_id) WHERE left_id IS NOT NULL;
CREATE TRIGGER paying_staff_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON paying_staff_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('collection.staff_report_days', 'int', 'working day', 0, 30, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('collection.staff_report_days', 1, '1', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'collection.staff_report_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'collection.staff_report_days';
DROP TABLE paying_staff_changes, paying_staff;
