-- +goose Up
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('quote.link_days', 'int', 'day', 1, 90, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
VALUES ('quote.link_days', 1, '30', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'quote.link_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'quote.link_days';
