-- +goose Up
-- ORD-08, CUS-15: when a product is short, who gets how much of it (缺货分配). The proposal is frozen with its hash; one is open for a product.
CREATE TABLE shortage_allotments (
    id            uuid PRIMARY KEY,
    number        text NOT NULL CONSTRAINT shortage_allotments_number UNIQUE,
    product_id    uuid NOT NULL CONSTRAINT shortage_allotments_product_fkey REFERENCES products,
    unit          text NOT NULL,
    available     numeric(18, 4) NOT NULL CHECK (available >= 0),
    wanted        numeric(18, 4) NOT NULL CHECK (wanted >= 0),
    allotted      numeric(18, 4) NOT NULL,
    state         text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'withdrawn', 'ended')),
    reason        text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000), -- why there isn't enough
    valid_until   date, -- the last date on which it binds; null: until it is used up or ended
    snapshot      jsonb NOT NULL,
    snapshot_hash bytea NOT NULL CHECK (length(snapshot_hash) = 32),
    proposed_at   timestamptz NOT NULL,
    proposed_by   uuid,
    confirmed_at  timestamptz,
    confirmed_by  uuid,
    ended_at      timestamptz,
    ended_by      uuid,
    ended_reason  text NOT NULL CHECK (length(ended_reason) <= 1000),
    version       bigint NOT NULL,
    CONSTRAINT shortage_allotments_within CHECK (allotted BETWEEN 0 AND available),
    CONSTRAINT shortage_allotments_confirmed CHECK (state <> 'confirmed' OR confirmed_at IS NOT NULL AND confirmed_by IS NOT NULL),
    CONSTRAINT shortage_allotments_ended CHECK ((state IN ('withdrawn', 'ended')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX shortage_allotments_one_open ON shortage_allotments (product_id) WHERE state IN ('proposed', 'confirmed');
CREATE INDEX shortage_allotments_state ON shortage_allotments (state, id);
CREATE INDEX shortage_allotments_product ON shortage_allotments (product_id, id);

CREATE TABLE shortage_allotment_lines (
    allotment_id  uuid NOT NULL REFERENCES shortage_allotments,
    order_line_id uuid NOT NULL, -- a dropped line of an order stays in what was allotted
    order_id      uuid NOT NULL REFERENCES orders,
    customer_id   uuid NOT NULL,
    rank          int NOT NULL CHECK (rank > 0),
    grade         text NOT NULL,
    priority      int NOT NULL,
    promised_on   date,
    confirmed_at  timestamptz NOT NULL,
    taken         numeric(18, 4) NOT NULL CHECK (taken >= 0), -- shipped or on live notices when it was proposed
    wanted        numeric(18, 4) NOT NULL CHECK (wanted > 0),
    proposed      numeric(18, 4) NOT NULL CHECK (proposed BETWEEN 0 AND wanted),
    allotted      numeric(18, 4) NOT NULL CONSTRAINT shortage_allotment_lines_wanted CHECK (allotted BETWEEN 0 AND wanted),
    change_reason text NOT NULL CHECK (length(change_reason) <= 500),
    PRIMARY KEY (allotment_id, order_line_id),
    CONSTRAINT shortage_allotment_lines_rank UNIQUE (allotment_id, rank),
    CONSTRAINT shortage_allotment_lines_reason CHECK (allotted = proposed OR change_reason <> '')
);
CREATE INDEX shortage_allotment_lines_order ON shortage_allotment_lines (order_id, allotment_id);

-- What was proposed and confirmed doesn't change afterwards.
-- +goose StatementBegin
CREATE FUNCTION guard_shortage_allotment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.state = 'proposed' AND NEW.state IN ('confirmed', 'withdrawn') OR OLD.state = 'confirmed' AND NEW.state = 'ended')
        AND (OLD.state = 'proposed' OR NEW.allotted = OLD.allotted)
        AND to_jsonb(NEW) - '{state,allotted,valid_until,confirmed_at,confirmed_by,ended_at,ended_by,ended_reason,version}'::text[]
          = to_jsonb(OLD) - '{state,allotted,valid_until,confirmed_at,confirmed_by,ended_at,ended_by,ended_reason,version}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a shortage allotment is frozen'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'shortage_allotments_frozen';
END $$;
CREATE FUNCTION guard_shortage_allotment_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (SELECT state FROM shortage_allotments WHERE id = OLD.allotment_id) = 'proposed'
        AND to_jsonb(NEW) - '{allotted,change_reason}'::text[] = to_jsonb(OLD) - '{allotted,change_reason}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a shortage allotment is frozen'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'shortage_allotments_frozen';
END $$;
-- +goose StatementEnd
CREATE TRIGGER shortage_allotments_frozen BEFORE UPDATE OR DELETE ON shortage_allotments FOR EACH ROW EXECUTE FUNCTION guard_shortage_allotment();
CREATE TRIGGER shortage_allotment_lines_frozen BEFORE UPDATE OR DELETE ON shortage_allotment_lines
    FOR EACH ROW EXECUTE FUNCTION guard_shortage_allotment_line();

-- +goose Down
DROP TABLE shortage_allotment_lines, shortage_allotments;
DROP FUNCTION guard_shortage_allotment_line();
DROP FUNCTION guard_shortage_allotment();
