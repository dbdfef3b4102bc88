-- +goose Up

-- Sales in the making (商机, CUS-16): of a customer, or of a prospect until it has become one.
CREATE TABLE opportunities (
    id              uuid PRIMARY KEY,
    number          text NOT NULL CONSTRAINT opportunities_number UNIQUE,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    owner_id        uuid NOT NULL REFERENCES users, -- of the customer or the prospect; follows it
    customer_id     uuid REFERENCES customers,
    prospect_id     uuid REFERENCES prospects,
    stage           text NOT NULL CONSTRAINT opportunities_stage
        CHECK (stage IN ('lead_found', 'project', 'proposal', 'deal', 'collection', 'lost', 'cancelled')),
    last_stage      text NOT NULL CHECK (last_stage IN ('lead_found', 'project', 'proposal', 'deal', 'collection')), -- while it was open
    amount          numeric(18, 2) NOT NULL CONSTRAINT opportunities_amount CHECK (amount >= 0),
    currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    expected_month  date NOT NULL CHECK (extract(day FROM expected_month) = 1),
    decision_makers text NOT NULL,
    competitors     text NOT NULL,
    next_step       text NOT NULL,
    next_step_on    date,
    ended_reason    text NOT NULL,
    created_by      uuid,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    version         bigint NOT NULL CHECK (version > 0),
    CONSTRAINT opportunities_whose CHECK (num_nonnulls(customer_id, prospect_id) >= 1),
    CONSTRAINT opportunities_deal_with_customer CHECK (stage NOT IN ('deal', 'collection') OR customer_id IS NOT NULL),
    CONSTRAINT opportunities_ended_has_reason CHECK (stage NOT IN ('lost', 'cancelled') OR trim(ended_reason) <> ''),
    CONSTRAINT opportunities_open_is_its_stage CHECK (stage IN ('lost', 'cancelled') OR stage = last_stage)
);
CREATE INDEX opportunities_owner ON opportunities (owner_id, id DESC);
CREATE INDEX opportunities_customer ON opportunities (customer_id, id DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX opportunities_prospect ON opportunities (prospect_id, id DESC) WHERE prospect_id IS NOT NULL;
CREATE INDEX opportunities_month ON opportunities (expected_month, owner_id) INCLUDE (stage, amount);

CREATE TABLE opportunity_products (
    opportunity_id uuid NOT NULL REFERENCES opportunities,
    position_no    int NOT NULL CHECK (position_no >= 1),
    product_id     uuid CONSTRAINT opportunity_products_product REFERENCES products,
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    quantity       numeric(18, 4) NOT NULL CONSTRAINT opportunity_products_quantity CHECK (quantity >= 0),
    unit           text NOT NULL,
    PRIMARY KEY (opportunity_id, position_no)
);

-- Every step of every opportunity. Append-only.
CREATE TABLE opportunity_stages (
    id             uuid PRIMARY KEY,
    opportunity_id uuid NOT NULL REFERENCES opportunities,
    from_stage     text NOT NULL,
    to_stage       text NOT NULL,
    amount         numeric(18, 2) NOT NULL,
    reason         text NOT NULL,
    moved_by       uuid,
    moved_at       timestamptz NOT NULL
);
CREATE INDEX opportunity_stages_opportunity ON opportunity_stages (opportunity_id, id);
CREATE TRIGGER opportunity_stages_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON opportunity_stages
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a deal became. An order comes from one opportunity.
CREATE TABLE opportunity_orders (
    order_id       uuid CONSTRAINT opportunity_orders_order PRIMARY KEY CONSTRAINT opportunity_orders_exists REFERENCES orders,
    opportunity_id uuid NOT NULL REFERENCES opportunities,
    linked_by      uuid,
    linked_at      timestamptz NOT NULL
);
CREATE INDEX opportunity_orders_opportunity ON opportunity_orders (opportunity_id);

-- Opportunities belong to the owner of their customer or prospect (ORG-06), and go with a prospect that becomes a customer.
-- +goose StatementBegin
CREATE FUNCTION follow_customer_owner_opportunities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE opportunities SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_owner_of_opportunities AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_opportunities();
-- +goose StatementBegin
CREATE FUNCTION follow_prospect_opportunities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.customer_id IS NOT NULL THEN
        UPDATE opportunities SET customer_id = NEW.customer_id, owner_id = (SELECT owner_id FROM customers WHERE id = NEW.customer_id)
            WHERE prospect_id = NEW.id AND customer_id IS NULL;
    ELSE
        UPDATE opportunities SET owner_id = NEW.owner_id WHERE prospect_id = NEW.id AND customer_id IS NULL;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER prospects_of_opportunities AFTER UPDATE OF owner_id, customer_id ON prospects
    FOR EACH ROW EXECUTE FUNCTION follow_prospect_opportunities();

-- Visits to prospects name one that is there.
ALTER TABLE visits ADD CONSTRAINT visits_prospect FOREIGN KEY (prospect_id) REFERENCES prospects;

-- How likely a sale is at each stage, for the weighted pipeline.
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('opportunity.weight_lead_found', 'int', 'percent', 0, 100, 1),
    ('opportunity.weight_project',    'int', 'percent', 0, 100, 1),
    ('opportunity.weight_proposal',   'int', 'percent', 0, 100, 1),
    ('opportunity.weight_deal',       'int', 'percent', 0, 100, 1),
    ('opportunity.weight_collection', 'int', 'percent', 0, 100, 1)
ON CONFLICT DO NOTHING;
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('opportunity.weight_lead_found', 1, '10',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('opportunity.weight_project',    1, '25',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('opportunity.weight_proposal',   1, '50',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('opportunity.weight_deal',       1, '90',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('opportunity.weight_collection', 1, '100', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook')
ON CONFLICT DO NOTHING;

-- +goose Down
ALTER TABLE visits DROP CONSTRAINT visits_prospect;
DROP TRIGGER prospects_of_opportunities ON prospects;
DROP FUNCTION follow_prospect_opportunities();
DROP TRIGGER customers_owner_of_opportunities ON customers;
DROP FUNCTION follow_customer_owner_opportunities();
DROP TABLE opportunity_orders, opportunity_stages, opportunity_products, opportunities;
