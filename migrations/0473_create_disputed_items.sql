-- +goose Up
-- Items that a customer disputes (ARV-06): an invoice or one line of it. The posted document stays as it is; what is right is settled
-- by an adjusting document, or the dispute is rejected.
CREATE TABLE disputed_items (
    id             uuid PRIMARY KEY,
    number         text NOT NULL CONSTRAINT disputed_items_number UNIQUE,
    invoice_id     uuid NOT NULL REFERENCES invoices,
    line_id        uuid REFERENCES invoice_lines,
    customer_id    uuid NOT NULL REFERENCES customers,
    payer_id       uuid NOT NULL REFERENCES customers,
    reason         text NOT NULL CONSTRAINT disputed_items_reason CHECK (reason IN ('duplicate', 'price', 'item', 'quantity', 'quality')),
    amount         numeric(18, 2) NOT NULL CHECK (amount > 0),
    raised_by      text NOT NULL CHECK (length(raised_by) BETWEEN 1 AND 100), -- the customer's person
    note           text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    state          text NOT NULL CHECK (state IN ('open', 'deciding', 'adjusted', 'rejected', 'withdrawn')),
    credited       numeric(18, 2) NOT NULL CHECK (credited >= 0), -- what is asked to be, or was, taken off the invoice
    quantity       numeric(18, 4) CHECK (quantity > 0), -- of the line, that is to be taken off with it
    approval_id    uuid,
    adjustment_id  uuid CONSTRAINT disputed_items_adjustment UNIQUE, -- the adjusting document
    outcome        text NOT NULL CHECK (length(outcome) <= 1000),
    opened_by      uuid NOT NULL,
    opened_at      timestamptz NOT NULL,
    closed_by      uuid,
    closed_at      timestamptz,
    version        bigint NOT NULL CHECK (version > 0),
    CONSTRAINT disputed_items_closed CHECK ((closed_at IS NOT NULL) = (state IN ('adjusted', 'rejected', 'withdrawn'))),
    CONSTRAINT disputed_items_deciding CHECK (state <> 'deciding' OR (approval_id IS NOT NULL AND credited > 0)),
    CONSTRAINT disputed_items_adjusted CHECK ((state = 'adjusted') = (adjustment_id IS NOT NULL)),
    CONSTRAINT disputed_items_credited CHECK (credited <= amount),
    CONSTRAINT disputed_items_reasoned CHECK (state NOT IN ('rejected', 'withdrawn') OR outcome <> '')
);
CREATE INDEX disputed_items_invoice ON disputed_items (invoice_id) WHERE state IN ('open', 'deciding');
CREATE INDEX disputed_items_state ON disputed_items (state, id DESC);
CREATE INDEX disputed_items_payer ON disputed_items (payer_id, id DESC);
CREATE INDEX disputed_items_customer ON disputed_items (customer_id, id DESC);

-- +goose Down
DROP TABLE disputed_items;
