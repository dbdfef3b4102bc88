-- +goose Up
-- What was said to whom about what a payer owes: calls, visits, letters. Never changed.
CREATE TABLE collection_contacts (
    id          uuid PRIMARY KEY,
    payer_id    uuid NOT NULL REFERENCES customers,
    channel     text NOT NULL CONSTRAINT collection_contacts_channel CHECK (channel IN ('phone', 'visit', 'message', 'email', 'letter', 'fax', 'other')),
    happened_at timestamptz NOT NULL,
    person      text NOT NULL CHECK (length(person) <= 100), -- of the customer
    note        text NOT NULL CHECK (length(note) BETWEEN 1 AND 1000),
    made_by     uuid, -- null: the system
    made_at     timestamptz NOT NULL,
    CONSTRAINT collection_contacts_happened CHECK (happened_at <= made_at)
);
CREATE INDEX collection_contacts_payer ON collection_contacts (payer_id, happened_at DESC, id DESC);
CREATE TRIGGER collection_contacts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON collection_contacts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Promises to pay. Whether one was kept is computed from receipts, never written by people.
CREATE TABLE payment_promises (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT payment_promises_number UNIQUE,
    payer_id     uuid NOT NULL REFERENCES customers,
    state        text NOT NULL CHECK (state IN ('open', 'kept', 'partly_kept', 'broken', 'lapsed', 'withdrawn')),
    promised_by  text NOT NULL CHECK (length(promised_by) BETWEEN 1 AND 100), -- the customer's person
    channel      text NOT NULL CHECK (channel IN ('phone', 'visit', 'message', 'email', 'letter', 'fax', 'other')),
    promised_on  date NOT NULL,
    pay_by       date NOT NULL,
    amount       numeric(18, 2) NOT NULL CHECK (amount > 0),
    received     numeric(18, 2) NOT NULL CHECK (received >= 0),
    note         text NOT NULL CHECK (length(note) <= 1000),
    ended_reason text NOT NULL CHECK (length(ended_reason) <= 500),
    judged_at    timestamptz,
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    version      bigint NOT NULL CHECK (version > 0),
    CONSTRAINT payment_promises_dates CHECK (pay_by >= promised_on),
    CONSTRAINT payment_promises_received CHECK (received <= amount),
    CONSTRAINT payment_promises_judged CHECK (state IN ('open', 'withdrawn') OR judged_at IS NOT NULL),
    CONSTRAINT payment_promises_kept CHECK (state <> 'broken' OR received = 0)
);
CREATE INDEX payment_promises_payer ON payment_promises (payer_id, id DESC);
CREATE INDEX payment_promises_state ON payment_promises (state, id DESC);
CREATE INDEX payment_promises_open ON payment_promises (payer_id, pay_by) WHERE state = 'open';
CREATE INDEX payment_promises_recent ON payment_promises (pay_by, payer_id) WHERE state IN ('kept', 'partly_kept', 'broken', 'lapsed');

CREATE TABLE payment_promise_items (
    promise_id uuid NOT NULL REFERENCES payment_promises,
    invoice_id uuid NOT NULL REFERENCES invoices,
    amount     numeric(18, 2) NOT NULL CHECK (amount > 0),
    base       numeric(18, 2) NOT NULL CHECK (base >= 0), -- what was paid on the invoice, or promised before this: it counts from there
    PRIMARY KEY (promise_id, invoice_id)
);
CREATE INDEX payment_promise_items_invoice ON payment_promise_items (invoice_id);
CREATE TRIGGER payment_promise_items_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_promise_items
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The overdue list of everybody, the longest overdue first.
CREATE INDEX invoices_open_due ON invoices (due_on, id) WHERE state = 'posted' AND kind <> 'reversal' AND paid < total;
CREATE INDEX invoices_customer_open ON invoices (customer_id, due_on, id) WHERE state = 'posted' AND kind <> 'reversal' AND paid < total;

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('collection.promise_grace_days',  'int', 'working day', 0, 30,   1),
    ('collection.promise_review_days', 'int', 'day',         0, 365,  1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('collection.promise_grace_days', '1'), ('collection.promise_review_days', '60')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('collection.promise_grace_days', 'collection.promise_review_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('collection.promise_grace_days', 'collection.promise_review_days');
DROP INDEX invoices_customer_open, invoices_open_due;
DROP TABLE payment_promise_items, payment_promises, collection_contacts;
