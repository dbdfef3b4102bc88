-- +goose Up
-- What a customer, or a company that may become one, asks for (QUO-01). due_at is the deadline in working time of a new customer's
-- inquiry. Whose it is follows its customer or prospect (triggers below).
CREATE TABLE inquiries (
    id             uuid PRIMARY KEY,
    number         text NOT NULL CONSTRAINT inquiries_number UNIQUE,
    customer_id    uuid CONSTRAINT inquiries_customer_fkey REFERENCES customers,
    prospect_id    uuid CONSTRAINT inquiries_prospect_fkey REFERENCES prospects,
    owner_id       uuid NOT NULL,
    state          text NOT NULL CONSTRAINT inquiries_state CHECK (state IN ('open', 'answered', 'closed')),
    channel        text NOT NULL CHECK (channel IN ('api', 'email', 'fax', 'mail', 'phone', 'visit', 'other')),
    received_at    timestamptz NOT NULL,
    new_customer   boolean NOT NULL, -- no business with it when it asked
    due_at         timestamptz,
    needs          text NOT NULL CHECK (length(needs) <= 4000),
    monthly_tonnes numeric(18, 4) CHECK (monthly_tonnes >= 0),
    answered_at    timestamptz,
    quotation_id   uuid, -- the one that answered it
    closed_at      timestamptz,
    close_reason   text NOT NULL CHECK (length(close_reason) <= 1000),
    created_by     uuid,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    version        bigint NOT NULL CHECK (version > 0),
    CONSTRAINT inquiries_whose CHECK (num_nonnulls(customer_id, prospect_id) >= 1),
    CONSTRAINT inquiries_clock CHECK (new_customer = (due_at IS NOT NULL)),
    CONSTRAINT inquiries_answered CHECK ((state = 'answered') = (answered_at IS NOT NULL) AND (state = 'answered') = (quotation_id IS NOT NULL)),
    CONSTRAINT inquiries_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR trim(close_reason) <> ''))
);
CREATE INDEX inquiries_owner ON inquiries (owner_id, state, id);
CREATE INDEX inquiries_customer ON inquiries (customer_id, id);
CREATE INDEX inquiries_prospect ON inquiries (prospect_id, id);
CREATE INDEX inquiries_by_state ON inquiries (state, id);
CREATE INDEX inquiries_due ON inquiries (due_at, id) WHERE state = 'open' AND due_at IS NOT NULL;

CREATE TABLE inquiry_lines (
    id         uuid PRIMARY KEY,
    inquiry_id uuid NOT NULL REFERENCES inquiries,
    line_no    int NOT NULL CHECK (line_no BETWEEN 1 AND 200),
    product_id uuid CONSTRAINT inquiry_lines_product_fkey REFERENCES products, -- null: not one of ours yet
    wanted     text NOT NULL CHECK (length(wanted) <= 500),
    quantity   numeric(18, 4) NOT NULL CONSTRAINT inquiry_lines_quantity CHECK (quantity > 0),
    unit       text NOT NULL CHECK (length(unit) <= 20),
    wanted_on  date,
    CONSTRAINT inquiry_lines_what CHECK (product_id IS NOT NULL OR trim(wanted) <> '')
);
CREATE INDEX inquiry_lines_inquiry ON inquiry_lines (inquiry_id, line_no);

-- The survey of a new customer's demand (新客户报价需求调查表, QUO-02): each filling is a row of its own, the last one counts.
CREATE TABLE demand_surveys (
    id                uuid PRIMARY KEY,
    customer_id       uuid CONSTRAINT demand_surveys_customer_fkey REFERENCES customers,
    prospect_id       uuid CONSTRAINT demand_surveys_prospect_fkey REFERENCES prospects,
    form_version      int NOT NULL CHECK (form_version > 0),
    revision          int NOT NULL CHECK (revision > 0),
    size              text NOT NULL CHECK (length(trim(size)) BETWEEN 1 AND 1000),
    reputation        text NOT NULL CHECK (length(trim(reputation)) BETWEEN 1 AND 1000),
    present_supplier  text NOT NULL CHECK (length(trim(present_supplier)) BETWEEN 1 AND 1000),
    monthly_tonnes    numeric(18, 4) NOT NULL CONSTRAINT demand_surveys_tonnes CHECK (monthly_tonnes >= 0),
    payment_time      text NOT NULL CHECK (length(trim(payment_time)) BETWEEN 1 AND 1000),
    delivery_time     text NOT NULL CHECK (length(trim(delivery_time)) BETWEEN 1 AND 1000),
    freight           text NOT NULL CHECK (length(trim(freight)) BETWEEN 1 AND 1000),
    trader            boolean NOT NULL,
    final_destination text NOT NULL CHECK (length(final_destination) <= 1000),
    remarks           text NOT NULL CHECK (length(remarks) <= 2000),
    filled_by         uuid,
    filled_at         timestamptz NOT NULL,
    CONSTRAINT demand_surveys_whose CHECK (num_nonnulls(customer_id, prospect_id) >= 1),
    CONSTRAINT demand_surveys_destination CHECK (NOT trader OR trim(final_destination) <> '')
);
CREATE UNIQUE INDEX demand_surveys_of_prospect ON demand_surveys (prospect_id, revision DESC);
CREATE INDEX demand_surveys_of_customer ON demand_surveys (customer_id, revision DESC);
CREATE UNIQUE INDEX demand_surveys_revision ON demand_surveys (customer_id, revision) WHERE prospect_id IS NULL;

