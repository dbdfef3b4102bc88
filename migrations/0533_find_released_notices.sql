-- +goose Up
-- SHP-03: what is released is judged anew when a limit falls or money is gone.
CREATE INDEX shipping_notices_released ON shipping_notices (payer_id, id DESC)
    WHERE state = 'released' AND flow IN ('credit', 'new_customer') AND special_release_id IS NULL AND emergency_id IS NULL;

-- +goose Down
DROP INDEX shipping_notices_released;
