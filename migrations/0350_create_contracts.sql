-- +goose Up
-- A sales contract as it is in force, or as it is being drafted. owner_id is the customer's owner (ORG-06). content is the hash of
-- what the gate judged. The *_round columns count how often a submission asked for more than what was approved before: they are
-- facts of the matter contract.sign, by which an amendment re-runs the gate only for what became worse.
CREATE TABLE contracts (
    id                 uuid PRIMARY KEY,
    number             text NOT NULL CONSTRAINT contracts_number UNIQUE,
    customer_id        uuid NOT NULL CONSTRAINT contracts_customer_fkey REFERENCES customers,
    owner_id           uuid NOT NULL,
    state              text NOT NULL CONSTRAINT contracts_state
        CHECK (state IN ('draft', 'submitted', 'approved', 'in_force', 'expired', 'terminated', 'closed', 'cancelled')),
    revision           int NOT NULL CHECK (revision > 0),
    quotation_id       uuid,
    starts_on          date NOT NULL,
    ends_on            date NOT NULL, -- its last day
    is_long            boolean NOT NULL, -- CON-01, of the period
    is_standard        boolean NOT NULL, -- CON-01, of the products
    settlement         text NOT NULL CHECK (settlement IN ('cash', 'prepaid', 'cod', 'net_days', 'month_end_days')),
    terms_days         int NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
    header_discount    numeric(18, 2) NOT NULL CHECK (header_discount >= 0),
    gross              numeric(18, 2) NOT NULL CHECK (gross >= 0),
    total              numeric(18, 2) NOT NULL CHECK (total >= 0),
    tax                numeric(18, 2) NOT NULL CHECK (tax >= 0),
    currency           text NOT NULL CHECK (currency = 'CNY'),
    delivery_place     text NOT NULL CHECK (length(delivery_place) <= 300),
    packing            text NOT NULL CHECK (length(packing) <= 300),
    transport          text NOT NULL CHECK (length(transport) <= 300),
    remarks            text NOT NULL CHECK (length(remarks) <= 2000),
    state_reason       text NOT NULL CHECK (length(state_reason) <= 2000),
    content            bytea NOT NULL CHECK (length(content) <= 32),
    approval_id        uuid,
    submitted_by       uuid,
    submitted_at       timestamptz,
    approved_at        timestamptz,
    demand_round       int NOT NULL CHECK (demand_round > 0),
    price_round        int NOT NULL CHECK (price_round > 0),
    period_round       int NOT NULL CHECK (period_round > 0),
    signed_on          date, -- by us
    customer_signed_on date,
    signed_by          uuid, -- our signatory
    in_force_at        timestamptz,
    ended_at           timestamptz,
    filed_at           timestamptz, -- the rep has filed the signed original (CON-07)
    called_amount      numeric(18, 2) NOT NULL,
    expiry_warned_at   timestamptz,
    used_warned_at     timestamptz,
    copied_from_id     uuid REFERENCES contracts,
    created_by         uuid,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    version            bigint NOT NULL,
    CONSTRAINT contracts_period CHECK (ends_on >= starts_on),
    CONSTRAINT contracts_terms CHECK (settlement IN ('net_days', 'month_end_days') OR terms_days = 0),
    CONSTRAINT contracts_total CHECK (total = gross - header_discount),
    -- CON-09: never more than is agreed, under any race
    CONSTRAINT contracts_called CHECK (called_amount >= 0 AND called_amount <= total),
    CONSTRAINT contracts_judged CHECK (state IN ('draft', 'cancelled') OR (length(content) = 32 AND submitted_at IS NOT NULL)),
    CONSTRAINT contracts_signed CHECK (num_nonnulls(signed_on, customer_signed_on, signed_by) IN (0, 3)),
    -- CON-08: without approval and both signatures nothing is in force
    CONSTRAINT contracts_in_force CHECK (in_force_at IS NULL OR (approved_at IS NOT NULL AND signed_on IS NOT NULL)),
    CONSTRAINT contracts_in_force_state CHECK ((state IN ('in_force', 'expired', 'terminated', 'closed')) = (in_force_at IS NOT NULL)),
    CONSTRAINT contracts_ended CHECK ((state IN ('expired', 'terminated', 'closed', 'cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX contracts_customer ON contracts (customer_id, id);
CREATE INDEX contracts_by_state ON contracts (state, id);
CREATE INDEX contracts_owner ON contracts (owner_id, state, id);
CREATE INDEX contracts_ending ON contracts (ends_on, id) WHERE state = 'in_force';
CREATE INDEX contracts_quotation ON contracts (quotation_id) WHERE quotation_id IS NOT NULL;
CREATE INDEX contracts_unfiled ON contracts (id) WHERE in_force_at IS NOT NULL AND filed_at IS NULL;

-- deliveries is a list of {"on": date, "quantity": decimal}. revision is that of the contract which wrote the line.
CREATE TABLE contract_lines (
    id                uuid PRIMARY KEY,
    contract_id       uuid NOT NULL REFERENCES contracts,
    line_no           int NOT NULL CHECK (line_no BETWEEN 1 AND 500),
    revision          int NOT NULL CHECK (revision > 0),
    product_id        uuid NOT NULL CONSTRAINT contract_lines_product_fkey REFERENCES products,
    unit              text NOT NULL,
    spec              text NOT NULL CHECK (length(spec) <= 200), -- agreed, when it isn't the product's own
    price             numeric(18, 4) NOT NULL CHECK (price >= 0), -- tax included
    quantity          numeric(18, 4) NOT NULL CONSTRAINT contract_lines_quantity CHECK (quantity > 0),
    tax_rate          numeric(5, 4) NOT NULL CHECK (tax_rate >= 0 AND tax_rate < 1),
    amount            numeric(18, 2) NOT NULL CHECK (amount >= 0),
    net_amount        numeric(18, 2) NOT NULL CHECK (net_amount >= 0), -- less its share of the header discount
    deliveries        jsonb NOT NULL CHECK (jsonb_typeof(deliveries) = 'array'),
    quotation_line_id uuid,
    remarks           text NOT NULL CHECK (length(remarks) <= 500),
    called_quantity   numeric(18, 4) NOT NULL, -- by orders
    called_amount     numeric(18, 2) NOT NULL CHECK (called_amount >= 0),
    CONSTRAINT contract_lines_called CHECK (called_quantity >= 0 AND called_quantity <= quantity) -- CON-09
);
CREATE INDEX contract_lines_contract ON contract_lines (contract_id, line_no);
CREATE INDEX contract_lines_product ON contract_lines (product_id);

-- What is agreed changes in a draft, or with the next revision of its contract as a whole, and nowhere else.
-- +goose StatementBegin
CREATE FUNCTION guard_contract_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c record;
BEGIN
    SELECT state, revision INTO c FROM contracts WHERE id = OLD.contract_id;
    IF c.state <> 'draft' AND c.revision <= OLD.revision THEN
        RAISE EXCEPTION 'the lines of a contract change in a draft or with a new revision only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_lines_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER contract_lines_frozen BEFORE DELETE OR UPDATE OF contract_id, revision, product_id, unit, spec, price, quantity, tax_rate, amount,
    net_amount, deliveries, quotation_line_id ON contract_lines FOR EACH ROW EXECUTE FUNCTION guard_contract_line();

-- What each order calls off of each line (CON-09). A row of 0 stays: it says that the order once did.
CREATE TABLE contract_call_offs (
    contract_line_id uuid NOT NULL REFERENCES contract_lines,
    order_id         uuid NOT NULL,
    contract_id      uuid NOT NULL REFERENCES contracts,
    quantity         numeric(18, 4) NOT NULL CHECK (quantity >= 0),
    amount           numeric(18, 2) NOT NULL CHECK (amount >= 0),
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (contract_line_id, order_id)
);
CREATE INDEX contract_call_offs_contract ON contract_call_offs (contract_id, order_id);
CREATE INDEX contract_call_offs_order ON contract_call_offs (order_id);

-- Each revision as it came in force.
CREATE TABLE contract_revisions (
    contract_id  uuid NOT NULL REFERENCES contracts,
    revision     int NOT NULL CHECK (revision > 0),
    content      jsonb NOT NULL,
    approval_id  uuid,
    reason       text NOT NULL CHECK (length(reason) <= 2000),
    signed_on    date NOT NULL,
    customer_signed_on date NOT NULL,
    in_force_at  timestamptz NOT NULL,
    recorded_by  uuid,
    PRIMARY KEY (contract_id, revision)
);
CREATE TRIGGER contract_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contract_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A revision on its way: what the contract is to say from then on. The contract as it is stays in force meanwhile.
CREATE TABLE contract_amendments (
    id           uuid PRIMARY KEY,
    contract_id  uuid NOT NULL REFERENCES contracts,
    revision     int NOT NULL CHECK (revision > 1),
    state        text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'in_force', 'cancelled')),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    change       jsonb NOT NULL,
    content      bytea NOT NULL CHECK (length(content) <= 32),
    state_reason text NOT NULL CHECK (length(state_reason) <= 2000),
    approval_id  uuid,
    demand_round int NOT NULL CHECK (demand_round > 0),
    price_round  int NOT NULL CHECK (price_round > 0),
    period_round int NOT NULL CHECK (period_round > 0),
    submitted_at timestamptz,
    approved_at  timestamptz,
    ended_at     timestamptz,
    created_by   uuid,
    created_at   timestamptz NOT NULL,
    version      bigint NOT NULL,
    CONSTRAINT contract_amendments_ended CHECK ((state IN ('in_force', 'cancelled')) = (ended_at IS NOT NULL)),
    CONSTRAINT contract_amendments_approved CHECK (state NOT IN ('approved', 'in_force') OR approved_at IS NOT NULL)
);
CREATE UNIQUE INDEX contract_amendments_one ON contract_amendments (contract_id) WHERE state IN ('draft', 'submitted', 'approved');
CREATE INDEX contract_amendments_contract ON contract_amendments (contract_id, id DESC);

-- What production answered (CON-05).
CREATE TABLE contract_capacity_answers (
    id          uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES contracts,
    approval_id uuid NOT NULL,
    revision    int NOT NULL,
    confirmed   boolean NOT NULL,
    lines       jsonb NOT NULL,
    note        text NOT NULL CHECK (length(note) <= 1000),
    answered_by uuid NOT NULL,
    answered_at timestamptz NOT NULL
);
CREATE INDEX contract_capacity_answers_contract ON contract_capacity_answers (contract_id, id);
CREATE TRIGGER contract_capacity_answers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contract_capacity_answers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Originals and copies, and who holds which (CON-07). Each move is a row; holder and place are those of the last one.
CREATE TABLE contract_papers (
    id          uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES contracts,
    revision    int NOT NULL CHECK (revision > 0),
    kind        text NOT NULL CHECK (kind IN ('original', 'copy')),
    label       text NOT NULL CHECK (length(label) BETWEEN 1 AND 60),
    holder_id   uuid, -- one of us; else holder says who
    holder      text NOT NULL CHECK (length(holder) <= 120),
    place       text NOT NULL CHECK (length(place) <= 200),
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL,
    CONSTRAINT contract_papers_label UNIQUE (contract_id, label),
    CONSTRAINT contract_papers_holder CHECK ((holder_id IS NOT NULL) <> (holder <> ''))
);
CREATE TABLE contract_paper_moves (
    id        uuid PRIMARY KEY,
    paper_id  uuid NOT NULL REFERENCES contract_papers,
    holder_id uuid,
    holder    text NOT NULL,
    place     text NOT NULL,
    note      text NOT NULL CHECK (length(note) <= 500),
    moved_by  uuid,
    moved_at  timestamptz NOT NULL
);
CREATE INDEX contract_paper_moves_paper ON contract_paper_moves (paper_id, id);
CREATE TRIGGER contract_paper_moves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contract_paper_moves
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE contract_terminations (
    id           uuid PRIMARY KEY,
    contract_id  uuid NOT NULL REFERENCES contracts,
    state        text NOT NULL CHECK (state IN ('submitted', 'approved', 'refused')),
    by_party     text NOT NULL CHECK (by_party IN ('us', 'customer', 'both')),
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    state_reason text NOT NULL CHECK (length(state_reason) <= 2000),
    approval_id  uuid,
    requested_by uuid,
    requested_at timestamptz NOT NULL,
    decided_at   timestamptz,
    version      bigint NOT NULL
);
CREATE UNIQUE INDEX contract_terminations_one ON contract_terminations (contract_id) WHERE state <> 'refused';
CREATE INDEX contract_terminations_contract ON contract_terminations (contract_id, id DESC);

-- A customer's contracts, and the approvals of these, belong to the customer's owner (ORG-06), as orders do.
CREATE TRIGGER contracts_owner BEFORE INSERT ON contracts FOR EACH ROW EXECUTE FUNCTION own_by_customer();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('contract.expiry_warn_days', 'int', 'day', 0, 365, 1),
    ('contract.used_warn_percent', 'int', 'percent', 1, 100, 1),
    ('contract.file_days', 'int', 'working_day', 1, 60, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES
    ('contract.expiry_warn_days', '30'),
    ('contract.used_warn_percent', '90'),
    ('contract.file_days', '5')
) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('contract.expiry_warn_days', 'contract.used_warn_percent', 'contract.file_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('contract.expiry_warn_days', 'contract.used_warn_percent', 'contract.file_days');
DROP TABLE contract_terminations, contract_paper_moves, contract_papers, contract_capacity_answers, contract_amendments, contract_revisions,
    contract_call_offs, contract_lines, contracts;
DROP FUNCTION guard_contract_line();
