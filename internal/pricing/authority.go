package pricing

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
)

// ladder holds the roles that can have price authority, the lowest first (PRC-10). All but the last are of the sales
// department (CON-02).
var ladder = []identity.Role{
	identity.SalesRep, identity.SalesSupervisor, identity.SalesManager, identity.SalesDirector, identity.GeneralManager,
}

// Level says what an entry bounds.
type Level string

// The levels. The zero value is OnLine.
const (
	OnLine  Level = "line"  // the net price of a line
	OnOrder Level = "order" // the sum of all lines, with all that is taken off them: a bound on the whole besides those of its lines
)

// Entry is one row of a price authority table: how far from the base price a role may sell a product, the products of a
// category, or, with neither, all products (PRC-09); or how far the whole of an order may be from its base prices.
type Entry struct {
	TableID     uuid.UUID `json:"-"`
	Role        identity.Role
	Level       Level            `json:",omitempty"`
	ProductID   *uuid.UUID       `json:",omitempty"`
	CategoryID  *uuid.UUID       `json:",omitempty"`
	MinQuantity *decimal.Decimal `json:",omitempty"` // the entry holds from this quantity of the product in one order on; nil: always
	MaxBelow    *decimal.Decimal // percent; nil is without bound
	MaxAbove    *decimal.Decimal // percent; nil is without bound
}

// TableName is where entries are kept.
func (Entry) TableName() string { return "price_authority_entries" }

// limit is how far a role may go, as the lowest and highest price for a base price of 1; nil is without bound.
type limit struct{ low, high *big.Rat }

// none is the limit of a role that the table doesn't name: the base price and no other.
var none = limit{low: one, high: one}

// authority is one published table, made for looking up. It never changes.
type authority struct {
	id     uuid.UUID
	number string
	limits map[scope][]tier        // of lines; the largest quantity first
	orders map[identity.Role]limit // of whole orders; a role that isn't in it has only the bounds of its lines
}

// tier is a limit that holds from a quantity on; nil: from any.
type tier struct {
	from *big.Rat
	limit
}

// scope is what an entry is for; the zero id is all products. Ids of products and categories never meet.
type scope struct {
	role identity.Role
	id   uuid.UUID
}

func newAuthority(id uuid.UUID, number string, entries []Entry) *authority {
	a := &authority{id: id, number: number, limits: make(map[scope][]tier, len(entries)), orders: map[identity.Role]limit{}}
	for _, e := range entries {
		if e.Level == OnOrder {
			a.orders[e.Role] = newLimit(e.MaxBelow, e.MaxAbove)
			continue
		}
		t := tier{limit: newLimit(e.MaxBelow, e.MaxAbove)}
		if e.MinQuantity != nil {
			t.from = Exact(*e.MinQuantity)
		}
		a.limits[e.scope()] = append(a.limits[e.scope()], t)
	}
	for _, tiers := range a.limits {
		slices.SortFunc(tiers, tier.larger)
	}
	return a
}

// larger orders tiers: the largest quantity first, the one for any quantity last.
func (t tier) larger(u tier) int {
	switch {
	case t.from == nil && u.from == nil:
		return 0
	case t.from == nil:
		return 1
	case u.from == nil:
		return -1
	}
	return u.from.Cmp(t.from)
}

func (e Entry) scope() scope {
	switch {
	case e.ProductID != nil:
		return scope{e.Role, *e.ProductID}
	case e.CategoryID != nil:
		return scope{e.Role, *e.CategoryID}
	}
	return scope{e.Role, uuid.Nil}
}

func newLimit(below, above *decimal.Decimal) limit {
	var l limit
	if below != nil {
		l.low = sub(one, quo(Exact(*below), hundred))
	}
	if above != nil {
		l.high = add(one, quo(Exact(*above), hundred))
	}
	return l
}

// of returns how far a role may go with a product of which so much is ordered: the entry of the product counts before that of its
// category, and that before the one of all products. An entry with a minimum quantity that isn't reached doesn't count: the next
// one does (PRC-09).
func (a *authority) of(role identity.Role, p catalog.Product, ordered *big.Rat) limit {
	if l, ok := a.tier(scope{role, p.ID}, ordered); ok {
		return l
	}
	if p.CategoryID != nil {
		if l, ok := a.tier(scope{role, *p.CategoryID}, ordered); ok {
			return l
		}
	}
	if l, ok := a.tier(scope{role, uuid.Nil}, ordered); ok {
		return l
	}
	return none
}

