-- +goose Up

-- A released notice is held against what was agreed of its payer's others since (SHP-03).
CREATE INDEX shipping_notices_let_pass ON shipping_notices (payer_id, released_at)
    WHERE flow IN ('credit', 'new_customer') AND special_release_id IS NULL AND emergency_id IS NULL AND released_at IS NOT NULL;

-- +goose Down
DROP INDEX shipping_notices_let_pass;
