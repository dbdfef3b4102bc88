-- +goose Up

-- CUS-01, CUS-04: until when plans and reviews are asked for, and from when a plan is taken.
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('development.plan_months', 'int', 'month', 1, 6, 1),
    ('development.rework_days', 'int', 'working_day', 1, 60, 1),
    ('development.ahead_months', 'int', 'month', 0, 6, 1),
    ('development.review_months', 'int', 'month', 1, 3, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT name, 1, value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook' FROM (VALUES
    ('development.plan_months', '1'),
    ('development.rework_days', '5'),
    ('development.ahead_months', '2'),
    ('development.review_months', '1')
) AS d (name, value);

-- What somebody registered counts for them, whoever has it now.
CREATE INDEX prospects_registered_by ON prospects (registered_by, created_at);
DROP INDEX prospects_registered;

-- +goose Down
CREATE INDEX prospects_registered ON prospects (owner_id, created_at);
DROP INDEX prospects_registered_by;
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('development.plan_months', 'development.rework_days', 'development.ahead_months', 'development.review_months');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('development.plan_months', 'development.rework_days', 'development.ahead_months', 'development.review_months');
