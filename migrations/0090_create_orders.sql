-- +goose Up
-- A customer's order. owner_id is the customer's owner, copied so that lists by owner are one index range; the trigger
-- below keeps it right when a customer is assigned. content is the hash of what the gates judged.
CREATE TABLE orders (
    id                uuid PRIMARY KEY,
    number            text NOT NULL CONSTRAINT orders_number UNIQUE,
    customer_id       uuid NOT NULL CONSTRAINT orders_customer_fkey REFERENCES customers,
    owner_id          uuid NOT NULL,
    state             text NOT NULL CONSTRAINT orders_state
        CHECK (state IN ('draft', 'submitted', 'confirmed', 'partly_shipped', 'shipped', 'closed', 'cancelled')),
    revision          int NOT NULL CHECK (revision > 0),
    channel           text NOT NULL CHECK (channel IN ('api', 'email', 'fax', 'mail', 'phone', 'visit', 'other')),
    customer_order_no text NOT NULL CHECK (length(customer_order_no) <= 60),
    settlement        text NOT NULL CHECK (settlement IN ('cash', 'prepaid', 'cod', 'net_days', 'month_end_days')),
    terms_days        int NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
    header_discount   numeric(18, 2) NOT NULL CHECK (header_discount >= 0),
    gross             numeric(18, 2) NOT NULL CHECK (gross >= 0),
    total             numeric(18, 2) NOT NULL CHECK (total >= 0),
    tax               numeric(18, 2) NOT NULL CHECK (tax >= 0),
    currency          text NOT NULL CHECK (currency = 'CNY'),
    remarks           text NOT NULL CHECK (length(remarks) <= 2000),
    state_reason      text NOT NULL CHECK (length(state_reason) <= 2000),
    content           bytea NOT NULL CHECK (length(content) <= 32),
    approval_id       uuid,
    submitted_by      uuid,
    submitted_at      timestamptz,
    confirmed_at      timestamptz,
    ended_at          timestamptz,
    copied_from_id    uuid REFERENCES orders,
    created_by        uuid,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    version           bigint NOT NULL,
    CONSTRAINT orders_terms CHECK (settlement IN ('net_days', 'month_end_days') OR terms_days = 0),
    CONSTRAINT orders_total CHECK (total = gross - header_discount),
    CONSTRAINT orders_judged CHECK (state IN ('draft', 'cancelled') OR (length(content) = 32 AND submitted_at IS NOT NULL)),
    CONSTRAINT orders_ended CHECK ((state IN ('closed', 'cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX orders_customer ON orders (customer_id, id);
CREATE INDEX orders_by_state ON orders (state, id);
CREATE INDEX orders_owner ON orders (owner_id, state, id);

CREATE TABLE order_lines (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES orders,
    line_no     int NOT NULL CHECK (line_no BETWEEN 1 AND 500),
    product_id  uuid NOT NULL CONSTRAINT order_lines_product_fkey REFERENCES products,
    unit        text NOT NULL,
    price       numeric(18, 4) NOT NULL CHECK (price >= 0),    -- tax included; 0 is a free line
    quantity    numeric(18, 4) NOT NULL CHECK (quantity > 0),
    tax_rate    numeric(5, 4) NOT NULL CHECK (tax_rate >= 0 AND tax_rate < 1),
    amount      numeric(18, 2) NOT NULL CHECK (amount >= 0),     -- price × quantity
    net_amount  numeric(18, 2) NOT NULL CHECK (net_amount >= 0), -- less its share of the header discount
    promised_on date,
    remarks     text NOT NULL CHECK (length(remarks) <= 500),
    noticed     numeric(18, 4) NOT NULL CONSTRAINT order_lines_noticed CHECK (noticed >= 0), -- on live shipping notices
    shipped     numeric(18, 4) NOT NULL CONSTRAINT order_lines_shipped CHECK (shipped >= 0),
    CONSTRAINT order_lines_open CHECK (noticed + shipped <= quantity)
);
CREATE INDEX order_lines_order ON order_lines (order_id, line_no);

-- What the gates judged is frozen in the database too: it changes in a draft and nowhere else.
-- +goose StatementBegin
CREATE FUNCTION guard_order_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM orders WHERE id = OLD.order_id) <> 'draft' THEN
        RAISE EXCEPTION 'the lines of an order change in a draft only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lines_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER order_lines_frozen BEFORE DELETE OR UPDATE OF order_id, product_id, unit, price, quantity, tax_rate, amount, net_amount, promised_on
    ON order_lines FOR EACH ROW EXECUTE FUNCTION guard_order_line();

-- A customer's orders belong to the customer's owner (ORG-06).
-- +goose StatementBegin
CREATE FUNCTION follow_customer_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_owner_of_orders AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner();

-- +goose Down
DROP TRIGGER customers_owner_of_orders ON customers;
DROP FUNCTION follow_customer_owner();
DROP TABLE order_lines;
DROP FUNCTION guard_order_line();
DROP TABLE orders;
