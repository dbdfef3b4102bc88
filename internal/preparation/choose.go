package preparation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/stock"
)

// Line is what of a notice's line is asked of stock.
type Line struct {
	NoticeLineID uuid.UUID
	ProductID    uuid.UUID
	ProductCode  string
	Unit         string
	Quantity     decimal.Decimal
	Lots         []Named // that the keeper wants; none: in the order of the policy
	Pointer      string  // into the request, for refusals
	Priority     int     // of the notice (SHP-19): nothing comes before 1
}

// Named is a quantity of a lot in a warehouse, as the keeper names it.
type Named struct {
	LotID       uuid.UUID
	WarehouseID uuid.UUID
	Quantity    decimal.Decimal
}

// level is a level of stock, with what the notice in hand holds of it.
type level struct {
	stock.Level
	held []hold
}

// hold is what a preparation line of the notice in hand holds.
type hold struct {
	ID           uuid.UUID       `json:"id"`
	NoticeLineID uuid.UUID       `json:"notice_line_id"`
	Reserved     decimal.Decimal `json:"reserved"`
}

// take is a quantity of a level for a line; hold is the preparation line that held it, nil when it was free.
type take struct {
	line     Line
	level    *level
	hold     *hold
	quantity decimal.Decimal
}

// lack is what a line doesn't get; stopped is what lies in stock, free or held for the notice, and may
// not leave.
type lack struct {
	line     Line
	quantity decimal.Decimal
	stopped  []*level
}

// shelf is what the levels in hand have left while lines are served. Nothing of it is stored.
type shelf struct {
	policy stock.Policy
	levels []*level // in the order in which they leave
	free   map[stock.Place]decimal.Decimal
	from   []uuid.UUID // the warehouses to take free goods from; none: all
}

func newShelf(p stock.Policy, levels []*level, from ...uuid.UUID) *shelf {
	s := &shelf{policy: p, levels: levels, free: map[stock.Place]decimal.Decimal{}, from: from}
	slices.SortStableFunc(s.levels, func(a, b *level) int { return p.Compare(&a.Level, &b.Level) })
	for _, l := range levels {
		s.free[l.Place()] = l.Free()
	}
	return s
}

// elsewhere says of a level that free goods aren't to be taken there.
func (s *shelf) elsewhere(l *level) bool {
	return len(s.from) > 0 && !slices.Contains(s.from, l.WarehouseID)
}

// fill takes a quantity for a line of what is free and may leave, in order (SHP-16).
func (s *shelf) fill(line Line, quantity decimal.Decimal) ([]take, *lack) {
	var takes []take
	short := &lack{line: line, quantity: quantity}
	for _, l := range s.levels {
		free := s.free[l.Place()]
		if l.ProductID != line.ProductID || s.elsewhere(l) {
			continue
		}
		if s.policy.Stop(&l.Level) != stock.NoStop {
			if free.IsPos() || len(l.held) > 0 {
				short.stopped = append(short.stopped, l)
			}
			continue
		}
		part := least(free, short.quantity)
		if !part.IsPos() {
			continue
		}
		takes = append(takes, take{line: line, level: l, quantity: part})
		s.free[l.Place()], short.quantity = money.Sub(free, part), money.Sub(short.quantity, part)
	}
	if !short.quantity.IsPos() {
		short = nil
	}
	return takes, short
}

// named takes what the keeper names for a line. Returns ErrSumOfLots, stock.ErrNoLot for what isn't among the levels that are free,
// stock.ErrOtherProduct, ErrBlocked, ErrLotFree and stock.ErrQuantity.
func (s *shelf) named(line Line) ([]take, error) {
	var takes []take
	sum := decimal.Zero.Pad(scale)
	for i, n := range line.Lots {
		at := fmt.Sprintf("%s/lots/%d", line.Pointer, i)
		if !n.Quantity.IsPos() {
			return nil, stock.ErrQuantity.At(at + "/quantity")
		}
		l := s.find(stock.Place{Lot: n.LotID, Warehouse: n.WarehouseID})
		if l == nil {
			return nil, stock.ErrNoLot.At(at + "/lot_id")
		}
		if l.ProductID != line.ProductID {
			return nil, stock.ErrOtherProduct.With("lot", l.LotNo).At(at + "/lot_id")
		}
		if stop := s.policy.Stop(&l.Level); stop != stock.NoStop {
			return nil, l.blocked(stop).At(at + "/lot_id")
		}
		free := s.free[l.Place()]
		if n.Quantity.Cmp(free) > 0 {
			return nil, ErrLotFree.With("lot", l.LotNo, "warehouse", l.WarehouseCode, "free", free).At(at + "/quantity")
		}
		s.free[l.Place()], sum = money.Sub(free, n.Quantity), money.Add(sum, n.Quantity)
		takes = append(takes, take{line: line, level: l, quantity: n.Quantity})
	}
	if sum.Cmp(line.Quantity) != 0 {
		return nil, ErrSumOfLots.With("lots", sum, "quantity", line.Quantity).At(line.Pointer + "/lots")
	}
	return takes, nil
}

func (s *shelf) find(k stock.Place) *level {
	for _, l := range s.levels {
		if l.Place() == k {
			return l
		}
	}
	return nil
}

// held takes at most a quantity of what preparation lists hold for the line, and returns what of the quantity they don't. stopped are
// levels that hold something for the line and may not leave.
func (s *shelf) held(line Line) (takes []take, rest decimal.Decimal, stopped []*level) {
	rest = line.Quantity
	for _, l := range s.levels {
		for i := range l.held {
			h := &l.held[i]
			if h.NoticeLineID != line.NoticeLineID {
				continue
			}
			if s.policy.Stop(&l.Level) != stock.NoStop {
				stopped = append(stopped, l)
				continue
			}
			if part := least(h.Reserved, rest); part.IsPos() {
				takes = append(takes, take{line: line, level: l, hold: h, quantity: part})
				h.Reserved, rest = money.Sub(h.Reserved, part), money.Sub(rest, part)
			}
		}
	}
	return takes, rest, stopped
}

// lacking is the refusal for what isn't there: ErrNotPassed when inspection is what is missing, else ErrShort. It names what is missing of
// each product, in numbers that need no language.
func lacking(lacks []lack, p stock.Policy) *errs.Error {
	words := make([]string, len(lacks))
	def := ErrShort
	for i, l := range lacks {
		words[i] = fmt.Sprintf("%s %s %s", l.line.ProductCode, l.quantity.Trim(0), l.line.Unit)
		for _, v := range l.stopped {
			if stop := p.Stop(&v.Level); stop == stock.StopPending || stop == stock.StopFailed {
				def = ErrNotPassed // SHP-16
			}
		}
	}
	e := def.With("missing", strings.Join(words, "; "))
	for _, l := range lacks {
		if l.line.Pointer != "" {
			e = e.At(l.line.Pointer + "/quantity")
		}
	}
	return e
}
