-- +goose Up
-- Stock by product, lot and warehouse (SHP-16). No prices: they aren't here.
CREATE TABLE warehouses (
    id         uuid PRIMARY KEY,
    code       text NOT NULL CONSTRAINT warehouses_code UNIQUE CHECK (length(code) BETWEEN 1 AND 20),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    active     boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version    bigint NOT NULL
);

CREATE TABLE stock_lots (
    id          uuid PRIMARY KEY,
    product_id  uuid NOT NULL CONSTRAINT stock_lots_product_fkey REFERENCES products,
    lot_no      text NOT NULL CHECK (length(lot_no) BETWEEN 1 AND 60),
    produced_on date,
    expires_on  date, -- the last date on which it may leave
    received_on date NOT NULL,
    inspection  text NOT NULL CHECK (inspection IN ('pending', 'passed', 'failed')), -- what its last report says
    report_id   uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    version     bigint NOT NULL,
    CONSTRAINT stock_lots_number UNIQUE (product_id, lot_no),
    CONSTRAINT stock_lots_of_product UNIQUE (id, product_id),
    CONSTRAINT stock_lots_dates CHECK (expires_on >= produced_on),
    CONSTRAINT stock_lots_reported CHECK ((inspection = 'pending') = (report_id IS NULL))
);
CREATE INDEX stock_lots_lot_no ON stock_lots (lot_no);
CREATE INDEX stock_lots_uninspected ON stock_lots (id) WHERE inspection <> 'passed';

-- What of a lot lies in a warehouse. inspection and expires_on are the lot's, so that who takes from it locks one row.
CREATE TABLE stock_levels (
    lot_id       uuid NOT NULL,
    warehouse_id uuid NOT NULL CONSTRAINT stock_levels_warehouse_fkey REFERENCES warehouses,
    product_id   uuid NOT NULL,
    inspection   text NOT NULL,
    expires_on   date,
    on_hand      numeric(18, 4) NOT NULL CONSTRAINT stock_levels_on_hand CHECK (on_hand >= 0),
    reserved     numeric(18, 4) NOT NULL CONSTRAINT stock_levels_not_negative CHECK (reserved >= 0),
    PRIMARY KEY (lot_id, warehouse_id),
    CONSTRAINT stock_levels_lot_fkey FOREIGN KEY (lot_id, product_id) REFERENCES stock_lots (id, product_id),
    CONSTRAINT stock_levels_reserved CHECK (reserved <= on_hand)
);
CREATE INDEX stock_levels_free ON stock_levels (product_id) WHERE on_hand > reserved;
CREATE INDEX stock_levels_here ON stock_levels (product_id, lot_id) WHERE on_hand > 0;
CREATE INDEX stock_levels_warehouse ON stock_levels (warehouse_id, lot_id) WHERE on_hand > 0;
CREATE INDEX stock_levels_expiring ON stock_levels (expires_on, lot_id) WHERE on_hand > 0;

-- +goose StatementBegin
CREATE FUNCTION tell_stock_levels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stock_levels SET inspection = NEW.inspection, expires_on = NEW.expires_on WHERE lot_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER stock_lots_tell_levels AFTER UPDATE OF inspection, expires_on ON stock_lots
    FOR EACH ROW WHEN (OLD.inspection <> NEW.inspection OR OLD.expires_on IS DISTINCT FROM NEW.expires_on) EXECUTE FUNCTION tell_stock_levels();

-- Quality inspection reports (质量检验报告): the last one of a lot decides, the others stay.
CREATE TABLE inspection_reports (
    id           uuid PRIMARY KEY,
    number       text NOT NULL CONSTRAINT inspection_reports_number UNIQUE,
    lot_id       uuid NOT NULL CONSTRAINT inspection_reports_lot_fkey REFERENCES stock_lots,
    result       text NOT NULL CHECK (result IN ('passed', 'failed')),
    figures      jsonb NOT NULL,
    inspector    text NOT NULL CHECK (length(inspector) <= 100),
    remarks      text NOT NULL CHECK (length(remarks) <= 1000),
    external_no  text NOT NULL CHECK (length(external_no) <= 60), -- its number in another system
    inspected_at timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    recorded_by  uuid,
    CONSTRAINT inspection_reports_past CHECK (inspected_at <= recorded_at)
);
CREATE INDEX inspection_reports_lot ON inspection_reports (lot_id, inspected_at DESC, id DESC);
CREATE UNIQUE INDEX inspection_reports_external ON inspection_reports (external_no) WHERE external_no <> '';
CREATE TRIGGER inspection_reports_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inspection_reports
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE stock_lots ADD CONSTRAINT stock_lots_report_fkey FOREIGN KEY (report_id) REFERENCES inspection_reports;

-- Preparation lists (备货通知单): what is laid out for a released notice. Whose it is, its notice says.
CREATE TABLE stock_preparations (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT stock_preparations_number UNIQUE,
    notice_id   uuid NOT NULL REFERENCES shipping_notices,
    remarks     text NOT NULL CHECK (length(remarks) <= 1000),
    prepared_at timestamptz NOT NULL,
    prepared_by uuid,
    picked_at   timestamptz,
    picked_by   uuid,
    ended_at    timestamptz, -- given back before all of it left
    ended_by    uuid,
    end_reason  text NOT NULL CHECK (length(end_reason) <= 1000),
    version     bigint NOT NULL,
    CONSTRAINT stock_preparations_ended CHECK ((ended_at IS NULL) = (end_reason = ''))
);
CREATE INDEX stock_preparations_notice ON stock_preparations (notice_id, id);

