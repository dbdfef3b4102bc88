-- +goose Up

-- What finance is asked to mend when the books differ has a day, without which it would never reach the general manager (CRD-11).
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('verify.mend_days', 'int', 'working_day', 1, 30, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
VALUES ('verify.mend_days', 1, '1', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'verify.mend_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'verify.mend_days';
