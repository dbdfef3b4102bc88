-- +goose Up
-- What customers tell us about a deal (客户通知, ORD-11): answered within order.notice_days working days. due_at is made of received_at and
-- due_days by the calendar, and made anew when that changes.
CREATE TABLE customer_notices (
    id            uuid PRIMARY KEY,
    number        text NOT NULL CONSTRAINT customer_notices_number UNIQUE,
    customer_id   uuid NOT NULL CONSTRAINT customer_notices_customer_fkey REFERENCES customers,
    owner_id      uuid NOT NULL,
    order_id      uuid REFERENCES orders,
    contract_id   uuid,
    quotation_id  uuid,
    channel       text NOT NULL CHECK (channel IN ('api', 'email', 'fax', 'mail', 'phone', 'visit', 'other')),
    sender        text NOT NULL CHECK (length(sender) <= 100), -- who at the customer's
    body          text NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
    state         text NOT NULL CHECK (state IN ('open', 'answered')),
    received_at   timestamptz NOT NULL,
    due_days      int NOT NULL CHECK (due_days > 0),
    due_at        timestamptz NOT NULL,
    answer        text NOT NULL CHECK (length(answer) <= 4000),
    answered_via  text NOT NULL,
    answered_by   uuid,
    answered_at   timestamptz,
    registered_by uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    version       bigint NOT NULL CHECK (version > 0),
    CONSTRAINT customer_notices_about CHECK (num_nonnulls(order_id, contract_id, quotation_id) = 1),
    CONSTRAINT customer_notices_answered CHECK ((state = 'answered') = (answered_at IS NOT NULL) AND (state = 'answered') = (answer <> ''))
);
CREATE INDEX customer_notices_owner ON customer_notices (owner_id, state, id);
CREATE INDEX customer_notices_state ON customer_notices (state, id);
CREATE INDEX customer_notices_due ON customer_notices (due_at) WHERE state = 'open';
CREATE INDEX customer_notices_customer ON customer_notices (customer_id, id);
CREATE INDEX customer_notices_order ON customer_notices (order_id) WHERE order_id IS NOT NULL;
CREATE TRIGGER customer_notices_owner BEFORE INSERT ON customer_notices FOR EACH ROW EXECUTE FUNCTION own_by_customer();

-- +goose Down
DROP TABLE customer_notices;
