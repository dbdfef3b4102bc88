-- +goose Up
CREATE TABLE invoices (
    id              uuid PRIMARY KEY,
    number          text NOT NULL CONSTRAINT invoices_number UNIQUE,
    kind            text NOT NULL CHECK (kind IN ('invoice', 'opening', 'reversal')),
    state           text NOT NULL CHECK (state IN ('posted', 'reversed')),
    customer_id     uuid NOT NULL CONSTRAINT invoices_customer_fkey REFERENCES customers,
    payer_id        uuid NOT NULL REFERENCES customers,
    invoiced_on     date NOT NULL,
    due_on          date NOT NULL,
    terms           text NOT NULL,
    currency        text NOT NULL CHECK (currency = 'CNY'),
    total           numeric(18, 2) NOT NULL CONSTRAINT invoices_total CHECK (CASE WHEN kind = 'reversal' THEN total < 0 ELSE total > 0 END),
    tax_total       numeric(18, 2) NOT NULL,
    paid            numeric(18, 2) NOT NULL CONSTRAINT invoices_paid CHECK (paid >= 0 AND (kind = 'reversal' OR paid <= total)),
    tax_number      text NOT NULL, -- of the tax system's invoice, '' until known
    remarks         text NOT NULL,
    reverses_id     uuid CONSTRAINT invoices_reversed_once UNIQUE REFERENCES invoices,
    created_by      uuid,
    created_at      timestamptz NOT NULL,
    version         bigint NOT NULL,
    CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL))
);
CREATE INDEX invoices_customer ON invoices (customer_id, id DESC);
CREATE INDEX invoices_payer_open ON invoices (payer_id, due_on, id) WHERE state = 'posted' AND kind <> 'reversal' AND paid < total;
CREATE INDEX invoices_payer ON invoices (payer_id, id DESC);
CREATE INDEX invoices_state ON invoices (state, id DESC);

CREATE TABLE invoice_lines (
    id               uuid PRIMARY KEY,
    invoice_id       uuid NOT NULL REFERENCES invoices,
    line_no          int NOT NULL,
    delivery_note_id uuid NOT NULL,
    delivery_line_id uuid NOT NULL,
    product_id       uuid NOT NULL,
    quantity         numeric(18, 4) NOT NULL,
    price            numeric(18, 4) NOT NULL,
    amount           numeric(18, 2) NOT NULL,
    tax_rate         numeric(6, 4) NOT NULL,
    tax              numeric(18, 2) NOT NULL,
    UNIQUE (invoice_id, line_no)
);
CREATE INDEX invoice_lines_delivery ON invoice_lines (delivery_note_id);
CREATE TRIGGER invoice_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE receipts (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT receipts_number UNIQUE,
    state       text NOT NULL CHECK (state IN ('posted', 'reversed')),
    payer_id    uuid NOT NULL CONSTRAINT receipts_payer_fkey REFERENCES customers,
    method      text NOT NULL CHECK (method IN ('bank_transfer', 'cash', 'acceptance_bill')),
    reference   text NOT NULL, -- the bank's, '' for none
    received_on date NOT NULL,
    currency    text NOT NULL CHECK (currency = 'CNY'),
    amount      numeric(18, 2) NOT NULL CHECK (amount > 0),
    allocated   numeric(18, 2) NOT NULL CHECK (allocated >= 0),
    covering    numeric(18, 2) NOT NULL CHECK (covering >= 0), -- set aside for payment-first notices (SHP-10)
    remarks     text NOT NULL,
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL,
    -- Nothing is allocated twice, under any race.
    CONSTRAINT receipts_not_over_allocated CHECK (allocated + covering <= amount)
);
CREATE INDEX receipts_payer ON receipts (payer_id, id DESC);
CREATE INDEX receipts_free ON receipts (payer_id, received_on, id) WHERE state = 'posted' AND allocated + covering < amount;
-- The same bank movement isn't booked twice.
CREATE UNIQUE INDEX receipts_reference ON receipts (method, reference) WHERE reference <> '' AND state = 'posted';

CREATE TABLE allocations (
    id         uuid PRIMARY KEY,
    state      text NOT NULL CHECK (state IN ('posted', 'reversed')),
    receipt_id uuid NOT NULL REFERENCES receipts,
    invoice_id uuid NOT NULL REFERENCES invoices,
    amount     numeric(18, 2) NOT NULL CHECK (amount > 0),
    created_by uuid,
    created_at timestamptz NOT NULL,
    version    bigint NOT NULL
);
CREATE INDEX allocations_receipt ON allocations (receipt_id);
CREATE INDEX allocations_invoice ON allocations (invoice_id);

-- Received money set aside for a payment-first notice (SHP-10), until its invoice takes it or the notice dies.
CREATE TABLE notice_covers (
    notice_id  uuid NOT NULL,
    receipt_id uuid NOT NULL REFERENCES receipts,
    amount     numeric(18, 2) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (notice_id, receipt_id)
);
CREATE INDEX notice_covers_receipt ON notice_covers (receipt_id);

-- Posted documents are immutable (ARV-06): beside what is paid or allocated, and whether it was reversed, nothing changes.
-- +goose StatementBegin
CREATE FUNCTION guard_posted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := CASE TG_TABLE_NAME WHEN 'invoices' THEN '{paid,state,tax_number,version}'
    WHEN 'receipts' THEN '{allocated,covering,state,version}' ELSE '{state,version}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free
        AND NOT (OLD.state = 'reversed' AND NEW.state = 'posted') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% are posted: correct them by reversal', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posted_documents_immutable';
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoices_immutable BEFORE UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION guard_posted();
CREATE TRIGGER receipts_immutable BEFORE UPDATE OR DELETE ON receipts FOR EACH ROW EXECUTE FUNCTION guard_posted();
CREATE TRIGGER allocations_immutable BEFORE UPDATE OR DELETE ON allocations FOR EACH ROW EXECUTE FUNCTION guard_posted();

-- +goose Down
DROP TABLE notice_covers, allocations, receipts, invoice_lines, invoices;
DROP FUNCTION guard_posted();