-- +goose StatementBegin
CREATE FUNCTION keep_demand_survey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - 'customer_id' <> to_jsonb(NEW) - 'customer_id' THEN
        RAISE EXCEPTION 'a demand survey is filled anew, not changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'demand_surveys_kept';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER demand_surveys_kept BEFORE UPDATE OR DELETE ON demand_surveys FOR EACH ROW EXECUTE FUNCTION keep_demand_survey();

-- A quotation as it is now; what it said in earlier revisions is in quotation_revisions.
CREATE TABLE quotations (
    id               uuid PRIMARY KEY,
    number           text NOT NULL CONSTRAINT quotations_number UNIQUE,
    customer_id      uuid CONSTRAINT quotations_customer_fkey REFERENCES customers,
    prospect_id      uuid CONSTRAINT quotations_prospect_fkey REFERENCES prospects,
    owner_id         uuid NOT NULL,
    inquiry_id       uuid CONSTRAINT quotations_inquiry_fkey REFERENCES inquiries,
    state            text NOT NULL CONSTRAINT quotations_state
        CHECK (state IN ('draft', 'submitted', 'approved', 'sent', 'accepted', 'declined', 'expired', 'cancelled')),
    revision         int NOT NULL CHECK (revision > 0),
    discount_percent numeric(7, 4) NOT NULL CONSTRAINT quotations_discount CHECK (discount_percent >= 0 AND discount_percent < 100),
    total            numeric(18, 2) NOT NULL CHECK (total >= 0), -- net, at the least quantities
    currency         text NOT NULL CHECK (currency = 'CNY'),
    valid_from       date NOT NULL,
    valid_until      date NOT NULL,
    settlement       text NOT NULL CHECK (settlement IN ('cash', 'prepaid', 'cod', 'net_days', 'month_end_days')),
    terms_days       int NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
    delivery         text NOT NULL CHECK (length(delivery) <= 1000),
    packing          text NOT NULL CHECK (length(packing) <= 1000),
    freight          text NOT NULL CHECK (length(freight) <= 1000),
    remarks          text NOT NULL CHECK (length(remarks) <= 2000),
    state_reason     text NOT NULL CHECK (length(state_reason) <= 2000),
    content          bytea NOT NULL CHECK (length(content) <= 32), -- hash of what the gate judged
    approval_id      uuid,
    unapproved       boolean NOT NULL, -- a deal that nobody with authority approved (QUO-07): no price base
    submitted_by     uuid,
    submitted_at     timestamptz,
    approved_at      timestamptz,
    sent_at          timestamptz, -- first
    accepted_at      timestamptz,
    accepted_by      text NOT NULL CHECK (length(accepted_by) <= 100), -- who at the customer's
    accepted_through text NOT NULL CHECK (accepted_through IN ('', 'rep', 'link')),
    ended_at         timestamptz, -- declined, expired, cancelled
    copied_from_id   uuid REFERENCES quotations,
    created_by       uuid,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    version          bigint NOT NULL CHECK (version > 0),
    CONSTRAINT quotations_whose CHECK (num_nonnulls(customer_id, prospect_id) >= 1),
    CONSTRAINT quotations_dates CHECK (valid_from <= valid_until),
    CONSTRAINT quotations_terms CHECK (settlement IN ('net_days', 'month_end_days') OR terms_days = 0),
    CONSTRAINT quotations_judged CHECK (state IN ('draft', 'cancelled') OR (length(content) = 32 AND submitted_at IS NOT NULL)),
    CONSTRAINT quotations_signed CHECK (state NOT IN ('approved', 'sent') OR approved_at IS NOT NULL),
    CONSTRAINT quotations_sent_signed CHECK (sent_at IS NULL OR approved_at IS NOT NULL), -- QUO-05
    CONSTRAINT quotations_accepted CHECK ((state = 'accepted') = (accepted_at IS NOT NULL) AND (state = 'accepted') = (accepted_through <> '')
        AND (state <> 'accepted' OR sent_at IS NOT NULL OR unapproved)),
    CONSTRAINT quotations_ended CHECK ((state IN ('declined', 'expired', 'cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX quotations_owner ON quotations (owner_id, state, id);
CREATE INDEX quotations_customer ON quotations (customer_id, id);
CREATE INDEX quotations_prospect ON quotations (prospect_id, id);
CREATE INDEX quotations_by_state ON quotations (state, id);
CREATE INDEX quotations_inquiry ON quotations (inquiry_id, id) WHERE inquiry_id IS NOT NULL;
CREATE INDEX quotations_running_out ON quotations (valid_until, id) WHERE state IN ('approved', 'sent');
ALTER TABLE inquiries ADD CONSTRAINT inquiries_quotation_fkey FOREIGN KEY (quotation_id) REFERENCES quotations;

CREATE TABLE quotation_lines (
    id           uuid PRIMARY KEY,
    quotation_id uuid NOT NULL REFERENCES quotations,
    line_no      int NOT NULL CHECK (line_no BETWEEN 1 AND 200),
    product_id   uuid NOT NULL CONSTRAINT quotation_lines_product_fkey REFERENCES products,
    unit         text NOT NULL,
    min_quantity numeric(18, 4) NOT NULL CONSTRAINT quotation_lines_quantity CHECK (min_quantity > 0),
    max_quantity numeric(18, 4) CONSTRAINT quotation_lines_range CHECK (max_quantity >= min_quantity), -- null: no bound
    price        numeric(18, 4) NOT NULL CHECK (price >= 0),     -- tax included
    net_price    numeric(18, 4) NOT NULL CHECK (net_price >= 0), -- less the discount: what is judged and agreed
    tax_rate     numeric(5, 4) NOT NULL CHECK (tax_rate >= 0 AND tax_rate < 1),
    lead_days    int CHECK (lead_days BETWEEN 0 AND 365),
    remarks      text NOT NULL CHECK (length(remarks) <= 500)
);
CREATE INDEX quotation_lines_quotation ON quotation_lines (quotation_id, line_no);
CREATE INDEX quotation_lines_product ON quotation_lines (product_id, quotation_id);

-- +goose StatementBegin
CREATE FUNCTION guard_quotation_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM quotations WHERE id = OLD.quotation_id) <> 'draft' THEN
        RAISE EXCEPTION 'the lines of a quotation change in a draft only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quotation_lines_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER quotation_lines_frozen BEFORE UPDATE OR DELETE ON quotation_lines FOR EACH ROW EXECUTE FUNCTION guard_quotation_line();

-- What the quotation said before each revision. Such a revision is dead.
CREATE TABLE quotation_revisions (
    quotation_id uuid NOT NULL REFERENCES quotations,
    revision     int NOT NULL CHECK (revision > 0),
    state        text NOT NULL, -- in which it was superseded
    content      jsonb NOT NULL,
    reason       text NOT NULL CHECK (length(reason) <= 2000),
    ended_at     timestamptz NOT NULL,
    ended_by     uuid,
    PRIMARY KEY (quotation_id, revision)
);
CREATE TRIGGER quotation_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quotation_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When, how and to whom it was sent (QUO-05).
CREATE TABLE quotation_sendings (
    id           uuid PRIMARY KEY,
    quotation_id uuid NOT NULL REFERENCES quotations,
    revision     int NOT NULL,
    channel      text NOT NULL CHECK (channel IN ('email', 'fax', 'mail', 'message', 'in_person', 'link')),
    recipient    text NOT NULL CHECK (length(trim(recipient)) BETWEEN 1 AND 200),
    note         text NOT NULL CHECK (length(note) <= 500),
    sent_by      uuid,
    sent_at      timestamptz NOT NULL
);
CREATE INDEX quotation_sendings_quotation ON quotation_sendings (quotation_id, id);
CREATE TRIGGER quotation_sendings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quotation_sendings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Links for the customer's side. The token itself is nowhere; one link of a quotation is good at a time, and answers once.
CREATE TABLE quotation_links (
    id           uuid PRIMARY KEY, -- the token's jti
    quotation_id uuid NOT NULL REFERENCES quotations,
    revision     int NOT NULL,
    token_hash   bytea NOT NULL,
    created_by   uuid NOT NULL REFERENCES users,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT quotation_links_ended_once CHECK (used_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX quotation_links_one ON quotation_links (quotation_id) WHERE used_at IS NULL AND revoked_at IS NULL;

-- They belong to the owner of the customer or prospect (ORG-06), also when written while that one moves.
CREATE TRIGGER inquiries_owner BEFORE INSERT ON inquiries FOR EACH ROW EXECUTE FUNCTION own_opportunity();
CREATE TRIGGER quotations_owner BEFORE INSERT ON quotations FOR EACH ROW EXECUTE FUNCTION own_opportunity();


INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('quote.demand_months', 'int', 'month', 1, 24, 1),
    ('quote.record_months', 'int', 'month', 1, 60, 1),
    ('quote.binds_over_price_change', 'bool', '', NULL, NULL, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('quote.demand_months', '3'), ('quote.record_months', '12'), ('quote.binds_over_price_change', 'false')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('quote.demand_months', 'quote.record_months', 'quote.binds_over_price_change');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('quote.demand_months', 'quote.record_months', 'quote.binds_over_price_change');
ALTER TABLE inquiries DROP CONSTRAINT inquiries_quotation_fkey;
DROP TABLE quotation_links, quotation_sendings, quotation_revisions, quotation_lines, quotations, demand_surveys, inquiry_lines, inquiries;
DROP FUNCTION guard_quotation_line();
DROP FUNCTION keep_demand_survey();
