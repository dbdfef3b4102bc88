-- +goose Up

-- Shipping notices (发货通知单). Orders and their lines belong to the order module, and are named by id.
CREATE TABLE shipping_notices (
    id                uuid PRIMARY KEY,
    number            text NOT NULL,
    customer_id       uuid NOT NULL REFERENCES customers,
    payer_id          uuid NOT NULL REFERENCES customers, -- who carries the exposure (CRD-11), fixed when it is written
    owner_id          uuid NOT NULL REFERENCES users,     -- of the customer then; whose document it is (ORG-06)
    flow              text NOT NULL CHECK (flow IN ('credit', 'prepaid', 'cod', 'new_customer')),
    state             text NOT NULL CHECK (state IN ('draft', 'submitted', 'checked', 'blocked', 'released', 'refused',
                          'partly_dispatched', 'dispatched', 'closed', 'cancelled')),
    priority          smallint NOT NULL CHECK (priority BETWEEN 1 AND 9),
    ship_date         date NOT NULL,
    short_lead_reason text NOT NULL CHECK (length(short_lead_reason) <= 500),
    overdue_reason    text NOT NULL CHECK (length(overdue_reason) <= 500),
    vehicle           text NOT NULL CHECK (length(vehicle) <= 40),
    carrier           text NOT NULL CHECK (length(carrier) <= 120),
    driver            text NOT NULL CHECK (length(driver) <= 60),
    driver_phone      text NOT NULL CHECK (length(driver_phone) <= 30),
    remarks           text NOT NULL CHECK (length(remarks) <= 1000),
    currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount            numeric(18, 2) NOT NULL CHECK (amount >= 0),
    dispatched_amount numeric(18, 2) NOT NULL CHECK (dispatched_amount >= 0),
    covered_amount    numeric(18, 2) NOT NULL CHECK (covered_amount >= 0), -- by prepayments reserved for it (SHP-10)
    figures           jsonb,       -- what finance found and signed (SHP-03)
    checked_by        uuid REFERENCES users,
    checked_at        timestamptz,
    figures_hash      bytea,
    submitted_by      uuid,
    submitter_kind    text NOT NULL CHECK (submitter_kind IN ('', 'user', 'machine')),
    submitted_at      timestamptz,
    approval_id       uuid,        -- the last request of the matter shipment.release
    released_by       uuid,
    released_at       timestamptz,
    ended_reason      text NOT NULL CHECK (length(ended_reason) <= 2000),
    revision          int NOT NULL CHECK (revision >= 1),
    created_by        uuid,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    version           bigint NOT NULL,
    CONSTRAINT shipping_notices_number UNIQUE (number),
    CONSTRAINT shipping_notices_dispatched CHECK (dispatched_amount <= amount),
    CONSTRAINT shipping_notices_covered CHECK (flow = 'prepaid' OR covered_amount = 0),
    CONSTRAINT shipping_notices_figures_signed CHECK
        ((figures IS NULL) = (checked_by IS NULL) AND (figures IS NULL) = (figures_hash IS NULL)),
    CONSTRAINT shipping_notices_checked_before_release CHECK
        (state IN ('draft', 'submitted', 'cancelled') OR figures IS NOT NULL),
    CONSTRAINT shipping_notices_released_is_signed CHECK
        (state NOT IN ('released', 'partly_dispatched', 'dispatched', 'closed') OR released_at IS NOT NULL),
    -- SHP-10: payment first leaves nothing uncovered when it is released
    CONSTRAINT shipping_notices_prepaid_covered CHECK
        (flow <> 'prepaid' OR state NOT IN ('released', 'partly_dispatched', 'dispatched') OR covered_amount >= amount),
    -- SHP-07: nothing leaves unless it was released
    CONSTRAINT shipping_notices_dispatch_released CHECK
        (dispatched_amount = 0 OR state IN ('released', 'partly_dispatched', 'dispatched', 'closed'))
);
CREATE INDEX shipping_notices_customer ON shipping_notices (customer_id, id DESC);
CREATE INDEX shipping_notices_owner ON shipping_notices (owner_id, id DESC);
CREATE INDEX shipping_notices_state ON shipping_notices (state, id DESC);
CREATE INDEX shipping_notices_ship_date ON shipping_notices (ship_date, priority, id) WHERE state IN ('released', 'partly_dispatched');
-- Prepayments that are promised to notices not released yet are nobody else's headroom.
CREATE INDEX shipping_notices_promised ON shipping_notices (payer_id) WHERE flow = 'prepaid' AND state IN ('checked', 'blocked');

