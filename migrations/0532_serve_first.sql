-- +goose Up
-- SHP-19: who is served first follows the grade, unless the sales manager says otherwise, with a reason.
ALTER TABLE shipping_notices ADD COLUMN priority_reason text NOT NULL DEFAULT '' CHECK (length(priority_reason) <= 500), ADD COLUMN priority_set_by uuid;
ALTER TABLE shipping_notices ADD CONSTRAINT shipping_notices_priority_reason CHECK ((priority_reason = '') = (priority_set_by IS NULL));

-- +goose Down
ALTER TABLE shipping_notices DROP COLUMN priority_reason, DROP COLUMN priority_set_by;
