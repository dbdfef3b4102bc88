-- +goose Up
-- What was open at a handover names contracts too (CUS-13).
ALTER TABLE handover_items DROP CONSTRAINT handover_items_kind_check,
    ADD CONSTRAINT handover_items_kind_check CHECK (kind IN ('order', 'contract', 'notice', 'receivable', 'follow_up', 'complaint'));

-- +goose Down
ALTER TABLE handover_items DISABLE TRIGGER handover_items_append_only;
DELETE FROM handover_items WHERE kind = 'contract';
ALTER TABLE handover_items ENABLE TRIGGER handover_items_append_only;
ALTER TABLE handover_items DROP CONSTRAINT handover_items_kind_check,
    ADD CONSTRAINT handover_items_kind_check CHECK (kind IN ('order', 'notice', 'receivable', 'follow_up', 'complaint'));
