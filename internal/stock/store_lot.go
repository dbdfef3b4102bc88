package stock

import (
	"bytes"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func warehousesByCode(tx pg.Tx, codes []string) (map[string]Warehouse, error) {
	var rows []Warehouse
	err := tx.Where("code = ANY (?::text[])", pg.TextArray(codes)).Find(&rows).Error
	byCode := make(map[string]Warehouse, len(rows))
	for _, w := range rows {
		byCode[w.Code] = w
	}
	return byCode, err
}

// lockLot locks a lot, and then what of it lies anywhere. Returns errs.ErrNotFound.
func lockLot(tx pg.Tx, id uuid.UUID) (Lot, error) {
	lot, err := pg.TakeForUpdate[Lot](tx, "id = ?", id)
	if err != nil {
		return Lot{}, err
	}
	_, err = pg.Exec(tx, "SELECT 1 FROM stock_levels WHERE lot_id = ? ORDER BY warehouse_id FOR NO KEY UPDATE", id)
	return lot, err
}

// insertLots makes lots, but for those that somebody has made meanwhile.
func insertLots(tx pg.Tx, lots []Lot) error {
	if len(lots) == 0 {
		return nil
	}
	slices.SortFunc(lots, func(a, b Lot) int { // two batches with the same lots wait for each other in one order
		if c := bytes.Compare(a.ProductID[:], b.ProductID[:]); c != 0 {
			return c
		}
		return strings.Compare(a.LotNo, b.LotNo)
	})
	args := make([]any, 0, 12*len(lots))
	for _, l := range lots {
		args = append(args, l.ID, l.ProductID, l.LotNo, l.ProducedOn, l.ExpiresOn, l.ReceivedOn, l.Inspection, l.Returned, l.OriginLotID, l.CreatedAt, l.UpdatedAt, l.Version)
	}
	return tx.Exec(`INSERT INTO stock_lots (id, product_id, lot_no, produced_on, expires_on, received_on, inspection, returned, origin_lot_id, created_at, updated_at, version)
		VALUES `+strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", len(lots))[2:]+` ON CONFLICT ON CONSTRAINT stock_lots_number DO NOTHING`, args...).Error
}

// lockLots locks lots in id order; those that nobody knows aren't in the map.
func lockLots(tx pg.Tx, keys []lotKey) (map[lotKey]*Lot, error) {
	products, numbers := make([]uuid.UUID, len(keys)), make(pg.TextArray, len(keys))
	for i, k := range keys {
		products[i], numbers[i] = k.product, k.no
	}
	var rows []Lot
	err := tx.Raw(`SELECT * FROM stock_lots WHERE (product_id, lot_no) IN (SELECT * FROM unnest(?::uuid[], ?::text[])) ORDER BY id FOR NO KEY UPDATE`,
		pg.IDs(products), numbers).Scan(&rows).Error
	lots := make(map[lotKey]*Lot, len(rows))
	for i := range rows {
		lots[lotKey{rows[i].ProductID, rows[i].LotNo}] = &rows[i]
	}
	return lots, err
}

// openLevels makes the levels that aren't there yet and locks all, in order of lot and warehouse. The lots are locked.
func openLevels(tx pg.Tx, places []Place) ([]Level, error) {
	lots, warehouses := columns(places)
	err := tx.Exec(`INSERT INTO stock_levels (lot_id, warehouse_id, product_id, inspection, expires_on, on_hand, reserved)
		SELECT DISTINCT l.id, k.warehouse, l.product_id, l.inspection, l.expires_on, 0, 0
		FROM unnest(?::uuid[], ?::uuid[]) AS k (lot, warehouse) JOIN stock_lots l ON l.id = k.lot ON CONFLICT DO NOTHING`, lots, warehouses).Error
	if err != nil {
		return nil, err
	}
	var rows []Level
	return rows, tx.Raw(`SELECT v.* FROM stock_levels v WHERE (v.lot_id, v.warehouse_id) IN (SELECT * FROM unnest(?::uuid[], ?::uuid[]))
		ORDER BY v.lot_id, v.warehouse_id FOR NO KEY UPDATE`, lots, warehouses).Scan(&rows).Error
}

// LockPlaces locks the levels of movements, in order.
func LockPlaces(tx pg.Tx, moves []Movement) error {
	places := make([]Place, len(moves))
	for i, m := range moves {
		places[i] = m.Place()
	}
	lots, warehouses := columns(places)
	_, err := pg.Exec(tx, `SELECT 1 FROM stock_levels v WHERE (v.lot_id, v.warehouse_id) IN (SELECT * FROM unnest(?::uuid[], ?::uuid[]))
		ORDER BY v.lot_id, v.warehouse_id FOR NO KEY UPDATE`, lots, warehouses)
	return err
}

func columns(places []Place) (lots, warehouses pg.TextArray) {
	for _, k := range places {
		lots, warehouses = append(lots, k.Lot.String()), append(warehouses, k.Warehouse.String())
	}
	return lots, warehouses
}

// holders are the numbers of the notices for which a level holds something.
func holders(tx pg.Tx, k Place) (numbers string, err error) {
	err = pg.ScanRow(tx, []any{&numbers}, `SELECT coalesce(string_agg(DISTINCT n.number, ', '), '') FROM stock_preparation_lines l
		JOIN shipping_notices n ON n.id = l.notice_id WHERE l.lot_id = ? AND l.warehouse_id = ? AND l.reserved > 0`, k.Lot, k.Warehouse)
	return numbers, err
}

// record leaves an event of each lot that moved.
func (l *ledger) record() error {
	by := map[uuid.UUID][]string{}
	var order []uuid.UUID
	for _, m := range l.moves {
		if by[m.LotID] == nil {
			order = append(order, m.LotID)
		}
		by[m.LotID] = append(by[m.LotID], string(m.Kind)+" "+m.OnHand.String())
	}
	entries := make([]audit.Entry, len(order))
	for i, lot := range order {
		entries[i] = audit.Entry{Action: "postStockMovements", SubjectType: SubjectLot, SubjectID: lot, After: map[string]any{"movements": by[lot]}}
	}
	return audit.RecordAll(l.tx, entries)
}

// reportColumns are a report (r) as it is read, with its lot (t) and product (p).
const reportColumns = `r.*, t.lot_no, t.product_id, p.code AS product_code, coalesce(t.report_id = r.id, false) AS decides`

const reportJoins = `JOIN stock_lots t ON t.id = r.lot_id JOIN products p ON p.id = t.product_id`

func readReport(tx pg.Tx, id uuid.UUID) (Report, error) {
	var rows []Report
	err := tx.Raw(`SELECT `+reportColumns+` FROM inspection_reports r `+reportJoins+` WHERE r.id = ?`, id).Scan(&rows).Error
	if err != nil {
		return Report{}, err
	}
	if len(rows) == 0 {
		return Report{}, errs.ErrNotFound
	}
	return rows[0], nil
}

// waitingFor returns the notices that wait with goods of a lot: held, or loaded and not yet let out.
func waitingFor(tx pg.Tx, lot uuid.UUID) ([]waiting, error) {
	var rows []waiting
	return rows, tx.Raw(`SELECT n.id AS notice_id, n.number, n.owner_id, bool_or(x.loaded) AS loaded,
			EXISTS (SELECT FROM stock_preparation_lines o JOIN stock_levels v ON v.lot_id = o.lot_id AND v.warehouse_id = o.warehouse_id
				WHERE o.notice_id = n.id AND o.reserved > 0 AND o.lot_id <> ? AND v.inspection = 'failed') AS others
		FROM (
			SELECT notice_id, false AS loaded FROM stock_preparation_lines WHERE lot_id = ? AND reserved > 0
			UNION ALL SELECT d.notice_id, true FROM stock_movements m JOIN delivery_notes d ON d.id = m.delivery_note_id
				WHERE m.lot_id = ? AND m.kind = 'shipment' AND d.state = 'issued'
		) x JOIN shipping_notices n ON n.id = x.notice_id GROUP BY n.id ORDER BY n.id`, lot, lot, lot).Scan(&rows).Error
}
