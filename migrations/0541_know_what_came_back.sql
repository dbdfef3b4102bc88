-- +goose Up

-- What came back or was corrected of a delivery note names it, and a lot that came back the lot that it had left from (CMP-08, SHP-14).
ALTER TABLE stock_lots ADD COLUMN origin_lot_id uuid REFERENCES stock_lots;
ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_shipped,
    ADD CONSTRAINT stock_movements_shipped CHECK (CASE WHEN delivery_note_id IS NULL THEN kind NOT IN ('shipment', 'unloading')
        ELSE kind IN ('shipment', 'unloading', 'return', 'adjustment') END);

ALTER TABLE stock_movements DISABLE TRIGGER stock_movements_append_only;
UPDATE stock_movements m SET delivery_note_id = g.delivery_note_id FROM goods_returns g
    WHERE m.kind = 'return' AND m.notice_id IS NOT NULL AND g.number = m.document_no;
UPDATE stock_movements m SET delivery_note_id = d.id FROM delivery_notes d
    WHERE m.kind = 'adjustment' AND m.notice_id = d.notice_id AND d.number = m.document_no;
ALTER TABLE stock_movements ENABLE TRIGGER stock_movements_append_only;
UPDATE stock_lots l SET origin_lot_id = o.id FROM stock_movements m
    JOIN delivery_notes d ON d.id = m.delivery_note_id
    JOIN stock_lots o ON o.product_id = m.product_id AND m.reason = 'came back of lot ' || o.lot_no || ', delivery note ' || d.number
    WHERE m.kind = 'return' AND m.lot_id = l.id;

-- +goose Down
ALTER TABLE stock_movements DISABLE TRIGGER stock_movements_append_only;
UPDATE stock_movements SET delivery_note_id = NULL WHERE kind IN ('return', 'adjustment') AND delivery_note_id IS NOT NULL;
ALTER TABLE stock_movements ENABLE TRIGGER stock_movements_append_only;
ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_shipped,
    ADD CONSTRAINT stock_movements_shipped CHECK ((kind IN ('shipment', 'unloading')) = (delivery_note_id IS NOT NULL));
ALTER TABLE stock_lots DROP COLUMN origin_lot_id;
