-- +goose Up
-- Goods that came back from a customer are lots of their own, which leave only when they have passed an inspection, whatever the parameters say (CMP-08).
ALTER TABLE stock_lots ADD COLUMN returned boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE stock_lots DROP COLUMN returned;
