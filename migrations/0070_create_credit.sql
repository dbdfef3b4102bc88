-- +goose Up
-- One account per payer. The row is the lock under which exposure moves and limits change (CRD-17), and it carries the
-- running sums, which credit_movements must add up to (credit_differences). A part is never negative (CRD-11).
CREATE TABLE credit_accounts (
    payer_id    uuid PRIMARY KEY CONSTRAINT credit_accounts_payer_fkey REFERENCES customers,
    receivable  numeric(18, 2) NOT NULL CONSTRAINT credit_accounts_receivable_not_negative CHECK (receivable >= 0),
    shipped     numeric(18, 2) NOT NULL CONSTRAINT credit_accounts_shipped_not_negative CHECK (shipped >= 0),
    released    numeric(18, 2) NOT NULL CONSTRAINT credit_accounts_released_not_negative CHECK (released >= 0),
    prepaid     numeric(18, 2) NOT NULL CONSTRAINT credit_accounts_prepaid_not_negative CHECK (prepaid >= 0),
    last_seq    bigint NOT NULL CHECK (last_seq >= 0),
    first_trade date
);

-- The ledger: append-only; seq counts within the account without gaps. at is when it was booked, happened_on the business
-- date (Shanghai) of what it books: when the money came, when it was invoiced. The trade record goes by that (CRD-08).
CREATE TABLE credit_movements (
    payer_id      uuid NOT NULL REFERENCES credit_accounts (payer_id),
    seq           bigint NOT NULL CHECK (seq > 0),
    at            timestamptz NOT NULL,
    happened_on   date NOT NULL,
    part          text NOT NULL CHECK (part IN ('receivable', 'shipped', 'released', 'prepaid')),
    amount        numeric(18, 2) NOT NULL CONSTRAINT credit_movements_amount_not_zero CHECK (amount <> 0),
    balance_after numeric(18, 2) NOT NULL CONSTRAINT credit_movements_balance_not_negative CHECK (balance_after >= 0),
    document_type text NOT NULL CHECK (length(document_type) BETWEEN 1 AND 40),
    document_id   uuid NOT NULL,
    item_id       uuid NOT NULL,
    due_on        date,
    reason        text NOT NULL CHECK (length(reason) <= 200),
    PRIMARY KEY (payer_id, seq)
);
CREATE INDEX credit_movements_document ON credit_movements (document_id);
CREATE TRIGGER credit_movements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_movements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is left of each document's own part, so that no document takes back more than it gave. The receivable rows are
-- the open items that the overdue amount is read from.
CREATE TABLE credit_open_items (
    payer_id    uuid NOT NULL REFERENCES credit_accounts (payer_id),
    part        text NOT NULL CHECK (part IN ('receivable', 'shipped', 'released', 'prepaid')),
    item_id     uuid NOT NULL,
    open_amount numeric(18, 2) NOT NULL CONSTRAINT credit_open_items_not_negative CHECK (open_amount >= 0),
    due_on      date,
    PRIMARY KEY (payer_id, part, item_id),
    CONSTRAINT credit_open_items_receivable_is_due CHECK ((part = 'receivable') = (due_on IS NOT NULL))
);
CREATE INDEX credit_open_items_overdue ON credit_open_items (payer_id, due_on) INCLUDE (open_amount)
    WHERE part = 'receivable' AND open_amount > 0;

