package pricing

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// EntryChange is what a table does to an entry.
type EntryChange string

// The changes.
const (
	EntryAdded   EntryChange = "added"
	EntryRemoved EntryChange = "removed"
	EntryChanged EntryChange = "changed"
)

// Widening is how a bound moves.
type Widening string

// The ways. No bound is wider than any.
const (
	Wider    Widening = "wider"
	Narrower Widening = "narrower"
	Same     Widening = "same"
)

// AuthorityDifference is an entry that differs between a table and the one that it replaces (PRC-09). Its bounds are those that count for what the
// entry is for: where one of the tables has no such entry, those of the nearest that it has, as the price gate takes them.
type AuthorityDifference struct {
	Entry                // without bounds
	Change   EntryChange //
	Was, Is  Bound       // before and with the table
	Below    Widening    // how the bound below the base price moves
	Above    Widening    // and the one above it
	Product  string      // its code
	Category string      // its name
}

// Bound is how far from the base price, in percent; nil is without bound.
type Bound struct{ Below, Above *decimal.Decimal }

// AuthorityComparison is a table beside the one that it replaces.
type AuthorityComparison struct {
	Table       AuthorityTable
	Against     *AuthorityTable // nil: there is none
	Differences []AuthorityDifference
	Unchanged   int
}

// ComparePriceAuthorityTable sets a table beside the running one: a draft beside the one in force now, one that was published beside the one that it
// replaced (PRC-09). Entries that stay as they are only count. Returns errs.ErrNotFound.
func (s *Service) ComparePriceAuthorityTable(tx pg.Tx, who identity.Principal, id uuid.UUID) (AuthorityComparison, error) {
	t, err := s.GetPriceAuthorityTable(tx, who, id)
	if err != nil {
		return AuthorityComparison{}, err
	}
	c, at := AuthorityComparison{Table: t}, tx.Now
	if t.State == Published && !t.EffectiveAt.After(tx.Now) {
		at = t.EffectiveAt.Add(-time.Microsecond)
	}
	running, err := inForce(tx, authorityTable, at)
	if err != nil {
		return c, err
	}
	var old []Entry
	if running != uuid.Nil {
		against, err := s.GetPriceAuthorityTable(tx, who, running)
		if err != nil {
			return c, err
		}
		c.Against, old = &against, against.Entries
	}
	products, categories, err := namesOfEntries(tx, old, t.Entries)
	if err != nil {
		return c, err
	}
	c.Differences, c.Unchanged = differ(old, t.Entries, products)
	for i := range c.Differences {
		d := &c.Differences[i]
		if d.ProductID != nil {
			d.Product = products[*d.ProductID].Code
		}
		if d.CategoryID != nil {
			d.Category = categories[*d.CategoryID]
		}
	}
	slices.SortStableFunc(c.Differences, AuthorityDifference.before)
	return c, nil
}

// differ compares two tables entry by entry, and counts what stays.
func differ(old, next []Entry, products map[uuid.UUID]catalog.Product) (all []AuthorityDifference, unchanged int) {
	was, is := byKey(old), byKey(next)
	for _, e := range next {
		d := AuthorityDifference{Entry: e, Change: EntryChanged, Is: e.bound()}
		if before, found := was[e.key()]; found {
			d.Was = before.bound()
		} else {
			d.Change, d.Was = EntryAdded, nearest(old, e, products)
		}
		if d.moved(); d.Change == EntryChanged && d.Below == Same && d.Above == Same {
			unchanged++
			continue
		}
		all = append(all, d)
	}
	for _, e := range old {
		if _, found := is[e.key()]; found {
			continue
		}
		d := AuthorityDifference{Entry: e, Change: EntryRemoved, Was: e.bound(), Is: nearest(next, e, products)}
		d.moved()
		all = append(all, d)
	}
	return all, unchanged
}

func byKey(entries []Entry) map[string]Entry {
	all := make(map[string]Entry, len(entries))
	for _, e := range entries {
		all[e.key()] = e
	}
	return all
}

func (e Entry) bound() Bound { return Bound{Below: e.MaxBelow, Above: e.MaxAbove} }

func (d *AuthorityDifference) moved() {
	d.Below, d.Above = widening(d.Was.Below, d.Is.Below), widening(d.Was.Above, d.Is.Above)
	d.MaxBelow, d.MaxAbove = nil, nil
}

// widening says how a bound moves from one figure to another.
func widening(was, is *decimal.Decimal) Widening {
	switch {
	case was == nil && is == nil:
		return Same
	case is == nil:
		return Wider
	case was == nil:
		return Narrower
	}
	switch is.Cmp(*was) {
	case 1:
		return Wider
	case -1:
		return Narrower
	}
	return Same
}

// nearest is what a table without this entry says of what the entry is for, as authority.of and authority.whole do: the product's entry before
// its category's before the one for all products, of these the one with the largest minimum quantity that is reached; else the base price and
// no other, and no bound on whole orders.
func nearest(table []Entry, of Entry, products map[uuid.UUID]catalog.Product) Bound {
	if of.level() == OnOrder {
		return Bound{}
	}
	scopes := []uuid.UUID{of.scope().id, uuid.Nil}
	if of.ProductID != nil {
		if c := products[*of.ProductID].CategoryID; c != nil {
			scopes = []uuid.UUID{*of.ProductID, *c, uuid.Nil}
		}
	}
	for _, id := range scopes {
		var best *Entry
		for i := range table {
			e := &table[i]
			if e.Role == of.Role && e.level() == OnLine && e.scope().id == id && e.least().Cmp(of.least()) <= 0 && (best == nil || e.least().Cmp(best.least()) > 0) {
				best = e
			}
		}
		if best != nil {
			return best.bound()
		}
	}
	return Bound{Below: &decimal.Zero, Above: &decimal.Zero}
}

// least is the quantity from which an entry holds.
func (e Entry) least() decimal.Decimal {
	if e.MinQuantity == nil {
		return decimal.Zero
	}
	return *e.MinQuantity
}

// before orders differences by role, the lowest first, then level, and what they are for.
func (d AuthorityDifference) before(o AuthorityDifference) int {
	return cmp.Or(
		cmp.Compare(slices.Index(ladder, d.Role), slices.Index(ladder, o.Role)),
		cmp.Compare(d.level(), o.level()), cmp.Compare(d.Product, o.Product), cmp.Compare(d.Category, o.Category), d.least().Cmp(o.least()),
	)
}
