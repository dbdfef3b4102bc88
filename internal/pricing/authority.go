package pricing

import (
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

// Entry is one row of a price authority table: how far from the base price a role may sell a product, the products of a
// category, or, with neither, all products (PRC-09).
type Entry struct {
	TableID    uuid.UUID `json:"-"`
	Role       identity.Role
	ProductID  *uuid.UUID       `json:",omitempty"`
	CategoryID *uuid.UUID       `json:",omitempty"`
	MaxBelow   *decimal.Decimal // percent; nil is without bound
	MaxAbove   *decimal.Decimal // percent; nil is without bound
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
	limits map[scope]limit
}

// scope is what an entry is for; the zero id is all products. Ids of products and categories never meet.
type scope struct {
	role identity.Role
	id   uuid.UUID
}

func newAuthority(id uuid.UUID, number string, entries []Entry) *authority {
	a := &authority{id: id, number: number, limits: make(map[scope]limit, len(entries))}
	for _, e := range entries {
		a.limits[e.scope()] = newLimit(e.MaxBelow, e.MaxAbove)
	}
	return a
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
		l.low = sub(one, quo(exact(*below), hundred))
	}
	if above != nil {
		l.high = add(one, quo(exact(*above), hundred))
	}
	return l
}

// of returns how far a role may go with a product: the entry of the product counts before that of its category, and
// that before the one of all products (PRC-09).
func (a *authority) of(role identity.Role, p catalog.Product) limit {
	if l, ok := a.limits[scope{role, p.ID}]; ok {
		return l
	}
	if p.CategoryID != nil {
		if l, ok := a.limits[scope{role, *p.CategoryID}]; ok {
			return l
		}
	}
	if l, ok := a.limits[scope{role, uuid.Nil}]; ok {
		return l
	}
	return none
}

// forLine returns how far a role may go with a line. Of an initial price nobody has set any authority until the committee does
// (PRC-04): what the table says of categories and of all products speaks of base prices. So every role of sales may sell at it or
// above, below it is the general manager's; an entry of the table for this very product is the committee's word and counts.
func (a *authority) forLine(role identity.Role, l LineAnswer) limit {
	if !l.Initial {
		return a.of(role, l.Product)
	}
	if own, ok := a.limits[scope{role, l.Product.ID}]; ok {
		return own
	}
	if role == identity.GeneralManager {
		return limit{}
	}
	return limit{low: one}
}

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
	seen := make(map[scope]bool, len(entries))
	for _, e := range entries {
		if !slices.Contains(ladder, e.Role) {
			return ErrRole.With("role", e.Role)
		}
		if e.ProductID != nil && e.CategoryID != nil {
			return ErrEntryScope
		}
		if e.Role == identity.GeneralManager && (e.MaxBelow != nil || e.MaxAbove != nil) {
			return ErrGMBound
		}
		if seen[e.scope()] {
			return ErrEntryTwice
		}
		seen[e.scope()] = true
	}
	if !seen[scope{identity.GeneralManager, uuid.Nil}] {
		return ErrNoGMEntry
	}
	return nil
}
