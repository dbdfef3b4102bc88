-- +goose Up
-- What a customer's record said, version by version (CUS-06): content is the whole record with its contacts and addresses, in
-- force from valid_from until the next version. Append-only: what was so on a past date stays readable.
CREATE TABLE customer_versions (
    customer_id uuid NOT NULL CONSTRAINT customer_versions_customer_fkey REFERENCES customers,
    version     bigint NOT NULL CHECK (version > 0),
    valid_from  timestamptz NOT NULL,
    action      text NOT NULL, -- the operation that made it
    actor_id    uuid,
    actor_kind  text NOT NULL,
    content     jsonb NOT NULL,
    PRIMARY KEY (customer_id, version)
);

-- The record as a version keeps it. name_key and name_grams follow from the name.
-- +goose StatementBegin
CREATE FUNCTION customer_content(c customers) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(c) - '{name_key,name_grams}'::text[] || jsonb_build_object(
        'contacts', (SELECT coalesce(jsonb_agg(to_jsonb(k) - 'customer_id' ORDER BY k.position_no), '[]') FROM customer_contacts k WHERE k.customer_id = c.id),
        'addresses', (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'customer_id' ORDER BY a.id), '[]') FROM customer_addresses a WHERE a.customer_id = c.id))
$$;
-- +goose StatementEnd

-- Opening customers were ours before salesgate knew them: those of before this release, and imported ones. Their first business
-- needs no application (CUS-05).
ALTER TABLE customers ADD COLUMN opening boolean NOT NULL DEFAULT true;
ALTER TABLE customers ALTER COLUMN opening SET DEFAULT false;

INSERT INTO customer_versions (customer_id, version, valid_from, action, actor_kind, content)
SELECT c.id, c.version, c.updated_at, 'migrate', 'system', customer_content(c) FROM customers c;

CREATE TRIGGER customer_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE customer_versions;
DROP FUNCTION customer_content(customers);
ALTER TABLE customers DROP COLUMN opening;
