-- +goose Up
-- Since when the confirmation of an order waits to be told to who follows it: production makes its request then (ORD-03). Being told is no
-- part of confirming, since the numbers of orders are held from their insert to the commit.
ALTER TABLE orders ADD COLUMN untold_since timestamptz;
-- Orders that were under way before there were production requests get theirs.
UPDATE orders SET untold_since = now() WHERE state IN ('confirmed', 'partly_shipped')
    AND NOT EXISTS (SELECT FROM production_requests r WHERE r.order_id = orders.id);
ALTER TABLE orders ADD CONSTRAINT orders_untold CHECK (untold_since IS NULL OR state IN ('confirmed', 'partly_shipped', 'shipped'));
CREATE INDEX orders_untold_since ON orders (untold_since, id) WHERE untold_since IS NOT NULL;

-- +goose Down
DROP INDEX orders_untold_since;
ALTER TABLE orders DROP CONSTRAINT orders_untold, DROP COLUMN untold_since;