-- SHP-03: what finance signed never changes; a revision takes it off and finance signs anew.
-- +goose StatementBegin
CREATE FUNCTION keep_signed_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.figures IS NOT NULL AND NEW.figures IS NOT NULL AND
       (OLD.figures <> NEW.figures OR OLD.checked_by <> NEW.checked_by OR OLD.checked_at <> NEW.checked_at) THEN
        RAISE EXCEPTION 'the figures of a shipping notice are frozen' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'shipping_notices_figures_frozen';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER shipping_notices_figures_frozen BEFORE UPDATE ON shipping_notices
    FOR EACH ROW EXECUTE FUNCTION keep_signed_figures();

CREATE TABLE shipping_notice_lines (
    id                  uuid PRIMARY KEY,
    notice_id           uuid NOT NULL REFERENCES shipping_notices,
    position_no         int NOT NULL CHECK (position_no >= 1),
    order_id            uuid NOT NULL,
    order_line_id       uuid NOT NULL,
    order_revision      int NOT NULL CHECK (order_revision >= 1), -- of the order when the line was written
    product_id          uuid NOT NULL REFERENCES products,
    product_code        text NOT NULL,
    product_name        text NOT NULL,
    unit                text NOT NULL,
    quantity            numeric(18, 4) NOT NULL CHECK (quantity > 0),
    price               numeric(18, 4) NOT NULL CHECK (price >= 0), -- net of its share of the order's discount, tax included
    tax_rate            numeric(5, 4) NOT NULL,
    amount              numeric(18, 2) NOT NULL CHECK (amount >= 0),
    dispatched_quantity numeric(18, 4) NOT NULL CHECK (dispatched_quantity >= 0),
    dispatched_amount   numeric(18, 2) NOT NULL CHECK (dispatched_amount >= 0 AND dispatched_amount <= amount),
    CONSTRAINT shipping_notice_lines_order_line UNIQUE (notice_id, order_line_id),
    -- SHP-07: never more than the notice
    CONSTRAINT shipping_notice_lines_not_over CHECK (dispatched_quantity <= quantity)
);
CREATE INDEX shipping_notice_lines_order ON shipping_notice_lines (order_id);
CREATE INDEX shipping_notice_lines_line ON shipping_notice_lines (order_line_id);

-- Delivery notes (送货单): what really left. Its goods and amounts never change.
CREATE TABLE delivery_notes (
    id            uuid PRIMARY KEY,
    number        text NOT NULL,
    notice_id     uuid NOT NULL REFERENCES shipping_notices,
    customer_id   uuid NOT NULL REFERENCES customers,
    payer_id      uuid NOT NULL REFERENCES customers,
    owner_id      uuid NOT NULL REFERENCES users,
    flow          text NOT NULL,
    state         text NOT NULL CHECK (state IN ('issued', 'left', 'cancelled')),
    vehicle       text NOT NULL CHECK (length(vehicle) BETWEEN 1 AND 40),
    carrier       text NOT NULL,
    driver        text NOT NULL,
    currency      text NOT NULL,
    amount        numeric(18, 2) NOT NULL CHECK (amount >= 0),
    shipped_on    date NOT NULL,
    left_at       timestamptz,
    cancel_reason text NOT NULL,
    created_by    uuid,
    created_at    timestamptz NOT NULL,
    version       bigint NOT NULL,
    CONSTRAINT delivery_notes_number UNIQUE (number)
);
CREATE INDEX delivery_notes_notice ON delivery_notes (notice_id);
CREATE INDEX delivery_notes_customer ON delivery_notes (customer_id, id DESC);
CREATE INDEX delivery_notes_owner ON delivery_notes (owner_id, id DESC);

