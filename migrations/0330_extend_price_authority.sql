-- +goose Up
-- An entry may hold only from a quantity on, and there are bounds on whole orders besides those on their lines (PRC-09).
ALTER TABLE price_authority_entries
    ADD COLUMN level text NOT NULL DEFAULT 'line' CHECK (level IN ('line', 'order')),
    ADD COLUMN min_quantity numeric(18, 4) CONSTRAINT price_authority_entries_min_quantity CHECK (min_quantity > 0),
    ADD CONSTRAINT price_authority_entries_level CHECK (
        level = 'line' OR (product_id IS NULL AND category_id IS NULL AND min_quantity IS NULL));
DROP INDEX price_authority_entries_key;
CREATE UNIQUE INDEX price_authority_entries_key ON price_authority_entries (table_id, role, level,
    coalesce(product_id, '00000000-0000-0000-0000-000000000000'), coalesce(category_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(min_quantity, 0));

-- +goose Down
DELETE FROM price_authority_entries WHERE level = 'order' OR min_quantity IS NOT NULL;
DROP INDEX price_authority_entries_key;
ALTER TABLE price_authority_entries
    DROP CONSTRAINT price_authority_entries_level,
    DROP COLUMN min_quantity,
    DROP COLUMN level;
CREATE UNIQUE INDEX price_authority_entries_key ON price_authority_entries (table_id, role,
    coalesce(product_id, '00000000-0000-0000-0000-000000000000'), coalesce(category_id, '00000000-0000-0000-0000-000000000000'));
