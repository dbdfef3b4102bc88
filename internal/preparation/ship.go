package preparation

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// Taken is a quantity of a lot that left, or leaves, for a line of a notice.
type Taken struct {
	NoticeLineID  uuid.UUID
	LotID         uuid.UUID
	LotNo         string
	WarehouseID   uuid.UUID
	WarehouseCode string
	Quantity      decimal.Decimal
}

// Ship takes what leaves with a delivery note: what is held for the notice's lines, and of what nobody laid out what is free, in the order
// of the policy (SHP-16), unless others that come first need it (SHP-19). Five statements, one when nothing is asked of stock.
//
// Returns ErrBlocked, with the decision, when lots that are held for a line may not leave any more, ErrNotPassed or ErrShort when there isn't
// enough: unless shipping.inspection_required is false, when the rest leaves without a lot; and ErrServedFirst, inspected or not. The notice is locked, and nothing has been
// written yet; locks levels.
func (s *Service) Ship(tx pg.Tx, noticeID, deliveryNoteID uuid.UUID, lines []Line) ([]Taken, error) {
	p, err := s.stock.Policy(tx)
	if err != nil {
		return nil, err
	}
	levels, err := lockLevels(tx, noticeID, lines)
	if err != nil {
		return nil, err
	}
	shelf := newShelf(p, levels)
	j := shelf.load(lines)
	if !p.PassedOnly {
		j.lacks = nil
	}
	if j.first, err = servedFirst(tx, noticeID, shelf, j.takes); err != nil { // SHP-19
		return nil, err
	}
	if p.PassedOnly || len(j.stopped)+len(j.first) > 0 {
		if err := j.decide(tx, noticeID, lines); err != nil {
			return nil, err
		}
	}
	moves := make([]stock.Movement, len(j.takes))
	taken := make([]Taken, len(j.takes))
	for i, t := range j.takes {
		m := t.level.movement(stock.Shipment, t.quantity, t.hold)
		m.NoticeID, m.NoticeLineID, m.DeliveryNoteID = &noticeID, &t.line.NoticeLineID, &deliveryNoteID
		moves[i] = m
		taken[i] = Taken{t.line.NoticeLineID, t.level.LotID, t.level.LotNo, t.level.WarehouseID, t.level.WarehouseCode, t.quantity}
	}
	return joinTaken(taken), stock.Post(tx, moves)
}

// load finds what each line takes: first what is held for it, then what is free.
func (s *shelf) load(lines []Line) judgement {
	j := judgement{policy: s.policy}
	for _, line := range lines {
		takes, rest, stopped := s.held(line)
		j.takes, j.stopped = append(j.takes, takes...), append(j.stopped, stopped...)
		if !rest.IsPos() || len(stopped) > 0 {
			continue
		}
		more, short := s.fill(line, rest)
		j.takes = append(j.takes, more...)
		if short != nil {
			j.lacks = append(j.lacks, *short)
		}
	}
	return j
}

// joinTaken adds up what one line took of one lot: part of it may have been held, part free.
func joinTaken(all []Taken) []Taken {
	type place struct{ line, lot, warehouse uuid.UUID }
	at := map[place]int{}
	var joined []Taken
	for _, t := range all {
		k := place{t.NoticeLineID, t.LotID, t.WarehouseID}
		if i, ok := at[k]; ok {
			joined[i].Quantity = money.Add(joined[i].Quantity, t.Quantity)
			continue
		}
		at[k] = len(joined)
		joined = append(joined, t)
	}
	return joined
}

// Load is what left stock with a delivery note, its levels locked.
type Load []shippedMovement

// LockShipped locks the levels from which goods left with a delivery note. One statement. The notice is locked.
func (s *Service) LockShipped(tx pg.Tx, deliveryNoteID uuid.UUID) (Load, error) {
	return lockShipped(tx, deliveryNoteID)
}

// Unship brings back what left with a delivery note whose goods were unloaded before the gate: on hand, and held again as far as it was, and
// its preparation list hasn't ended since. One statement.
func (s *Service) Unship(tx pg.Tx, load Load) error {
	back := make([]stock.Movement, len(load))
	for i, m := range load {
		if m.Ended {
			m.PreparationLineID = nil
		}
		m.Kind = stock.Unloading
		m.Effect(1, m.PreparationLineID != nil)
		back[i] = m.Movement
	}
	return stock.Post(tx, back)
}
