-- +goose Up
-- The overdue list by the last step that was sent.
CREATE INDEX dunning_items_step ON dunning_items (step, invoice_id) WHERE sent;

-- +goose Down
DROP INDEX dunning_items_step;
