-- +goose Up
-- Handovers of customers (CUS-13): what moved from whom to whom, and what was open then. Everything here is written once; only the
-- acknowledgements come later, as rows of their own.
CREATE TABLE handovers (
    id             uuid PRIMARY KEY,
    number         text NOT NULL CONSTRAINT handovers_number UNIQUE,
    leaving_id     uuid REFERENCES users, -- whose customers all moved; null when some were named
    reason         text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    handed_over_by uuid,
    handed_over_at timestamptz NOT NULL,
    prospects      int NOT NULL CHECK (prospects >= 0) -- that moved along
);
CREATE TABLE handover_customers (
    handover_id uuid NOT NULL REFERENCES handovers,
    customer_id uuid NOT NULL REFERENCES customers,
    from_id     uuid NOT NULL REFERENCES users,
    to_id       uuid NOT NULL REFERENCES users,
    PRIMARY KEY (handover_id, customer_id),
    CONSTRAINT handover_customers_differ CHECK (from_id <> to_id)
);
CREATE INDEX handover_customers_from ON handover_customers (from_id, handover_id DESC);
CREATE INDEX handover_customers_to ON handover_customers (to_id, handover_id DESC);
-- What was open when the customer moved. The receivables among it are the joint responsibility of both, until they are collected.
CREATE TABLE handover_items (
    handover_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('order', 'notice', 'receivable', 'follow_up', 'complaint')),
    document_id uuid NOT NULL,
    number      text NOT NULL,
    state       text NOT NULL,
    amount      numeric(18, 2), -- of a receivable, what was open
    due_on      date,
    PRIMARY KEY (handover_id, customer_id, kind, document_id),
    FOREIGN KEY (handover_id, customer_id) REFERENCES handover_customers
);
CREATE TABLE handover_acknowledgements (
    handover_id uuid NOT NULL REFERENCES handovers,
    user_id     uuid NOT NULL REFERENCES users,
    at          timestamptz NOT NULL,
    comment     text NOT NULL CHECK (length(comment) <= 500),
    PRIMARY KEY (handover_id, user_id)
);
CREATE TRIGGER handovers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON handovers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER handover_customers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON handover_customers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER handover_items_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON handover_items FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER handover_acknowledgements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON handover_acknowledgements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A document that is written while its customer moves belongs to the new owner: the row's own key lock, taken before the owner is
-- read, waits for the handover, which holds the customer FOR UPDATE. A handover waits in the same way for documents that are
-- being written, and takes them along.
-- +goose StatementBegin
CREATE FUNCTION own_by_customer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
BEGIN
    SELECT owner_id INTO owner FROM customers WHERE id = NEW.customer_id FOR KEY SHARE;
    NEW.owner_id := coalesce(owner, NEW.owner_id);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER orders_owner BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION own_by_customer();
CREATE TRIGGER shipping_notices_owner BEFORE INSERT ON shipping_notices FOR EACH ROW EXECUTE FUNCTION own_by_customer();
CREATE TRIGGER delivery_notes_owner BEFORE INSERT ON delivery_notes FOR EACH ROW EXECUTE FUNCTION own_by_customer();

-- +goose Down
DROP TRIGGER delivery_notes_owner ON delivery_notes;
DROP TRIGGER shipping_notices_owner ON shipping_notices;
DROP TRIGGER orders_owner ON orders;
DROP FUNCTION own_by_customer();
DROP TABLE handover_acknowledgements, handover_items, handover_customers, handovers;
