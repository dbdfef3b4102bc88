package preparation

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// lockLevels locks and reads what may serve lines of a notice, in order of lot and warehouse: what is held for the notice, and of the
// products of which lines ask more than is held for them, what is free. One statement. What somebody else took while it waited is off.
func lockLevels(tx pg.Tx, noticeID uuid.UUID, lines []Line) ([]*level, error) {
	type ask struct {
		LineID    uuid.UUID       `json:"line_id"`
		ProductID uuid.UUID       `json:"product_id"`
		Quantity  decimal.Decimal `json:"quantity"`
	}
	asked := make([]ask, len(lines))
	for i, l := range lines {
		asked[i] = ask{l.NoticeLineID, l.ProductID, l.Quantity}
	}
	b, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	var levels []*level
	var l level
	var held *string
	err = pg.ScanRows(tx, []any{
		&l.LotID, &l.WarehouseID, &l.ProductID, &l.LotNo, &l.WarehouseCode, &l.Open, &l.Inspection, &l.ExpiresOn, &l.ReceivedOn, &l.Returned,
		&l.OnHand, &l.Reserved, &held,
	}, func() error {
		one := l
		if held != nil {
			if err := json.Unmarshal([]byte(*held), &one.held); err != nil {
				return err
			}
		}
		levels = append(levels, &one)
		return nil
	}, `WITH asked AS (
			SELECT line_id, product_id, sum(quantity) AS quantity
			FROM json_to_recordset(?::json) AS a (line_id uuid, product_id uuid, quantity numeric(18, 4)) GROUP BY 1, 2
		), held AS (
			SELECT id, notice_line_id, lot_id, warehouse_id, reserved FROM stock_preparation_lines WHERE notice_id = ? AND reserved > 0
		), short AS (
			SELECT DISTINCT product_id FROM asked a
			WHERE a.quantity > coalesce((SELECT sum(h.reserved) FROM held h WHERE h.notice_line_id = a.line_id), 0)
		), mine AS (
			SELECT lot_id, warehouse_id, json_agg(json_build_object('id', id, 'notice_line_id', notice_line_id, 'reserved', reserved::text)
				ORDER BY id)::text AS held FROM held GROUP BY 1, 2
		), free AS (
			SELECT v.lot_id, v.warehouse_id FROM short s JOIN stock_levels v ON v.product_id = s.product_id WHERE v.on_hand > v.reserved
		), chosen AS MATERIALIZED (
			SELECT lot_id, warehouse_id, m.held FROM mine m FULL JOIN free f USING (lot_id, warehouse_id)
		)
		SELECT v.lot_id, v.warehouse_id, v.product_id, l.lot_no, w.code, w.active, v.inspection, v.expires_on, l.received_on, l.returned,
			v.on_hand, v.reserved, c.held
		FROM chosen c JOIN stock_levels v ON v.lot_id = c.lot_id AND v.warehouse_id = c.warehouse_id
			CROSS JOIN LATERAL (SELECT lot_no, received_on, returned FROM stock_lots WHERE id = c.lot_id OFFSET 0) l -- by index, however many it expects
			JOIN warehouses w ON w.id = v.warehouse_id
		ORDER BY v.lot_id, v.warehouse_id FOR NO KEY UPDATE OF v`, string(b), noticeID)
	return levels, err
}

