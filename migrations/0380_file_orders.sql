-- +goose Up
-- Closed orders are filed by customer and month (订单归档, ORD-09): the month of the business date in which they were closed.
ALTER TABLE orders ADD COLUMN filed_month date GENERATED ALWAYS AS (
    CASE WHEN state = 'closed' THEN date_trunc('month', ended_at AT TIME ZONE 'Asia/Shanghai')::date END
) STORED;
-- The files of everybody, of one owner and of one customer, each in the order of the list; the total is read from the index.
CREATE INDEX orders_filed ON orders (filed_month, customer_id) INCLUDE (total) WHERE filed_month IS NOT NULL;
CREATE INDEX orders_filed_owner ON orders (owner_id, filed_month, customer_id) INCLUDE (total) WHERE filed_month IS NOT NULL;
CREATE INDEX orders_filed_customer ON orders (customer_id, filed_month, id) INCLUDE (total) WHERE filed_month IS NOT NULL;

-- +goose Down
DROP INDEX orders_filed_customer;
DROP INDEX orders_filed_owner;
DROP INDEX orders_filed;
ALTER TABLE orders DROP COLUMN filed_month;
