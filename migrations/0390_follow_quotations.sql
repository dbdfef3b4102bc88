-- +goose Up
-- When the quotation that a contract in force has its prices from turned out to be approved by nobody (QUO-06, QUO-07): nothing more is
-- called off until the contract comes in force with prices that were decided on.
ALTER TABLE contracts ADD COLUMN price_base_gone_at timestamptz;

-- What a quotation's end reaches.
CREATE INDEX orders_quotation ON orders (quotation_id, id) WHERE quotation_id IS NOT NULL;

-- +goose Down
DROP INDEX orders_quotation;
ALTER TABLE contracts DROP COLUMN price_base_gone_at;
