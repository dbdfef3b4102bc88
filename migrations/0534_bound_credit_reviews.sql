-- +goose Up
-- SHP-12: the credit review of a new customer has a day, without which the task would never reach anybody else.
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('shipping.credit_review_days', 'int', 'day', 1, 60, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
VALUES ('shipping.credit_review_days', 1, '5', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'shipping.credit_review_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'shipping.credit_review_days';
