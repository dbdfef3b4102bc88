-- +goose Up

-- CUS-08: who came first. One row says that a unified social credit code, a normalised name or a phone belongs to one company,
-- be it a prospect or a customer. The primary key decides between two registrations at the same instant, whichever tables they
-- go to. Triggers keep the rows, so that no way in (the API, an import, a command) can go past them.
CREATE TABLE company_claims (
    kind         text NOT NULL CHECK (kind IN ('uscc', 'name', 'phone')),
    key          text NOT NULL CHECK (key <> ''),
    subject_type text NOT NULL CHECK (subject_type IN ('prospect', 'customer')),
    subject_id   uuid NOT NULL,
    CONSTRAINT company_claims_key PRIMARY KEY (kind, key)
);
CREATE INDEX company_claims_subject ON company_claims (subject_id);

INSERT INTO company_claims (kind, key, subject_type, subject_id)
SELECT 'uscc', uscc, 'customer', id FROM customers WHERE uscc IS NOT NULL
UNION ALL SELECT 'name', name_key, 'customer', id FROM customers
UNION ALL SELECT DISTINCT 'phone', phone_key, 'customer', customer_id FROM customer_contacts;

-- The claims say it for customers and prospects together.
ALTER TABLE customer_contacts DROP CONSTRAINT customer_contacts_phone_excl;

-- Claims a key for a company, and refuses when another has it. A company may claim a key twice: two of its people share a phone.
-- +goose StatementBegin
CREATE FUNCTION claim_company(claim_kind text, claim_key text, claim_type text, claim_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO company_claims (kind, key, subject_type, subject_id) VALUES (claim_kind, claim_key, claim_type, claim_id)
        ON CONFLICT (kind, key) DO NOTHING;
    IF NOT FOUND AND EXISTS (SELECT FROM company_claims c WHERE c.kind = claim_kind AND c.key = claim_key AND c.subject_id <> claim_id) THEN
        RAISE EXCEPTION 'company is taken' USING ERRCODE = 'unique_violation', CONSTRAINT = 'company_claims_key';
    END IF;
END $$;
-- +goose StatementEnd

-- New companies, many at once. TG_ARGV: 'prospect' or 'customer'.
-- +goose StatementBegin
CREATE FUNCTION claim_new_companies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO company_claims (kind, key, subject_type, subject_id)
        SELECT kind, key, TG_ARGV[0], id FROM (
            SELECT 'uscc' AS kind, uscc AS key, id FROM new_rows WHERE uscc IS NOT NULL
            UNION ALL SELECT 'name', name_key, id FROM new_rows
        ) c ORDER BY kind, key
        ON CONFLICT (kind, key) DO NOTHING;
    IF EXISTS (SELECT FROM new_rows n JOIN company_claims c ON c.kind = 'name' AND c.key = n.name_key WHERE c.subject_id <> n.id)
        OR EXISTS (SELECT FROM new_rows n JOIN company_claims c ON c.kind = 'uscc' AND c.key = n.uscc WHERE c.subject_id <> n.id) THEN
        RAISE EXCEPTION 'company is taken' USING ERRCODE = 'unique_violation', CONSTRAINT = 'company_claims_key';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- A company that changes its name or its code, or goes.
-- +goose StatementBegin
CREATE FUNCTION reclaim_company() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM company_claims WHERE subject_id = OLD.id AND subject_type = TG_ARGV[0];
        RETURN NULL;
    END IF;
    IF OLD.name_key <> NEW.name_key THEN
        DELETE FROM company_claims WHERE kind = 'name' AND key = OLD.name_key AND subject_id = OLD.id;
        PERFORM claim_company('name', NEW.name_key, TG_ARGV[0], NEW.id);
    END IF;
    IF OLD.uscc IS DISTINCT FROM NEW.uscc THEN
        DELETE FROM company_claims WHERE kind = 'uscc' AND key = OLD.uscc AND subject_id = OLD.id;
        IF NEW.uscc IS NOT NULL THEN
            PERFORM claim_company('uscc', NEW.uscc, TG_ARGV[0], NEW.id);
        END IF;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION claim_customer_phones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO company_claims (kind, key, subject_type, subject_id)
        SELECT DISTINCT 'phone', phone_key, 'customer', customer_id FROM new_rows ORDER BY phone_key
        ON CONFLICT (kind, key) DO NOTHING;
    IF EXISTS (SELECT FROM new_rows n JOIN company_claims c ON c.kind = 'phone' AND c.key = n.phone_key WHERE c.subject_id <> n.customer_id) THEN
        RAISE EXCEPTION 'company is taken' USING ERRCODE = 'unique_violation', CONSTRAINT = 'company_claims_key';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION release_customer_phones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM company_claims c USING old_rows o
        WHERE c.kind = 'phone' AND c.key = o.phone_key AND c.subject_id = o.customer_id
        AND NOT EXISTS (SELECT FROM customer_contacts k WHERE k.customer_id = o.customer_id AND k.phone_key = o.phone_key);
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION reclaim_customer_phone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM company_claims c
        WHERE c.kind = 'phone' AND c.key = OLD.phone_key AND c.subject_id = OLD.customer_id
        AND NOT EXISTS (SELECT FROM customer_contacts k WHERE k.customer_id = OLD.customer_id AND k.phone_key = OLD.phone_key);
    PERFORM claim_company('phone', NEW.phone_key, 'customer', NEW.customer_id);
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER customers_claim AFTER INSERT ON customers REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION claim_new_companies('customer');
CREATE TRIGGER customers_reclaim AFTER UPDATE OF name_key, uscc ON customers FOR EACH ROW
    WHEN (OLD.name_key <> NEW.name_key OR OLD.uscc IS DISTINCT FROM NEW.uscc) EXECUTE FUNCTION reclaim_company('customer');
CREATE TRIGGER customers_unclaim AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION reclaim_company('customer');
CREATE TRIGGER customer_contacts_claim AFTER INSERT ON customer_contacts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION claim_customer_phones();
CREATE TRIGGER customer_contacts_unclaim AFTER DELETE ON customer_contacts REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION release_customer_phones();
CREATE TRIGGER customer_contacts_reclaim AFTER UPDATE OF phone_key, customer_id ON customer_contacts FOR EACH ROW
    WHEN (OLD.phone_key <> NEW.phone_key OR OLD.customer_id <> NEW.customer_id) EXECUTE FUNCTION reclaim_customer_phone();

-- +goose Down
DROP TRIGGER customer_contacts_reclaim ON customer_contacts;
DROP TRIGGER customer_contacts_unclaim ON customer_contacts;
DROP TRIGGER customer_contacts_claim ON customer_contacts;
DROP TRIGGER customers_unclaim ON customers;
DROP TRIGGER customers_reclaim ON customers;
DROP TRIGGER customers_claim ON customers;
DROP FUNCTION reclaim_customer_phone();
DROP FUNCTION release_customer_phones();
DROP FUNCTION claim_customer_phones();
DROP FUNCTION reclaim_company();
DROP FUNCTION claim_new_companies();
DROP FUNCTION claim_company(text, text, text, uuid);
ALTER TABLE customer_contacts ADD CONSTRAINT customer_contacts_phone_excl EXCLUDE USING gist (phone_key WITH =, customer_id WITH <>);
DROP TABLE company_claims;
