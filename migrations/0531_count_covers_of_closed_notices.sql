-- +goose Up
-- SHP-10: a closed notice is covered for what left on it. Where a truck was unloaded after it was closed, it said more.
UPDATE shipping_notices SET covered_amount = dispatched_amount WHERE flow = 'prepaid' AND state = 'closed' AND covered_amount <> dispatched_amount;

-- +goose Down
SELECT 1; -- what was wrong isn't brought back
