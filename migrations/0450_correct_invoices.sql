-- +goose Up
-- ARV-06: credit notes (红字) and adjusting documents (调整单) correct a posted invoice, bad debt is written off (ARV-07). What they settle of an
-- invoice counts in paid, so that open = total - paid holds for every reader; credited and written_off say which part of paid no money was.
-- A document that lowers another is settled from the start: paid = total.
ALTER TABLE invoices
    ADD COLUMN credited    numeric(18, 2) NOT NULL DEFAULT 0,
    ADD COLUMN written_off numeric(18, 2) NOT NULL DEFAULT 0,
    ADD COLUMN corrects_id uuid CONSTRAINT invoices_corrects_fkey REFERENCES invoices,
    ADD COLUMN cause       text NOT NULL DEFAULT '' CONSTRAINT invoices_cause CHECK (cause IN ('', 'price', 'quantity', 'return', 'duplicate', 'item')),
    ADD COLUMN source_id   uuid, -- what asked for it: a disputed item, a return
    DROP CONSTRAINT invoices_kind_check,
    DROP CONSTRAINT invoices_total,
    DROP CONSTRAINT invoices_paid;
ALTER TABLE invoices
    ADD CONSTRAINT invoices_kind_check CHECK (kind IN ('invoice', 'opening', 'reversal', 'credit_note', 'adjustment')),
    ADD CONSTRAINT invoices_total CHECK (CASE kind WHEN 'reversal' THEN total < 0 WHEN 'credit_note' THEN total < 0 WHEN 'adjustment' THEN total <> 0 ELSE total > 0 END),
    ADD CONSTRAINT invoices_paid CHECK (CASE WHEN total > 0 THEN paid >= 0 AND paid <= total WHEN kind = 'reversal' THEN paid = 0 ELSE paid = total END),
    ADD CONSTRAINT invoices_settled CHECK (credited >= 0 AND written_off >= 0 AND (total < 0 OR credited + written_off <= paid)),
    ADD CONSTRAINT invoices_corrects CHECK (CASE WHEN kind IN ('credit_note', 'adjustment') THEN corrects_id IS NOT NULL AND cause <> '' ELSE corrects_id IS NULL AND cause = '' END);
CREATE INDEX invoices_corrections ON invoices (corrects_id) WHERE corrects_id IS NOT NULL;

ALTER TABLE invoice_lines ADD COLUMN corrects_line_id uuid CONSTRAINT invoice_lines_corrects_fkey REFERENCES invoice_lines;
CREATE INDEX invoice_lines_corrections ON invoice_lines (corrects_line_id) WHERE corrects_line_id IS NOT NULL;
CREATE INDEX invoice_lines_delivery_line ON invoice_lines (delivery_line_id);

-- Goods that came back are no longer to be invoiced: shipped, not invoiced = delivered - invoiced - returned (SHP-20).
ALTER TABLE delivery_note_lines
    ADD COLUMN returned_quantity numeric(18, 4) NOT NULL DEFAULT 0 CONSTRAINT delivery_note_lines_returned_quantity CHECK (returned_quantity >= 0),
    ADD COLUMN returned_amount   numeric(18, 2) NOT NULL DEFAULT 0 CONSTRAINT delivery_note_lines_returned_amount CHECK (returned_amount >= 0),
    DROP CONSTRAINT delivery_note_lines_not_over;
ALTER TABLE delivery_note_lines
    ADD CONSTRAINT delivery_note_lines_not_over CHECK (invoiced_quantity + returned_quantity <= quantity);

