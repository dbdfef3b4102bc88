-- +goose Up
-- Sample requests (样品申请单, SMP-01): asked for, approved, made, signed, sent and registered, and followed until the result is known.
CREATE TABLE samples (
    id               uuid PRIMARY KEY,
    number           text NOT NULL CONSTRAINT samples_number UNIQUE,
    customer_id      uuid REFERENCES customers,
    prospect_id      uuid REFERENCES prospects,
    owner_id         uuid NOT NULL REFERENCES users, -- of the customer or the prospect; follows it
    state            text NOT NULL CONSTRAINT samples_state
        CHECK (state IN ('draft', 'submitted', 'approved', 'made', 'signed', 'sent', 'passed', 'failed', 'changed', 'rejected', 'cancelled')),
    purpose          text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 2000),
    needed_by        date NOT NULL,
    deliver_to       text NOT NULL CHECK (length(deliver_to) BETWEEN 1 AND 500),
    follows_id       uuid REFERENCES samples, -- whose result it answers
    approval_id      uuid,
    submitted_at     timestamptz,
    approved_at      timestamptz,
    make_by          timestamptz,
    made_at          timestamptz,
    made_by          uuid,
    made_note        text NOT NULL CHECK (length(made_note) <= 2000),
    signed_at        timestamptz,
    signed_by        uuid,
    sent_at          timestamptz,
    sent_by          uuid,
    sent_on          date,
    carrier          text NOT NULL CHECK (length(carrier) <= 100),
    tracking_no      text NOT NULL CHECK (length(tracking_no) <= 100),
    follow_from      timestamptz, -- NULL where follow_up_at was said and not computed
    follow_up_at     timestamptz, -- when the customer's result is to be asked for next
    result           text NOT NULL CHECK (length(result) <= 4000),
    result_at        timestamptz,
    state_reason     text NOT NULL CHECK (length(state_reason) <= 2000),
    created_by       uuid,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    version          bigint NOT NULL CHECK (version > 0),
    CONSTRAINT samples_for CHECK (num_nonnulls(customer_id, prospect_id) >= 1),
    CONSTRAINT samples_approved_first CHECK (state NOT IN ('approved', 'made', 'signed', 'sent', 'passed', 'failed', 'changed') OR approval_id IS NOT NULL AND approved_at IS NOT NULL),
    -- SMP-02: nothing is sent that the plant manager hasn't signed
    CONSTRAINT samples_signed_first CHECK (state NOT IN ('signed', 'sent', 'passed', 'failed', 'changed') OR made_at IS NOT NULL AND signed_by IS NOT NULL AND signed_at IS NOT NULL),
    CONSTRAINT samples_sent_first CHECK (state NOT IN ('sent', 'passed', 'failed', 'changed') OR sent_at IS NOT NULL AND sent_on IS NOT NULL AND trim(carrier) <> ''),
    CONSTRAINT samples_result CHECK ((state IN ('passed', 'failed', 'changed')) = (result_at IS NOT NULL) AND (result_at IS NULL OR trim(result) <> '')),
    CONSTRAINT samples_reason CHECK (state <> 'cancelled' OR trim(state_reason) <> '')
);
CREATE INDEX samples_owner ON samples (owner_id, id);
CREATE INDEX samples_standing ON samples (state, id);
CREATE INDEX samples_customer ON samples (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX samples_prospect ON samples (prospect_id, id) WHERE prospect_id IS NOT NULL;
CREATE INDEX samples_waiting ON samples (follow_up_at, id) WHERE state = 'sent';

-- What is asked for: a product, or something new in words.
CREATE TABLE sample_lines (
    id          uuid PRIMARY KEY,
    sample_id   uuid NOT NULL REFERENCES samples,
    line_no     int NOT NULL CHECK (line_no > 0),
    product_id  uuid REFERENCES products,
    description text NOT NULL CHECK (length(description) <= 500),
    unit        text NOT NULL CHECK (length(unit) BETWEEN 1 AND 20),
    quantity    numeric(18, 4) NOT NULL CONSTRAINT sample_lines_quantity CHECK (quantity > 0),
    remarks     text NOT NULL CHECK (length(remarks) <= 500),
    CONSTRAINT sample_lines_no UNIQUE (sample_id, line_no),
    CONSTRAINT sample_lines_item CHECK (product_id IS NOT NULL OR trim(description) <> '')
);
CREATE INDEX sample_lines_product ON sample_lines (product_id) WHERE product_id IS NOT NULL;

-- What the customer said on the way, until the result is known.
CREATE TABLE sample_notes (
    id          uuid PRIMARY KEY,
    sample_id   uuid NOT NULL REFERENCES samples,
    note        text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    next_at     timestamptz, -- when to ask again
    recorded_at timestamptz NOT NULL,
    recorded_by uuid
);
CREATE INDEX sample_notes_sample ON sample_notes (sample_id, id);
CREATE TRIGGER sample_notes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sample_notes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A passed sample is the reference of an order's lines (SMP-01): this says of which.
CREATE TABLE sample_references (
    sample_id     uuid NOT NULL REFERENCES samples,
    order_id      uuid NOT NULL REFERENCES orders,
    order_line_id uuid, -- NULL: of the whole order
    note          text NOT NULL CHECK (length(note) <= 500),
    linked_at     timestamptz NOT NULL,
    linked_by     uuid
);
CREATE UNIQUE INDEX sample_references_once ON sample_references (sample_id, order_id, coalesce(order_line_id, '00000000-0000-0000-0000-000000000000'));
CREATE INDEX sample_references_order ON sample_references (order_id);

-- They belong to the owner of the customer or prospect (ORG-06), also when written while that one moves.
CREATE TRIGGER samples_owner BEFORE INSERT ON samples FOR EACH ROW EXECUTE FUNCTION own_opportunity();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('sample.follow_up_days', 'int', 'working_day', 1, 120, 1),
    ('sample.make_hours', 'int', 'working_hour', 1, 400, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('sample.follow_up_days', '5'), ('sample.make_hours', '27')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('sample.follow_up_days', 'sample.make_hours');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('sample.follow_up_days', 'sample.make_hours');
DROP TABLE sample_references, sample_notes, sample_lines, samples;
