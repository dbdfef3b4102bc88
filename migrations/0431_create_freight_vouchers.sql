-- +goose Up
-- Freight vouchers (运费结算凭证): what a carrier is owed for what left with one delivery note, as the rates of that day had it (SHP-18).
CREATE TABLE carrier_settlements (
    id             uuid PRIMARY KEY,
    number         text NOT NULL CONSTRAINT carrier_settlements_number UNIQUE,
    carrier_id     uuid NOT NULL REFERENCES carriers,
    month          date NOT NULL CHECK (extract(day FROM month) = 1),
    state          text NOT NULL CHECK (state IN ('draft', 'confirmed', 'paid', 'cancelled')),
    amount         numeric(18, 2) NOT NULL, -- Σ of its listed lines
    state_reason   text NOT NULL CHECK (length(state_reason) <= 500),
    drafted_by     uuid,                    -- NULL: the monthly job
    confirmed_by   uuid,
    confirmed_at   timestamptz,
    paid_on        date,
    bank_reference text NOT NULL CHECK (length(bank_reference) <= 100),
    paid_by        uuid,
    paid_at        timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    version        bigint NOT NULL CHECK (version > 0),
    CONSTRAINT carrier_settlements_confirmed CHECK (state NOT IN ('confirmed', 'paid') OR confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL),
    CONSTRAINT carrier_settlements_paid CHECK ((state = 'paid') = (paid_on IS NOT NULL)
        AND (state <> 'paid' OR trim(bank_reference) <> '' AND paid_by IS NOT NULL AND paid_at IS NOT NULL)),
    CONSTRAINT carrier_settlements_reason CHECK (state <> 'cancelled' OR trim(state_reason) <> '')
);
CREATE UNIQUE INDEX carrier_settlements_month ON carrier_settlements (carrier_id, month) WHERE state <> 'cancelled';
CREATE INDEX carrier_settlements_months ON carrier_settlements (month, id);

CREATE TABLE freight_vouchers (
    id                  uuid PRIMARY KEY,
    number              text NOT NULL CONSTRAINT freight_vouchers_number UNIQUE,
    transport_notice_id uuid NOT NULL REFERENCES transport_notices,
    trip_id             uuid NOT NULL REFERENCES transport_notices,
    delivery_note_id    uuid NOT NULL REFERENCES delivery_notes,
    carrier_id          uuid NOT NULL REFERENCES carriers,
    customer_id         uuid NOT NULL REFERENCES customers,
    state               text NOT NULL CHECK (state IN ('issued', 'signed', 'cancelled')),
    vehicle             text NOT NULL,
    driver              text NOT NULL,
    shipped_on          date NOT NULL,
    rate_id             uuid REFERENCES freight_rates, -- NULL: there was none; an adjusting document says the freight
    km                  numeric(8, 1),
    tonnes              numeric(18, 9),                -- NULL: nobody has said what the goods weigh
    amount              numeric(18, 2) NOT NULL CHECK (amount >= 0), -- tax included
    adjusted            numeric(18, 2) NOT NULL,       -- Σ of its adjusting documents
    tax_rate            numeric(5, 4) NOT NULL,
    computation         jsonb NOT NULL,                -- in words, line by line
    state_reason        text NOT NULL CHECK (length(state_reason) <= 500),
    settlement_id       uuid REFERENCES carrier_settlements,
    created_by          uuid,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    version             bigint NOT NULL CHECK (version > 0),
    CONSTRAINT freight_vouchers_unpriced CHECK (rate_id IS NOT NULL OR amount = 0),
    CONSTRAINT freight_vouchers_not_below CHECK (amount + adjusted >= 0),
    CONSTRAINT freight_vouchers_settled_signed CHECK (settlement_id IS NULL OR state = 'signed')
);
CREATE UNIQUE INDEX freight_vouchers_delivery_note ON freight_vouchers (delivery_note_id) WHERE state <> 'cancelled';
CREATE INDEX freight_vouchers_unsettled ON freight_vouchers (carrier_id, shipped_on, id) WHERE state = 'signed' AND settlement_id IS NULL;
CREATE INDEX freight_vouchers_carrier ON freight_vouchers (carrier_id, id);
CREATE INDEX freight_vouchers_standing ON freight_vouchers (state, id);
CREATE INDEX freight_vouchers_truck ON freight_vouchers (transport_notice_id);
CREATE INDEX freight_vouchers_trip ON freight_vouchers (trip_id) WHERE state <> 'cancelled';

