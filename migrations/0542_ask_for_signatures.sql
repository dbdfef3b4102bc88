-- +goose Up

-- SHP-08: what left and isn't signed by warehouse and carrier is asked for. What left before there was this question isn't.
ALTER TABLE delivery_notes ADD COLUMN signatures_awaited boolean NOT NULL DEFAULT false;
ALTER TABLE delivery_notes ALTER COLUMN signatures_awaited SET DEFAULT true;
CREATE INDEX delivery_notes_unsigned ON delivery_notes (shipped_on, id) WHERE state = 'left' AND signatures_awaited;

-- SHP-15: the days that the papers were given, so that a calendar that changes moves their deadline.
ALTER TABLE emergency_releases ADD COLUMN due_days integer NOT NULL DEFAULT 1;
ALTER TABLE emergency_releases ALTER COLUMN due_days DROP DEFAULT, ADD CONSTRAINT emergency_releases_due_days CHECK (due_days >= 0);

-- ORG-03: who refreshed a settlement, left lines out of it or recorded the carrier's bill doesn't confirm it.
ALTER TABLE carrier_settlements ADD COLUMN touched_by uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE carrier_settlements ADD CONSTRAINT carrier_settlements_not_own CHECK (confirmed_by IS NULL OR NOT confirmed_by = ANY (touched_by));

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('shipping.signature_days', 'int', 'day', 0, 90, 1), ('shipping.gate_key_ahead_days', 'int', 'day', 1, 60, 1),
    ('shipping.emergency_attempt_minutes', 'int', 'minute', 0, 1440, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('shipping.signature_days', '1'), ('shipping.gate_key_ahead_days', '7'), ('shipping.emergency_attempt_minutes', '30')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('shipping.signature_days', 'shipping.gate_key_ahead_days', 'shipping.emergency_attempt_minutes');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('shipping.signature_days', 'shipping.gate_key_ahead_days', 'shipping.emergency_attempt_minutes');
ALTER TABLE carrier_settlements DROP COLUMN touched_by;
ALTER TABLE emergency_releases DROP COLUMN due_days;
DROP INDEX delivery_notes_unsigned;
ALTER TABLE delivery_notes DROP COLUMN signatures_awaited;
