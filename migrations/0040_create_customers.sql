-- +goose Up
CREATE TABLE customers (
    id         uuid PRIMARY KEY,
    code       text NOT NULL,
    name       text NOT NULL CHECK (length(name) BETWEEN 2 AND 120),
    name_key   text NOT NULL CHECK (name_key <> ''), -- the name after normalisation (CUS-08)
    name_grams text[] NOT NULL,                      -- its characters and pairs of characters, for substring search
    uscc       text,
    industry   text NOT NULL,
    region     text NOT NULL,
    remarks    text NOT NULL,
    status     text NOT NULL CONSTRAINT customers_status CHECK (status IN ('active', 'suspended', 'closed')),
    owner_id   uuid NOT NULL CONSTRAINT customers_owner_fkey REFERENCES users,
    owned_at   timestamptz NOT NULL,
    bill_to_id uuid CONSTRAINT customers_bill_to_fkey REFERENCES customers,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version    bigint NOT NULL,
    CONSTRAINT customers_bill_to_not_self CHECK (bill_to_id <> id)
);
-- CUS-08: the first to register owns the company; these decide between two at the same instant.
CREATE UNIQUE INDEX customers_code_key ON customers (code);
CREATE UNIQUE INDEX customers_uscc_key ON customers (uscc);
CREATE UNIQUE INDEX customers_name_key ON customers (name_key);
CREATE INDEX customers_name_grams ON customers USING gin (name_grams);
CREATE INDEX customers_owner ON customers (owner_id, id);
CREATE INDEX customers_bill_to ON customers (bill_to_id) WHERE bill_to_id IS NOT NULL;

CREATE TABLE customer_contacts (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    position_no int NOT NULL, -- the lowest is the main contact
    name        text NOT NULL CHECK (name <> ''),
    position    text NOT NULL CHECK (position <> ''),
    phone       text NOT NULL CHECK (phone <> ''),
    phone_key   text NOT NULL CHECK (phone_key <> ''),
    email       text NOT NULL,
    -- CUS-08: a phone belongs to one company, which may give it to several of its people.
    CONSTRAINT customer_contacts_phone_excl EXCLUDE USING gist (phone_key WITH =, customer_id WITH <>)
);
CREATE INDEX customer_contacts_customer ON customer_contacts (customer_id, position_no);
CREATE INDEX customer_contacts_phone ON customer_contacts (phone_key);

CREATE TABLE customer_addresses (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    kind        text NOT NULL CHECK (kind IN ('registered', 'delivery', 'invoice')),
    line        text NOT NULL CHECK (line <> ''),
    receiver    text NOT NULL,
    phone       text NOT NULL
);
CREATE INDEX customer_addresses_customer ON customer_addresses (customer_id);

-- Ids that other systems know our records by; unique for ever, so a row is never changed.
CREATE TABLE external_refs (
    kind        text NOT NULL, -- "customer", "product" …
    source      text NOT NULL,
    external_id text NOT NULL,
    subject_id  uuid NOT NULL,
    CONSTRAINT external_refs_key PRIMARY KEY (kind, source, external_id)
);
CREATE INDEX external_refs_subject ON external_refs (subject_id);

-- +goose Down
DROP TABLE external_refs, customer_addresses, customer_contacts, customers;
