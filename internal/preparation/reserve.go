package preparation

import (
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// Wish is what of a notice's line is to be laid out. Rest is what of the line hasn't left.
type Wish struct {
	Line
	Rest decimal.Decimal
	All  bool // all that isn't held yet, whatever Quantity says
}

// Laying is what the keeper says beside the lines.
type Laying struct {
	Warehouses []uuid.UUID // only from these; none: from all
	Remarks    string
}

// Reserve lays goods out for a released notice (SHP-16): it makes a preparation list of lots that may leave, in the order of the policy
// or as the keeper names them. What the notice holds of lots that may not leave any more goes back first.
//
// Returns ErrNotPassed or ErrShort, with the decision, when there isn't enough, ErrServedFirst when there isn't beside what notices need that come
// first (SHP-19), ErrOverPrepared for more than is open, ErrNothing when
// all is held or has left, and what Named lots are refused with. The notice is locked and released; locks levels, then the number series.
func (s *Service) Reserve(tx pg.Tx, noticeID uuid.UUID, wishes []Wish, how Laying) (List, error) {
	p, err := s.stock.Policy(tx)
	if err != nil {
		return List{}, err
	}
	asked := make([]Line, len(wishes))
	for i, w := range wishes {
		asked[i] = w.Line
		asked[i].Quantity = farMore // whatever is held: what is free is read too
	}
	levels, err := lockLevels(tx, noticeID, asked)
	if err != nil {
		return List{}, err
	}
	if err := knowNamed(tx, wishes); err != nil {
		return List{}, err
	}
	back := giveBackStopped(p, noticeID, levels)
	shelf := newShelf(p, levels, how.Warehouses...)
	j, lines, err := shelf.serve(wishes)
	if err != nil {
		return List{}, err
	}
	if j.first, err = servedFirst(tx, noticeID, shelf, j.takes); err != nil {
		return List{}, err
	}
	if len(j.takes)+len(j.lacks) == 0 {
		return List{}, ErrNothing
	}
	if err := j.decide(tx, noticeID, lines); err != nil {
		return List{}, err
	}
	return s.lay(tx, noticeID, j.takes, back, strings.TrimSpace(how.Remarks))
}

// farMore is more than any line asks.
var farMore = decimal.MustParse("99999999999999.9999")

// serve finds what each wish gets; lines are the wishes with the quantities that they come to.
func (s *shelf) serve(wishes []Wish) (j judgement, lines []Line, err error) {
	j.policy = s.policy
	for _, w := range wishes {
		open := money.Sub(w.Rest, s.heldFor(w.NoticeLineID))
		if w.All {
			w.Quantity = open
		}
		switch {
		case w.All && !open.IsPos():
			continue
		case !w.Quantity.IsPos():
			return j, nil, stock.ErrQuantity.At(w.Pointer + "/quantity")
		case w.Quantity.Cmp(open) > 0: // SHP-07
			return j, nil, ErrOverPrepared.With("rest", open).At(w.Pointer + "/quantity")
		}
		lines = append(lines, w.Line)
		if len(w.Lots) > 0 {
			takes, err := s.named(w.Line)
			if err != nil {
				return j, nil, err
			}
			j.takes = append(j.takes, takes...)
			continue
		}
		takes, short := s.fill(w.Line, w.Quantity)
		j.takes = append(j.takes, takes...)
		if short != nil {
			j.lacks = append(j.lacks, *short)
		}
	}
	return j, lines, nil
}

// heldFor is what of a line is held by levels that may leave.
func (s *shelf) heldFor(noticeLine uuid.UUID) decimal.Decimal {
	sum := decimal.Zero.Pad(scale)
	for _, l := range s.levels {
		if s.policy.Stop(&l.Level) != stock.NoStop {
			continue
		}
		for _, h := range l.held {
			if h.NoticeLineID == noticeLine {
				sum = money.Add(sum, h.Reserved)
			}
		}
	}
	return sum
}

// giveBackStopped are the movements that give back what is held of levels that may not leave any more.
func giveBackStopped(p stock.Policy, noticeID uuid.UUID, levels []*level) []stock.Movement {
	var back []stock.Movement
	for _, l := range levels {
		if stop := p.Stop(&l.Level); stop != stock.NoStop {
			en, zh := stop.Words()
			back = append(back, l.giveBack(noticeID, nil, zh+" / "+en)...)
		}
	}
	return back
}

// giveBack are the movements that give back what is held of the level; of one preparation when lines says which of its lines count.
func (l *level) giveBack(noticeID uuid.UUID, lines map[uuid.UUID]bool, reason string) []stock.Movement {
	var back []stock.Movement
	for _, h := range l.held {
		if lines != nil && !lines[h.ID] {
			continue
		}
		m := l.movement(stock.Unreservation, h.Reserved, &h)
		m.NoticeID, m.NoticeLineID, m.Reason = &noticeID, &h.NoticeLineID, reason
		back = append(back, m)
	}
	return back
}

// movement is one of a quantity of the level; with a hold, of what it holds.
func (l *level) movement(kind stock.Kind, quantity decimal.Decimal, h *hold) stock.Movement {
	m := stock.Movement{Kind: kind, ProductID: l.ProductID, LotID: l.LotID, WarehouseID: l.WarehouseID, Quantity: quantity}
	if h != nil {
		m.PreparationLineID = &h.ID
	}
	m.Effect(1, h != nil)
	return m
}

// lay writes the preparation list and what it moves. The number series come last of all locks.
func (s *Service) lay(tx pg.Tx, noticeID uuid.UUID, takes []take, back []stock.Movement, remarks string) (List, error) {
	p := List{ID: uuid.Must(uuid.NewV7()), NoticeID: noticeID, Remarks: remarks, PreparedAt: tx.Now, PreparedBy: tx.By.Actor(), Version: 1}
	moves := back
	for i, t := range takes {
		line := ListLine{
			ID: uuid.Must(uuid.NewV7()), PreparationID: p.ID, NoticeID: noticeID, NoticeLineID: t.line.NoticeLineID, PositionNo: i + 1,
			ProductID: t.level.ProductID, LotID: t.level.LotID, WarehouseID: t.level.WarehouseID, Quantity: t.quantity, Reserved: decimal.Zero,
		}
		m := t.level.movement(stock.Reservation, t.quantity, &hold{ID: line.ID})
		m.NoticeID, m.NoticeLineID = &noticeID, &t.line.NoticeLineID
		p.Lines, moves = append(p.Lines, line), append(moves, m)
	}
	var err error
	if len(back) > 0 {
		if err := followup.Close(tx, stock.KindFailed, stock.SubjectNotice, noticeID); err != nil {
			return List{}, err
		}
	}
	if p.Number, err = pg.NextNumber(tx, "PL", tx.Now.In(clock.Shanghai)); err != nil {
		return List{}, err
	}
	if err := insertPreparation(tx, p); err != nil {
		return List{}, err
	}
	if err := stock.Post(tx, moves); err != nil {
		return List{}, err
	}
	if p, err = readPreparation(tx, p.ID); err != nil {
		return List{}, err
	}
	return p, audit.RecordAll(tx, []audit.Entry{
		{Action: "prepareShippingNotice", SubjectType: Subject, SubjectID: p.ID, After: p.snapshot()},
		{Action: "prepareShippingNotice", SubjectType: stock.SubjectNotice, SubjectID: noticeID, After: map[string]any{"preparation": p.Number}},
	})
}

// Unreserve gives back all that is held for a notice that is cancelled, revised or closed, and ends its preparation lists. The notice is
// locked; locks levels.
func (s *Service) Unreserve(tx pg.Tx, noticeID uuid.UUID, reason string) error {
	levels, err := lockLevels(tx, noticeID, nil)
	if err != nil || len(levels) == 0 {
		return err
	}
	var back []stock.Movement
	for _, l := range levels {
		back = append(back, l.giveBack(noticeID, nil, reason)...)
	}
	if err := endPreparations(tx, noticeID, nil, reason); err != nil {
		return err
	}
	if err := stock.Post(tx, back); err != nil {
		return err
	}
	return followup.Close(tx, stock.KindFailed, stock.SubjectNotice, noticeID)
}
