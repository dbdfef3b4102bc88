-- +goose Up
-- The products of a price review are written before its head, whose number is taken last: nobody waits for a series meanwhile.
ALTER TABLE price_review_items ALTER CONSTRAINT price_review_items_review_id_fkey DEFERRABLE INITIALLY DEFERRED;

-- +goose Down
ALTER TABLE price_review_items ALTER CONSTRAINT price_review_items_review_id_fkey NOT DEFERRABLE;
