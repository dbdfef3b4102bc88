-- +goose Up

-- Companies that may become customers (CUS-01).
CREATE TABLE prospects (
    id              uuid PRIMARY KEY,
    number          text NOT NULL,
    name            text NOT NULL CHECK (length(name) BETWEEN 2 AND 120),
    name_key        text NOT NULL CHECK (name_key <> ''),
    name_grams      text[] NOT NULL,
    uscc            text,
    address         text NOT NULL,
    industry        text NOT NULL CHECK (industry <> ''),
    region          text NOT NULL CHECK (region <> ''),
    need            text NOT NULL CONSTRAINT prospects_need CHECK (trim(need) <> ''), -- CUS-08: clearly stated
    size            text NOT NULL,
    source          text NOT NULL CHECK (source <> ''),
    remarks         text NOT NULL,
    state           text NOT NULL CONSTRAINT prospects_state
        CHECK (state IN ('pending_permission', 'active', 'pooled', 'converted', 'refused', 'closed')),
    owner_id        uuid NOT NULL CONSTRAINT prospects_owner_fkey REFERENCES users, -- in the pool: who had it last
    owned_at        timestamptz NOT NULL,
    joint_owner_id  uuid CONSTRAINT prospects_joint_owner_fkey REFERENCES users,
    registered_by   uuid,
    last_touched_at timestamptz NOT NULL,
    outside_reason  text NOT NULL, -- CUS-09: why it may be registered outside the rep's territory
    customer_id     uuid REFERENCES customers,
    closed_at       timestamptz, -- converted, refused or closed
    closed_reason   text NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    version         bigint NOT NULL,
    CONSTRAINT prospects_converted CHECK ((state = 'converted') = (customer_id IS NOT NULL)),
    CONSTRAINT prospects_closed CHECK ((state IN ('converted', 'refused', 'closed')) = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX prospects_number_key ON prospects (number);
CREATE UNIQUE INDEX prospects_customer_key ON prospects (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX prospects_owner ON prospects (owner_id, id);
CREATE INDEX prospects_joint_owner ON prospects (joint_owner_id, id) WHERE joint_owner_id IS NOT NULL;
CREATE INDEX prospects_name_grams ON prospects USING gin (name_grams);
CREATE INDEX prospects_pool ON prospects (id) WHERE state = 'pooled';
CREATE INDEX prospects_touched ON prospects (last_touched_at) WHERE state = 'active';
CREATE INDEX prospects_registered ON prospects (owner_id, created_at);
CREATE INDEX prospects_closed_at ON prospects (owner_id, closed_at) WHERE state = 'converted';

CREATE TABLE prospect_contacts (
    id          uuid PRIMARY KEY,
    prospect_id uuid NOT NULL REFERENCES prospects,
    position_no int NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    position    text NOT NULL CHECK (position <> ''),
    phone       text NOT NULL CHECK (phone <> ''),
    phone_key   text NOT NULL CHECK (phone_key <> ''),
    email       text NOT NULL
);
CREATE INDEX prospect_contacts_prospect ON prospect_contacts (prospect_id, position_no);
CREATE INDEX prospect_contacts_phone ON prospect_contacts (phone_key);

-- CUS-08: a prospect claims its company as a customer does. One that is refused, closed or converted claims nothing more: the
-- module takes its claims away, or gives them to the customer.
-- +goose StatementBegin
CREATE FUNCTION claim_prospect_phone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        DELETE FROM company_claims c
            WHERE c.kind = 'phone' AND c.key = OLD.phone_key AND c.subject_id = OLD.prospect_id
            AND NOT EXISTS (SELECT FROM prospect_contacts k WHERE k.prospect_id = OLD.prospect_id AND k.phone_key = OLD.phone_key);
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        PERFORM claim_company('phone', NEW.phone_key, 'prospect', NEW.prospect_id);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER prospects_claim AFTER INSERT ON prospects REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION claim_new_companies('prospect');
CREATE TRIGGER prospects_reclaim AFTER UPDATE OF name_key, uscc ON prospects FOR EACH ROW
    WHEN (OLD.name_key <> NEW.name_key OR OLD.uscc IS DISTINCT FROM NEW.uscc) EXECUTE FUNCTION reclaim_company('prospect');
CREATE TRIGGER prospects_unclaim AFTER DELETE ON prospects FOR EACH ROW EXECUTE FUNCTION reclaim_company('prospect');
CREATE TRIGGER prospect_contacts_claim AFTER INSERT OR DELETE OR UPDATE OF phone_key ON prospect_contacts
    FOR EACH ROW EXECUTE FUNCTION claim_prospect_phone();

-- Whose a claimed company is.
CREATE VIEW company_holders AS
SELECT k.kind, k.key, k.subject_type, k.subject_id,
       coalesce(c.owner_id, p.owner_id) AS owner_id,
       coalesce(c.owned_at, p.owned_at) AS owned_at,
       coalesce(p.state = 'pooled', false) AS pooled
FROM company_claims k
LEFT JOIN customers c ON k.subject_type = 'customer' AND c.id = k.subject_id
LEFT JOIN prospects p ON k.subject_type = 'prospect' AND p.id = k.subject_id;

-- When a prospect or a customer is expected to buy, and the grade that follows (CUS-07).
CREATE TABLE purchase_windows (
    subject_type  text NOT NULL CHECK (subject_type IN ('prospect', 'customer')),
    subject_id    uuid NOT NULL,
    expected_from date,
    expected_to   date, -- NULL: only planning
    grade         text NOT NULL CONSTRAINT purchase_windows_grade CHECK (grade IN ('A', 'B', 'C', 'D')),
    graded_on     date NOT NULL,
    version       bigint NOT NULL,
    PRIMARY KEY (subject_type, subject_id),
    CONSTRAINT purchase_windows_order CHECK (expected_from <= expected_to)
);
CREATE INDEX purchase_windows_due ON purchase_windows (grade, expected_to);

-- Every change of grade (CUS-07): append-only. Rows that a conversion carried over to the customer are marked, so that no report
-- counts them twice.
CREATE TABLE opportunity_grade_changes (
    id            uuid PRIMARY KEY,
    subject_type  text NOT NULL,
    subject_id    uuid NOT NULL,
    at            timestamptz NOT NULL,
    changed_on    date NOT NULL, -- in Shanghai
    previous      text CHECK (previous IN ('A', 'B', 'C', 'D')),
    grade         text NOT NULL CHECK (grade IN ('A', 'B', 'C', 'D')),
    expected_from date,
    expected_to   date,
    cause         text NOT NULL CHECK (cause IN ('stated', 'time', 'carried')),
    changed_by    uuid,
    CONSTRAINT opportunity_grade_changes_differ CHECK (previous IS DISTINCT FROM grade)
);
CREATE INDEX opportunity_grade_changes_subject ON opportunity_grade_changes (subject_id, id);
CREATE INDEX opportunity_grade_changes_week ON opportunity_grade_changes (changed_on, id);
CREATE TRIGGER opportunity_grade_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON opportunity_grade_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('opportunity.grade_a_months', 'int', 'month', 1, 60, 1),
    ('opportunity.grade_b_months', 'int', 'month', 1, 60, 1),
    ('opportunity.grade_c_months', 'int', 'month', 1, 60, 1),
    ('customer.pool_enabled',      'bool', '',     NULL, NULL, 1),
    ('customer.pool_after_days',   'int', 'day',   1, 3650, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES
    ('opportunity.grade_a_months', '1'),
    ('opportunity.grade_b_months', '3'),
    ('opportunity.grade_c_months', '6'),
    ('customer.pool_enabled', 'false'),
    ('customer.pool_after_days', '90')
) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('opportunity.grade_a_months', 'opportunity.grade_b_months', 'opportunity.grade_c_months', 'customer.pool_enabled', 'customer.pool_after_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('opportunity.grade_a_months', 'opportunity.grade_b_months', 'opportunity.grade_c_months', 'customer.pool_enabled', 'customer.pool_after_days');
DROP TABLE opportunity_grade_changes, purchase_windows;
DROP VIEW company_holders;
DELETE FROM company_claims WHERE subject_type = 'prospect';
DROP TABLE prospect_contacts, prospects;
DROP FUNCTION claim_prospect_phone();
