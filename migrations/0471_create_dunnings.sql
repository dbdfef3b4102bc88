-- +goose Up
-- The dunning steps, as versions: what was sent keeps the version that it was written by.
CREATE TABLE dunning_policies (
    version bigint PRIMARY KEY CHECK (version > 0),
    set_by  uuid,
    set_at  timestamptz NOT NULL,
    reason  text NOT NULL CHECK (length(reason) <= 500)
);
CREATE TABLE dunning_steps (
    version      bigint NOT NULL REFERENCES dunning_policies,
    step         int NOT NULL CONSTRAINT dunning_steps_step CHECK (step BETWEEN 1 AND 9),
    name_en      text NOT NULL CHECK (length(name_en) BETWEEN 1 AND 60),
    name_zh      text NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 60),
    days_overdue int NOT NULL CONSTRAINT dunning_steps_days CHECK (days_overdue BETWEEN 1 AND 3650),
    pay_within   int NOT NULL CHECK (pay_within BETWEEN 1 AND 90), -- days that the letter gives
    text_en      text NOT NULL CHECK (length(text_en) BETWEEN 1 AND 4000),
    text_zh      text NOT NULL CHECK (length(text_zh) BETWEEN 1 AND 4000),
    PRIMARY KEY (version, step)
);
CREATE TRIGGER dunning_policies_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_policies
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dunning_steps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO dunning_policies (version, set_at, reason) VALUES (1, '2000-01-01Z', 'Default');
INSERT INTO dunning_steps (version, step, name_en, name_zh, days_overdue, pay_within, text_en, text_zh) VALUES
    (1, 1, 'Reminder', '付款提醒', 3, 7,
     'Dear {customer}, the items below are past their due dates; {amount} in total, the oldest for {days} days. It may have escaped you: please pay by {deadline}. If you have paid meanwhile, accept our thanks.',
     '{customer}:贵公司以下款项已过付款期,合计 {amount} 元,最长逾期 {days} 天。如系疏漏,请于 {deadline} 前付款;如已付款,谨此致谢。'),
    (1, 2, 'First dunning letter', '第一次催款函', 15, 7,
     'Dear {customer}, in spite of our reminder {amount} is still open, the oldest item for {days} days. Please pay by {deadline}, or tell us at once what stands against it.',
     '{customer}:经提醒,贵公司仍欠款 {amount} 元,最长逾期 {days} 天。请于 {deadline} 前付清;如有异议,请立即告知我司。'),
    (1, 3, 'Second dunning letter', '第二次催款函', 30, 7,
     'Dear {customer}, we have written to you before: {amount} is open, the oldest item for {days} days. Please pay by {deadline}. Until then new shipments depend on our credit control.',
     '{customer}:我司此前已致函,贵公司仍欠款 {amount} 元,最长逾期 {days} 天。请于 {deadline} 前付清;在此之前,新的发货须经我司信用审核。'),
    (1, 4, 'Final demand', '最后催款通知', 60, 10,
     'Dear {customer}, this is our final demand for {amount}, the oldest item being {days} days overdue. If it is not paid by {deadline}, we shall pursue our claim by the means that contract and law give us.',
     '{customer}:现就贵公司所欠 {amount} 元(最长逾期 {days} 天)发出最后通知。如至 {deadline} 仍未付清,我司将依合同与法律追索。');

