-- +goose Up
CREATE TABLE product_categories (
    id         uuid PRIMARY KEY,
    code       text NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    name_en    text NOT NULL,
    active     boolean NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid,
    version    bigint NOT NULL,
    CONSTRAINT product_categories_code UNIQUE (code)
);

CREATE TABLE products (
    id          uuid PRIMARY KEY,
    code        text NOT NULL CHECK (length(code) BETWEEN 1 AND 60),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    name_en     text NOT NULL,
    spec        text NOT NULL,
    unit        text NOT NULL CHECK (length(unit) BETWEEN 1 AND 20),
    kind        text NOT NULL CHECK (kind IN ('finished', 'bought_in', 'material', 'service')),
    lifecycle   text NOT NULL CHECK (lifecycle IN ('new', 'standard', 'dormant')),
    category_id uuid REFERENCES product_categories,
    tax_rate    numeric(5, 4) NOT NULL CHECK (tax_rate >= 0 AND tax_rate < 1),
    active      boolean NOT NULL,
    search      text GENERATED ALWAYS AS (lower(code || ' ' || name || ' ' || name_en || ' ' || spec)) STORED,
    created_at  timestamptz NOT NULL,
    created_by  uuid,
    updated_at  timestamptz NOT NULL,
    version     bigint NOT NULL,
    CONSTRAINT products_code UNIQUE (code)
);
CREATE INDEX products_search ON products USING gin (search gin_trgm_ops);
CREATE INDEX products_category ON products (category_id, code);
CREATE INDEX products_lifecycle ON products (lifecycle, code);

-- Costs, excluding tax, from finance (PRC-13). Never in the event log: events are read by more people than costs are.
CREATE TABLE product_costs (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id   uuid NOT NULL REFERENCES products,
    effective_on date NOT NULL,
    cost         numeric(18, 4) NOT NULL CHECK (cost >= 0),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    recorded_at  timestamptz NOT NULL,
    recorded_by  uuid
);
CREATE INDEX product_costs_at ON product_costs (product_id, effective_on DESC, id DESC);
CREATE TRIGGER product_costs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON product_costs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE product_costs;
DELETE FROM external_refs WHERE kind = 'product';
DROP TABLE products;
DROP TABLE product_categories;
