-- +goose Up

-- A confirmed statement clears what is on it, from its first date through its last, and nothing earlier (D2.10). The first statement of a chain
-- clears what its opening holds, too: no other one ever would.
ALTER TABLE statement_clearances ADD COLUMN starts_on date;
UPDATE statement_clearances c SET starts_on = coalesce((SELECT CASE WHEN v.kind = 'monthly' AND v.previous_id IS NULL THEN '0001-01-01' ELSE v.starts_on END
    FROM statements v WHERE v.id = c.source_id), c.through);
ALTER TABLE statement_clearances ALTER COLUMN starts_on SET NOT NULL, ADD CONSTRAINT statement_clearances_range CHECK (starts_on <= through),
    DROP CONSTRAINT statement_clearances_pkey, ADD PRIMARY KEY (customer_id, starts_on, through);

-- What nobody has invoiced is invoiced by a job every day: cash that wasn't brought back is a receivable then, due at once (SHP-11).
ALTER TABLE invoice_runs ADD COLUMN cash_through date, ADD COLUMN daily boolean NOT NULL DEFAULT false;
UPDATE invoice_runs SET cash_through = through;
ALTER TABLE invoice_runs ALTER COLUMN cash_through SET NOT NULL;
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('invoicing.cash_days', 'int', 'day', 1, 365, 1), ('invoicing.at_once_days', 'int', 'day', 1, 365, 1), ('shipping.unpaid_hours', 'int', 'hour', 1, 200, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('invoicing.cash_days', '1'), ('invoicing.at_once_days', '1'), ('shipping.unpaid_hours', '8')) AS d (name, value);

-- What is free of charge is never invoiced, and waits for nothing.
DROP INDEX delivery_note_lines_to_invoice, delivery_note_lines_open;
CREATE INDEX delivery_note_lines_to_invoice ON delivery_note_lines (delivery_note_id)
    WHERE invoiced_quantity + returned_quantity < quantity + corrected_quantity AND invoiced_amount + returned_amount < amount + corrected_amount;

-- +goose Down
DROP INDEX delivery_note_lines_to_invoice;
CREATE INDEX delivery_note_lines_to_invoice ON delivery_note_lines (delivery_note_id) WHERE invoiced_quantity + returned_quantity < quantity + corrected_quantity;
CREATE INDEX delivery_note_lines_open ON delivery_note_lines (delivery_note_id) WHERE invoiced_quantity < quantity;
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('invoicing.cash_days', 'invoicing.at_once_days', 'shipping.unpaid_hours');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('invoicing.cash_days', 'invoicing.at_once_days', 'shipping.unpaid_hours');
ALTER TABLE invoice_runs DROP COLUMN cash_through, DROP COLUMN daily;
ALTER TABLE statement_clearances DROP CONSTRAINT statement_clearances_pkey;
DELETE FROM statement_clearances c WHERE EXISTS (SELECT FROM statement_clearances o WHERE o.customer_id = c.customer_id AND o.through = c.through AND o.starts_on < c.starts_on);
ALTER TABLE statement_clearances DROP COLUMN starts_on, ADD PRIMARY KEY (customer_id, through);