-- A dunning of a payer: proposed by the daily run, sent or called off by finance. The letter is frozen, and numbered, when it is sent.
CREATE TABLE dunnings (
    id           uuid PRIMARY KEY,
    number       text CONSTRAINT dunnings_number UNIQUE,
    payer_id     uuid NOT NULL REFERENCES customers,
    state        text NOT NULL CHECK (state IN ('proposed', 'sent', 'cancelled')),
    version_used bigint NOT NULL,
    step         int NOT NULL,                            -- the highest of its items'
    amount       numeric(18, 2) NOT NULL CHECK (amount > 0),
    days         int NOT NULL CHECK (days > 0),           -- of the item that is overdue longest
    proposed_at  timestamptz NOT NULL,
    as_of        date NOT NULL,                           -- the day whose run computed it last
    sent_at      timestamptz,
    sent_by      uuid,
    channel      text NOT NULL CHECK (channel IN ('', 'mail', 'courier', 'email', 'fax', 'message', 'phone', 'hand')),
    sent_to      text NOT NULL CHECK (length(sent_to) <= 200),
    reference    text NOT NULL CHECK (length(reference) <= 100), -- the courier's number
    pay_by       date,
    letter_en    text NOT NULL CHECK (length(letter_en) <= 8000),
    letter_zh    text NOT NULL CHECK (length(letter_zh) <= 8000),
    ended_at     timestamptz,
    ended_by     uuid,
    ended_reason text NOT NULL CHECK (length(ended_reason) <= 500),
    version      bigint NOT NULL CHECK (version > 0),
    FOREIGN KEY (version_used, step) REFERENCES dunning_steps (version, step),
    CONSTRAINT dunnings_sent CHECK (CASE WHEN state = 'sent' THEN num_nonnulls(number, sent_at, sent_by, pay_by) = 4 AND channel <> '' AND letter_en <> '' AND letter_zh <> ''
        ELSE num_nonnulls(number, sent_at, sent_by, pay_by) = 0 END),
    CONSTRAINT dunnings_ended CHECK ((state = 'cancelled') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX dunnings_one_open ON dunnings (payer_id) WHERE state = 'proposed';
CREATE INDEX dunnings_payer ON dunnings (payer_id, id DESC);
CREATE INDEX dunnings_state ON dunnings (state, id DESC);

CREATE TABLE dunning_items (
    dunning_id uuid NOT NULL REFERENCES dunnings,
    invoice_id uuid NOT NULL REFERENCES invoices,
    step       int NOT NULL CHECK (step BETWEEN 1 AND 9),
    amount     numeric(18, 2) NOT NULL CHECK (amount > 0), -- open and undisputed
    due_on     date NOT NULL,
    days       int NOT NULL CHECK (days > 0),
    sent       boolean NOT NULL,
    PRIMARY KEY (dunning_id, invoice_id)
);
-- Never the same step twice for the same item.
CREATE UNIQUE INDEX dunning_items_once ON dunning_items (invoice_id, step) WHERE sent;
CREATE INDEX dunning_items_invoice ON dunning_items (invoice_id, step DESC);

-- A sent letter and its items don't change.
-- +goose StatementBegin
CREATE FUNCTION guard_dunning() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept boolean := CASE TG_TABLE_NAME WHEN 'dunnings' THEN to_jsonb(OLD) ->> 'state' <> 'proposed' ELSE (to_jsonb(OLD) ->> 'sent')::boolean END;
BEGIN
    IF kept THEN
        RAISE EXCEPTION 'a dunning letter is not changed once it was sent or called off'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dunnings_immutable';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER dunnings_immutable BEFORE UPDATE OR DELETE ON dunnings FOR EACH ROW EXECUTE FUNCTION guard_dunning();
CREATE TRIGGER dunning_items_immutable BEFORE UPDATE OR DELETE ON dunning_items FOR EACH ROW EXECUTE FUNCTION guard_dunning();

CREATE TABLE dunning_pauses (
    id         uuid PRIMARY KEY,
    payer_id   uuid NOT NULL REFERENCES customers,
    reason     text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    until      date NOT NULL, -- its last day
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at   timestamptz,
    ended_by   uuid,
    version    bigint NOT NULL CHECK (version > 0)
);
CREATE UNIQUE INDEX dunning_pauses_one ON dunning_pauses (payer_id) WHERE ended_at IS NULL;
CREATE INDEX dunning_pauses_payer ON dunning_pauses (payer_id, id DESC);

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('collection.dunning_interval_days', 'int', 'day', 1, 365, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('collection.dunning_interval_days', 1, '7', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'collection.dunning_interval_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'collection.dunning_interval_days';
DROP TABLE dunning_pauses, dunning_items, dunnings, dunning_steps, dunning_policies;
DROP FUNCTION guard_dunning();
