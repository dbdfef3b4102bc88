-- +goose Up
-- CRD-13: a special release (货款异常特放) lets one named notice pass a credit block once, within an amount and until a date.
CREATE TABLE special_releases (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT special_releases_number UNIQUE,
    notice_id    uuid NOT NULL REFERENCES shipping_notices,
    state        text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'used', 'expired', 'void')),
    amount       numeric(18, 2) NOT NULL CHECK (amount > 0),
    needed       numeric(18, 2) NOT NULL CHECK (needed > 0), -- when it was asked
    expires_on   date NOT NULL,                              -- the last date on which it can be used
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    content      bytea NOT NULL,                             -- hash of the notice that it names
    approval_id  uuid NOT NULL,
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_at   timestamptz,
    used_at      timestamptz,
    used_amount  numeric(18, 2),
    ended_reason text NOT NULL CHECK (length(ended_reason) <= 2000),
    version      bigint NOT NULL,
    CONSTRAINT special_releases_used CHECK ((state = 'used') = (used_at IS NOT NULL) AND (used_at IS NULL) = (used_amount IS NULL)),
    CONSTRAINT special_releases_within CHECK (used_amount <= amount),
    CONSTRAINT special_releases_in_time CHECK ((used_at AT TIME ZONE 'Asia/Shanghai')::date <= expires_on)
);
CREATE UNIQUE INDEX special_releases_one_open ON special_releases (notice_id) WHERE state IN ('pending', 'approved');
CREATE INDEX special_releases_notice ON special_releases (notice_id, id DESC);
CREATE INDEX special_releases_state ON special_releases (state, id DESC);
CREATE INDEX special_releases_expiry ON special_releases (expires_on, id) WHERE state IN ('pending', 'approved');

-- What was asked for never changes, and what has ended stays so: it is used once.
-- +goose StatementBegin
CREATE FUNCTION guard_special_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.state = 'pending' AND NEW.state IN ('approved', 'rejected', 'expired', 'void')
            OR OLD.state = 'approved' AND NEW.state IN ('used', 'expired', 'void'))
        AND to_jsonb(NEW) - '{state,decided_at,used_at,used_amount,ended_reason,version}'::text[]
          = to_jsonb(OLD) - '{state,decided_at,used_at,used_amount,ended_reason,version}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a special release is decided once and used once'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'special_releases_once';
END $$;
-- +goose StatementEnd
CREATE TRIGGER special_releases_guard BEFORE UPDATE OR DELETE ON special_releases
    FOR EACH ROW EXECUTE FUNCTION guard_special_release();

-- The notice carries it from the release to the last dispatch; no other notice can.
ALTER TABLE shipping_notices ADD COLUMN special_release_id uuid CONSTRAINT shipping_notices_special_release_once UNIQUE REFERENCES special_releases;
-- What waits for credit, for judging it anew when credit changes.
CREATE INDEX shipping_notices_waiting ON shipping_notices (payer_id, id) WHERE state IN ('checked', 'blocked') AND flow IN ('credit', 'new_customer');

-- CUS-15, SHP-19: who is served first, by grade.
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('shipping.priority_a',      'int', 'rank', 1, 9, 1),
    ('shipping.priority_b',      'int', 'rank', 1, 9, 1),
    ('shipping.priority_others', 'int', 'rank', 1, 9, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('shipping.priority_a', '1'), ('shipping.priority_b', '2'), ('shipping.priority_others', '5')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('shipping.priority_a', 'shipping.priority_b', 'shipping.priority_others');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('shipping.priority_a', 'shipping.priority_b', 'shipping.priority_others');
DROP INDEX shipping_notices_waiting;
ALTER TABLE shipping_notices DROP COLUMN special_release_id;
DROP TABLE special_releases;
DROP FUNCTION guard_special_release();
