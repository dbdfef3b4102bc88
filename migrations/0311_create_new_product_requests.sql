-- +goose Up
-- New-product pricing requests (新产品定价申请, PRC-03). Costs aren't here but in the statements, which fewer people read (PRC-13).
CREATE TABLE new_product_requests (
    id               uuid PRIMARY KEY,
    number           text NOT NULL CONSTRAINT new_product_requests_number UNIQUE,
    product_id       uuid NOT NULL REFERENCES products,
    customer_id      uuid REFERENCES customers, -- who asked for it, if anybody
    owner_id         uuid NOT NULL REFERENCES users,
    state            text NOT NULL CONSTRAINT new_product_requests_state
        CHECK (state IN ('stating', 'returned', 'drafting', 'submitted', 'approved', 'rejected', 'cancelled')),
    monthly_quantity numeric(18, 4) NOT NULL CONSTRAINT new_product_requests_volume CHECK (monthly_quantity > 0),
    wanted_price     numeric(18, 4) CONSTRAINT new_product_requests_wanted CHECK (wanted_price > 0),
    needed_on        date,
    market           text NOT NULL CHECK (length(market) BETWEEN 1 AND 4000),
    price            numeric(18, 4) CHECK (price > 0),
    floor_price      numeric(18, 4) CHECK (floor_price > 0),
    draft_note       text NOT NULL CHECK (length(draft_note) <= 2000),
    drafted_by       uuid,
    drafted_at       timestamptz,
    approval_id      uuid,
    submitted_at     timestamptz,
    decided_at       timestamptz,
    state_reason     text NOT NULL CHECK (length(state_reason) <= 2000), -- why it was returned, rejected or cancelled
    created_by       uuid,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    version          bigint NOT NULL CHECK (version > 0),
    CONSTRAINT new_product_requests_floor CHECK (floor_price <= price),
    CONSTRAINT new_product_requests_drafted CHECK (state NOT IN ('submitted', 'approved') OR price IS NOT NULL AND approval_id IS NOT NULL),
    CONSTRAINT new_product_requests_reason CHECK (state NOT IN ('returned', 'cancelled') OR trim(state_reason) <> '')
);
-- One at a time for a product.
CREATE UNIQUE INDEX new_product_requests_open ON new_product_requests (product_id) WHERE state NOT IN ('approved', 'rejected', 'cancelled');
CREATE INDEX new_product_requests_product ON new_product_requests (product_id, id);
CREATE INDEX new_product_requests_owner ON new_product_requests (owner_id, id);
CREATE INDEX new_product_requests_standing ON new_product_requests (state, id);
CREATE INDEX new_product_requests_customer ON new_product_requests (customer_id) WHERE customer_id IS NOT NULL;

-- What finance and production are asked, in rounds: sending one back asks again, and what was said before stays.
CREATE TABLE new_product_statements (
    id               uuid PRIMARY KEY,
    request_id       uuid NOT NULL REFERENCES new_product_requests,
    kind             text NOT NULL CHECK (kind IN ('cost', 'feasibility')),
    round            int NOT NULL CHECK (round > 0),
    asked_at         timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    ask_reason       text NOT NULL CHECK (length(ask_reason) <= 2000),
    given_at         timestamptz,
    given_by         uuid,
    cost             numeric(18, 4) CHECK (cost >= 0),
    feasible         boolean,
    monthly_capacity numeric(18, 4) CHECK (monthly_capacity >= 0),
    lead_days        int CHECK (lead_days BETWEEN 0 AND 3650),
    note             text NOT NULL CHECK (length(note) <= 4000),
    CONSTRAINT new_product_statements_round UNIQUE (request_id, kind, round),
    CONSTRAINT new_product_statements_given CHECK (CASE
        WHEN given_at IS NULL THEN cost IS NULL AND feasible IS NULL
        WHEN kind = 'cost' THEN cost IS NOT NULL AND feasible IS NULL
        ELSE feasible IS NOT NULL AND cost IS NULL END)
);
CREATE UNIQUE INDEX new_product_statements_asked ON new_product_statements (request_id, kind) WHERE given_at IS NULL;

-- They belong to the customer's owner, if there is a customer (ORG-06); approvals go first, as the lock order says.
CREATE TRIGGER new_product_requests_owner BEFORE INSERT ON new_product_requests FOR EACH ROW EXECUTE FUNCTION own_by_customer();

-- The price committee's task to set base price and authority of a product that has only an initial price and sells (PRC-04).
CREATE TABLE price_adoptions (
    id            uuid PRIMARY KEY,
    number        text NOT NULL CONSTRAINT price_adoptions_number UNIQUE,
    product_id    uuid NOT NULL,
    initial_at    timestamptz NOT NULL, -- of the initial price
    state         text NOT NULL CHECK (state IN ('open', 'adopted', 'lapsed')),
    reached       text NOT NULL CHECK (reached IN ('month', 'total')),
    month         date NOT NULL, -- the month with the most tonnes
    month_tonnes  numeric(28, 9) NOT NULL CHECK (month_tonnes >= 0),
    total_tonnes  numeric(28, 9) NOT NULL CHECK (total_tonnes >= 0),
    month_bound   numeric(18, 4) NOT NULL,
    total_bound   numeric(18, 4) NOT NULL,
    opened_at     timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    closed_at     timestamptz,
    list_id       uuid REFERENCES base_price_lists, -- that adopted it
    version       bigint NOT NULL CHECK (version > 0),
    CONSTRAINT price_adoptions_initial FOREIGN KEY (product_id, initial_at) REFERENCES initial_prices (product_id, effective_at),
    CONSTRAINT price_adoptions_closed CHECK ((state = 'open') = (closed_at IS NULL) AND (state = 'adopted') = (list_id IS NOT NULL))
);
CREATE UNIQUE INDEX price_adoptions_once ON price_adoptions (product_id) WHERE state = 'open';
CREATE INDEX price_adoptions_initial_idx ON price_adoptions (product_id, initial_at);
CREATE INDEX price_adoptions_standing ON price_adoptions (state, id);

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('price.adopt_days', 'int', 'working_day', 1, 120, 1),
    ('price.draft_hours', 'int', 'working_hour', 1, 200, 1),
    ('price.statement_hours', 'int', 'working_hour', 1, 200, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('price.adopt_days', '10'), ('price.draft_hours', '18'), ('price.statement_hours', '18')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('price.adopt_days', 'price.draft_hours', 'price.statement_hours');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('price.adopt_days', 'price.draft_hours', 'price.statement_hours');
DROP TABLE price_adoptions;
DROP TABLE new_product_statements, new_product_requests;
