package pricelist

import (
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// DifferenceKind is what a list does to the price of a product.
type DifferenceKind string

// The kinds.
const (
	FirstTime DifferenceKind = "new"        // it had no base price
	Raised    DifferenceKind = "raised"     //
	Lowered   DifferenceKind = "lowered"    //
	FloorOnly DifferenceKind = "floor_only" // the base price stays, the floor price changes
	Unchanged DifferenceKind = "unchanged"  //
	LeftOut   DifferenceKind = "left_out"   // not on the list: it keeps its price
)

// Difference is a product's price before and with a list, and what that would have made of the last 12 months (PRC-05). Effect and
// margins are without tax; margins are there for whom PRC-13 names, where finance has stated a cost.
type Difference struct {
	ProductID            uuid.UUID
	ProductCode          string
	ProductName          string
	Unit                 string
	TaxRate              decimal.Decimal
	OldPrice, OldFloor   *decimal.Decimal // nil: had none
	Price, FloorPrice    *decimal.Decimal // nil: left out
	Reason               string
	Kind                 DifferenceKind   `gorm:"-"`
	Change               *decimal.Decimal `gorm:"-"`
	ChangePercent        *decimal.Decimal `gorm:"-"`
	Volume               decimal.Decimal  `gorm:"-"` // shipped in the 12 months before
	Effect               *decimal.Decimal `gorm:"-"` // of the change on that volume; nil where there was no price
	OldMargin, NewMargin *pricing.Margin  `gorm:"-"` // of one unit

	oldMarginSum, newMarginSum *big.Rat
}

// DifferenceFilter narrows differences; zero fields don't. LeftOut ones are shown only when asked for by kind.
type DifferenceFilter struct {
	Kind       DifferenceKind
	MinPercent *decimal.Decimal // only changes of the base price beyond so many percent, either way
	Search     string
}

// DifferenceTotals adds up the differences that match a filter, exactly, rounding once at the end.
type DifferenceTotals struct {
	Counts               map[DifferenceKind]int
	Effect               decimal.Decimal
	OldMargin, NewMargin *decimal.Decimal // of the volume, of products whose cost is known; nil for whom PRC-13 doesn't name
	WithoutCost          int              // products that were shipped and of which finance has stated no cost
	From, Before         time.Time        // the dates of the volume
}

// Comparison is a list beside what it replaces.
type Comparison struct {
	List   BasePriceList
	As     time.Time // old prices are those just before this instant
	Moved  []Moved   // what moved the ground under a draft since its author looked
	totals DifferenceTotals
}

// differencePage is how many differences are read at once.
const differencePage = 5_000

// compare says what a list is compared with: for a published one what it replaced, for any other what it would replace now.
func compare(tx pg.Tx, id uuid.UUID) (Comparison, error) {
	l, err := pg.Take[BasePriceList](tx, "id = ?", id)
	if err != nil {
		return Comparison{}, err
	}
	if err := pricing.Stand(tx, listTable, &l.Revision); err != nil {
		return Comparison{}, err
	}
	c := Comparison{List: l, As: tx.Now.Add(time.Microsecond)}
	if l.EffectiveAt != nil && (l.EffectiveAt.After(tx.Now) || l.PublishedAt != nil) {
		c.As = *l.EffectiveAt
	}
	c.totals = DifferenceTotals{Counts: map[DifferenceKind]int{}, Before: clock.Today(tx.Now)}
	if c.As.Before(tx.Now) {
		c.totals.Before = clock.Today(c.As)
	}
	c.totals.From = c.totals.Before.AddDate(-1, 0, 0)
	if l.State == pricing.Draft || l.State == pricing.Submitted {
		c.Moved, err = movedSince(tx, l)
	}
	return c, err
}

// CompareBasePriceList returns a page of the differences that a list makes, in the order of product ids, and what moved under it.
func (s *Service) CompareBasePriceList(tx pg.Tx, who identity.Principal, id uuid.UUID, f DifferenceFilter, page pg.Page) (Comparison, []Difference, string, error) {
	c, err := compare(tx, id)
	if err != nil {
		return c, nil, "", err
	}
	var after uuid.UUID
	if _, err := page.After(&after); err != nil {
		return c, nil, "", err
	}
	rows, err := readDifferences(tx, c, f, after, page.Limit+1)
	if err != nil {
		return c, nil, "", err
	}
	rows, next, err := pg.Cut(page, rows, func(d Difference) any { return d.ProductID })
	if err != nil {
		return c, nil, "", err
	}
	return c, rows, next, s.weighDifferences(tx, who, c, rows)
}

// EachDifference hands on all differences, in the order of product ids.
func (s *Service) EachDifference(tx pg.Tx, who identity.Principal, id uuid.UUID, f DifferenceFilter, fn func(Difference) error) error {
	c, err := compare(tx, id)
	if err != nil {
		return err
	}
	for after := uuid.Nil; ; {
		rows, err := readDifferences(tx, c, f, after, differencePage)
		if err != nil {
			return err
		}
		if err := s.weighDifferences(tx, who, c, rows); err != nil {
			return err
		}
		for _, d := range rows {
			if err := fn(d); err != nil {
				return err
			}
		}
		if len(rows) < differencePage {
			return nil
		}
		after = rows[len(rows)-1].ProductID
	}
}

// TotalDifferences adds up all differences that match a filter. What the list leaves out is counted too where no kind is asked for.
// Only what was shipped has an effect, so only that is read line by line; the rest is counted.
func (s *Service) TotalDifferences(tx pg.Tx, who identity.Principal, id uuid.UUID, f DifferenceFilter) (DifferenceTotals, error) {
	c, err := compare(tx, id)
	if err != nil {
		return DifferenceTotals{}, err
	}
	t := c.totals
	if f.Kind != LeftOut {
		if t.Counts, err = countDifferences(tx, c, f); err != nil {
			return t, err
		}
	}
	if f.Kind == LeftOut || f.Kind == "" && f.MinPercent == nil {
		priced, err := countPriced(tx, c, f)
		if err != nil {
			return t, err
		}
		listed, err := countDifferences(tx, c, DifferenceFilter{Search: f.Search})
		if err != nil {
			return t, err
		}
		t.Counts[LeftOut] = priced - listed[Raised] - listed[Lowered] - listed[FloorOnly] - listed[Unchanged]
	}
	sum := differenceSum{effect: new(big.Rat), before: new(big.Rat), after: new(big.Rat)}
	if f.Kind != LeftOut {
		if err := s.sumShipped(tx, who, c, f, &sum); err != nil {
			return t, err
		}
	}
	return t, sum.into(&t, catalog.SeesCosts(who)) // PRC-13
}

// differenceSum is exact until it is shown.
type differenceSum struct {
	effect, before, after *big.Rat
	withoutCost           int
}

// sumShipped adds up the differences of what was shipped in the 12 months.
func (s *Service) sumShipped(tx pg.Tx, who identity.Principal, c Comparison, f DifferenceFilter, sum *differenceSum) error {
	volumes, err := s.shipped.ShippedQuantities(tx, c.totals.From, c.totals.Before, nil)
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(slices.Collect(maps.Keys(volumes)), differencePage) {
		rows, err := differencesOf(tx, c, f, ids)
		if err != nil {
			return err
		}
		if err := s.weighDifferences(tx, who, c, rows); err != nil {
			return err
		}
		for _, d := range rows {
			sum.add(d)
		}
	}
	return nil
}

func (s *differenceSum) add(d Difference) {
	if d.OldPrice != nil {
		s.effect = add(s.effect, d.exactEffect())
	}
	if d.newMarginSum == nil {
		s.withoutCost++
		return
	}
	s.after = add(s.after, d.newMarginSum)
	if d.oldMarginSum != nil {
		s.before = add(s.before, d.oldMarginSum)
	}
}

func (s *differenceSum) into(t *DifferenceTotals, margins bool) (err error) {
	if t.Effect, err = pricing.Rounded(s.effect, money.AmountScale); err != nil || !margins {
		return err
	}
	before, err := pricing.Rounded(s.before, money.AmountScale)
	if err != nil {
		return err
	}
	after, err := pricing.Rounded(s.after, money.AmountScale)
	t.OldMargin, t.NewMargin, t.WithoutCost = &before, &after, s.withoutCost
	return err
}

// weighDifferences fills in what follows from prices, volumes and costs.
func (s *Service) weighDifferences(tx pg.Tx, who identity.Principal, c Comparison, rows []Difference) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, d := range rows {
		ids[i] = d.ProductID
	}
	volumes, err := s.shipped.ShippedQuantities(tx, c.totals.From, c.totals.Before, ids)
	if err != nil {
		return err
	}
	costs := map[uuid.UUID]decimal.Decimal{}
	if catalog.SeesCosts(who) { // PRC-13
		if costs, err = catalog.CostsAt(tx, ids, clock.Today(tx.Now)); err != nil {
			return err
		}
	}
	for i := range rows {
		d := &rows[i]
		d.Volume = volumes[d.ProductID]
		if err := d.weigh(); err != nil {
			return err
		}
		if cost, ok := costs[d.ProductID]; ok {
			if err := d.weighCost(cost); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Difference) weigh() error {
	switch {
	case d.Price == nil:
		d.Kind = LeftOut
		return nil
	case d.OldPrice == nil:
		d.Kind = FirstTime
		return nil
	}
	switch c := d.Price.Cmp(*d.OldPrice); {
	case c > 0:
		d.Kind = Raised
	case c < 0:
		d.Kind = Lowered
	case (BasePrice{Price: *d.OldPrice, FloorPrice: d.OldFloor}).Same(*d.Price, d.FloorPrice):
		d.Kind = Unchanged
	default:
		d.Kind = FloorOnly
	}
	change, err := pricing.Rounded(sub(pricing.Exact(*d.Price), pricing.Exact(*d.OldPrice)), money.PriceScale)
	if err != nil {
		return err
	}
	percent := pricing.DeviationOf(*d.Price, *d.OldPrice)
	effect, err := pricing.Rounded(d.exactEffect(), money.AmountScale)
	d.Change, d.ChangePercent, d.Effect = &change, &percent, &effect
	return err
}

// exactEffect is the change times the volume, without tax: what the change would have made of the last 12 months. As the cost of
// what was shipped doesn't change with its price, it is the effect on the margin.
func (d *Difference) exactEffect() *big.Rat {
	return mul(pricing.Exact(d.Volume), quo(sub(pricing.Exact(*d.Price), pricing.Exact(*d.OldPrice)), add(one, pricing.Exact(d.TaxRate))))
}

func (d *Difference) weighCost(cost decimal.Decimal) (err error) {
	of := func(price *decimal.Decimal) (*pricing.Margin, *big.Rat, error) {
		if price == nil {
			return nil, nil, nil
		}
		m, err := pricing.MarginOf(*price, d.TaxRate, cost)
		return m, mul(pricing.Exact(d.Volume), sub(untaxed(*price, d.TaxRate), pricing.Exact(cost))), err
	}
	if d.OldMargin, d.oldMarginSum, err = of(d.OldPrice); err != nil {
		return err
	}
	d.NewMargin, d.newMarginSum, err = of(d.Price)
	return err
}
