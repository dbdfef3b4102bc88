-- +goose Up
-- Applications to write debt off (ARV-07): the rep applies, the superior and the general manager decide, finance writes off. An approval
-- is bound to what was open of each item: an item that was paid meanwhile needs a new application.
CREATE TABLE bad_debts (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT bad_debts_number UNIQUE,
    payer_id     uuid NOT NULL REFERENCES customers,
    state        text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn', 'stale', 'written_off')),
    amount       numeric(18, 2) NOT NULL CHECK (amount > 0),
    grounds      text NOT NULL CONSTRAINT bad_debts_grounds CHECK (grounds IN ('bankrupt', 'vanished', 'judgement', 'limitation', 'uneconomic', 'other')),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    approval_id  uuid,
    applied_by   uuid NOT NULL,
    applied_at   timestamptz NOT NULL,
    decided_at   timestamptz,
    written_by   uuid,
    written_at   timestamptz,
    ended_reason text NOT NULL CHECK (length(ended_reason) <= 500),
    version      bigint NOT NULL CHECK (version > 0),
    CONSTRAINT bad_debts_written CHECK ((state = 'written_off') = (written_at IS NOT NULL)),
    CONSTRAINT bad_debts_approved CHECK (state NOT IN ('approved', 'written_off') OR (approval_id IS NOT NULL AND decided_at IS NOT NULL))
);
CREATE INDEX bad_debts_payer ON bad_debts (payer_id, id DESC);
CREATE INDEX bad_debts_state ON bad_debts (state, id DESC);

CREATE TABLE bad_debt_items (
    bad_debt_id  uuid NOT NULL REFERENCES bad_debts,
    invoice_id   uuid NOT NULL REFERENCES invoices,
    amount       numeric(18, 2) NOT NULL CHECK (amount > 0),
    open_at      numeric(18, 2) NOT NULL, -- what was open of it when it was applied for
    live         boolean NOT NULL,        -- the application is under way
    write_off_id uuid CONSTRAINT bad_debt_items_write_off UNIQUE,
    PRIMARY KEY (bad_debt_id, invoice_id),
    CONSTRAINT bad_debt_items_open CHECK (amount <= open_at)
);
-- Two at once about one item: one wins.
CREATE UNIQUE INDEX bad_debt_items_one ON bad_debt_items (invoice_id) WHERE live;
CREATE INDEX bad_debt_items_invoice ON bad_debt_items (invoice_id);

-- +goose StatementBegin
CREATE FUNCTION guard_bad_debt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := CASE TG_TABLE_NAME WHEN 'bad_debts' THEN '{state,approval_id,decided_at,written_by,written_at,ended_reason,version}' ELSE '{live,write_off_id}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free
        AND coalesce(to_jsonb(OLD) ->> 'state', 'pending') IN ('pending', 'approved') AND coalesce((to_jsonb(OLD) ->> 'live')::boolean, true) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an application keeps what it asked for, and ends once'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bad_debts_immutable';
END $$;
-- +goose StatementEnd
CREATE TRIGGER bad_debts_immutable BEFORE UPDATE OR DELETE ON bad_debts FOR EACH ROW EXECUTE FUNCTION guard_bad_debt();
CREATE TRIGGER bad_debt_items_immutable BEFORE UPDATE OR DELETE ON bad_debt_items FOR EACH ROW EXECUTE FUNCTION guard_bad_debt();

-- +goose Down
DROP TABLE bad_debt_items, bad_debts;
DROP FUNCTION guard_bad_debt();
