-- +goose Up
-- New-customer applications (CUS-05): handed_in_on is the Shanghai date; after the set day of the month the volume of that month
-- isn't the rep's, and credited_from is the first of the next.
CREATE TABLE customer_applications (
    id             uuid PRIMARY KEY,
    number         text NOT NULL CONSTRAINT customer_applications_number UNIQUE,
    customer_id    uuid NOT NULL CONSTRAINT customer_applications_customer_fkey REFERENCES customers,
    state          text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'returned', 'withdrawn')),
    needs          text NOT NULL CHECK (length(needs) BETWEEN 1 AND 2000),
    monthly_tonnes numeric(18, 4) CHECK (monthly_tonnes >= 0),
    remarks        text NOT NULL CHECK (length(remarks) <= 2000),
    handed_in_on   date NOT NULL,
    late           boolean NOT NULL,
    credited_from  date NOT NULL,
    owner_id       uuid NOT NULL, -- of the customer then: whose volume it is about
    approval_id    uuid NOT NULL,
    requested_by   uuid NOT NULL,
    requested_at   timestamptz NOT NULL,
    decided_at     timestamptz,
    version        bigint NOT NULL,
    CONSTRAINT customer_applications_credited CHECK (credited_from =
        date_trunc('month', handed_in_on) + CASE WHEN late THEN interval '1 month' ELSE interval '0' END),
    CHECK ((state = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX customer_applications_one_live ON customer_applications (customer_id) WHERE state IN ('pending', 'approved');
CREATE INDEX customer_applications_customer ON customer_applications (customer_id, id DESC);
CREATE INDEX customer_applications_state ON customer_applications (state, id DESC);

-- Change requests of protected customer data (CUS-06): old and new value are frozen; what was approved is what is applied, on
-- effective_on, or nothing is (stale).
CREATE TABLE customer_changes (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT customer_changes_number UNIQUE,
    customer_id  uuid NOT NULL CONSTRAINT customer_changes_customer_fkey REFERENCES customers,
    field        text NOT NULL CHECK (field IN ('name', 'uscc', 'contact', 'address')),
    part_id      uuid, -- the contact or address
    old_value    jsonb NOT NULL,
    new_value    jsonb NOT NULL,
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    effective_on date NOT NULL,
    state        text NOT NULL CHECK (state IN ('pending', 'approved', 'applied', 'rejected', 'returned', 'withdrawn', 'stale')),
    state_reason text NOT NULL CHECK (length(state_reason) <= 2000),
    approval_id  uuid NOT NULL,
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_at   timestamptz,
    applied_at   timestamptz,
    version      bigint NOT NULL,
    CONSTRAINT customer_changes_part CHECK ((field IN ('contact', 'address')) = (part_id IS NOT NULL)),
    CHECK ((state = 'pending') = (decided_at IS NULL)),
    CHECK ((state = 'applied') = (applied_at IS NOT NULL))
);
-- One at a time for each customer and field, so that two can't be approved of the same old value.
CREATE UNIQUE INDEX customer_changes_one_live ON customer_changes (customer_id, field, coalesce(part_id, customer_id))
    WHERE state IN ('pending', 'approved');
CREATE INDEX customer_changes_customer ON customer_changes (customer_id, id DESC);
CREATE INDEX customer_changes_state ON customer_changes (state, id DESC);
CREATE INDEX customer_changes_due ON customer_changes (effective_on, id) WHERE state = 'approved';

-- What was submitted stays as it was; only the outcome is written.
-- +goose StatementBegin
CREATE FUNCTION guard_customer_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    outcome text[] := '{state,state_reason,decided_at,applied_at,version}';
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ('pending', TG_ARGV[0]) AND to_jsonb(NEW) - outcome = to_jsonb(OLD) - outcome THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a customer request is decided once and otherwise never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'customer_requests_frozen';
END $$;
-- +goose StatementEnd
CREATE TRIGGER customer_applications_guard BEFORE UPDATE OR DELETE ON customer_applications
    FOR EACH ROW EXECUTE FUNCTION guard_customer_request('pending');
CREATE TRIGGER customer_changes_guard BEFORE UPDATE OR DELETE ON customer_changes
    FOR EACH ROW EXECUTE FUNCTION guard_customer_request('approved');

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('customer.application_required', 'bool', '', NULL, NULL, 1),
    ('customer.changes_need_approval', 'bool', '', NULL, NULL, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('customer.application_required', 1, 'true', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('customer.changes_need_approval', 1, 'true', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
DROP TABLE customer_changes, customer_applications;
DROP FUNCTION guard_customer_request();
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('customer.application_required', 'customer.changes_need_approval');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('customer.application_required', 'customer.changes_need_approval');
