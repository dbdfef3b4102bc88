-- +goose Up
-- Orders that were shipped and are open again, since less has left than was booked, are told of: production's requests had ended with them (ORD-03).
UPDATE orders SET untold_since = now() WHERE state IN ('confirmed', 'partly_shipped') AND untold_since IS NULL
    AND EXISTS (SELECT FROM production_requests r WHERE r.order_id = orders.id AND r.state = 'closed');

-- +goose Down
SELECT 1;
