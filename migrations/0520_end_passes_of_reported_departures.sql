-- +goose Up

-- SHP-09: what the warehouse reported as left has used its pass. The trigger tells the phones.
UPDATE gate_passes p SET state = 'used', used_at = d.left_at, used_by = d.reported_by, version = p.version + 1
    FROM delivery_notes d WHERE d.id = p.delivery_note_id AND d.state = 'left' AND p.state = 'valid';

-- A phone that turned back a good pass didn't use it: the truck may leave afterwards.
DROP INDEX gate_checks_once;
CREATE UNIQUE INDEX gate_checks_once ON gate_checks (gate_pass_id)
    WHERE outcome = 'passed' AND device_decision IS DISTINCT FROM 'turned_back';

-- SHP-16: a phone can't know that a lot failed after it was loaded.
ALTER TABLE gate_conflicts DROP CONSTRAINT gate_conflicts_kind_check,
    ADD CONSTRAINT gate_conflicts_kind_check CHECK (kind IN ('second_use', 'cancelled', 'expired', 'forged', 'unknown_pass', 'other_vehicle',
        'other_goods', 'failed_lot', 'turned_back', 'clock_skew', 'sequence_reused'));

-- +goose Down
-- A phone's view of a failed lot is, without that kind, one of other goods than may leave. The conflicts keep their texts.
UPDATE gate_conflicts SET kind = 'other_goods' WHERE kind = 'failed_lot';
ALTER TABLE gate_conflicts DROP CONSTRAINT gate_conflicts_kind_check,
    ADD CONSTRAINT gate_conflicts_kind_check CHECK (kind IN ('second_use', 'cancelled', 'expired', 'forged', 'unknown_pass', 'other_vehicle',
        'other_goods', 'turned_back', 'clock_skew', 'sequence_reused'));
DROP INDEX gate_checks_once;
CREATE UNIQUE INDEX gate_checks_once ON gate_checks (gate_pass_id) WHERE outcome = 'passed';
