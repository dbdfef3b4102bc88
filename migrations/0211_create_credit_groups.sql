-- +goose Up
-- Credit groups: several payers that share a limit, which is checked beside each one's own. Groups and their members come
-- from approved requests and nothing else (CRD-10), and keep their history for the register as of any date.
CREATE TABLE credit_group_requests (
    id            uuid PRIMARY KEY,
    number        text NOT NULL CONSTRAINT credit_group_requests_number UNIQUE,
    group_id      uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('create', 'change', 'close')),
    state         text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'returned', 'withdrawn')),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    limit_amount  numeric(18, 2) NOT NULL,
    members       jsonb NOT NULL, -- of the payers' ids, all of them; none when it is closed
    reasons       text NOT NULL CHECK (length(reasons) BETWEEN 1 AND 4000),
    previous      jsonb NOT NULL,
    exposure      numeric(18, 2) NOT NULL, -- of the members together when it was asked
    approval_id   uuid NOT NULL,
    requested_by  uuid NOT NULL,
    requested_at  timestamptz NOT NULL,
    decided_at    timestamptz,
    version       bigint NOT NULL,
    CONSTRAINT credit_group_requests_limit CHECK (limit_amount >= 0),
    CONSTRAINT credit_group_requests_members CHECK (jsonb_typeof(members) = 'array' AND (kind = 'close') = (jsonb_array_length(members) = 0)),
    CHECK ((state = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX credit_group_requests_one_pending ON credit_group_requests (group_id) WHERE state = 'pending';
CREATE INDEX credit_group_requests_group ON credit_group_requests (group_id, id DESC);
CREATE INDEX credit_group_requests_state ON credit_group_requests (state, id DESC);

-- +goose StatementBegin
CREATE FUNCTION guard_credit_group_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'pending'
        AND to_jsonb(NEW) - '{state,decided_at,version}'::text[] = to_jsonb(OLD) - '{state,decided_at,version}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a credit group request is decided once and otherwise never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_group_requests_frozen';
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_group_requests_guard BEFORE UPDATE OR DELETE ON credit_group_requests
    FOR EACH ROW EXECUTE FUNCTION guard_credit_group_request();

-- The group as it is. Its row is the lock under which the members' exposure is added up and held against the limit (CRD-17).
CREATE TABLE credit_groups (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT credit_groups_number UNIQUE,
    name         text NOT NULL,
    limit_amount numeric(18, 2) NOT NULL,
    state        text NOT NULL CHECK (state IN ('active', 'closed')),
    request_id   uuid NOT NULL REFERENCES credit_group_requests, -- that made it what it is
    changed_at   timestamptz NOT NULL,
    version      bigint NOT NULL
);
CREATE TABLE credit_group_versions (
    request_id   uuid PRIMARY KEY REFERENCES credit_group_requests,
    group_id     uuid NOT NULL REFERENCES credit_groups,
    name         text NOT NULL,
    limit_amount numeric(18, 2) NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_to     timestamptz,
    CONSTRAINT credit_group_versions_period CHECK (valid_to >= valid_from)
);
CREATE UNIQUE INDEX credit_group_versions_current ON credit_group_versions (group_id) WHERE valid_to IS NULL;
CREATE TABLE credit_group_members (
    group_id   uuid NOT NULL REFERENCES credit_groups,
    payer_id   uuid NOT NULL REFERENCES customers,
    request_id uuid NOT NULL REFERENCES credit_group_requests,
    valid_from timestamptz NOT NULL,
    valid_to   timestamptz,
    PRIMARY KEY (payer_id, request_id),
    CONSTRAINT credit_group_members_period CHECK (valid_to >= valid_from)
);
-- A payer is in one group at most.
CREATE UNIQUE INDEX credit_group_members_one_group ON credit_group_members (payer_id) WHERE valid_to IS NULL;
CREATE INDEX credit_group_members_group ON credit_group_members (group_id, payer_id) WHERE valid_to IS NULL;

-- +goose StatementBegin
CREATE FUNCTION guard_credit_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND EXISTS (SELECT FROM credit_group_requests r WHERE r.id = NEW.request_id AND r.state = 'approved' AND r.group_id = NEW.id
        AND (r.name, r.limit_amount, r.kind = 'close') = (NEW.name, NEW.limit_amount, NEW.state = 'closed')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a credit group changes through an approved request only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_groups_only_by_request';
END $$;
CREATE FUNCTION guard_credit_group_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.valid_to IS NULL AND EXISTS (SELECT FROM credit_group_requests r WHERE r.id = NEW.request_id AND r.state = 'approved'
        AND (r.group_id, r.name, r.limit_amount) = (NEW.group_id, NEW.name, NEW.limit_amount)) THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
        AND to_jsonb(NEW) - 'valid_to' = to_jsonb(OLD) - 'valid_to' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a credit group changes through an approved request only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_groups_only_by_request';
END $$;
CREATE FUNCTION guard_credit_group_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.valid_to IS NULL AND EXISTS (SELECT FROM credit_group_requests r WHERE r.id = NEW.request_id AND r.state = 'approved'
        AND r.group_id = NEW.group_id AND r.members ? NEW.payer_id::text) THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
        AND to_jsonb(NEW) - 'valid_to' = to_jsonb(OLD) - 'valid_to' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a credit group changes through an approved request only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_groups_only_by_request';
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_groups_guard BEFORE INSERT OR UPDATE OR DELETE ON credit_groups
    FOR EACH ROW EXECUTE FUNCTION guard_credit_group();
CREATE TRIGGER credit_group_versions_guard BEFORE INSERT OR UPDATE OR DELETE ON credit_group_versions
    FOR EACH ROW EXECUTE FUNCTION guard_credit_group_version();
CREATE TRIGGER credit_group_members_guard BEFORE INSERT OR UPDATE OR DELETE ON credit_group_members
    FOR EACH ROW EXECUTE FUNCTION guard_credit_group_member();

-- The account says which group it is in, so that whoever has locked it knows without asking: a payer without a group costs
-- no further statement.
ALTER TABLE credit_accounts ADD COLUMN group_id uuid REFERENCES credit_groups;
CREATE INDEX credit_accounts_group ON credit_accounts (group_id) WHERE group_id IS NOT NULL;
-- +goose StatementBegin
CREATE FUNCTION guard_credit_account_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.group_id IS NOT DISTINCT FROM
        (SELECT m.group_id FROM credit_group_members m WHERE m.payer_id = NEW.payer_id AND m.valid_to IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the account is in another credit group than its payer'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_accounts_group_is_members';
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_accounts_group_guard BEFORE UPDATE OF group_id ON credit_accounts
    FOR EACH ROW EXECUTE FUNCTION guard_credit_account_group();

-- Where group, account and membership don't say the same.
CREATE VIEW credit_group_differences AS
SELECT coalesce(a.group_id, m.group_id) AS group_id, coalesce(a.payer_id, m.payer_id) AS payer_id, 'member' AS what
FROM (SELECT * FROM credit_accounts WHERE group_id IS NOT NULL) a
FULL JOIN (SELECT * FROM credit_group_members WHERE valid_to IS NULL) m ON m.payer_id = a.payer_id AND m.group_id = a.group_id
WHERE a.payer_id IS NULL OR m.payer_id IS NULL
UNION ALL
SELECT g.id, NULL, 'limit' FROM credit_groups g LEFT JOIN credit_group_versions v ON v.group_id = g.id AND v.valid_to IS NULL
WHERE (g.state = 'active') <> (v.group_id IS NOT NULL) OR (v.name, v.limit_amount, v.request_id) <> (g.name, g.limit_amount, g.request_id)
UNION ALL
SELECT m.group_id, m.payer_id, 'closed' FROM credit_group_members m JOIN credit_groups g ON g.id = m.group_id
WHERE m.valid_to IS NULL AND g.state = 'closed';

-- +goose Down
DROP VIEW credit_group_differences;
DROP TRIGGER credit_accounts_group_guard ON credit_accounts;
DROP FUNCTION guard_credit_account_group();
ALTER TABLE credit_accounts DROP COLUMN group_id;
DROP TABLE credit_group_members;
DROP TABLE credit_group_versions;
DROP TABLE credit_groups;
DROP TABLE credit_group_requests;
DROP FUNCTION guard_credit_group_member();
DROP FUNCTION guard_credit_group_version();
DROP FUNCTION guard_credit_group();
DROP FUNCTION guard_credit_group_request();
