-- +goose Up
-- An adoption is done when base price and authority are there (PRC-04): a table names the product or its category, or the list that sets the
-- price says that the general entries of the table hold.
ALTER TABLE base_price_lists ADD COLUMN general_authority boolean NOT NULL DEFAULT false;
ALTER TABLE price_adoptions
    DROP CONSTRAINT price_adoptions_closed,
    ADD COLUMN authority_table_id uuid REFERENCES price_authority_tables, -- that names the product or its category
    ADD COLUMN general_authority  boolean NOT NULL DEFAULT false; -- the list says that the general entries hold
UPDATE price_adoptions SET general_authority = true WHERE state = 'adopted';
ALTER TABLE price_adoptions
    ADD CONSTRAINT price_adoptions_closed CHECK ((state = 'open') = (closed_at IS NULL)
        AND (state = 'adopted') = (list_id IS NOT NULL AND (authority_table_id IS NOT NULL OR general_authority)));
CREATE INDEX price_authority_entries_product ON price_authority_entries (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX price_authority_entries_category ON price_authority_entries (category_id) WHERE category_id IS NOT NULL;

-- +goose Down
DROP INDEX price_authority_entries_category;
DROP INDEX price_authority_entries_product;
UPDATE price_adoptions SET list_id = NULL WHERE state <> 'adopted';
ALTER TABLE price_adoptions
    DROP CONSTRAINT price_adoptions_closed,
    DROP COLUMN authority_table_id,
    DROP COLUMN general_authority,
    ADD CONSTRAINT price_adoptions_closed CHECK ((state = 'open') = (closed_at IS NULL) AND (state = 'adopted') = (list_id IS NOT NULL));
ALTER TABLE base_price_lists DROP COLUMN general_authority;