-- Applications for a first limit (CRD-07) or a change (CRD-08), with what the approvers saw frozen in them.
CREATE TABLE credit_limit_requests (
    id            uuid PRIMARY KEY,
    number        text NOT NULL CONSTRAINT credit_limit_requests_number UNIQUE,
    customer_id   uuid NOT NULL REFERENCES customers,
    kind          text NOT NULL CHECK (kind IN ('first', 'change')),
    state         text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'returned', 'withdrawn')),
    grade         text CHECK (grade IN ('A', 'B', 'C', 'D')),
    limit_kind    text NOT NULL CHECK (limit_kind IN ('none', 'amount', 'unlimited')),
    limit_amount  numeric(18, 2),
    settlement    text NOT NULL CHECK (settlement IN ('cash', 'prepaid', 'cod', 'net_days', 'month_end_days')),
    terms_days    int NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
    next_review   date NOT NULL,
    reasons       text NOT NULL CHECK (length(reasons) BETWEEN 1 AND 4000),
    previous      jsonb NOT NULL,
    record        jsonb NOT NULL,
    approval_id   uuid NOT NULL,
    requested_by  uuid NOT NULL,
    requested_at  timestamptz NOT NULL,
    decided_at    timestamptz,
    version       bigint NOT NULL,
    CONSTRAINT credit_limit_requests_limit CHECK ((limit_kind = 'amount') = (limit_amount IS NOT NULL) AND limit_amount >= 0),
    CONSTRAINT credit_limit_requests_terms CHECK (settlement IN ('net_days', 'month_end_days') OR terms_days = 0),
    CHECK ((state = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX credit_limit_requests_one_pending ON credit_limit_requests (customer_id) WHERE state = 'pending';
CREATE INDEX credit_limit_requests_customer ON credit_limit_requests (customer_id, id DESC);
CREATE INDEX credit_limit_requests_state ON credit_limit_requests (state, id DESC);

-- What the approvers saw stays as it was; only the outcome is written, once.
-- +goose StatementBegin
CREATE FUNCTION guard_credit_limit_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'pending'
        AND to_jsonb(NEW) - '{state,decided_at,version}'::text[] = to_jsonb(OLD) - '{state,decided_at,version}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a credit limit request is decided once and otherwise never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_limit_requests_frozen';
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_limit_requests_guard BEFORE UPDATE OR DELETE ON credit_limit_requests
    FOR EACH ROW EXECUTE FUNCTION guard_credit_limit_request();

-- The register with its history: the row whose valid_to is null is in force.
CREATE TABLE credit_profiles (
    id           uuid PRIMARY KEY,
    customer_id  uuid NOT NULL REFERENCES customers,
    grade        text CHECK (grade IN ('A', 'B', 'C', 'D')),
    limit_kind   text NOT NULL CHECK (limit_kind IN ('none', 'amount', 'unlimited')),
    limit_amount numeric(18, 2),
    settlement   text NOT NULL CHECK (settlement IN ('cash', 'prepaid', 'cod', 'net_days', 'month_end_days')),
    terms_days   int NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
    next_review  date,
    valid_from   timestamptz NOT NULL,
    valid_to     timestamptz,
    request_id   uuid CONSTRAINT credit_profiles_request_once UNIQUE REFERENCES credit_limit_requests (id),
    CONSTRAINT credit_profiles_limit CHECK ((limit_kind = 'amount') = (limit_amount IS NOT NULL) AND limit_amount >= 0),
    CONSTRAINT credit_profiles_terms CHECK (settlement IN ('net_days', 'month_end_days') OR terms_days = 0),
    CONSTRAINT credit_profiles_period CHECK (valid_to >= valid_from)
);
CREATE UNIQUE INDEX credit_profiles_current ON credit_profiles (customer_id) WHERE valid_to IS NULL;
CREATE INDEX credit_profiles_history ON credit_profiles (customer_id, valid_from DESC);

-- CRD-10 in the database: a profile comes from an approved request and says what was approved, or it is the first one
-- (opening balance); it begins when the one before it ended; what was in force is ended once and otherwise never changed
-- or removed. So the periods of a customer never overlap.
-- +goose StatementBegin
CREATE FUNCTION guard_credit_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.request_id IS NULL THEN
        IF NOT EXISTS (SELECT FROM credit_profiles WHERE customer_id = NEW.customer_id) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.valid_to IS NULL AND NOT EXISTS (SELECT FROM credit_profiles
            WHERE customer_id = NEW.customer_id AND (valid_to IS NULL OR valid_to > NEW.valid_from)) AND EXISTS (SELECT FROM credit_limit_requests r WHERE r.id = NEW.request_id AND r.state = 'approved'
            AND (r.customer_id, r.limit_kind, r.settlement, r.terms_days, r.next_review)
              = (NEW.customer_id, NEW.limit_kind, NEW.settlement, NEW.terms_days, NEW.next_review)
            AND r.grade IS NOT DISTINCT FROM NEW.grade AND r.limit_amount IS NOT DISTINCT FROM NEW.limit_amount) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
            AND to_jsonb(NEW) - 'valid_to' = to_jsonb(OLD) - 'valid_to' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a credit profile changes through an approved request only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_profiles_only_by_request';
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_profiles_guard BEFORE INSERT OR UPDATE OR DELETE ON credit_profiles
    FOR EACH ROW EXECUTE FUNCTION guard_credit_profile();
CREATE TRIGGER credit_profiles_no_truncate BEFORE TRUNCATE ON credit_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Where the account, the sum of its movements and the sum of its open items are not the same figure (CRD-11).
CREATE VIEW credit_differences AS
WITH accounts AS (
    SELECT a.payer_id, p.part, p.amount FROM credit_accounts a
    CROSS JOIN LATERAL (VALUES ('receivable', a.receivable), ('shipped', a.shipped),
        ('released', a.released), ('prepaid', a.prepaid)) AS p (part, amount)
), moved AS (
    SELECT payer_id, part, sum(amount) AS amount FROM credit_movements GROUP BY payer_id, part
), items AS (
    SELECT payer_id, part, sum(open_amount) AS amount FROM credit_open_items GROUP BY payer_id, part
)
SELECT a.payer_id, a.part, a.amount AS account, coalesce(m.amount, 0) AS movements, coalesce(i.amount, 0) AS items
FROM accounts a
LEFT JOIN moved m ON m.payer_id = a.payer_id AND m.part = a.part
LEFT JOIN items i ON i.payer_id = a.payer_id AND i.part = a.part
WHERE a.amount <> coalesce(m.amount, 0) OR a.amount <> coalesce(i.amount, 0);

-- +goose Down
DROP VIEW credit_differences;
DROP TABLE credit_profiles;
DROP FUNCTION guard_credit_profile();
DROP TABLE credit_limit_requests;
DROP FUNCTION guard_credit_limit_request();
DROP TABLE credit_open_items;
DROP TABLE credit_movements;
DROP TABLE credit_accounts;