CREATE TABLE delivery_note_lines (
    id                uuid PRIMARY KEY,
    delivery_note_id  uuid NOT NULL REFERENCES delivery_notes,
    position_no       int NOT NULL,
    notice_line_id    uuid NOT NULL REFERENCES shipping_notice_lines,
    order_id          uuid NOT NULL,
    order_line_id     uuid NOT NULL,
    product_id        uuid NOT NULL REFERENCES products,
    product_code      text NOT NULL,
    product_name      text NOT NULL,
    unit              text NOT NULL,
    quantity          numeric(18, 4) NOT NULL CHECK (quantity > 0),
    price             numeric(18, 4) NOT NULL CHECK (price >= 0),
    tax_rate          numeric(5, 4) NOT NULL,
    amount            numeric(18, 2) NOT NULL CHECK (amount >= 0),
    invoiced_quantity numeric(18, 4) NOT NULL CHECK (invoiced_quantity >= 0),
    invoiced_amount   numeric(18, 2) NOT NULL,
    CONSTRAINT delivery_note_lines_order_line UNIQUE (delivery_note_id, order_line_id),
    CONSTRAINT delivery_note_lines_not_over CHECK (invoiced_quantity <= quantity),
    CONSTRAINT delivery_note_lines_invoiced_amount CHECK (invoiced_amount >= 0)
);
CREATE INDEX delivery_note_lines_notice_line ON delivery_note_lines (notice_line_id);
CREATE INDEX delivery_note_lines_order ON delivery_note_lines (order_id);
CREATE INDEX delivery_note_lines_open ON delivery_note_lines (delivery_note_id) WHERE invoiced_quantity < quantity;

-- Gate passes (出门证): one for each delivery note, good for going out once.
CREATE TABLE gate_passes (
    id               uuid PRIMARY KEY,
    number           text NOT NULL,
    delivery_note_id uuid NOT NULL REFERENCES delivery_notes,
    notice_id        uuid NOT NULL REFERENCES shipping_notices,
    vehicle          text NOT NULL,
    lines_hash       bytea NOT NULL,
    kid              text NOT NULL,
    state            text NOT NULL CHECK (state IN ('valid', 'used', 'cancelled')),
    issued_at        timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    used_at          timestamptz,
    used_by          uuid REFERENCES users,
    version          bigint NOT NULL,
    CONSTRAINT gate_passes_number UNIQUE (number),
    CONSTRAINT gate_passes_delivery_note UNIQUE (delivery_note_id),
    CONSTRAINT gate_passes_used CHECK ((state = 'used') = (used_at IS NOT NULL))
);
CREATE INDEX gate_passes_notice ON gate_passes (notice_id);

-- What the gate was shown and what it said, also of passes that don't exist. Append-only.
CREATE TABLE gate_checks (
    id               uuid PRIMARY KEY,
    gate_pass_id     uuid REFERENCES gate_passes,
    delivery_note_id uuid REFERENCES delivery_notes,
    pass_number      text NOT NULL,
    vehicle          text NOT NULL,
    seen             jsonb NOT NULL,
    outcome          text NOT NULL CHECK (outcome IN ('passed', 'refused')),
    code             text NOT NULL, -- of the refusal
    decision_id      uuid NOT NULL,
    checked_by       uuid,
    checked_at       timestamptz NOT NULL
);
CREATE INDEX gate_checks_pass ON gate_checks (gate_pass_id, id);
CREATE INDEX gate_checks_note ON gate_checks (delivery_note_id, id);
-- SHP-09: it lets go once
CREATE UNIQUE INDEX gate_checks_once ON gate_checks (gate_pass_id) WHERE outcome = 'passed';
CREATE TRIGGER gate_checks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gate_checks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Keys that sign gate passes. The private key is derived from the salt and the server's master key.
CREATE TABLE gate_pass_keys (
    kid        text PRIMARY KEY,
    public_key bytea NOT NULL,
    salt       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    active     boolean NOT NULL
);
CREATE UNIQUE INDEX gate_pass_keys_active ON gate_pass_keys (active) WHERE active;

-- Notices and delivery notes belong to the customer's owner (ORG-06).
-- +goose StatementBegin
CREATE FUNCTION follow_customer_owner_shipping() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shipping_notices SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    UPDATE delivery_notes SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_owner_of_shipping AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_shipping();

-- How long a gate pass is good for.
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('shipping.gate_pass_hours', 'int', 'hour', 1, 720, 1)
ON CONFLICT DO NOTHING;
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
VALUES ('shipping.gate_pass_hours', 1, '24', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook')
ON CONFLICT DO NOTHING;

-- +goose Down
DROP TRIGGER customers_owner_of_shipping ON customers;
DROP FUNCTION follow_customer_owner_shipping();
DROP TABLE gate_pass_keys;
DROP TABLE gate_checks;
DROP TABLE gate_passes;
DROP TABLE delivery_note_lines;
DROP TABLE delivery_notes;
DROP TABLE shipping_notice_lines;
DROP TABLE shipping_notices;
DROP FUNCTION keep_signed_figures();
