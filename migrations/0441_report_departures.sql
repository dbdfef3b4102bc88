-- +goose Up

-- SHP-14: what left is reported on the day, at latest when the next working day has begun. The gate's check reports by itself.
ALTER TABLE delivery_notes
    ADD COLUMN report_due_at timestamptz,
    ADD COLUMN reported_at timestamptz,
    ADD COLUMN reported_by uuid REFERENCES users,
    ADD COLUMN late_at timestamptz; -- when it was found that nobody had reported in time
UPDATE delivery_notes SET reported_at = left_at WHERE left_at IS NOT NULL;
CREATE INDEX delivery_notes_unreported ON delivery_notes (report_due_at, id) WHERE state = 'issued' AND late_at IS NULL AND report_due_at IS NOT NULL;
CREATE INDEX delivery_notes_register ON delivery_notes (shipped_on DESC, id DESC); -- SHP-17

-- What a delivery note turned out to be wrong by: the sum of its posted corrections. What it says itself never changes.
ALTER TABLE delivery_note_lines
    ADD COLUMN corrected_quantity numeric(18, 4) NOT NULL DEFAULT 0,
    ADD COLUMN corrected_amount numeric(18, 2) NOT NULL DEFAULT 0,
    ADD CONSTRAINT delivery_note_lines_corrected CHECK (quantity + corrected_quantity >= 0 AND amount + corrected_amount >= 0),
    DROP CONSTRAINT delivery_note_lines_not_over,
    ADD CONSTRAINT delivery_note_lines_not_over CHECK (invoiced_quantity <= quantity + corrected_quantity);

-- Corrections (发货更正单): differences between a delivery note and what really left or arrived.
CREATE TABLE delivery_corrections (
    id               uuid PRIMARY KEY,
    number           text NOT NULL,
    delivery_note_id uuid NOT NULL REFERENCES delivery_notes,
    cause            text NOT NULL CHECK (cause IN ('departure', 'gate', 'customer')),
    reason           text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    state            text NOT NULL CHECK (state IN ('proposed', 'posted', 'rejected')),
    amount           numeric(18, 2) NOT NULL, -- what it changes the shipped amount by; 0 until it is posted
    proposed_by      uuid REFERENCES users,
    proposed_at      timestamptz NOT NULL,
    decided_by       uuid REFERENCES users,
    decided_at       timestamptz,
    decision_note    text NOT NULL CHECK (length(decision_note) <= 1000),
    version          bigint NOT NULL,
    CONSTRAINT delivery_corrections_number UNIQUE (number),
    CONSTRAINT delivery_corrections_decided CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT delivery_corrections_not_own CHECK (decided_by IS NULL OR proposed_by IS NULL OR decided_by <> proposed_by) -- ORG-03
);
CREATE UNIQUE INDEX delivery_corrections_one_open ON delivery_corrections (delivery_note_id) WHERE state = 'proposed';
CREATE INDEX delivery_corrections_note ON delivery_corrections (delivery_note_id, id DESC);
CREATE INDEX delivery_corrections_state ON delivery_corrections (state, id DESC);
CREATE TABLE delivery_correction_lines (
    id               uuid PRIMARY KEY,
    correction_id    uuid NOT NULL REFERENCES delivery_corrections,
    position_no      int NOT NULL,
    delivery_line_id uuid NOT NULL REFERENCES delivery_note_lines,
    quantity         numeric(18, 4) NOT NULL CHECK (quantity <> 0),
    amount           numeric(18, 2) NOT NULL,
    CONSTRAINT delivery_correction_lines_once UNIQUE (correction_id, delivery_line_id)
);
CREATE INDEX delivery_correction_lines_line ON delivery_correction_lines (delivery_line_id);
-- +goose StatementBegin
CREATE FUNCTION guard_delivery_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'proposed'
        AND to_jsonb(NEW) - '{state,amount,decided_by,decided_at,decision_note,version}'::text[]
          = to_jsonb(OLD) - '{state,amount,decided_by,decided_at,decision_note,version}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a correction is frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_corrections_frozen';
END $$;
-- +goose StatementEnd
CREATE TRIGGER delivery_corrections_frozen BEFORE UPDATE OR DELETE ON delivery_corrections FOR EACH ROW EXECUTE FUNCTION guard_delivery_correction();

-- Proof of delivery (签收): who received what, once for each delivery note.
CREATE TABLE delivery_proofs (
    id               uuid PRIMARY KEY,
    delivery_note_id uuid NOT NULL REFERENCES delivery_notes,
    signer           text NOT NULL CHECK (length(signer) BETWEEN 1 AND 60),
    received_on      date NOT NULL,
    note             text NOT NULL CHECK (length(note) <= 1000),
    recorded_by      uuid,
    recorded_at      timestamptz NOT NULL,
    CONSTRAINT delivery_proofs_once UNIQUE (delivery_note_id)
);
CREATE TABLE delivery_proof_lines (
    proof_id         uuid NOT NULL REFERENCES delivery_proofs,
    delivery_line_id uuid NOT NULL REFERENCES delivery_note_lines,
    received         numeric(18, 4) NOT NULL CHECK (received >= 0),
    damaged          numeric(18, 4) NOT NULL CHECK (damaged >= 0),
    remark           text NOT NULL CHECK (length(remark) <= 500),
    PRIMARY KEY (proof_id, delivery_line_id),
    CONSTRAINT delivery_proof_lines_damaged CHECK (damaged <= received)
);
CREATE TRIGGER delivery_proofs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_proofs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER delivery_proof_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_proof_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('shipping.departure_hours', 'int', 'working hour', 1, 90, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('shipping.departure_hours', 1, '1', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'shipping.departure_hours';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'shipping.departure_hours';
DROP TABLE delivery_proof_lines, delivery_proofs;
DROP TABLE delivery_correction_lines, delivery_corrections;
DROP FUNCTION guard_delivery_correction();
ALTER TABLE delivery_note_lines DROP CONSTRAINT delivery_note_lines_not_over, DROP CONSTRAINT delivery_note_lines_corrected,
    DROP COLUMN corrected_quantity, DROP COLUMN corrected_amount,
    ADD CONSTRAINT delivery_note_lines_not_over CHECK (invoiced_quantity <= quantity);
DROP INDEX delivery_notes_register, delivery_notes_unreported;
ALTER TABLE delivery_notes DROP COLUMN report_due_at, DROP COLUMN reported_at, DROP COLUMN reported_by, DROP COLUMN late_at;
