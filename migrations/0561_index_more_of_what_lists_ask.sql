-- +goose Up
-- The rest of what lists may be narrowed by, found by asking each of them with each of its filters.
CREATE INDEX delivery_notes_state ON delivery_notes (state, id DESC);
CREATE INDEX delivery_notes_vehicle ON delivery_notes (vehicle, shipped_on DESC, id DESC);
CREATE INDEX delivery_notes_carrier ON delivery_notes (carrier, shipped_on DESC, id DESC);
CREATE INDEX disputed_items_of_invoice ON disputed_items (invoice_id, id DESC);
CREATE INDEX disputed_items_reason ON disputed_items (reason, id DESC);
CREATE INDEX payment_promises_due ON payment_promises (pay_by, id DESC);
CREATE INDEX shipping_notices_flow ON shipping_notices (flow, id DESC);
CREATE INDEX shipping_notices_day ON shipping_notices (ship_date, id DESC);
CREATE INDEX shipping_notice_lines_product ON shipping_notice_lines (product_id, notice_id);
CREATE INDEX statements_state ON statements (state, id DESC);
CREATE INDEX transport_notices_vehicle ON transport_notices (vehicle_key, id DESC);
CREATE INDEX transport_notices_pickup ON transport_notices (pickup_on, id DESC);

-- +goose Down
DROP INDEX delivery_notes_state, delivery_notes_vehicle, delivery_notes_carrier, disputed_items_of_invoice, disputed_items_reason, payment_promises_due,
	shipping_notices_flow, shipping_notices_day, shipping_notice_lines_product, statements_state, transport_notices_vehicle, transport_notices_pickup;
