-- +goose Up
-- Rules speak of tonnes, documents of the product's unit: how many tonnes one unit is, NULL where nobody has said.
ALTER TABLE products
    ADD COLUMN tonnes_per_unit numeric(18, 9) CONSTRAINT products_tonnes_per_unit CHECK (tonnes_per_unit > 0),
    ADD COLUMN dormant_at timestamptz; -- when it last went out of production; prices from before don't count when it returns (PRC-02)
UPDATE products SET tonnes_per_unit = CASE lower(unit) WHEN 't' THEN 1 WHEN '吨' THEN 1 ELSE 0.001 END
    WHERE lower(unit) IN ('t', '吨', 'kg', '千克', '公斤');
UPDATE products SET dormant_at = updated_at WHERE lifecycle = 'dormant';

-- The approved prices of new products (PRC-03): sold by from effective_at on, until a base price takes over. The one in force is the
-- latest up to an instant that is younger than the product's last dormancy.
CREATE TABLE initial_prices (
    product_id   uuid NOT NULL REFERENCES products,
    effective_at timestamptz NOT NULL,
    price        numeric(18, 4) NOT NULL CONSTRAINT initial_prices_positive CHECK (price > 0),
    floor_price  numeric(18, 4) CHECK (floor_price > 0),
    request_id   uuid NOT NULL,
    number       text NOT NULL CHECK (length(number) BETWEEN 1 AND 40),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    approval_id  uuid,
    recorded_by  uuid,
    PRIMARY KEY (product_id, effective_at),
    CONSTRAINT initial_prices_request UNIQUE (request_id),
    CONSTRAINT initial_prices_floor CHECK (floor_price <= price)
);
CREATE TRIGGER initial_prices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON initial_prices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE initial_prices;
ALTER TABLE products DROP COLUMN dormant_at, DROP COLUMN tonnes_per_unit;
