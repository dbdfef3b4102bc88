-- +goose Up

-- A promise and a pause rest what is chased for a while, not for ever (ARV-05). What is asked of finance and managers has a day, without which it
-- would never reach anybody else.
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('collection.promise_most_days', 'int', 'day', 1, 730, 1), ('collection.pause_most_days', 'int', 'day', 1, 730, 1),
    ('collection.write_off_days', 'int', 'day', 1, 60, 1), ('statement.ruling_days', 'int', 'day', 1, 60, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('collection.promise_most_days', '90'), ('collection.pause_most_days', '90'), ('collection.write_off_days', '5'), ('statement.ruling_days', '1')) AS d (name, value);

-- A return lists its credit notes; receipts are looked for by amount, and by method or state from the newest on.
CREATE INDEX invoices_source ON invoices (source_id) WHERE source_id IS NOT NULL;
CREATE INDEX receipts_amount ON receipts (amount, id DESC);
CREATE INDEX receipts_method ON receipts (method, id DESC);
CREATE INDEX receipts_state ON receipts (state, id DESC);

-- +goose Down
DROP INDEX invoices_source, receipts_amount, receipts_method, receipts_state;
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('collection.promise_most_days', 'collection.pause_most_days', 'collection.write_off_days', 'statement.ruling_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('collection.promise_most_days', 'collection.pause_most_days', 'collection.write_off_days', 'statement.ruling_days');
