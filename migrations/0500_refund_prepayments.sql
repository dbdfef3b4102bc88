-- +goose Up
-- ARV-01: money of a receipt that was paid back (退款). It stands in receipts.allocated, as what pays invoices does.
CREATE TABLE refunds (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT refunds_number UNIQUE,
    state       text NOT NULL CHECK (state IN ('posted', 'reversed')),
    receipt_id  uuid NOT NULL REFERENCES receipts,
    payer_id    uuid NOT NULL REFERENCES customers,
    amount      numeric(18, 2) NOT NULL CONSTRAINT refunds_amount CHECK (amount > 0),
    refunded_on date NOT NULL,
    method      text NOT NULL CHECK (method IN ('bank_transfer', 'cash')),
    reference   text NOT NULL CHECK (length(reference) <= 100),
    reason      text NOT NULL CONSTRAINT refunds_reason CHECK (trim(reason) <> '' AND length(reason) <= 1000),
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL
);
CREATE INDEX refunds_receipt ON refunds (receipt_id, id);
CREATE TRIGGER refunds_immutable BEFORE UPDATE OR DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION guard_posted();

-- What is set aside for orders that have ended is looked for each minute.
CREATE INDEX order_deposits_live ON order_deposits (order_id) WHERE amount > 0;

-- ARV-02: on a statement a refund is a receipt less.
CREATE OR REPLACE FUNCTION statement_kind(document_type text, reason text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN document_type = 'reversal' AND reason = 'invoice reversed' THEN 'invoice'
        WHEN document_type = 'reversal' AND reason = 'prepayment used' THEN 'receipt'
        WHEN document_type IN ('reversal', 'allocation') THEN 'allocation'
        WHEN document_type IN ('delivery_note', 'goods_return') THEN 'delivery' -- what came back is a delivery less
        WHEN document_type = 'refund' THEN 'receipt'
        WHEN document_type IN ('invoice', 'receipt', 'opening', 'credit_note', 'write_off') THEN document_type
        ELSE 'adjustment'
    END
$$;

-- +goose Down
CREATE OR REPLACE FUNCTION statement_kind(document_type text, reason text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN document_type = 'reversal' AND reason = 'invoice reversed' THEN 'invoice'
        WHEN document_type = 'reversal' AND reason = 'prepayment used' THEN 'receipt'
        WHEN document_type IN ('reversal', 'allocation') THEN 'allocation'
        WHEN document_type IN ('delivery_note', 'goods_return') THEN 'delivery' -- what came back is a delivery less
        WHEN document_type IN ('invoice', 'receipt', 'opening', 'credit_note', 'write_off') THEN document_type
        ELSE 'adjustment'
    END
$$;
DROP INDEX order_deposits_live;
DROP TABLE refunds;