// knowNamed refuses lots that the keeper names for a line and that are of another product.
func knowNamed(tx pg.Tx, wishes []Wish) error {
	var ids []uuid.UUID
	for _, w := range wishes {
		for _, n := range w.Lots {
			ids = append(ids, n.LotID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var lots []stock.Lot
	if err := tx.Where("id = ANY (?::uuid[])", pg.IDs(ids)).Find(&lots).Error; err != nil {
		return err
	}
	of := map[uuid.UUID]stock.Lot{}
	for _, l := range lots {
		of[l.ID] = l
	}
	for _, w := range wishes {
		for _, n := range w.Lots {
			if l, ok := of[n.LotID]; ok && l.ProductID != w.ProductID {
				return stock.ErrOtherProduct.With("lot", l.LotNo).At(w.Pointer + "/lots")
			}
		}
	}
	return nil
}

// shippedMovement is what left with a delivery note; Ended says that its preparation list has ended since.
type shippedMovement struct {
	stock.Movement `gorm:"embedded"`
	Ended          bool
}

// lockShipped reads what left with a delivery note, with its levels locked, in one statement.
func lockShipped(tx pg.Tx, deliveryNoteID uuid.UUID) ([]shippedMovement, error) {
	var rows []shippedMovement
	err := tx.Raw(`SELECT m.*, EXISTS (SELECT FROM stock_preparation_lines l JOIN stock_preparations p ON p.id = l.preparation_id
				WHERE l.id = m.preparation_line_id AND p.ended_at IS NOT NULL) AS ended
		FROM stock_movements m JOIN stock_levels v ON v.lot_id = m.lot_id AND v.warehouse_id = m.warehouse_id
		WHERE m.delivery_note_id = ? AND m.kind = 'shipment' ORDER BY v.lot_id, v.warehouse_id, m.id FOR NO KEY UPDATE OF v`, deliveryNoteID).Scan(&rows).Error
	for i := range rows {
		rows[i].MovedOn = time.Time{}
	}
	return rows, err
}

// TakenOf returns which lots left with delivery notes, by note. Notes that were unloaded have none. One statement.
func (s *Service) TakenOf(tx pg.Tx, deliveryNoteIDs ...uuid.UUID) (map[uuid.UUID][]Taken, error) {
	of := map[uuid.UUID][]Taken{}
	var rows []struct {
		DeliveryNoteID uuid.UUID
		Taken          `gorm:"embedded"`
	}
	err := tx.Raw(`SELECT m.delivery_note_id, m.notice_line_id, m.lot_id, l.lot_no, m.warehouse_id, w.code AS warehouse_code, - sum(m.on_hand) AS quantity
		FROM stock_movements m JOIN stock_lots l ON l.id = m.lot_id JOIN warehouses w ON w.id = m.warehouse_id
		WHERE m.delivery_note_id = ANY (?::uuid[]) AND m.kind IN ('shipment', 'unloading') GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(m.on_hand) <> 0 ORDER BY 1, 2, l.lot_no, w.code`,
		pg.IDs(deliveryNoteIDs)).Scan(&rows).Error
	for _, r := range rows {
		of[r.DeliveryNoteID] = append(of[r.DeliveryNoteID], r.Taken)
	}
	return of, err
}

// MayLeave refuses to let out what is loaded of a lot that failed its inspection meanwhile: ErrLoaded (SHP-16). One statement.
func (s *Service) MayLeave(tx pg.Tx, deliveryNoteID uuid.UUID) error {
	var lot string
	err := pg.ScanRow(tx, []any{&lot}, `SELECT l.lot_no FROM stock_movements m JOIN stock_lots l ON l.id = m.lot_id
		WHERE m.delivery_note_id = ? AND m.kind = 'shipment' AND l.inspection = 'failed' ORDER BY l.lot_no LIMIT 1`, deliveryNoteID)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return ErrLoaded.With("lot", lot)
}

// insertPreparation writes a list with its lines, which hold nothing yet.
func insertPreparation(tx pg.Tx, p List) error {
	if err := pg.Insert(tx, &p); err != nil {
		return err
	}
	return pg.Insert(tx, &p.Lines)
}

// endPreparations ends the lists of a notice that hold something, or one of them. Before what they hold is given back.
func endPreparations(tx pg.Tx, noticeID uuid.UUID, only *uuid.UUID, reason string) error {
	_, err := pg.Exec(tx, `UPDATE stock_preparations p SET ended_at = ?, ended_by = ?, end_reason = ?, version = version + 1
		WHERE p.notice_id = ? AND p.ended_at IS NULL AND (p.id = ?::uuid OR ?::uuid IS NULL)
			AND EXISTS (SELECT FROM stock_preparation_lines l WHERE l.preparation_id = p.id AND l.reserved > 0)`,
		tx.Now, tx.By.Actor(), reason, noticeID, only, only)
	return err
}

// preparationColumns are a list (p) as it is read: with its notice (n), and the state that follows from what it holds.
const preparationColumns = `p.*, CASE WHEN p.ended_at IS NOT NULL THEN 'ended'
		WHEN NOT EXISTS (SELECT FROM stock_preparation_lines h WHERE h.preparation_id = p.id AND h.reserved > 0) THEN 'done'
		WHEN p.picked_at IS NOT NULL THEN 'picked' ELSE 'open' END AS state,
	n.number AS notice_number, c.name AS customer_name, n.owner_id, n.ship_date, n.vehicle, n.carrier`

const preparationJoins = `JOIN shipping_notices n ON n.id = p.notice_id JOIN customers c ON c.id = n.customer_id`

func readPreparation(tx pg.Tx, id uuid.UUID) (List, error) {
	var rows []List
	err := tx.Raw(`SELECT `+preparationColumns+` FROM stock_preparations p `+preparationJoins+` WHERE p.id = ?`, id).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return List{}, err
	}
	p := rows[0]
	return p, tx.Raw(`SELECT l.*, p.code AS product_code, p.name AS product_name, p.unit, t.lot_no, t.expires_on, t.inspection,
			w.code AS warehouse_code, w.name AS warehouse_name
		FROM stock_preparation_lines l JOIN products p ON p.id = l.product_id JOIN stock_lots t ON t.id = l.lot_id
			JOIN warehouses w ON w.id = l.warehouse_id
		WHERE l.preparation_id = ? ORDER BY l.position_no`, id).Scan(&p.Lines).Error
}
