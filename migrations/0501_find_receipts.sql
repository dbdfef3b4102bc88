-- +goose Up
-- A customer is on the phone: receipts are looked for by the day on which they came and by the bank's reference.
CREATE INDEX receipts_received ON receipts (received_on, id DESC);
CREATE INDEX receipts_by_reference ON receipts (reference) WHERE reference <> '';

-- +goose Down
DROP INDEX receipts_received, receipts_by_reference;
