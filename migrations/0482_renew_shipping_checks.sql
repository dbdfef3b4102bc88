-- +goose Up

-- When the gate last let a notice pass (SHP-03): at its release, or when an old check was found to hold. What it said counts for
-- shipping.check_valid_days from then.
ALTER TABLE shipping_notices ADD COLUMN passed_at timestamptz;
UPDATE shipping_notices SET passed_at = released_at WHERE released_at IS NOT NULL;

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('shipping.check_valid_days', 'int', 'day', 0, 365, 1),
    ('shipping.check_tolerance', 'decimal', 'CNY', 0, 1000000000, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('shipping.check_valid_days', 1, '15', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('shipping.check_tolerance', 1, '0', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('shipping.check_valid_days', 'shipping.check_tolerance');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('shipping.check_valid_days', 'shipping.check_tolerance');
ALTER TABLE shipping_notices DROP COLUMN passed_at;
