-- +goose Up
-- Requests to change or cancel a confirmed order (销售订单变更(取消)申请单, ORD-05). draft is what the order is to say, differences are the
-- fields with old and new value; content is the hash of the order that it was asked for. One is open for an order.
CREATE TABLE order_changes (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT order_changes_number UNIQUE,
    order_id     uuid NOT NULL REFERENCES orders,
    order_number text NOT NULL,
    customer_id  uuid NOT NULL REFERENCES customers,
    owner_id     uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('change', 'cancel')),
    state        text NOT NULL CHECK (state IN ('pending', 'applied', 'rejected', 'withdrawn')),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    revision     int NOT NULL CHECK (revision > 0),
    content      bytea NOT NULL CHECK (length(content) = 32),
    draft        jsonb,
    differences  jsonb NOT NULL,
    total_before numeric(18, 2) NOT NULL,
    total_after  numeric(18, 2) NOT NULL,
    due_hours    int NOT NULL CHECK (due_hours > 0), -- working hours for the consequences, from requested_at on
    approval_id  uuid,
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    ended_at     timestamptz,
    end_reason   text NOT NULL CHECK (length(end_reason) <= 2000),
    version      bigint NOT NULL CHECK (version > 0),
    CONSTRAINT order_changes_ended CHECK ((state = 'pending') = (ended_at IS NULL)),
    CONSTRAINT order_changes_draft CHECK ((kind = 'change') = (draft IS NOT NULL))
);
CREATE UNIQUE INDEX order_changes_open ON order_changes (order_id) WHERE state = 'pending';
CREATE INDEX order_changes_order ON order_changes (order_id, id);
CREATE INDEX order_changes_state ON order_changes (state, id);
CREATE INDEX order_changes_owner ON order_changes (owner_id, state, id);
CREATE INDEX order_changes_customer ON order_changes (customer_id);
CREATE TRIGGER order_changes_owner BEFORE INSERT ON order_changes FOR EACH ROW EXECUTE FUNCTION own_by_customer();

-- What each department that acknowledged the order says would follow: written once.
CREATE TABLE order_change_consequences (
    id        uuid PRIMARY KEY,
    change_id uuid NOT NULL REFERENCES order_changes,
    role      text NOT NULL,
    text      text NOT NULL CHECK (length(text) <= 2000),
    cost      numeric(18, 2) CHECK (cost >= 0),
    leftovers jsonb NOT NULL,
    stated_by uuid,
    stated_at timestamptz,
    CONSTRAINT order_change_consequences_role UNIQUE (change_id, role),
    CONSTRAINT order_change_consequences_stated CHECK ((stated_at IS NULL) = (stated_by IS NULL) AND (stated_at IS NULL) = (text = ''))
);

-- +goose Down
DROP TABLE order_change_consequences;
DROP TABLE order_changes;
