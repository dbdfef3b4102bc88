-- +goose Up
-- Most levels of a warehouse are empty after some years: lists of what is there begin with what is.
CREATE INDEX stock_levels_in_stock ON stock_levels (lot_id, warehouse_id) WHERE on_hand > 0;
-- Somebody who has a payment looks for the invoice of that amount.
CREATE INDEX invoices_total ON invoices (total, id DESC);
-- A proof is awaited until it comes, also when it was asked for already.
UPDATE delivery_notes d SET proof_awaited = true WHERE proof_late_at IS NOT NULL AND NOT proof_awaited
    AND NOT EXISTS (SELECT FROM delivery_proofs p WHERE p.delivery_note_id = d.id);

-- +goose Down
UPDATE delivery_notes SET proof_awaited = false WHERE proof_late_at IS NOT NULL;
DROP INDEX invoices_total;
DROP INDEX stock_levels_in_stock;
