-- +goose Up
-- A price stands for a line of its list, at the list's instant. Checked by statement, as foreign keys check each of 100,000 rows by
-- itself and lock its product for it; lines hold their products, and those of a decided list never change.
ALTER TABLE base_prices DROP CONSTRAINT base_prices_product_id_fkey, DROP CONSTRAINT base_prices_list_id_fkey;
-- +goose StatementBegin
-- By index always: its plan is kept, and may have been made while there were no lines.
CREATE FUNCTION refuse_price_without_line() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh AS f WHERE NOT EXISTS (SELECT FROM base_price_lines AS l WHERE l.list_id = f.list_id AND l.product_id = f.product_id))
        OR EXISTS (SELECT FROM (SELECT DISTINCT list_id, effective_at FROM fresh) AS f
            WHERE NOT EXISTS (SELECT FROM base_price_lists AS l WHERE l.id = f.list_id AND l.effective_at = f.effective_at)) THEN
        RAISE EXCEPTION 'a base price has no line on its list, or another instant than the list'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'base_prices_line';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION refuse_moved_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM base_prices WHERE list_id = OLD.id) THEN
        RAISE EXCEPTION 'a base price list keeps its instant while it has prices'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'base_prices_line';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER base_prices_line AFTER INSERT ON base_prices REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_price_without_line();
CREATE TRIGGER base_price_lists_instant BEFORE UPDATE OF id, effective_at ON base_price_lists
    FOR EACH ROW WHEN (OLD.effective_at IS DISTINCT FROM NEW.effective_at OR OLD.id <> NEW.id) EXECUTE FUNCTION refuse_moved_list();

-- +goose Down
DROP TRIGGER base_price_lists_instant ON base_price_lists;
DROP TRIGGER base_prices_line ON base_prices;
DROP FUNCTION refuse_moved_list();
DROP FUNCTION refuse_price_without_line();
ALTER TABLE base_prices
    ADD CONSTRAINT base_prices_product_id_fkey FOREIGN KEY (product_id) REFERENCES products,
    ADD CONSTRAINT base_prices_list_id_fkey FOREIGN KEY (list_id, effective_at) REFERENCES base_price_lists (id, effective_at);
