-- +goose Up
-- What the price committee has resolved about a quarterly review or an adoption, and the base price lists that come of it (PRC-04, PRC-08, PRC-11).
ALTER TABLE price_reviews ADD COLUMN resolution_id uuid REFERENCES price_resolutions;
ALTER TABLE price_adoptions ADD COLUMN resolution_id uuid REFERENCES price_resolutions;
ALTER TABLE base_price_lists ADD COLUMN resolution_id uuid REFERENCES price_resolutions; -- that asked for the list
CREATE INDEX base_price_lists_resolution ON base_price_lists (resolution_id) WHERE resolution_id IS NOT NULL;
CREATE INDEX price_adoptions_awaiting ON price_adoptions (id) WHERE state = 'open' AND resolution_id IS NULL;

-- +goose Down
DROP INDEX price_adoptions_awaiting;
DROP INDEX base_price_lists_resolution;
ALTER TABLE base_price_lists DROP COLUMN resolution_id;
ALTER TABLE price_adoptions DROP COLUMN resolution_id;
ALTER TABLE price_reviews DROP COLUMN resolution_id;
