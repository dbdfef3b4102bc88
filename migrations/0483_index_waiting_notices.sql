-- +goose Up
-- What waits for a payer's credit, the largest amount first: a release looks whether it leaves room for it (CRD-17).
DROP INDEX shipping_notices_waiting;
CREATE INDEX shipping_notices_waiting ON shipping_notices (payer_id, amount DESC, id)
    WHERE state IN ('checked', 'blocked') AND flow IN ('credit', 'new_customer');

-- +goose Down
DROP INDEX shipping_notices_waiting;
CREATE INDEX shipping_notices_waiting ON shipping_notices (payer_id, id) WHERE state IN ('checked', 'blocked') AND flow IN ('credit', 'new_customer');
