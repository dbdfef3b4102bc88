-- +goose Up
-- A bank's reference is typed by people, too: with other spaces, other case, wide letters. It is the same payment all the same. What was booked before
-- this isn't looked at, so that books which have two such receipts can be brought up to date.
CREATE UNIQUE INDEX receipts_same_reference ON receipts (method, upper(regexp_replace(normalize(reference, NFKC), '[[:space:]]', '', 'g')))
    WHERE reference <> '' AND state = 'posted' AND created_at >= '2026-11-22 00:00:00+00';

-- +goose Down
DROP INDEX receipts_same_reference;
