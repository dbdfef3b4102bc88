-- +goose Up

-- What our own papers say of us. The last version is in force; all of them stay (append-only).
CREATE TABLE company_profiles (
    version      bigint PRIMARY KEY CHECK (version > 0),
    name_zh      text NOT NULL CHECK (length(name_zh) <= 200),
    name_en      text NOT NULL CHECK (length(name_en) <= 200),
    address_zh   text NOT NULL CHECK (length(address_zh) <= 300),
    address_en   text NOT NULL CHECK (length(address_en) <= 300),
    tax_number   text NOT NULL CHECK (length(tax_number) <= 30),
    phone        text NOT NULL CHECK (length(phone) <= 50),
    fax          text NOT NULL CHECK (length(fax) <= 50),
    email        text NOT NULL CHECK (length(email) <= 200),
    bank_name    text NOT NULL CHECK (length(bank_name) <= 200),
    bank_account text NOT NULL CHECK (length(bank_account) <= 50),
    set_by       uuid,
    set_at       timestamptz NOT NULL
);
CREATE TRIGGER company_profiles_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON company_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nobody has said yet who we are.
INSERT INTO company_profiles VALUES (1, '', '', '', '', '', '', '', '', '', '', NULL, '2000-01-01Z');

-- +goose Down
DROP TABLE company_profiles;
