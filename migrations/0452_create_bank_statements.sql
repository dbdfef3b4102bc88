-- +goose Up
-- The company's own bank accounts.
CREATE TABLE bank_accounts (
    id         uuid PRIMARY KEY,
    number     text NOT NULL CONSTRAINT bank_accounts_number UNIQUE CHECK (number ~ '^[0-9A-Z]{4,34}$'),
    bank       text NOT NULL CHECK (length(bank) BETWEEN 1 AND 200),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    currency   text NOT NULL CHECK (length(currency) = 3),
    active     boolean NOT NULL,
    created_at timestamptz NOT NULL,
    version    bigint NOT NULL
);

CREATE TABLE bank_imports (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT bank_imports_number UNIQUE,
    account_id  uuid NOT NULL REFERENCES bank_accounts,
    file_name   text NOT NULL CHECK (length(file_name) <= 200),
    sha256      bytea NOT NULL,
    lines       int NOT NULL CHECK (lines >= 0),      -- in the file
    added       int NOT NULL CHECK (added >= 0),      -- that weren't there yet
    duplicates  int NOT NULL CHECK (duplicates >= 0),
    imported_by uuid,
    imported_at timestamptz NOT NULL
);
CREATE INDEX bank_imports_account ON bank_imports (account_id, id DESC);

CREATE TABLE bank_lines (
    id              uuid PRIMARY KEY,
    import_id       uuid NOT NULL REFERENCES bank_imports,
    account_id      uuid NOT NULL REFERENCES bank_accounts,
    row_no          int NOT NULL,
    booked_on       date NOT NULL,
    incoming        boolean NOT NULL,
    amount          numeric(18, 2) NOT NULL CHECK (amount > 0),
    currency        text NOT NULL,
    party_name      text NOT NULL CHECK (length(party_name) <= 200),
    party_account   text NOT NULL CHECK (length(party_account) <= 60),
    reference       text NOT NULL CHECK (length(reference) <= 500),
    transaction_id  text NOT NULL CHECK (length(transaction_id) <= 100), -- the bank's own, '' where it gives none
    fingerprint     bytea NOT NULL, -- of the transaction id or, without one, of the line and its place among equal ones
    state           text NOT NULL CHECK (state IN ('open', 'booked', 'ignored')),
    receipt_id      uuid REFERENCES receipts,
    ignored_reason  text NOT NULL CHECK (length(ignored_reason) <= 500),
    handled_by      uuid,
    handled_at      timestamptz,
    version         bigint NOT NULL,
    CONSTRAINT bank_lines_once UNIQUE (account_id, fingerprint),
    CONSTRAINT bank_lines_booked CHECK ((state = 'booked') = (receipt_id IS NOT NULL) AND (state = 'ignored') = (ignored_reason <> '')),
    CONSTRAINT bank_lines_incoming CHECK (incoming OR state = 'ignored')
);
CREATE UNIQUE INDEX bank_lines_receipt ON bank_lines (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX bank_lines_open ON bank_lines (id) WHERE state = 'open';
CREATE INDEX bank_lines_import ON bank_lines (import_id, id);
CREATE INDEX bank_lines_account ON bank_lines (account_id, booked_on, id);
-- What the bank said never changes.
-- +goose StatementBegin
CREATE FUNCTION guard_bank_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := '{state,receipt_id,ignored_reason,handled_by,handled_at,version}';
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what the bank said is not changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_lines_immutable';
END $$;
-- +goose StatementEnd
CREATE TRIGGER bank_lines_guard BEFORE UPDATE OR DELETE ON bank_lines FOR EACH ROW EXECUTE FUNCTION guard_bank_line();

-- From which accounts a customer pays, learned when a line was confirmed for it.
CREATE TABLE payer_accounts (
    customer_id    uuid NOT NULL REFERENCES customers,
    account_number text NOT NULL CHECK (length(account_number) BETWEEN 1 AND 60),
    name           text NOT NULL CHECK (length(name) <= 200),
    line_id        uuid NOT NULL REFERENCES bank_lines,
    learned_at     timestamptz NOT NULL,
    PRIMARY KEY (account_number, customer_id)
);
CREATE INDEX payer_accounts_customer ON payer_accounts (customer_id);

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('bank.confirm_confidence', 'int', 'percent', 1, 100, 1),
    ('bank.number_points',      'int', 'percent', 0, 100, 1),
    ('bank.account_points',     'int', 'percent', 0, 100, 1),
    ('bank.name_points',        'int', 'percent', 0, 100, 1),
    ('bank.amount_points',      'int', 'percent', 0, 100, 1),
    ('bank.sum_points',         'int', 'percent', 0, 100, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('bank.confirm_confidence', '90'), ('bank.number_points', '60'), ('bank.account_points', '50'), ('bank.name_points', '40'),
    ('bank.amount_points', '40'), ('bank.sum_points', '30')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name LIKE 'bank.%';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name LIKE 'bank.%';
DROP TABLE payer_accounts, bank_lines, bank_imports, bank_accounts;
DROP FUNCTION guard_bank_line();