CREATE TABLE goods_returns (
    id               uuid PRIMARY KEY,
    number           text NOT NULL CONSTRAINT goods_returns_number UNIQUE,
    delivery_note_id uuid NOT NULL REFERENCES delivery_notes,
    customer_id      uuid NOT NULL REFERENCES customers,
    payer_id         uuid NOT NULL REFERENCES customers,
    returned_on      date NOT NULL,
    reason           text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    source_id        uuid, -- the complaint that it settles
    created_by       uuid,
    created_at       timestamptz NOT NULL
);
CREATE INDEX goods_returns_note ON goods_returns (delivery_note_id);
CREATE INDEX goods_returns_customer ON goods_returns (customer_id, id DESC);
CREATE TABLE goods_return_lines (
    id               uuid PRIMARY KEY,
    goods_return_id  uuid NOT NULL REFERENCES goods_returns,
    delivery_line_id uuid NOT NULL REFERENCES delivery_note_lines,
    quantity         numeric(18, 4) NOT NULL CHECK (quantity > 0), -- that came back
    credited         numeric(18, 4) NOT NULL CHECK (credited BETWEEN 0 AND quantity), -- of it, what was invoiced already
    amount           numeric(18, 2) NOT NULL CHECK (amount >= 0) -- of what wasn't
);
CREATE INDEX goods_return_lines_return ON goods_return_lines (goods_return_id);
CREATE TRIGGER goods_returns_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON goods_returns FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER goods_return_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON goods_return_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ARV-07: bad debt. The invoice keeps its history; what comes in later is a receipt against the write-off.
CREATE TABLE write_offs (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT write_offs_number UNIQUE,
    state       text NOT NULL CHECK (state IN ('posted', 'reversed')),
    invoice_id  uuid NOT NULL REFERENCES invoices,
    customer_id uuid NOT NULL REFERENCES customers,
    payer_id    uuid NOT NULL REFERENCES customers,
    amount      numeric(18, 2) NOT NULL CHECK (amount > 0),
    recovered   numeric(18, 2) NOT NULL CONSTRAINT write_offs_recovered CHECK (recovered BETWEEN 0 AND amount),
    written_on  date NOT NULL,
    reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    source_id   uuid, -- the approved application
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL
);
CREATE INDEX write_offs_invoice ON write_offs (invoice_id);
CREATE INDEX write_offs_payer ON write_offs (payer_id, id DESC);
CREATE TABLE recoveries (
    id            uuid PRIMARY KEY,
    state         text NOT NULL CHECK (state IN ('posted', 'reversed')),
    write_off_id  uuid NOT NULL REFERENCES write_offs,
    receipt_id    uuid NOT NULL REFERENCES receipts,
    allocation_id uuid NOT NULL CONSTRAINT recoveries_allocation UNIQUE REFERENCES allocations,
    amount        numeric(18, 2) NOT NULL CHECK (amount > 0),
    created_by    uuid,
    created_at    timestamptz NOT NULL,
    version       bigint NOT NULL
);
CREATE INDEX recoveries_write_off ON recoveries (write_off_id);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_posted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := CASE TG_TABLE_NAME WHEN 'invoices' THEN '{paid,credited,written_off,state,tax_number,version}'
    WHEN 'receipts' THEN '{allocated,covering,state,version}' WHEN 'write_offs' THEN '{recovered,state,version}' ELSE '{state,version}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free
        AND NOT (OLD.state = 'reversed' AND NEW.state = 'posted') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% are posted: correct them by reversal', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posted_documents_immutable';
END $$;
-- +goose StatementEnd
CREATE TRIGGER write_offs_immutable BEFORE UPDATE OR DELETE ON write_offs FOR EACH ROW EXECUTE FUNCTION guard_posted();
CREATE TRIGGER recoveries_immutable BEFORE UPDATE OR DELETE ON recoveries FOR EACH ROW EXECUTE FUNCTION guard_posted();

-- The tax system's invoices (数电票, 增值税发票) of an invoice: recorded with it or later. A red-letter one names the blue one that it takes from.
CREATE TABLE tax_invoices (
    id          uuid PRIMARY KEY,
    state       text NOT NULL CHECK (state IN ('recorded', 'void')),
    invoice_id  uuid NOT NULL REFERENCES invoices,
    kind        text NOT NULL CHECK (kind IN ('digital', 'vat_special', 'vat_general')),
    code        text NOT NULL, -- '' for a 数电票
    number      text NOT NULL,
    issued_on   date NOT NULL,
    amount      numeric(18, 2) NOT NULL CHECK (amount <> 0), -- tax included; negative for a red-letter one
    red_of_id   uuid REFERENCES tax_invoices,
    void_reason text NOT NULL CHECK (length(void_reason) <= 500),
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL,
    CONSTRAINT tax_invoices_form CHECK (CASE kind WHEN 'digital' THEN code = '' AND number ~ '^[0-9]{20}$'
        ELSE code ~ '^[0-9]{10}([0-9]{2})?$' AND number ~ '^[0-9]{8}$' END),
    CONSTRAINT tax_invoices_red CHECK ((amount < 0) = (red_of_id IS NOT NULL)),
    CONSTRAINT tax_invoices_void CHECK ((state = 'void') = (void_reason <> ''))
);
CREATE UNIQUE INDEX tax_invoices_number ON tax_invoices (number, code) WHERE state = 'recorded';
CREATE INDEX tax_invoices_invoice ON tax_invoices (invoice_id);
CREATE INDEX tax_invoices_red_of ON tax_invoices (red_of_id) WHERE red_of_id IS NOT NULL;

