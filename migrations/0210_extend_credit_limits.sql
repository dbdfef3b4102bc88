-- +goose Up
-- Limits beyond one number (CRD-01, CRD-10): a limit that ends, a temporary one on top, and an overdue amount that is
-- tolerated. They are part of the profile, applied for and approved with it.
ALTER TABLE credit_limit_requests
    ADD COLUMN valid_until      date,
    ADD COLUMN temporary_amount numeric(18, 2),
    ADD COLUMN temporary_from   date,
    ADD COLUMN temporary_until  date,
    ADD COLUMN tolerance_amount numeric(18, 2),
    ADD COLUMN tolerance_days   int,
    ADD CONSTRAINT credit_limit_requests_valid_until CHECK (valid_until IS NULL OR limit_kind <> 'none'),
    ADD CONSTRAINT credit_limit_requests_temporary CHECK (num_nonnulls(temporary_amount, temporary_from, temporary_until) IN (0, 3)
        AND temporary_amount > 0 AND temporary_from <= temporary_until AND (temporary_amount IS NULL OR limit_kind <> 'unlimited')),
    ADD CONSTRAINT credit_limit_requests_tolerance CHECK (num_nonnulls(tolerance_amount, tolerance_days) IN (0, 2)
        AND tolerance_amount >= 0 AND tolerance_days BETWEEN 0 AND 3650);
ALTER TABLE credit_profiles
    ADD COLUMN valid_until      date,
    ADD COLUMN temporary_amount numeric(18, 2),
    ADD COLUMN temporary_from   date,
    ADD COLUMN temporary_until  date,
    ADD COLUMN tolerance_amount numeric(18, 2),
    ADD COLUMN tolerance_days   int,
    ADD CONSTRAINT credit_profiles_valid_until CHECK (valid_until IS NULL OR limit_kind <> 'none'),
    ADD CONSTRAINT credit_profiles_temporary CHECK (num_nonnulls(temporary_amount, temporary_from, temporary_until) IN (0, 3)
        AND temporary_amount > 0 AND temporary_from <= temporary_until AND (temporary_amount IS NULL OR limit_kind <> 'unlimited')),
    ADD CONSTRAINT credit_profiles_tolerance CHECK (num_nonnulls(tolerance_amount, tolerance_days) IN (0, 2)
        AND tolerance_amount >= 0 AND tolerance_days BETWEEN 0 AND 3650);

-- What begins and ends by itself: the daily look for those whose limit is another since today.
CREATE INDEX credit_profiles_ending ON credit_profiles (valid_until) WHERE valid_to IS NULL AND valid_until IS NOT NULL;
CREATE INDEX credit_profiles_temporary_from ON credit_profiles (temporary_from) WHERE valid_to IS NULL AND temporary_from IS NOT NULL;
CREATE INDEX credit_profiles_temporary_until ON credit_profiles (temporary_until) WHERE valid_to IS NULL AND temporary_until IS NOT NULL;

-- CRD-10: as before, and what was approved includes the new columns.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_credit_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.request_id IS NULL THEN
        IF NOT EXISTS (SELECT FROM credit_profiles WHERE customer_id = NEW.customer_id)
            AND num_nonnulls(NEW.valid_until, NEW.temporary_amount, NEW.tolerance_amount) = 0 THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.valid_to IS NULL AND NOT EXISTS (SELECT FROM credit_profiles
            WHERE customer_id = NEW.customer_id AND (valid_to IS NULL OR valid_to > NEW.valid_from)) AND EXISTS (SELECT FROM credit_limit_requests r WHERE r.id = NEW.request_id AND r.state = 'approved'
            AND (r.customer_id, r.limit_kind, r.settlement, r.terms_days, r.next_review)
              = (NEW.customer_id, NEW.limit_kind, NEW.settlement, NEW.terms_days, NEW.next_review)
            AND (r.grade, r.limit_amount, r.valid_until, r.temporary_amount, r.temporary_from, r.temporary_until, r.tolerance_amount, r.tolerance_days)
              IS NOT DISTINCT FROM (NEW.grade, NEW.limit_amount, NEW.valid_until, NEW.temporary_amount, NEW.temporary_from, NEW.temporary_until,
                NEW.tolerance_amount, NEW.tolerance_days)) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
            AND to_jsonb(NEW) - 'valid_to' = to_jsonb(OLD) - 'valid_to' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a credit profile changes through an approved request only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_profiles_only_by_request';
END $$;
-- +goose StatementEnd

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('credit.limit_grace_days',         'int',     'day', 0, 365,       1),
    ('credit.overdue_tolerance_amount', 'decimal', 'CNY', 0, 999999999, 1),
    ('credit.overdue_tolerance_days',   'int',     'day', 0, 3650,      1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES
    ('credit.limit_grace_days', '0'),
    ('credit.overdue_tolerance_amount', '0'),
    ('credit.overdue_tolerance_days', '0')
) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('credit.limit_grace_days', 'credit.overdue_tolerance_amount', 'credit.overdue_tolerance_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('credit.limit_grace_days', 'credit.overdue_tolerance_amount', 'credit.overdue_tolerance_days');
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_credit_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.request_id IS NULL THEN
        IF NOT EXISTS (SELECT FROM credit_profiles WHERE customer_id = NEW.customer_id) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.valid_to IS NULL AND NOT EXISTS (SELECT FROM credit_profiles
            WHERE customer_id = NEW.customer_id AND (valid_to IS NULL OR valid_to > NEW.valid_from)) AND EXISTS (SELECT FROM credit_limit_requests r WHERE r.id = NEW.request_id AND r.state = 'approved'
            AND (r.customer_id, r.limit_kind, r.settlement, r.terms_days, r.next_review)
              = (NEW.customer_id, NEW.limit_kind, NEW.settlement, NEW.terms_days, NEW.next_review)
            AND r.grade IS NOT DISTINCT FROM NEW.grade AND r.limit_amount IS NOT DISTINCT FROM NEW.limit_amount) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
            AND to_jsonb(NEW) - 'valid_to' = to_jsonb(OLD) - 'valid_to' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a credit profile changes through an approved request only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_profiles_only_by_request';
END $$;
-- +goose StatementEnd
DROP INDEX credit_profiles_ending, credit_profiles_temporary_from, credit_profiles_temporary_until;
ALTER TABLE credit_profiles DROP COLUMN valid_until, DROP COLUMN temporary_amount, DROP COLUMN temporary_from,
    DROP COLUMN temporary_until, DROP COLUMN tolerance_amount, DROP COLUMN tolerance_days;
ALTER TABLE credit_limit_requests DROP COLUMN valid_until, DROP COLUMN temporary_amount, DROP COLUMN temporary_from,
    DROP COLUMN temporary_until, DROP COLUMN tolerance_amount, DROP COLUMN tolerance_days;
