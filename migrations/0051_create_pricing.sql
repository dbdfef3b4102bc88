-- +goose Up
-- A base price list is a set of changes that takes effect as one (PRC-05). What it doesn't name stays as it was.
CREATE TABLE base_price_lists (
    id           uuid PRIMARY KEY,
    number       text NOT NULL,
    state        text NOT NULL CHECK (state IN ('draft', 'submitted', 'published', 'rejected', 'cancelled')),
    effective_at timestamptz, -- NULL: when it is approved
    reason_kind  text NOT NULL CHECK (reason_kind IN ('market', 'market_plan', 'true_cost', 'first_price', 'opening')),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    created_at   timestamptz NOT NULL,
    created_by   uuid,
    submitted_at timestamptz,
    submitted_by uuid,
    approval_id  uuid,
    published_at timestamptz,
    version      bigint NOT NULL,
    CONSTRAINT base_price_lists_number UNIQUE (number),
    CONSTRAINT base_price_lists_published CHECK ((state = 'published') = (published_at IS NOT NULL)
        AND (state <> 'published' OR effective_at IS NOT NULL))
);
-- The list in force at an instant is the published one with the latest effective_at up to it; this makes it exactly one.
CREATE UNIQUE INDEX base_price_lists_in_force ON base_price_lists (effective_at) WHERE state = 'published';
CREATE INDEX base_price_lists_created ON base_price_lists (created_at, id);

CREATE TABLE base_price_lines (
    list_id     uuid NOT NULL REFERENCES base_price_lists,
    product_id  uuid NOT NULL REFERENCES products,
    price       numeric(18, 4) NOT NULL CHECK (price > 0),
    floor_price numeric(18, 4) CHECK (floor_price > 0),
    reason      text NOT NULL CHECK (length(reason) <= 500),
    PRIMARY KEY (list_id, product_id),
    CONSTRAINT base_price_lines_floor CHECK (floor_price <= price)
);

-- Every base price that ever was or will be in force (PRC-07): the one at an instant is the latest up to it.
CREATE TABLE base_prices (
    product_id   uuid NOT NULL REFERENCES products,
    effective_at timestamptz NOT NULL,
    price        numeric(18, 4) NOT NULL CHECK (price > 0),
    floor_price  numeric(18, 4) CHECK (floor_price > 0 AND floor_price <= price),
    list_id      uuid NOT NULL REFERENCES base_price_lists,
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    CONSTRAINT base_prices_pkey PRIMARY KEY (product_id, effective_at)
);
CREATE TRIGGER base_prices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON base_prices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE price_authority_tables (
    id           uuid PRIMARY KEY,
    number       text NOT NULL,
    state        text NOT NULL CHECK (state IN ('draft', 'submitted', 'published', 'rejected', 'cancelled')),
    effective_at timestamptz, -- NULL: when it is approved
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    created_at   timestamptz NOT NULL,
    created_by   uuid,
    submitted_at timestamptz,
    submitted_by uuid,
    approval_id  uuid,
    published_at timestamptz,
    version      bigint NOT NULL,
    CONSTRAINT price_authority_tables_number UNIQUE (number),
    CONSTRAINT price_authority_tables_published CHECK ((state = 'published') = (published_at IS NOT NULL)
        AND (state <> 'published' OR effective_at IS NOT NULL))
);
CREATE UNIQUE INDEX price_authority_tables_in_force ON price_authority_tables (effective_at) WHERE state = 'published';
CREATE INDEX price_authority_tables_created ON price_authority_tables (created_at, id);

-- Percent of the base price; NULL is without bound. The general manager can't be bounded: someone must be able to decide.
CREATE TABLE price_authority_entries (
    table_id    uuid NOT NULL REFERENCES price_authority_tables,
    role        text NOT NULL CHECK (role IN ('sales_rep', 'sales_supervisor', 'sales_manager', 'sales_director', 'general_manager')),
    product_id  uuid REFERENCES products,
    category_id uuid REFERENCES product_categories,
    max_below   numeric(7, 4) CHECK (max_below BETWEEN 0 AND 100),
    max_above   numeric(9, 4) CHECK (max_above BETWEEN 0 AND 10000),
    CONSTRAINT price_authority_entries_scope CHECK (product_id IS NULL OR category_id IS NULL),
    CONSTRAINT price_authority_entries_gm CHECK (role <> 'general_manager' OR (max_below IS NULL AND max_above IS NULL))
);
CREATE UNIQUE INDEX price_authority_entries_key ON price_authority_entries (table_id, role,
    coalesce(product_id, '00000000-0000-0000-0000-000000000000'), coalesce(category_id, '00000000-0000-0000-0000-000000000000'));

-- The default of PRC-09, in force from the beginning until the first approved table replaces it.
INSERT INTO price_authority_tables (id, number, state, effective_at, reason, created_at, published_at, version)
VALUES ('00000000-0000-7000-8000-000000000901', 'PAT-DEFAULT', 'published', '2000-01-01T00:00:00Z',
    'Default of PRC-09 · 制度默认值', '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z', 1);
INSERT INTO price_authority_entries (table_id, role, max_below, max_above) VALUES
    ('00000000-0000-7000-8000-000000000901', 'sales_rep', 2, NULL),
    ('00000000-0000-7000-8000-000000000901', 'sales_supervisor', 3, NULL),
    ('00000000-0000-7000-8000-000000000901', 'sales_manager', 5, NULL),
    ('00000000-0000-7000-8000-000000000901', 'sales_director', 8, NULL),
    ('00000000-0000-7000-8000-000000000901', 'general_manager', NULL, NULL);

-- +goose Down
DROP TABLE price_authority_entries;
DROP TABLE price_authority_tables;
DROP TABLE base_prices;
DROP TABLE base_price_lines;
DROP TABLE base_price_lists;