CREATE TABLE stock_preparation_lines (
    id             uuid PRIMARY KEY,
    preparation_id uuid NOT NULL REFERENCES stock_preparations,
    notice_id      uuid NOT NULL,
    notice_line_id uuid NOT NULL,
    position_no    int NOT NULL CHECK (position_no > 0),
    product_id     uuid NOT NULL,
    lot_id         uuid NOT NULL,
    warehouse_id   uuid NOT NULL,
    quantity       numeric(18, 4) NOT NULL CHECK (quantity > 0),
    reserved       numeric(18, 4) NOT NULL, -- of it is held still
    CONSTRAINT stock_preparation_lines_reserved CHECK (reserved BETWEEN 0 AND quantity),
    CONSTRAINT stock_preparation_lines_level_fkey FOREIGN KEY (lot_id, warehouse_id) REFERENCES stock_levels,
    CONSTRAINT stock_preparation_lines_lot_fkey FOREIGN KEY (lot_id, product_id) REFERENCES stock_lots (id, product_id)
);
CREATE INDEX stock_preparation_lines_preparation ON stock_preparation_lines (preparation_id, position_no);
CREATE INDEX stock_preparation_lines_held ON stock_preparation_lines (notice_id) WHERE reserved > 0;
CREATE INDEX stock_preparation_lines_held_of_lot ON stock_preparation_lines (lot_id, warehouse_id) WHERE reserved > 0;

-- Every change of a level. on_hand and reserved are what it changed them by.
CREATE TABLE stock_movements (
    id                  uuid PRIMARY KEY,
    kind                text NOT NULL CHECK (kind IN ('receipt', 'reservation', 'unreservation', 'pick', 'shipment', 'unloading', 'return',
                            'transfer', 'adjustment')),
    product_id          uuid NOT NULL,
    lot_id              uuid NOT NULL,
    warehouse_id        uuid NOT NULL,
    quantity            numeric(18, 4) NOT NULL CHECK (quantity > 0),
    on_hand             numeric(18, 4) NOT NULL,
    reserved            numeric(18, 4) NOT NULL,
    reason              text NOT NULL CHECK (length(reason) <= 500),
    document_no         text NOT NULL CHECK (length(document_no) <= 60),
    external_no         text NOT NULL CHECK (length(external_no) <= 60), -- its number in another system
    notice_id           uuid,
    notice_line_id      uuid,
    delivery_note_id    uuid,
    preparation_line_id uuid REFERENCES stock_preparation_lines,
    moved_on            date NOT NULL,
    recorded_at         timestamptz NOT NULL,
    recorded_by         uuid,
    CONSTRAINT stock_movements_effect CHECK (CASE kind
        WHEN 'receipt' THEN on_hand = quantity AND reserved = 0
        WHEN 'return' THEN on_hand = quantity AND reserved = 0
        WHEN 'reservation' THEN on_hand = 0 AND reserved = quantity
        WHEN 'unreservation' THEN on_hand = 0 AND reserved = - quantity
        WHEN 'pick' THEN on_hand = 0 AND reserved = 0
        WHEN 'shipment' THEN on_hand = - quantity AND reserved IN (0, - quantity)
        WHEN 'unloading' THEN on_hand = quantity AND reserved IN (0, quantity)
        ELSE abs(on_hand) = quantity AND reserved = 0 END),
    CONSTRAINT stock_movements_reserved CHECK (reserved = 0 OR preparation_line_id IS NOT NULL),
    CONSTRAINT stock_movements_shipped CHECK ((kind IN ('shipment', 'unloading')) = (delivery_note_id IS NOT NULL)),
    CONSTRAINT stock_movements_reason CHECK (kind <> 'adjustment' OR reason <> ''),
    CONSTRAINT stock_movements_level_fkey FOREIGN KEY (lot_id, warehouse_id) REFERENCES stock_levels,
    CONSTRAINT stock_movements_lot_fkey FOREIGN KEY (lot_id, product_id) REFERENCES stock_lots (id, product_id)
);
CREATE INDEX stock_movements_lot ON stock_movements (lot_id, id);
CREATE INDEX stock_movements_product ON stock_movements (product_id, id);
CREATE INDEX stock_movements_warehouse ON stock_movements (warehouse_id, id);
CREATE INDEX stock_movements_delivery_note ON stock_movements (delivery_note_id) WHERE delivery_note_id IS NOT NULL;
CREATE INDEX stock_movements_notice ON stock_movements (notice_id, id) WHERE notice_id IS NOT NULL;
CREATE UNIQUE INDEX stock_movements_external ON stock_movements (external_no) WHERE external_no <> '';
CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('shipping.inspection_required', 'bool', '', NULL, NULL, 1),
    ('stock.first_expiry_first',     'bool', '', NULL, NULL, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, 'true', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('shipping.inspection_required'), ('stock.first_expiry_first')) AS d (name);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('shipping.inspection_required', 'stock.first_expiry_first');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('shipping.inspection_required', 'stock.first_expiry_first');
DROP TABLE stock_movements, stock_preparation_lines, stock_preparations;
ALTER TABLE stock_lots DROP CONSTRAINT stock_lots_report_fkey;
DROP TABLE inspection_reports, stock_levels, stock_lots, warehouses;
DROP FUNCTION tell_stock_levels();
