package stock

import (
	"fmt"
	"time"

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
	ProducedOn   *time.Time
	ExpiresOn    *time.Time
	WarehouseID  uuid.UUID
	Taken        decimal.Decimal
	Free         decimal.Decimal
}

// Correct books by how much a delivery note was wrong, by notice line, below 0 less left than it says (SHP-14): what didn't leave is on hand again
// where it was taken from; what left beyond the note is taken from the same lots, as far as something is free there. What those don't have,
// and what left without a lot, the next count finds. LockShipped was called before. Two statements.
func (s *Service) Correct(tx pg.Tx, noticeID, deliveryNoteID uuid.UUID, number string, deltas []Part) error {
	sources, err := sourcesOf(tx, noticeID, deliveryNoteID)
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
		for i := range sources {
			from := &sources[i]
			at := Place{from.LotID, from.WarehouseID}
			quantity := least(rest, from.Taken)
			if d.Quantity.IsPos() {
				quantity = least(rest, free[at])
			}
			if from.NoticeLineID != d.NoticeLineID || !quantity.IsPos() {
				continue
			}
			m := from.movement(Adjustment, deliveryNoteID, quantity)
			m.Reason, m.DocumentNo = "SHP-14: what really left with "+number, number
			m.Effect(d.Quantity.Neg().Sign(), false)
			free[at], from.Taken, rest = add(free[at], m.OnHand), sub(from.Taken, m.OnHand), sub(rest, quantity)
			moves = append(moves, m)
		}
	}
	return Post(tx, moves)
}

// movement is one of goods of a delivery note that came from there.
func (f *source) movement(kind Kind, deliveryNoteID uuid.UUID, quantity decimal.Decimal) Movement {
	return Movement{
		Kind: kind, ProductID: f.ProductID, LotID: f.LotID, WarehouseID: f.WarehouseID, Quantity: quantity,
		NoticeID: &f.NoticeID, NoticeLineID: &f.NoticeLineID, DeliveryNoteID: &deliveryNoteID,
	}
}

// TakeBack books goods of a delivery note that came back from the customer: each lot that they left from comes in as a lot of its own, under the
// number of the return, where it had left, and never more of it than is out still; it is free when it has passed an inspection (CMP-08). What left
// without a lot comes in without one. It makes its lots and levels and waits for nobody.
func (s *Service) TakeBack(tx pg.Tx, noticeID, deliveryNoteID uuid.UUID, note, number string, parts []Part) error {
	sources, err := sourcesOf(tx, noticeID, deliveryNoteID)
	if err != nil {
		return err
	}
	var lots []Lot
	var moves []Movement
	var places []Place
	for _, p := range parts {
		rest := p.Quantity
		for i := range sources {
			from := &sources[i]
			quantity := least(rest, from.Taken)
			if from.NoticeLineID != p.NoticeLineID || !quantity.IsPos() {
				continue
			}
			lot := from.cameBack(tx, fmt.Sprintf("%s-%d", number, len(lots)+1))
			m := from.movement(Return, deliveryNoteID, quantity)
			m.LotID, m.Reason, m.DocumentNo = lot.ID, fmt.Sprintf("came back of lot %s, delivery note %s", from.LotNo, note), number
			m.Effect(1, false)
			from.Taken, rest = sub(from.Taken, quantity), sub(rest, quantity)
			lots, moves, places = append(lots, lot), append(moves, m), append(places, m.Place())
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

// cameBack is the lot of what came back of one.
func (f *source) cameBack(tx pg.Tx, number string) Lot {
	return Lot{
		ID: uuid.Must(uuid.NewV7()), ProductID: f.ProductID, LotNo: number, ProducedOn: f.ProducedOn, ExpiresOn: f.ExpiresOn, ReceivedOn: clock.Today(tx.Now),
		Inspection: Pending, Returned: true, OriginLotID: &f.LotID, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
}

// sourcesOf reads where the goods of a delivery note came from, the last first: what was unloaded, corrected and came back is off what was taken.
func sourcesOf(tx pg.Tx, noticeID, deliveryNoteID uuid.UUID) ([]source, error) {
	var rows []source
	err := tx.Raw(`SELECT x.notice_id, x.notice_line_id, l.product_id, l.id AS lot_id, l.lot_no, l.produced_on, l.expires_on, x.warehouse_id, x.taken, v.on_hand - v.reserved AS free
		FROM (
			SELECT m.notice_id, m.notice_line_id, CASE m.kind WHEN 'return' THEN b.origin_lot_id ELSE m.lot_id END AS lot_id, m.warehouse_id,
				- sum(m.on_hand) AS taken, max(m.id::text) FILTER (WHERE m.kind <> 'return') AS last
			FROM stock_movements m JOIN stock_lots b ON b.id = m.lot_id WHERE m.notice_id = ? AND m.delivery_note_id = ? GROUP BY 1, 2, 3, 4
		) x JOIN stock_lots l ON l.id = x.lot_id JOIN stock_levels v ON v.lot_id = x.lot_id AND v.warehouse_id = x.warehouse_id
		ORDER BY x.last DESC NULLS LAST`, noticeID, deliveryNoteID).Scan(&rows).Error
	return rows, err
}
