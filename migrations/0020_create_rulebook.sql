-- +goose Up

-- The figures of the rulebook. One row per parameter: its kind and bounds, and the version that its ETag is; the row is
-- what a change locks. The values are in parameter_versions.
CREATE TABLE parameters (
    name    text PRIMARY KEY CHECK (name ~ '^[a-z_]+\.[a-z_]+$'),
    kind    text NOT NULL CHECK (kind IN ('decimal', 'int', 'bool')),
    unit    text NOT NULL,
    minimum numeric(18, 4),
    maximum numeric(18, 4),
    version bigint NOT NULL CHECK (version > 0),
    CONSTRAINT parameters_bounds CHECK (minimum <= maximum)
);

-- Every value that a parameter ever had or is to have: append-only. In force at an instant is the one with the latest
-- effective_at not after it; of two with the same, the higher version.
CREATE TABLE parameter_versions (
    name         text NOT NULL REFERENCES parameters,
    version      bigint NOT NULL CHECK (version > 0),
    value        text NOT NULL CHECK (length(value) BETWEEN 1 AND 40),
    effective_at timestamptz NOT NULL,
    set_at       timestamptz NOT NULL,
    set_by       uuid,
    reason       text NOT NULL CONSTRAINT parameter_versions_reason CHECK (length(trim(reason)) BETWEEN 1 AND 500),
    PRIMARY KEY (name, version)
);
CREATE TRIGGER parameter_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON parameter_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('approval.verbal_confirm_days',       'int',     'working_day', 1,  30,        1),
    ('commission.dispute_days',            'int',     'working_day', 1,  30,        1),
    ('complaint.form_days',                'int',     'working_day', 1,  30,        1),
    ('complaint.response_hours',           'int',     'hour',        1,  240,       1),
    ('contract.gm_amount',                 'decimal', 'CNY',         0,  999999999, 1),
    ('contract.long_months',               'int',     'month',       1,  60,        1),
    ('credit.first_review_months',         'int',     'month',       1,  60,        1),
    ('credit.grade_a_months',              'int',     'month',       1,  60,        1),
    ('credit.grade_c_idle_months',         'int',     'month',       1,  60,        1),
    ('credit.grade_d_idle_months',         'int',     'month',       1,  60,        1),
    ('credit.grade_d_overdue_days',        'int',     'day',         1,  3650,      1),
    ('customer.application_day',           'int',     'day_of_month', 1, 28,        1),
    ('expense.meal_per_guest',             'decimal', 'CNY',         0,  100000,    1),
    ('expense.urgent_days',                'int',     'working_day', 1,  30,        1),
    ('leave.handover_days',                'int',     'day',         1,  365,       1),
    ('order.check_days_before',            'int',     'working_day', 0,  60,        1),
    ('price.adopt_tonnes_month',           'decimal', 't',           0,  100000,    1),
    ('price.adopt_tonnes_total',           'decimal', 't',           0,  1000000,   1),
    ('quote.new_customer_days',            'int',     'working_day', 1,  30,        1),
    ('quote.rep_min_tonnes',               'decimal', 't',           0,  100000,    1),
    ('quote.rep_min_tonnes_enabled',       'bool',    '',            NULL, NULL,    1),
    ('shipping.emergency_days',            'int',     'working_day', 1,  30,        1),
    ('shipping.lead_days',                 'int',     'day',         0,  60,        1),
    ('shipping.new_customer_debt',         'decimal', 'CNY',         0,  999999999, 1),
    ('survey.unsatisfied_at',              'int',     'score',       1,  5,         1),
    ('terms.monthly_min_tonnes',           'decimal', 't',           0,  100000,    1),
    ('visit.key_customer_weekly',          'int',     'visit',       0,  50,        1),
    ('visit.weekly_total',                 'int',     'visit',       0,  500,       1);

INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES
    ('approval.verbal_confirm_days', '1'),
    ('commission.dispute_days', '3'),
    ('complaint.form_days', '3'),
    ('complaint.response_hours', '24'),
    ('contract.gm_amount', '100000'),
    ('contract.long_months', '6'),
    ('credit.first_review_months', '6'),
    ('credit.grade_a_months', '6'),
    ('credit.grade_c_idle_months', '5'),
    ('credit.grade_d_idle_months', '6'),
    ('credit.grade_d_overdue_days', '180'),
    ('customer.application_day', '25'),
    ('expense.meal_per_guest', '100'),
    ('expense.urgent_days', '3'),
    ('leave.handover_days', '7'),
    ('order.check_days_before', '3'),
    ('price.adopt_tonnes_month', '10'),
    ('price.adopt_tonnes_total', '30'),
    ('quote.new_customer_days', '2'),
    ('quote.rep_min_tonnes', '50'),
    ('quote.rep_min_tonnes_enabled', 'false'),
    ('shipping.emergency_days', '1'),
    ('shipping.lead_days', '3'),
    ('shipping.new_customer_debt', '100000'),
    ('survey.unsatisfied_at', '2'),
    ('terms.monthly_min_tonnes', '50'),
    ('visit.key_customer_weekly', '2'),
    ('visit.weekly_total', '20')
) AS d (name, value);

-- +goose Down
DROP TABLE parameter_versions;
DROP TABLE parameters;