-- When a payer's deliveries are invoiced: at once (no row), or when it has confirmed the statement that they stand on (D2.10).
CREATE TABLE invoicing_terms (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    mode        text NOT NULL CHECK (mode IN ('at_once', 'after_statement')),
    version     bigint NOT NULL CHECK (version > 1),
    valid_from  timestamptz NOT NULL,
    valid_to    timestamptz,
    reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    set_by      uuid,
    CONSTRAINT invoicing_terms_version UNIQUE (customer_id, version)
);
CREATE UNIQUE INDEX invoicing_terms_current ON invoicing_terms (customer_id) WHERE valid_to IS NULL;
-- A customer confirmed its statement through this date.
CREATE TABLE statement_clearances (
    customer_id uuid NOT NULL REFERENCES customers,
    through     date NOT NULL,
    source_id   uuid NOT NULL, -- the statement
    cleared_at  timestamptz NOT NULL,
    PRIMARY KEY (customer_id, through)
);
CREATE INDEX delivery_notes_shipped ON delivery_notes (customer_id, shipped_on, id) WHERE state <> 'cancelled';
CREATE INDEX delivery_note_lines_to_invoice ON delivery_note_lines (delivery_note_id) WHERE invoiced_quantity + returned_quantity < quantity;

-- Runs of "invoice all that is due": customer by customer, each in a transaction of its own, going on where a killed server stopped.
CREATE TABLE invoice_runs (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT invoice_runs_number UNIQUE,
    state       text NOT NULL CHECK (state IN ('running', 'done')),
    through     date NOT NULL, -- deliveries that left until then
    invoiced_on date NOT NULL,
    started_by  uuid,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    version     bigint NOT NULL,
    CONSTRAINT invoice_runs_finished CHECK ((state = 'done') = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX invoice_runs_one ON invoice_runs ((true)) WHERE state = 'running';
CREATE TABLE invoice_run_items (
    run_id      uuid NOT NULL REFERENCES invoice_runs,
    customer_id uuid NOT NULL REFERENCES customers,
    payer_id    uuid NOT NULL REFERENCES customers,
    state       text NOT NULL CHECK (state IN ('pending', 'invoiced', 'nothing', 'refused')),
    invoices    int NOT NULL CHECK (invoices >= 0),
    amount      numeric(18, 2) NOT NULL,
    code        text NOT NULL CHECK (length(code) <= 100), -- why it was refused
    done_at     timestamptz,
    PRIMARY KEY (run_id, customer_id, payer_id)
);
CREATE INDEX invoice_run_items_pending ON invoice_run_items (run_id, customer_id) WHERE state = 'pending';

-- +goose Down
DROP TABLE invoice_run_items, invoice_runs, statement_clearances, invoicing_terms, tax_invoices, recoveries, write_offs, goods_return_lines, goods_returns;
DROP INDEX delivery_notes_shipped, delivery_note_lines_to_invoice;
ALTER TABLE delivery_note_lines DROP CONSTRAINT delivery_note_lines_not_over, DROP COLUMN returned_quantity, DROP COLUMN returned_amount;
ALTER TABLE delivery_note_lines ADD CONSTRAINT delivery_note_lines_not_over CHECK (invoiced_quantity <= quantity);
DROP INDEX invoice_lines_delivery_line;
ALTER TABLE invoice_lines DROP COLUMN corrects_line_id;
ALTER TABLE invoices
    DROP CONSTRAINT invoices_kind_check, DROP CONSTRAINT invoices_total, DROP CONSTRAINT invoices_paid, DROP CONSTRAINT invoices_settled, DROP CONSTRAINT invoices_corrects,
    DROP COLUMN credited, DROP COLUMN written_off, DROP COLUMN corrects_id, DROP COLUMN cause, DROP COLUMN source_id;
ALTER TABLE invoices
    ADD CONSTRAINT invoices_kind_check CHECK (kind IN ('invoice', 'opening', 'reversal')),
    ADD CONSTRAINT invoices_total CHECK (CASE WHEN kind = 'reversal' THEN total < 0 ELSE total > 0 END),
    ADD CONSTRAINT invoices_paid CHECK (paid >= 0 AND (kind = 'reversal' OR paid <= total));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_posted() RETURNS trigger LANGUAGE plpgsql AS $$
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
