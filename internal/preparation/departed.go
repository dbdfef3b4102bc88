package preparation

import (
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// Gone is a line of a notice of which goods are gone. Rest is what of it may still leave afterwards: no more stays held for it.
type Gone struct {
	Line
	Rest decimal.Decimal
}

// ShipDeparted takes out of stock what left although its delivery note (unloaded) had been unloaded on paper, for another note (SHP-14): of the
// very lots that had been loaded, whatever their inspection says by now, first what the notice holds of them, then what is free. What others
// hold by now stays theirs. It returns what was taken, and how much of it isn't there, by line of the notice: the next count finds that. The notice
// is locked; locks levels. Three statements.
func (s *Service) ShipDeparted(tx pg.Tx, noticeID, unloaded, deliveryNoteID uuid.UUID, gone []Gone) ([]Taken, map[uuid.UUID]decimal.Decimal, error) {
	loaded, err := loadedWith(tx, unloaded)
	if err != nil {
		return nil, nil, err
	}
	lines := make([]Line, len(gone))
	for i, g := range gone {
		lines[i] = g.Line
		lines[i].Quantity = farMore // whatever is held: what is free is read too
	}
	levels, err := lockLevels(tx, noticeID, lines)
	if err != nil {
		return nil, nil, err
	}
	sh := newShelf(stock.Policy{}, levels)
	missing := map[uuid.UUID]decimal.Decimal{}
	var moves []stock.Movement
	var taken []Taken
	for _, from := range loaded {
		at := slices.IndexFunc(gone, func(g Gone) bool { return g.NoticeLineID == from.NoticeLineID })
		if at < 0 {
			continue
		}
		takes, rest := sh.again(gone[at].Line, from)
		for _, t := range takes {
			m := t.level.movement(stock.Shipment, t.quantity, t.hold)
			m.NoticeID, m.NoticeLineID, m.DeliveryNoteID, m.Reason = &noticeID, &from.NoticeLineID, &deliveryNoteID, "SHP-14"
			moves = append(moves, m)
			taken = append(taken, Taken{from.NoticeLineID, t.level.LotID, t.level.LotNo, t.level.WarehouseID, t.level.WarehouseCode, t.quantity})
		}
		if rest.IsPos() {
			missing[from.NoticeLineID] = money.Add(rest, missing[from.NoticeLineID])
		}
	}
	for _, g := range gone {
		moves = append(moves, sh.surplus(noticeID, g)...)
	}
	return joinTaken(taken), missing, stock.Post(tx, moves)
}

// loadedLot is a quantity of a lot that was loaded with a delivery note.
type loadedLot struct {
	NoticeLineID uuid.UUID
	LotID        uuid.UUID
	WarehouseID  uuid.UUID
	Quantity     decimal.Decimal
}

// again takes what was loaded once more from the level that it came from, and returns what of it isn't there.
func (s *shelf) again(line Line, from loadedLot) (takes []take, rest decimal.Decimal) {
	rest = from.Quantity
	l := s.find(stock.Place{Lot: from.LotID, Warehouse: from.WarehouseID})
	if l == nil {
		return nil, rest
	}
	for i := range l.held {
		h := &l.held[i]
		if part := least(h.Reserved, rest); h.NoticeLineID == line.NoticeLineID && part.IsPos() {
			takes = append(takes, take{line: line, level: l, hold: h, quantity: part})
			h.Reserved, rest = money.Sub(h.Reserved, part), money.Sub(rest, part)
		}
	}
	if part := least(s.free[l.Place()], rest); part.IsPos() {
		takes = append(takes, take{line: line, level: l, quantity: part})
		s.free[l.Place()], rest = money.Sub(s.free[l.Place()], part), money.Sub(rest, part)
	}
	return takes, rest
}

// surplus gives back what is held for a line beyond what may still leave of it.
func (s *shelf) surplus(noticeID uuid.UUID, g Gone) []stock.Movement {
	var back []stock.Movement
	rest := g.Rest
	for _, l := range s.levels {
		for i := range l.held {
			h := &l.held[i]
			if h.NoticeLineID != g.NoticeLineID {
				continue
			}
			keep := least(h.Reserved, rest)
			rest = money.Sub(rest, keep)
			if more := money.Sub(h.Reserved, keep); more.IsPos() {
				m := l.movement(stock.Unreservation, more, h)
				m.NoticeID, m.NoticeLineID, m.Reason = &noticeID, &h.NoticeLineID, "SHP-14: it has left already"
				back = append(back, m)
			}
		}
	}
	return back
}

// loadedWith reads which lots were loaded with a delivery note, whether or not they were unloaded since.
func loadedWith(tx pg.Tx, deliveryNoteID uuid.UUID) (rows []loadedLot, err error) {
	return rows, tx.Raw(`SELECT notice_line_id, lot_id, warehouse_id, sum(quantity) AS quantity FROM stock_movements
		WHERE delivery_note_id = ? AND kind = 'shipment' GROUP BY 1, 2, 3 ORDER BY 2, 3, 1`, deliveryNoteID).Scan(&rows).Error
}
