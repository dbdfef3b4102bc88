package stock

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// Part is a quantity of a notice's line.
type Part struct {
	NoticeLineID uuid.UUID
	Quantity     decimal.Decimal
}

// source is a place that goods of a delivery note came from, with what of them is out still and what lies there free.
type source struct {
	NoticeID     uuid.UUID
	NoticeLineID uuid.UUID
	ProductID    uuid.UUID
	LotID        uuid.UUID
	LotNo        string
	WarehouseID  uuid.UUID
	Taken        decimal.Decimal
	Free         decimal.Decimal
}

// Correct books by how much a delivery note was wrong, by notice line, below 0 less left than it says (SHP-14): what didn't leave is on hand again
// where it was taken from; what left beyond the note is taken from the same lots, as far as something is free there. What those don't have,
// and what left without a lot, the next count finds. LockShipped was called before. Two statements.
func (s *Service) Correct(tx pg.Tx, noticeID, deliveryNoteID uuid.UUID, number string, deltas []Part) error {
	sources, err := sourcesOf(tx, noticeID, deliveryNoteID, number)
	if err != nil {
		return err
	}
	free := map[Place]decimal.Decimal{}
	for _, from := range sources {
		free[Place{from.LotID, from.WarehouseID}] = from.Free
	}
	var moves []Movement
	for _, d := range deltas {
		rest := d.Quantity.Abs()
		for _, from := range sources {
			at := Place{from.LotID, from.WarehouseID}
			quantity := least(rest, from.Taken)
			if d.Quantity.IsPos() {
				quantity = least(rest, free[at])
			}
			if from.NoticeLineID != d.NoticeLineID || !quantity.IsPos() {
				continue
			}
			m := Movement{
				Kind: Adjustment, ProductID: from.ProductID, LotID: from.LotID, WarehouseID: from.WarehouseID, Quantity: quantity,
				Reason: "SHP-14: what really left with " + number, DocumentNo: number, NoticeID: &from.NoticeID, NoticeLineID: &from.NoticeLineID,
			}
			m.Effect(d.Quantity.Neg().Sign(), false)
			free[at], rest = add(free[at], m.OnHand), sub(rest, quantity)
			moves = append(moves, m)
		}
	}
	return Post(tx, moves)
}

// TakeBack books goods of a delivery note that came back from the customer: each lot that they left from comes in as a lot of its own, under the
// number of the return, where it had left; it is free when it has passed an inspection (CMP-08). What left without a lot comes in without one. It
// makes its lots and levels and waits for nobody.
func (s *Service) TakeBack(tx pg.Tx, noticeID, deliveryNoteID uuid.UUID, note, number string, parts []Part) error {
	sources, err := sourcesOf(tx, noticeID, deliveryNoteID, note)
	if err != nil {
		return err
	}
	var lots []Lot
	var moves []Movement
	var places []Place
	for _, p := range parts {
		rest := p.Quantity
		for _, from := range sources {
			quantity := least(rest, from.Taken)
			if from.NoticeLineID != p.NoticeLineID || !quantity.IsPos() {
				continue
			}
			lot := Lot{
				ID: uuid.Must(uuid.NewV7()), ProductID: from.ProductID, LotNo: fmt.Sprintf("%s-%d", number, len(lots)+1), ReceivedOn: clock.Today(tx.Now),
				Inspection: Pending, Returned: true, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
			}
			if err := pg.ScanRow(tx, []any{&lot.ProducedOn, &lot.ExpiresOn}, "SELECT produced_on, expires_on FROM stock_lots WHERE id = ?", from.LotID); err != nil {
				return err
			}
			m := Movement{
				Kind: Return, ProductID: lot.ProductID, LotID: lot.ID, WarehouseID: from.WarehouseID, Quantity: quantity,
				Reason: fmt.Sprintf("came back of lot %s, delivery note %s", from.LotNo, note), DocumentNo: number, NoticeID: &from.NoticeID, NoticeLineID: &from.NoticeLineID,
			}
			m.Effect(1, false)
			lots, moves, places, rest = append(lots, lot), append(moves, m), append(places, m.Place()), sub(rest, quantity)
		}
	}
	if len(lots) == 0 {
		return nil
	}
	if err := insertLots(tx, lots); err != nil {
		return err
	}
	if _, err := openLevels(tx, places); err != nil {
		return err
	}
	return Post(tx, moves)
}

// sourcesOf reads where the goods of a delivery note came from, corrections counted, the last first.
func sourcesOf(tx pg.Tx, noticeID, deliveryNoteID uuid.UUID, number string) ([]source, error) {
	var rows []source
	err := tx.Raw(`SELECT m.notice_id, m.notice_line_id, m.product_id, m.lot_id, l.lot_no, m.warehouse_id, - sum(m.on_hand) AS taken, v.on_hand - v.reserved AS free
		FROM stock_movements m JOIN stock_levels v ON v.lot_id = m.lot_id AND v.warehouse_id = m.warehouse_id JOIN stock_lots l ON l.id = m.lot_id
		WHERE m.notice_id = ? AND (m.delivery_note_id = ? OR m.kind = 'adjustment' AND m.document_no = ?)
		GROUP BY 1, 2, 3, 4, 5, 6, v.on_hand, v.reserved ORDER BY max(m.id::text) DESC`, noticeID, deliveryNoteID, number).Scan(&rows).Error
	return rows, err
}
