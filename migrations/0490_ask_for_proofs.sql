-- +goose Up

-- What left is asked after when no proof of delivery comes. What left before there was this question isn't.
ALTER TABLE delivery_notes
    ADD COLUMN proof_awaited boolean NOT NULL DEFAULT false,
    ADD COLUMN proof_late_at timestamptz; -- when the proof was asked for
ALTER TABLE delivery_notes ALTER COLUMN proof_awaited SET DEFAULT true;
CREATE INDEX delivery_notes_unproven ON delivery_notes (shipped_on, id) WHERE state = 'left' AND proof_awaited;

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('shipping.proof_days', 'int', 'day', 1, 365, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('shipping.proof_days', 1, '7', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'shipping.proof_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'shipping.proof_days';
DROP INDEX delivery_notes_unproven;
ALTER TABLE delivery_notes DROP COLUMN proof_awaited, DROP COLUMN proof_late_at;
