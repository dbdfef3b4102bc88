package newproduct

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Shipments tells what was shipped; package delivery does, through app.
type Shipments interface {
	// ShippedByMonth sums up what left of each product since its instant, by month of Shanghai's calendar and unit. Cancelled
	// delivery notes don't count.
	ShippedByMonth(tx pg.Tx, products []uuid.UUID, since []time.Time) ([]Shipped, error)
}

// Shipped is what was shipped of a product in a month, in one unit.
type Shipped struct {
	ProductID uuid.UUID
	Month     time.Time // its first day
	Unit      string
	Quantity  decimal.Decimal
}

// Unwatchable is why a product can't be watched; "" when it can.
type Unwatchable string

// The reasons.
const (
	NoWeight    Unwatchable = "no_weight"    // nobody has said how many tonnes a unit is
	UnitChanged Unwatchable = "unit_changed" // it was shipped in another unit, which doesn't say what it weighs
)

// Volume is what was shipped of a product that has only an initial price (PRC-04).
type Volume struct {
	Product     catalog.Product
	Initial     pricing.InitialPrice
	ThisMonth   decimal.Decimal // tonnes
	Month       time.Time       // the month with the most; the running one while there is nothing
	MonthTonnes decimal.Decimal
	Total       decimal.Decimal
	Unwatchable Unwatchable
	Adoption    *uuid.UUID // that is open
}

// Bounds are the tonnes at which the committee must act.
type Bounds struct{ Month, Total decimal.Decimal }

// Reached is which bound a volume has reached, "" for none: "month" before "total" (PRC-04).
func (b Bounds) Reached(v Volume) string {
	switch {
	case v.Unwatchable != "":
		return ""
	case v.MonthTonnes.Cmp(b.Month) >= 0:
		return "month"
	case v.Total.Cmp(b.Total) >= 0:
		return "total"
	}
	return ""
}

// bounds reads price.adopt_tonnes_month and price.adopt_tonnes_total.
func (s *Service) bounds(tx pg.Tx) (b Bounds, err error) {
	if b.Month, err = s.rules.Decimal(tx, "price.adopt_tonnes_month"); err != nil {
		return b, err
	}
	b.Total, err = s.rules.Decimal(tx, "price.adopt_tonnes_total")
	return b, err
}

// volumes adds up what was shipped of products by their initial price. Two statements.
func (s *Service) volumes(tx pg.Tx, initial []pricing.InitialPrice) ([]Volume, error) {
	if len(initial) == 0 {
		return nil, nil
	}
	ids, since := make([]uuid.UUID, len(initial)), make([]time.Time, len(initial))
	for i, p := range initial {
		ids[i], since[i] = p.ProductID, p.EffectiveAt
	}
	products, err := catalog.Briefs(tx, ids)
	if err != nil {
		return nil, err
	}
	shipped, err := s.Shipments.ShippedByMonth(tx, ids, since)
	if err != nil {
		return nil, err
	}
	of := map[uuid.UUID][]Shipped{}
	for _, sh := range shipped {
		of[sh.ProductID] = append(of[sh.ProductID], sh)
	}
	rows := make([]Volume, len(initial))
	for i, p := range initial {
		if rows[i], err = weigh(products[p.ProductID], of[p.ProductID], clock.Today(tx.Now)); err != nil {
			return nil, err
		}
		rows[i].Initial = p
	}
	return rows, nil
}

// weigh adds up in tonnes what was shipped of a product. A quantity weighs what its own line's unit says: the product's weight only
// where the product has that unit still.
func weigh(p catalog.Product, shipped []Shipped, today time.Time) (Volume, error) {
	running := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	v := Volume{Product: p, Month: running}
	if p.TonnesPerUnit == nil {
		v.Unwatchable = NoWeight
	}
	months := map[time.Time]decimal.Decimal{}
	for _, sh := range shipped {
		per := p.TonnesPerUnit
		if sh.Unit != p.Unit {
			per = catalog.TonnesOf(sh.Unit)
		}
		if per == nil {
			if v.Unwatchable == "" {
				v.Unwatchable = UnitChanged
			}
			continue
		}
		tonnes, err := sh.Quantity.Mul(*per)
		if err != nil {
			return v, pricing.ErrTooLarge.Wrap(err)
		}
		if v.Total, err = v.Total.Add(tonnes); err != nil {
			return v, pricing.ErrTooLarge.Wrap(err)
		}
		if months[sh.Month], err = months[sh.Month].Add(tonnes); err != nil {
			return v, pricing.ErrTooLarge.Wrap(err)
		}
	}
	v.ThisMonth = months[running]
	for month, tonnes := range months {
		if c := tonnes.Cmp(v.MonthTonnes); c > 0 || c == 0 && month.Before(v.Month) && tonnes.IsPos() {
			v.Month, v.MonthTonnes = month, tonnes
		}
	}
	return v, nil
}

// ListVolumes returns a page of the products that have only an initial price with what was shipped of them, and the bounds; those that
// can't be watched, too, or only those.
func (s *Service) ListVolumes(tx pg.Tx, _ identity.Principal, onlyUnwatchable bool, page pg.Page) ([]Volume, Bounds, string, error) {
	var after uuid.UUID
	if _, err := page.After(&after); err != nil {
		return nil, Bounds{}, "", err
	}
	bounds, err := s.bounds(tx)
	if err != nil {
		return nil, bounds, "", err
	}
	initial, err := pricing.OnlyInitial(tx, after, page.Limit+1)
	if err != nil {
		return nil, bounds, "", err
	}
	initial, next, err := pg.Cut(page, initial, func(p pricing.InitialPrice) any { return p.ProductID })
	if err != nil {
		return nil, bounds, "", err
	}
	rows, err := s.volumes(tx, initial)
	if err != nil {
		return nil, bounds, "", err
	}
	open, err := openAdoptions(tx, initial)
	for i := range rows {
		if id, ok := open[rows[i].Product.ID]; ok {
			rows[i].Adoption = &id
		}
	}
	if onlyUnwatchable { // a page may be short; the cursor goes on
		rows = slices.DeleteFunc(rows, func(v Volume) bool { return v.Unwatchable == "" })
	}
	return rows, bounds, next, err
}
