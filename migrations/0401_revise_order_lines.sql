-- +goose Up
-- Lines of an order that counts change with its next revision only: revision is the one in which a line was written last.
ALTER TABLE order_lines ADD COLUMN revision int NOT NULL DEFAULT 1 CHECK (revision > 0);
UPDATE order_lines l SET revision = o.revision FROM orders o WHERE o.id = l.order_id AND o.revision > 1;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_order_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM orders WHERE id = OLD.order_id AND (state = 'draft' OR revision > OLD.revision)) THEN
        RAISE EXCEPTION 'the lines of an order change in a draft or in its next revision only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lines_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
-- An order that was taken back and counts again as it was has lines that nobody wrote: they are of the new revision too.
-- +goose StatementBegin
CREATE FUNCTION seal_order_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE order_lines SET revision = NEW.revision WHERE order_id = NEW.id AND revision < NEW.revision;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER orders_seal_lines AFTER UPDATE OF state ON orders
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state <> 'draft' AND NEW.revision > 1) EXECUTE FUNCTION seal_order_lines();
-- What the order said when a point of its review was found (ORD-02); null for points that were found before this was kept.
ALTER TABLE order_review_points ADD COLUMN said bytea CHECK (length(said) = 32);

-- +goose Down
ALTER TABLE order_review_points DROP COLUMN said;
DROP TRIGGER orders_seal_lines ON orders;
DROP FUNCTION seal_order_lines();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_order_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM orders WHERE id = OLD.order_id) <> 'draft' THEN
        RAISE EXCEPTION 'the lines of an order change in a draft only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lines_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
ALTER TABLE order_lines DROP COLUMN revision;
