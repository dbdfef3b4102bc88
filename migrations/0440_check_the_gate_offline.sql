-- +goose Up

-- A key is published before it signs, so that a phone that was away knows it when the first pass comes, and after it was retired,
-- while passes that it signed are still good.
ALTER TABLE gate_pass_keys ADD COLUMN starts_at timestamptz, ADD COLUMN retired_at timestamptz;
UPDATE gate_pass_keys SET starts_at = created_at;
ALTER TABLE gate_pass_keys ALTER COLUMN starts_at SET NOT NULL,
    ADD CONSTRAINT gate_pass_keys_retired CHECK (NOT active OR retired_at IS NULL);

-- Passes that are no longer good, in the order in which that committed (xid, seq): what a guard's phone takes along (SHP-09).
CREATE TABLE gate_pass_endings (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    gate_pass_id uuid NOT NULL REFERENCES gate_passes,
    number       text NOT NULL,
    state        text NOT NULL CHECK (state IN ('used', 'cancelled')),
    used_at      timestamptz,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX gate_pass_endings_feed ON gate_pass_endings (xid, seq);
CREATE TRIGGER gate_pass_endings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gate_pass_endings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- +goose StatementBegin
CREATE FUNCTION note_gate_pass_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gate_pass_endings (gate_pass_id, number, state, used_at, expires_at)
    VALUES (NEW.id, NEW.number, NEW.state, NEW.used_at, NEW.expires_at);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER gate_passes_ending AFTER UPDATE OF state ON gate_passes
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state <> 'valid') EXECUTE FUNCTION note_gate_pass_ending();

-- The guards' phones that have synchronised. The row is locked while a phone's checks are taken in.
CREATE TABLE gate_devices (
    device_id     text PRIMARY KEY CHECK (length(device_id) BETWEEN 1 AND 64),
    user_id       uuid REFERENCES users, -- who synchronised last
    last_sequence bigint NOT NULL CHECK (last_sequence >= 0),
    skew_seconds  int NOT NULL,          -- by how much its clock was behind ours
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL
);

-- What was checked on a phone without the network, and when it came in.
ALTER TABLE gate_checks
    ADD COLUMN device_id text,
    ADD COLUMN sequence bigint CHECK (sequence >= 1),
    ADD COLUMN device_decision text CHECK (device_decision IN ('let_out', 'turned_back')),
    ADD COLUMN device_note text CHECK (length(device_note) <= 500),
    ADD COLUMN seen_at timestamptz, -- by the phone's clock
    ADD COLUMN received_at timestamptz,
    ADD COLUMN content_hash bytea,
    ADD CONSTRAINT gate_checks_offline CHECK (num_nulls(device_id, sequence, device_decision, seen_at, received_at, content_hash) IN (0, 6));
CREATE UNIQUE INDEX gate_checks_device ON gate_checks (device_id, sequence, content_hash) WHERE device_id IS NOT NULL;

-- Where a phone decided otherwise than the gate would have: nothing of it is dropped, somebody looks into it.
CREATE TABLE gate_conflicts (
    id               uuid PRIMARY KEY,
    gate_check_id    uuid NOT NULL REFERENCES gate_checks,
    kind             text NOT NULL CHECK (kind IN ('second_use', 'cancelled', 'expired', 'forged', 'unknown_pass', 'other_vehicle',
                         'other_goods', 'turned_back', 'clock_skew', 'sequence_reused')),
    delivery_note_id uuid REFERENCES delivery_notes,
    booking          text NOT NULL CHECK (booking IN ('none', 'pending', 'booked', 'impossible')),
    booked_note_id   uuid REFERENCES delivery_notes, -- where what left was booked, when not on its own note
    detail_en        text NOT NULL CHECK (length(detail_en) <= 1000),
    detail_zh        text NOT NULL CHECK (length(detail_zh) <= 1000),
    state            text NOT NULL CHECK (state IN ('open', 'resolved')),
    opened_at        timestamptz NOT NULL,
    resolution       text NOT NULL CHECK (length(resolution) <= 1000),
    resolved_by      uuid REFERENCES users,
    resolved_at      timestamptz,
    version          bigint NOT NULL,
    CONSTRAINT gate_conflicts_once UNIQUE (gate_check_id, kind),
    CONSTRAINT gate_conflicts_resolved CHECK ((state = 'resolved') = (resolved_at IS NOT NULL) AND (state = 'resolved') = (resolution <> ''))
);
CREATE INDEX gate_conflicts_state ON gate_conflicts (state, id DESC);
CREATE INDEX gate_conflicts_note ON gate_conflicts (delivery_note_id, id DESC);

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('shipping.gate_skew_minutes', 'int', 'minute', 0, 1440, 1),
    ('shipping.gate_key_days', 'int', 'day', 8, 3650, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('shipping.gate_skew_minutes', 1, '5', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('shipping.gate_key_days', 1, '90', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('shipping.gate_skew_minutes', 'shipping.gate_key_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('shipping.gate_skew_minutes', 'shipping.gate_key_days');
DROP TABLE gate_conflicts;
DROP INDEX gate_checks_device;
ALTER TABLE gate_checks DROP CONSTRAINT gate_checks_offline, DROP COLUMN device_id, DROP COLUMN sequence, DROP COLUMN device_decision,
    DROP COLUMN device_note, DROP COLUMN seen_at, DROP COLUMN received_at, DROP COLUMN content_hash;
DROP TABLE gate_devices;
DROP TRIGGER gate_passes_ending ON gate_passes;
DROP FUNCTION note_gate_pass_ending();
DROP TABLE gate_pass_endings;
ALTER TABLE gate_pass_keys DROP CONSTRAINT gate_pass_keys_retired, DROP COLUMN starts_at, DROP COLUMN retired_at;
