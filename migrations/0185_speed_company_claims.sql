-- +goose Up

-- The registry of claims grows in the sessions that use it: an import begins with a small one and goes on with a large one, and a
-- function keeps the plan that it made first. So each look-up here is one by the primary key, a row at a time and whatever the
-- planner believes, and is made only when a key was there already. With the joins of before, 50,000 customers took longer than a
-- statement may.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION claim_new_companies() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    claimed bigint;
BEGIN
    INSERT INTO company_claims (kind, key, subject_type, subject_id)
        SELECT kind, key, TG_ARGV[0], id FROM (
            SELECT 'uscc' AS kind, uscc AS key, id FROM new_rows WHERE uscc IS NOT NULL
            UNION ALL SELECT 'name', name_key, id FROM new_rows
        ) c ORDER BY kind, key
        ON CONFLICT (kind, key) DO NOTHING;
    GET DIAGNOSTICS claimed = ROW_COUNT;
    IF claimed < (SELECT count(*) + count(uscc) FROM new_rows) AND EXISTS (
        SELECT FROM new_rows n
        WHERE (SELECT c.subject_id FROM company_claims c WHERE c.kind = 'name' AND c.key = n.name_key) <> n.id
        OR (SELECT c.subject_id FROM company_claims c WHERE c.kind = 'uscc' AND c.key = n.uscc) <> n.id) THEN
        RAISE EXCEPTION 'company is taken' USING ERRCODE = 'unique_violation', CONSTRAINT = 'company_claims_key';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION claim_customer_phones() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    claimed bigint;
BEGIN
    INSERT INTO company_claims (kind, key, subject_type, subject_id)
        SELECT DISTINCT 'phone', phone_key, 'customer', customer_id FROM new_rows ORDER BY phone_key
        ON CONFLICT (kind, key) DO NOTHING;
    GET DIAGNOSTICS claimed = ROW_COUNT;
    IF claimed < (SELECT count(*) FROM new_rows) AND EXISTS (
        SELECT FROM new_rows n
        WHERE (SELECT c.subject_id FROM company_claims c WHERE c.kind = 'phone' AND c.key = n.phone_key) <> n.customer_id) THEN
        RAISE EXCEPTION 'company is taken' USING ERRCODE = 'unique_violation', CONSTRAINT = 'company_claims_key';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION release_customer_phones() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    o record;
BEGIN
    FOR o IN SELECT DISTINCT customer_id, phone_key FROM old_rows LOOP
        DELETE FROM company_claims c
            WHERE c.kind = 'phone' AND c.key = o.phone_key AND c.subject_id = o.customer_id
            AND NOT EXISTS (SELECT FROM customer_contacts k WHERE k.customer_id = o.customer_id AND k.phone_key = o.phone_key);
    END LOOP;
    RETURN NULL;
END $$;
-- +goose StatementEnd
ALTER FUNCTION claim_company(text, text, text, uuid) SET enable_seqscan = off;
ALTER FUNCTION reclaim_company() SET enable_seqscan = off;
ALTER FUNCTION reclaim_customer_phone() SET enable_seqscan = off;
ALTER FUNCTION claim_prospect_phone() SET enable_seqscan = off;

-- +goose Down
ALTER FUNCTION claim_prospect_phone() RESET enable_seqscan;
ALTER FUNCTION reclaim_customer_phone() RESET enable_seqscan;
ALTER FUNCTION reclaim_company() RESET enable_seqscan;
ALTER FUNCTION claim_company(text, text, text, uuid) RESET enable_seqscan;
