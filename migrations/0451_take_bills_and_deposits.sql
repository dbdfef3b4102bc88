-- +goose Up
-- Bank acceptance bills (银行承兑汇票), each received by one receipt.
CREATE TABLE acceptance_bills (
    id           uuid PRIMARY KEY,
    receipt_id   uuid NOT NULL CONSTRAINT acceptance_bills_receipt UNIQUE REFERENCES receipts,
    payer_id     uuid NOT NULL REFERENCES customers,
    number       text NOT NULL CHECK (length(number) BETWEEN 1 AND 40),
    drawer       text NOT NULL CHECK (length(drawer) BETWEEN 1 AND 200),
    acceptor     text NOT NULL CHECK (length(acceptor) BETWEEN 1 AND 200), -- the bank
    issued_on    date NOT NULL,
    matures_on   date NOT NULL,
    amount       numeric(18, 2) NOT NULL CHECK (amount > 0),
    state        text NOT NULL CHECK (state IN ('held', 'endorsed', 'discounted', 'settled', 'bounced', 'cancelled')),
    state_since  timestamptz NOT NULL,
    version      bigint NOT NULL,
    CONSTRAINT acceptance_bills_dates CHECK (matures_on > issued_on)
);
CREATE UNIQUE INDEX acceptance_bills_number ON acceptance_bills (number) WHERE state NOT IN ('bounced', 'cancelled');
CREATE INDEX acceptance_bills_maturing ON acceptance_bills (matures_on, id) WHERE state IN ('held', 'endorsed', 'discounted');
CREATE INDEX acceptance_bills_payer ON acceptance_bills (payer_id, id DESC);
CREATE INDEX acceptance_bills_state ON acceptance_bills (state, id DESC);
CREATE TABLE bill_steps (
    id          uuid PRIMARY KEY,
    bill_id     uuid NOT NULL REFERENCES acceptance_bills,
    state       text NOT NULL,
    happened_on date NOT NULL,
    party       text NOT NULL CHECK (length(party) <= 200), -- to whom it was endorsed, which bank discounted it
    cost        numeric(18, 2) NOT NULL CHECK (cost >= 0),  -- discount interest
    note        text NOT NULL CHECK (length(note) <= 500),
    created_by  uuid,
    created_at  timestamptz NOT NULL
);
CREATE INDEX bill_steps_bill ON bill_steps (bill_id, id);
CREATE TRIGGER bill_steps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- What the bill says never changes.
-- +goose StatementBegin
CREATE FUNCTION guard_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{state,state_since,version}'::text[] = to_jsonb(OLD) - '{state,state_since,version}'::text[]
        AND OLD.state NOT IN ('settled', 'bounced', 'cancelled') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a bill keeps what it says, and has ended once' USING ERRCODE = 'check_violation', CONSTRAINT = 'acceptance_bills_immutable';
END $$;
-- +goose StatementEnd
CREATE TRIGGER acceptance_bills_guard BEFORE UPDATE OR DELETE ON acceptance_bills FOR EACH ROW EXECUTE FUNCTION guard_bill();

-- ARV-01: received money set aside for an order. It stands in receipts.covering, as what covers a notice does.
CREATE TABLE order_deposits (
    order_id   uuid NOT NULL REFERENCES orders,
    receipt_id uuid NOT NULL REFERENCES receipts,
    amount     numeric(18, 2) NOT NULL CONSTRAINT order_deposits_amount CHECK (amount >= 0),
    PRIMARY KEY (order_id, receipt_id)
);
CREATE INDEX order_deposits_receipt ON order_deposits (receipt_id);

-- +goose Down
DROP TABLE order_deposits, bill_steps, acceptance_bills;
DROP FUNCTION guard_bill();