// forLine returns how far a role may go with a line. Of an initial price nobody has set any authority until the committee does
// (PRC-04): what the table says of categories and of all products speaks of base prices. So every role of sales may sell at it or
// above, below it is the general manager's; an entry of the table for this very product is the committee's word and counts.
func (a *authority) forLine(role identity.Role, l LineAnswer, ordered *big.Rat) limit {
	if !l.Initial {
		return a.of(role, l.Product, ordered)
	}
	if own, ok := a.tier(scope{role, l.Product.ID}, ordered); ok {
		return own
	}
	if role == identity.GeneralManager {
		return limit{}
	}
	return limit{low: one}
}

// tier returns the limit with the largest minimum quantity that is reached.
func (a *authority) tier(of scope, ordered *big.Rat) (limit, bool) {
	for _, t := range a.limits[of] {
		if t.from == nil || ordered.Cmp(t.from) >= 0 {
			return t.limit, true
		}
	}
	return limit{}, false
}

// whole returns how far a role may go with an order as a whole, whatever its lines allow; without bound where the table says nothing.
func (a *authority) whole(role identity.Role) limit { return a.orders[role] }

// covers reports whether a net price is within the limit around a base price, both bounds included (PRC-10). Exact, without
// rounding: net ≥ base × (100 − below) / 100.
func (l limit) covers(net, base *big.Rat) bool {
	switch net.Cmp(base) {
	case -1:
		return l.low == nil || net.Cmp(mul(base, l.low)) >= 0
	case 1:
		return l.high == nil || net.Cmp(mul(base, l.high)) <= 0
	}
	return true
}

// span is a limit summed over the lines of an order: the lowest and highest sums that a role may sell all of it for. A line
// without an upper bound makes the whole without one.
type span struct {
	low, high *big.Rat // high nil: without bound
}

func (s *span) add(l limit, base *big.Rat) {
	if l.low != nil {
		s.low = add(s.low, mul(base, l.low))
	}
	if l.high == nil {
		s.high = nil
	} else if s.high != nil {
		s.high = add(s.high, mul(base, l.high))
	}
}

func (s span) covers(net *big.Rat) bool {
	return net.Cmp(s.low) >= 0 && (s.high == nil || net.Cmp(s.high) <= 0)
}

// checkEntries refuses a table that can't work: one without the general manager's entry for all products, with a bound on
// the general manager, or with two entries for the same thing (PRC-09).
func checkEntries(entries []Entry) error {
	seen := make(map[string]bool, len(entries))
	decides, everything := false, Entry{Role: identity.GeneralManager}.key()
	for _, e := range entries {
		if err := e.check(); err != nil {
			return err
		}
		if seen[e.key()] {
			return ErrEntryTwice
		}
		seen[e.key()] = true
		decides = decides || e.key() == everything
	}
	if !decides {
		return ErrNoGMEntry
	}
	return nil
}

func (e Entry) check() error {
	switch {
	case !slices.Contains(ladder, e.Role):
		return ErrRole.With("role", e.Role)
	case e.ProductID != nil && e.CategoryID != nil:
		return ErrEntryScope
	case e.Level == OnOrder && (e.ProductID != nil || e.CategoryID != nil || e.MinQuantity != nil):
		return ErrEntryLevel
	case e.MinQuantity != nil && e.MinQuantity.Sign() <= 0:
		return ErrMinQuantity
	case e.Role == identity.GeneralManager && (e.MaxBelow != nil || e.MaxAbove != nil):
		return ErrGMBound
	}
	return nil
}

// key is what no two entries of a table have in common: role, level, what it is for, and from which quantity on.
func (e Entry) key() string {
	from := "0"
	if e.MinQuantity != nil {
		from = e.MinQuantity.Trim(0).String()
	}
	return fmt.Sprintf("%s|%s|%s|%s", e.Role, e.level(), e.scope().id, from)
}

func (e Entry) level() Level {
	if e.Level == "" {
		return OnLine
	}
	return e.Level
}
