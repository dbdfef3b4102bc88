-- +goose Up
-- ARV-02: what a movement of the ledger is called on a statement. By the document that caused it, and for reversals by why. What isn't
-- known here counts as an adjustment, so that nothing is ever left out of a balance.
CREATE FUNCTION statement_kind(document_type text, reason text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN document_type = 'reversal' AND reason = 'invoice reversed' THEN 'invoice'
        WHEN document_type = 'reversal' AND reason = 'prepayment used' THEN 'receipt'
        WHEN document_type IN ('reversal', 'allocation') THEN 'allocation'
        WHEN document_type IN ('delivery_note', 'goods_return') THEN 'delivery' -- what came back is a delivery less
        WHEN document_type IN ('invoice', 'receipt', 'opening', 'credit_note', 'write_off') THEN document_type
        ELSE 'adjustment'
    END
$$;

-- One making of the statements of a month; it goes on where it was cut off (after).
CREATE TABLE statement_runs (
    id          uuid PRIMARY KEY,
    month       date NOT NULL CONSTRAINT statement_runs_month UNIQUE CHECK (extract(day FROM month) = 1),
    state       text NOT NULL CHECK (state IN ('running', 'done')),
    after       uuid NOT NULL,
    statements  int NOT NULL CHECK (statements >= 0),
    skipped     int NOT NULL CHECK (skipped >= 0), -- customers whose ledger doesn't agree with itself: see verify
    opening     numeric(18, 2) NOT NULL,
    delivered   numeric(18, 2) NOT NULL,
    invoiced    numeric(18, 2) NOT NULL,
    received    numeric(18, 2) NOT NULL,
    closing     numeric(18, 2) NOT NULL,
    receivable  numeric(18, 2) NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT statement_runs_finished CHECK ((state = 'done') = (finished_at IS NOT NULL))
);

-- ARV-02: a customer's statement (对账单). Its lines are the ledger's movements from_seq < seq <= to_seq, which never change.
-- balance = receivable + shipped - prepaid: what a released notice counts in the exposure hasn't left and isn't owed.
CREATE TABLE statements (
    id                 uuid PRIMARY KEY,
    number             text NOT NULL,
    revision           int NOT NULL CHECK (revision > 0),
    kind               text NOT NULL CHECK (kind IN ('monthly', 'manual')),
    customer_id        uuid NOT NULL REFERENCES customers, -- who pays
    starts_on          date NOT NULL,
    ends_on            date NOT NULL,
    from_seq           bigint NOT NULL CHECK (from_seq >= 0),
    to_seq             bigint NOT NULL,
    previous_id        uuid,
    opening_receivable numeric(18, 2) NOT NULL,
    opening_shipped    numeric(18, 2) NOT NULL,
    opening_prepaid    numeric(18, 2) NOT NULL,
    opening            numeric(18, 2) NOT NULL GENERATED ALWAYS AS (opening_receivable + opening_shipped - opening_prepaid) STORED,
    brought            numeric(18, 2) NOT NULL, -- open items of the books before
    delivered          numeric(18, 2) NOT NULL,
    invoiced           numeric(18, 2) NOT NULL, -- for information: what is invoiced was delivered before
    invoice_difference numeric(18, 2) NOT NULL, -- by which invoices and deliveries differ
    adjusted           numeric(18, 2) NOT NULL,
    credited           numeric(18, 2) NOT NULL,
    received           numeric(18, 2) NOT NULL,
    written_off        numeric(18, 2) NOT NULL,
    closing_receivable numeric(18, 2) NOT NULL,
    closing_shipped    numeric(18, 2) NOT NULL,
    closing_prepaid    numeric(18, 2) NOT NULL,
    closing            numeric(18, 2) NOT NULL GENERATED ALWAYS AS (closing_receivable + closing_shipped - closing_prepaid) STORED,
    not_due            numeric(18, 2) NOT NULL,
    late_first         numeric(18, 2) NOT NULL,
    late_second        numeric(18, 2) NOT NULL,
    late_third         numeric(18, 2) NOT NULL,
    late_beyond        numeric(18, 2) NOT NULL,
    bound_first        int NOT NULL,
    bound_second       int NOT NULL,
    bound_third        int NOT NULL,
    late_documents     int NOT NULL CHECK (late_documents >= 0), -- movements of a business date before starts_on
    adjusted_after     numeric(18, 2) NOT NULL, -- agreed in a dispute, booked after ends_on
    agreed             numeric(18, 2) NOT NULL GENERATED ALWAYS AS (closing_receivable + closing_shipped - closing_prepaid + adjusted_after) STORED,
    state              text NOT NULL CHECK (state IN ('draft', 'sent', 'disputed', 'confirmed', 'settled', 'superseded')),
    sent_at            timestamptz,
    sent_by            uuid,
    sent_via           text NOT NULL CHECK (sent_via IN ('', 'link', 'email', 'fax', 'mail', 'visit', 'message', 'other')),
    confirmed_at       timestamptz,
    confirmed_via      text NOT NULL CHECK (confirmed_via IN ('', 'link', 'recorded', 'resolution')),
    confirmed_name     text NOT NULL CHECK (length(confirmed_name) <= 100),
    confirmed_by       uuid, -- who recorded it
    settled_at         timestamptz,
    replaced_by        uuid,
    made_at            timestamptz NOT NULL,
    made_by            uuid,
    version            bigint NOT NULL,
    CONSTRAINT statements_number UNIQUE (number, revision),
    CONSTRAINT statements_range CHECK (ends_on >= starts_on AND to_seq >= from_seq),
    CONSTRAINT statements_month CHECK (kind <> 'monthly' OR (extract(day FROM starts_on) = 1 AND ends_on = (starts_on + INTERVAL '1 month' - INTERVAL '1 day')::date)),
    CONSTRAINT statements_balance CHECK (closing_receivable + closing_shipped - closing_prepaid = opening_receivable + opening_shipped - opening_prepaid
        + brought + delivered + invoice_difference + adjusted - credited - received - written_off),
    CONSTRAINT statements_ageing CHECK (not_due + late_first + late_second + late_third + late_beyond = closing_receivable),
    CONSTRAINT statements_confirmed CHECK ((state IN ('confirmed', 'settled')) = (confirmed_at IS NOT NULL) OR state = 'superseded'),
    CONSTRAINT statements_confirmed_name CHECK ((confirmed_at IS NULL) = (confirmed_via = '') AND (confirmed_at IS NULL OR confirmed_via = 'resolution' OR confirmed_name <> '')),
    CONSTRAINT statements_settled CHECK ((state = 'settled') = (settled_at IS NOT NULL)),
    CONSTRAINT statements_superseded CHECK ((state = 'superseded') = (replaced_by IS NOT NULL)),
    CONSTRAINT statements_closing UNIQUE (id, customer_id, to_seq, closing_receivable, closing_shipped, closing_prepaid),
    -- The next opening is the last closing.
    CONSTRAINT statements_chain FOREIGN KEY (previous_id, customer_id, from_seq, opening_receivable, opening_shipped, opening_prepaid)
        REFERENCES statements (id, customer_id, to_seq, closing_receivable, closing_shipped, closing_prepaid)
);
CREATE UNIQUE INDEX statements_once ON statements (customer_id, starts_on, revision) WHERE kind = 'monthly';
CREATE UNIQUE INDEX statements_next ON statements (previous_id) WHERE previous_id IS NOT NULL AND revision = 1;
CREATE INDEX statements_customer ON statements (customer_id, id DESC);
CREATE INDEX statements_month_list ON statements (starts_on, id DESC);
CREATE INDEX statements_open ON statements (state, id DESC) WHERE state IN ('sent', 'disputed', 'confirmed');
CREATE TRIGGER statements_frozen BEFORE DELETE OR UPDATE OF number, revision, kind, customer_id, starts_on, ends_on, from_seq, to_seq, previous_id,
    opening_receivable, opening_shipped, opening_prepaid, brought, delivered, invoiced, invoice_difference, adjusted, credited, received, written_off,
    closing_receivable, closing_shipped, closing_prepaid, not_due, late_first, late_second, late_third, late_beyond, bound_first, bound_second, bound_third,
    late_documents, adjusted_after, made_at, made_by ON statements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- By which the customer's side opens a statement without signing in.
CREATE TABLE statement_links (
    id           uuid PRIMARY KEY,
    statement_id uuid NOT NULL REFERENCES statements,
    token_hash   bytea NOT NULL,
    created_by   uuid NOT NULL REFERENCES users,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz
);
CREATE UNIQUE INDEX statement_links_one ON statement_links (statement_id) WHERE revoked_at IS NULL;

-- ARV-02, ARV-06: what the customer doesn't agree with, line by line, and what came of it.
CREATE TABLE statement_disputes (
    id            uuid PRIMARY KEY,
    statement_id  uuid NOT NULL REFERENCES statements,
    customer_id   uuid NOT NULL,
    document_type text NOT NULL,
    document_id   uuid NOT NULL,
    number        text NOT NULL CHECK (length(number) <= 60),
    amount        numeric(18, 2) NOT NULL, -- of the line
    reason        text NOT NULL CHECK (reason IN ('duplicate', 'price', 'item', 'quantity', 'not_received', 'paid_already', 'other')),
    note          text NOT NULL CHECK (length(note) <= 1000),
    state         text NOT NULL CHECK (state IN ('open', 'accepted', 'rejected', 'paid')),
    raised_at     timestamptz NOT NULL,
    raised_by     uuid,
    raised_via    text NOT NULL CHECK (raised_via IN ('link', 'recorded')),
    raised_name   text NOT NULL CHECK (length(raised_name) BETWEEN 1 AND 100),
    resolution    text NOT NULL CHECK (length(resolution) <= 1000),
    adjusting_id  uuid, -- the document that corrects it
    effect        numeric(18, 2) NOT NULL, -- on the balance, after the statement's end
    resolved_at   timestamptz,
    resolved_by   uuid,
    CONSTRAINT statement_disputes_note CHECK (reason <> 'other' OR note <> ''),
    CONSTRAINT statement_disputes_resolved CHECK ((state = 'open') = (resolved_at IS NULL)),
    CONSTRAINT statement_disputes_accepted CHECK ((state = 'accepted') = (adjusting_id IS NOT NULL) AND (adjusting_id IS NOT NULL OR effect = 0)),
    CONSTRAINT statement_disputes_reason CHECK (state <> 'rejected' OR trim(resolution) <> '')
);
CREATE UNIQUE INDEX statement_disputes_once ON statement_disputes (statement_id, document_id) WHERE state = 'open';
CREATE INDEX statement_disputes_statement ON statement_disputes (statement_id, id);
CREATE INDEX statement_disputes_open ON statement_disputes (customer_id, document_id) WHERE state = 'open';

-- ARV-08: what a rep's month comes to, as finance gave it. A correction is another revision.
CREATE TABLE rep_figures (
    id              uuid PRIMARY KEY,
    month           date NOT NULL CHECK (extract(day FROM month) = 1),
    rep_id          uuid NOT NULL REFERENCES users,
    revision        int NOT NULL CHECK (revision > 0),
    state           text NOT NULL CHECK (state IN ('draft', 'given', 'objected', 'final', 'superseded')),
    customers       int NOT NULL CHECK (customers >= 0),
    delivered       numeric(18, 2) NOT NULL,
    invoiced        numeric(18, 2) NOT NULL,
    received        numeric(18, 2) NOT NULL,
    closing         numeric(18, 2) NOT NULL,
    tonnes          numeric(18, 4) NOT NULL,
    made_at         timestamptz NOT NULL,
    given_at        timestamptz,
    given_by        uuid,
    due_at          timestamptz, -- until then the rep may object
    due_days        int NOT NULL CHECK (due_days >= 0),
    objection       text NOT NULL CHECK (length(objection) <= 2000),
    objected_at     timestamptz,
    decision        text NOT NULL CHECK (decision IN ('', 'stands', 'corrected')),
    decision_reason text NOT NULL CHECK (length(decision_reason) <= 2000),
    decided_at      timestamptz,
    decided_by      uuid,
    version         bigint NOT NULL,
    CONSTRAINT rep_figures_once UNIQUE (month, rep_id, revision),
    CONSTRAINT rep_figures_given CHECK ((state = 'draft') = (given_at IS NULL) AND (given_at IS NULL) = (due_at IS NULL)),
    CONSTRAINT rep_figures_objected CHECK ((objected_at IS NULL) = (objection = '')),
    CONSTRAINT rep_figures_in_time CHECK (objected_at <= due_at),
    CONSTRAINT rep_figures_decided CHECK ((decided_at IS NULL) = (decision = '') AND (decided_at IS NULL OR trim(decision_reason) <> '')),
    CONSTRAINT rep_figures_not_own CHECK (decided_by <> rep_id)
);
CREATE UNIQUE INDEX rep_figures_live ON rep_figures (month, rep_id) WHERE state <> 'superseded';
CREATE INDEX rep_figures_rep ON rep_figures (rep_id, month DESC, revision DESC);
CREATE INDEX rep_figures_due ON rep_figures (due_at, id) WHERE state = 'given';
CREATE TRIGGER rep_figures_frozen BEFORE DELETE OR UPDATE OF month, rep_id, revision, customers, delivered, invoiced, received, closing, tonnes, made_at
    ON rep_figures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The customers that a rep's figures are made of, at the time.
CREATE TABLE rep_figure_lines (
    figure_id   uuid NOT NULL REFERENCES rep_figures,
    customer_id uuid NOT NULL REFERENCES customers,
    opening     numeric(18, 2) NOT NULL,
    delivered   numeric(18, 2) NOT NULL,
    invoiced    numeric(18, 2) NOT NULL,
    received    numeric(18, 2) NOT NULL,
    closing     numeric(18, 2) NOT NULL,
    tonnes      numeric(18, 4) NOT NULL,
    PRIMARY KEY (figure_id, customer_id)
);
CREATE TRIGGER rep_figure_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rep_figure_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The ageing of everybody begins with what is late longest; usage goes by the day on which goods left.
CREATE INDEX credit_open_items_due ON credit_open_items (due_on, payer_id) WHERE part = 'receivable' AND open_amount > 0;
CREATE INDEX delivery_notes_usage ON delivery_notes (shipped_on, customer_id) WHERE state <> 'cancelled';

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('statement.ageing_first',    'int', 'day',         1,  45,  1),
    ('statement.ageing_second',   'int', 'day',         46, 75,  1),
    ('statement.ageing_third',    'int', 'day',         76, 365, 1),
    ('statement.link_days',       'int', 'day',         1,  90,  1),
    ('statement.dispute_days',    'int', 'working_day', 1,  30,  1),
    ('statement.objection_days',  'int', 'working_day', 0,  10,  1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('statement.ageing_first', '30'), ('statement.ageing_second', '60'), ('statement.ageing_third', '90'),
    ('statement.link_days', '30'), ('statement.dispute_days', '3'), ('statement.objection_days', '0')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name LIKE 'statement.%';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name LIKE 'statement.%';
DROP INDEX credit_open_items_due;
DROP INDEX delivery_notes_usage;
DROP TABLE rep_figure_lines, rep_figures, statement_disputes, statement_links, statements, statement_runs;
DROP FUNCTION statement_kind(text, text);
