-- +goose Up
-- Half-yearly review batches (CRD-09). after_id is how far it got: a chunk moves it in the transaction of its reviews, so a
-- batch that was cut off goes on where it stood. as_of is the instant of all its figures, whenever a chunk is made.
CREATE TABLE credit_review_batches (
    id         uuid PRIMARY KEY,
    period     date NOT NULL CONSTRAINT credit_review_batches_period UNIQUE,
    state      text NOT NULL CHECK (state IN ('opening', 'open', 'closed')),
    as_of      timestamptz NOT NULL,
    due_on     date NOT NULL,
    expected   bigint NOT NULL CHECK (expected >= 0), -- payers to review, counted when it began
    opened     bigint NOT NULL CHECK (opened >= 0),
    after_id   uuid NOT NULL,
    started_at timestamptz NOT NULL,
    opened_at  timestamptz,
    closed_at  timestamptz,
    version    bigint NOT NULL,
    CHECK ((state = 'opening') = (opened_at IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);

-- One review of one payer. What was found and proposed is frozen; the answer is written once. owner_id is the customer's
-- owner, copied so that lists by owner are one index range; a trigger keeps it right.
CREATE TABLE credit_reviews (
    id                    uuid PRIMARY KEY,
    batch_id              uuid REFERENCES credit_review_batches, -- null: an individual review
    kind                  text NOT NULL CHECK (kind IN ('half_year', 'first', 'due')),
    customer_id           uuid NOT NULL REFERENCES customers,
    owner_id              uuid NOT NULL REFERENCES users,
    state                 text NOT NULL CHECK (state IN ('open', 'overdue', 'requested', 'confirmed', 'changed', 'superseded')),
    as_of                 timestamptz NOT NULL,
    due_on                date NOT NULL,
    grade                 text CHECK (grade IN ('A', 'B', 'C', 'D')),
    limit_kind            text NOT NULL CHECK (limit_kind IN ('none', 'amount', 'unlimited')),
    limit_amount          numeric(18, 2),
    proposed_grade        text CHECK (proposed_grade IN ('A', 'B', 'C', 'D')),
    proposed_limit_kind   text NOT NULL CHECK (proposed_limit_kind IN ('none', 'amount', 'unlimited')),
    proposed_limit_amount numeric(18, 2),
    change                text NOT NULL CHECK (change IN ('none', 'up', 'down')),
    needs_judgement       boolean NOT NULL, -- what the figures can't say: kept all agreements, strong (CRD-03)
    overdue_amount        numeric(18, 2) NOT NULL CHECK (overdue_amount >= 0),
    overdue_days          int NOT NULL CHECK (overdue_days >= 0),
    risk                  int NOT NULL CHECK (risk >= 0),
    figures               jsonb NOT NULL,
    checks                jsonb NOT NULL,
    pending_request_id    uuid REFERENCES credit_limit_requests, -- that was being decided when the review was opened
    request_id            uuid REFERENCES credit_limit_requests, -- that the review led to (CRD-08)
    answered_by           uuid,
    answered_at           timestamptz,
    reason                text NOT NULL CHECK (length(reason) <= 2000),
    next_review           date,
    opened_at             timestamptz NOT NULL,
    version               bigint NOT NULL,
    CONSTRAINT credit_reviews_once UNIQUE (batch_id, customer_id),
    CONSTRAINT credit_reviews_batch CHECK ((kind = 'half_year') = (batch_id IS NOT NULL)),
    CONSTRAINT credit_reviews_confirmed CHECK ((state = 'confirmed') = (next_review IS NOT NULL)),
    CONSTRAINT credit_reviews_requested CHECK (state NOT IN ('requested', 'changed') OR request_id IS NOT NULL)
);
-- Never two that wait for an answer about the same customer.
CREATE UNIQUE INDEX credit_reviews_one_live ON credit_reviews (customer_id) WHERE state IN ('open', 'overdue', 'requested');
CREATE INDEX credit_reviews_customer ON credit_reviews (customer_id, id DESC);
CREATE INDEX credit_reviews_batch_risk ON credit_reviews (batch_id, risk DESC, id DESC);
CREATE INDEX credit_reviews_batch_state ON credit_reviews (batch_id, state, risk DESC, id DESC);
CREATE INDEX credit_reviews_state ON credit_reviews (state, risk DESC, id DESC);
CREATE INDEX credit_reviews_owner ON credit_reviews (owner_id, state, risk DESC, id DESC);
CREATE INDEX credit_reviews_deadline ON credit_reviews (due_on, id) WHERE state = 'open';
CREATE INDEX credit_reviews_request ON credit_reviews (request_id) WHERE request_id IS NOT NULL;

-- What was found stays as it was; an answered review is never answered again (CRD-09).
-- +goose StatementBegin
CREATE FUNCTION guard_credit_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := '{state,request_id,answered_by,answered_at,reason,next_review,version}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'owner_id' = to_jsonb(OLD) - 'owner_id' THEN
            RETURN NEW;
        END IF;
        IF OLD.state IN ('open', 'overdue', 'requested') AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a credit review is answered once and otherwise never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_reviews_frozen';
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_reviews_guard BEFORE UPDATE OR DELETE ON credit_reviews
    FOR EACH ROW EXECUTE FUNCTION guard_credit_review();

-- A customer's reviews belong to the customer's owner (ORG-06).
-- +goose StatementBegin
CREATE FUNCTION follow_customer_owner_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE credit_reviews SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_owner_of_reviews AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_reviews();

-- When a review confirmed that a customer's grade and limit stay as they are, and until when. The profile itself isn't
-- touched (CRD-10): the next review is the last word of the two.
CREATE TABLE credit_confirmations (
    customer_id  uuid NOT NULL REFERENCES customers,
    review_id    uuid NOT NULL,
    next_review  date NOT NULL,
    confirmed_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, confirmed_at, review_id)
);
CREATE TRIGGER credit_confirmations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_confirmations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whose review falls due (CRD-02, SHP-12).
CREATE INDEX credit_profiles_next_review ON credit_profiles (next_review) WHERE valid_to IS NULL;
CREATE INDEX credit_accounts_first_trade ON credit_accounts (first_trade);

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('credit.limit_change_percent', 'decimal', 'percent', 0, 100,       1),
    ('credit.limit_rounding',       'decimal', 'CNY',     1, 999999999, 1),
    ('credit.limit_volume_months',  'int',     'month',   1, 24,        1),
    ('credit.review_days',          'int',     'day',     1, 180,       1)
ON CONFLICT DO NOTHING;
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES
    ('credit.limit_change_percent', '20'),
    ('credit.limit_rounding', '10000'),
    ('credit.limit_volume_months', '2'),
    ('credit.review_days', '30')
) AS d (name, value)
ON CONFLICT DO NOTHING;

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('credit.limit_change_percent', 'credit.limit_rounding', 'credit.limit_volume_months', 'credit.review_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('credit.limit_change_percent', 'credit.limit_rounding', 'credit.limit_volume_months', 'credit.review_days');
DROP INDEX credit_accounts_first_trade;
DROP INDEX credit_profiles_next_review;
DROP TABLE credit_confirmations;
DROP TRIGGER customers_owner_of_reviews ON customers;
DROP FUNCTION follow_customer_owner_reviews();
DROP TABLE credit_reviews;
DROP FUNCTION guard_credit_review();
DROP TABLE credit_review_batches;