-- What was signed for is what it says: never edited, only adjusted by another document.
-- +goose StatementBegin
CREATE FUNCTION keep_freight_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := '{state,state_reason,adjusted,settlement_id,updated_at,version}';
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - moves) <> (to_jsonb(NEW) - moves) OR (OLD.state = 'cancelled' AND OLD <> NEW) THEN
        RAISE EXCEPTION 'a freight voucher never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'freight_vouchers_frozen';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER freight_vouchers_frozen BEFORE UPDATE OR DELETE ON freight_vouchers FOR EACH ROW EXECUTE FUNCTION keep_freight_voucher();

-- Adjusting documents of vouchers: what really arrived, waiting fees, a freight that no rate said.
CREATE TABLE freight_adjustments (
    id            uuid PRIMARY KEY,
    number        text NOT NULL CONSTRAINT freight_adjustments_number UNIQUE,
    voucher_id    uuid NOT NULL REFERENCES freight_vouchers,
    carrier_id    uuid NOT NULL REFERENCES carriers,
    kind          text NOT NULL CHECK (kind IN ('pricing', 'weight', 'waiting', 'damage', 'other')),
    amount        numeric(18, 2) NOT NULL CONSTRAINT freight_adjustments_amount CHECK (amount <> 0), -- tax included; negative takes off
    reason        text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    adjusted_on   date NOT NULL,
    settlement_id uuid REFERENCES carrier_settlements,
    created_by    uuid,
    created_at    timestamptz NOT NULL
);
CREATE INDEX freight_adjustments_voucher ON freight_adjustments (voucher_id, id);
CREATE INDEX freight_adjustments_unsettled ON freight_adjustments (carrier_id, adjusted_on, id) WHERE settlement_id IS NULL;

-- +goose StatementBegin
CREATE FUNCTION keep_freight_adjustment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - 'settlement_id') <> (to_jsonb(NEW) - 'settlement_id') THEN
        RAISE EXCEPTION 'a freight adjustment never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'freight_adjustments_frozen';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER freight_adjustments_frozen BEFORE UPDATE OR DELETE ON freight_adjustments FOR EACH ROW EXECUTE FUNCTION keep_freight_adjustment();

-- Both sides' signatures on a delivery note or a freight voucher (SHP-08): once, and for good.
CREATE TABLE paper_signatures (
    id             uuid PRIMARY KEY,
    subject_type   text NOT NULL CHECK (subject_type IN ('delivery_note', 'freight_voucher')),
    subject_id     uuid NOT NULL,
    warehouse_by   uuid NOT NULL REFERENCES users,
    carrier_signer text NOT NULL CONSTRAINT paper_signatures_carrier CHECK (trim(carrier_signer) <> '' AND length(carrier_signer) <= 60),
    carrier_phone  text NOT NULL CHECK (length(carrier_phone) <= 30),
    signed_at      timestamptz NOT NULL,
    CONSTRAINT paper_signatures_once UNIQUE (subject_type, subject_id)
);
CREATE TRIGGER paper_signatures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON paper_signatures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a settlement lists: vouchers and adjusting documents. One that is left out waits for a later settlement.
CREATE TABLE carrier_settlement_lines (
    id            uuid PRIMARY KEY,
    settlement_id uuid NOT NULL REFERENCES carrier_settlements,
    voucher_id    uuid NOT NULL REFERENCES freight_vouchers,
    adjustment_id uuid REFERENCES freight_adjustments,
    amount        numeric(18, 2) NOT NULL,
    state         text NOT NULL CHECK (state IN ('listed', 'left_out')),
    reason        text NOT NULL CHECK (length(reason) <= 500),
    changed_by    uuid,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT carrier_settlement_lines_reason CHECK (state = 'listed' OR trim(reason) <> '')
);
CREATE INDEX carrier_settlement_lines_settlement ON carrier_settlement_lines (settlement_id, id);
-- nothing is settled twice
CREATE UNIQUE INDEX carrier_settlement_lines_voucher ON carrier_settlement_lines (voucher_id) WHERE adjustment_id IS NULL AND state = 'listed';
CREATE UNIQUE INDEX carrier_settlement_lines_adjustment ON carrier_settlement_lines (adjustment_id) WHERE state = 'listed';

-- +goose Down
DROP TABLE carrier_settlement_lines, paper_signatures, freight_adjustments, freight_vouchers, carrier_settlements;
DROP FUNCTION keep_freight_adjustment();
DROP FUNCTION keep_freight_voucher();
