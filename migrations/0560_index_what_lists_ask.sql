-- +goose Up
-- What lists of goods and money may be narrowed by and had no index: a question about what is rare, or isn't there, read the whole table.
CREATE INDEX acceptance_bills_by_number ON acceptance_bills (number, id DESC);
CREATE INDEX carrier_settlements_carrier ON carrier_settlements (carrier_id, id DESC);
CREATE INDEX carrier_settlements_state ON carrier_settlements (state, id DESC);
CREATE INDEX delivery_corrections_cause ON delivery_corrections (cause, id DESC);
CREATE INDEX freight_vouchers_note ON freight_vouchers (delivery_note_id, id DESC);
CREATE INDEX freight_vouchers_shipped ON freight_vouchers (shipped_on, id DESC);
CREATE INDEX freight_vouchers_unpriced ON freight_vouchers (id DESC) WHERE rate_id IS NULL AND adjusted = 0;
CREATE INDEX gate_checks_outcome ON gate_checks (outcome, id DESC);
CREATE INDEX gate_conflicts_kind ON gate_conflicts (kind, id DESC);
CREATE INDEX inspection_reports_result ON inspection_reports (result, id DESC);
CREATE INDEX invoices_kind ON invoices (kind, id DESC);
CREATE INDEX rep_figures_state ON rep_figures (state, month DESC, rep_id DESC, revision DESC);
CREATE INDEX stock_levels_inspection ON stock_levels (inspection, lot_id, warehouse_id) WHERE on_hand > 0;
CREATE INDEX stock_lots_inspection ON stock_lots (inspection, id DESC);
CREATE INDEX stock_preparation_lines_lot ON stock_preparation_lines (lot_id, preparation_id);
CREATE INDEX stock_preparation_lines_warehouse ON stock_preparation_lines (warehouse_id, preparation_id);
CREATE INDEX stock_preparation_lines_holding ON stock_preparation_lines (preparation_id) WHERE reserved > 0;

-- +goose Down
DROP INDEX acceptance_bills_by_number, carrier_settlements_carrier, carrier_settlements_state, delivery_corrections_cause, freight_vouchers_note,
	freight_vouchers_shipped, freight_vouchers_unpriced, gate_checks_outcome, gate_conflicts_kind, inspection_reports_result, invoices_kind, rep_figures_state,
	stock_levels_inspection, stock_lots_inspection, stock_preparation_lines_lot, stock_preparation_lines_warehouse, stock_preparation_lines_holding;
