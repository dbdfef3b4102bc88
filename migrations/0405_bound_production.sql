-- +goose Up
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('production.most_times', 'int', 'times', 1, 100,  1),
    ('production.days_back',  'int', 'day', 1, 3650, 1),
    ('production.days_ahead', 'int', 'day', 1, 3650, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('production.most_times', '10'), ('production.days_back', '365'), ('production.days_ahead', '1095')) AS d (name, value);

-- Who is told of a delay when the promised day has come wasn't told beforehand (ORD-07): there is a reason, then.
ALTER TABLE delivery_checks ADD COLUMN late_reason text NOT NULL DEFAULT '' CHECK (length(late_reason) <= 500);
ALTER TABLE delivery_checks ADD CONSTRAINT delivery_checks_told_late CHECK (
    told_at IS NULL OR late_reason <> '' OR told_at < promised_on::timestamp AT TIME ZONE 'Asia/Shanghai');

-- What is at risk is a work list of its own.
CREATE INDEX production_requests_at_risk ON production_requests (id) WHERE state = 'open' AND at_risk > 0;

-- Deadlines are computed anew in batches, by id, when the calendar changes.
CREATE INDEX production_acknowledgements_asked ON production_acknowledgements (request_id) WHERE acknowledged_at IS NULL AND NOT superseded;
CREATE INDEX delivery_checks_due ON delivery_checks (id) WHERE state = 'open';

-- +goose Down
DROP INDEX delivery_checks_due, production_acknowledgements_asked;
DROP INDEX production_requests_at_risk;
ALTER TABLE delivery_checks DROP CONSTRAINT delivery_checks_told_late;
ALTER TABLE delivery_checks DROP COLUMN late_reason;
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('production.most_times', 'production.days_back', 'production.days_ahead');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('production.most_times', 'production.days_back', 'production.days_ahead');
