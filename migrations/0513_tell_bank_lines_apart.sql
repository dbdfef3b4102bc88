-- +goose Up
-- A bank's number alone doesn't tell a line from all others: the lines that are there are known by what the next file will be compared with.
ALTER TABLE bank_lines DISABLE TRIGGER bank_lines_guard;
UPDATE bank_lines SET fingerprint = sha256(convert_to('id', 'UTF8') || '\x00'::bytea || convert_to(to_char(booked_on, 'YYYY-MM-DD'), 'UTF8')
    || '\x00'::bytea || convert_to(incoming::text, 'UTF8') || '\x00'::bytea || convert_to(amount::text, 'UTF8') || '\x00'::bytea
    || convert_to(party_name, 'UTF8') || '\x00'::bytea || convert_to(party_account, 'UTF8') || '\x00'::bytea || convert_to(transaction_id, 'UTF8'))
WHERE transaction_id <> '';
ALTER TABLE bank_lines ENABLE TRIGGER bank_lines_guard;
COMMENT ON COLUMN bank_lines.fingerprint IS 'of the transaction id with day, direction, amount and party or, without one, of the line; and of its place among equal ones';

-- +goose Down
-- Fingerprints of lines that share a number can't be those of before, which were equal.
COMMENT ON COLUMN bank_lines.fingerprint IS NULL;
