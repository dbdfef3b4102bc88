package pricing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/testpg"
)

var system = identity.System()

// house is a database with products and the service under test.
type house struct {
	t  testing.TB
	db *pg.DB
	s  *Service
}

func newHouse(t testing.TB) house {
	t.Helper()
	return house{t: t, db: testpg.New(t), s: New(approval.New(rulebook.New()))}
}

func (h house) do(fn func(tx pg.Tx) error) {
	h.t.Helper()
	if err := h.db.Tx(h.t.Context(), pg.System("test"), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) fails(want error, fn func(tx pg.Tx) error) {
	h.t.Helper()
	if err := h.db.Tx(h.t.Context(), pg.System("test"), fn); !errors.Is(err, want) {
		h.t.Errorf("got %v, want %v", err, want)
	}
}

func (h house) product(code string, lifecycle catalog.Lifecycle) uuid.UUID {
	h.t.Helper()
	var p catalog.Product
	h.do(func(tx pg.Tx) (err error) {
		p, err = catalog.New().CreateProduct(tx, system, catalog.Input{
			Code: code, Name: "涤纶长丝", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: lifecycle, TaxRate: dec("0.13"),
		})
		return err
	})
	return p.ID
}

func price(id uuid.UUID, base, floor string) PriceLine {
	l := PriceLine{ProductID: id, Price: dec(base)}
	if floor != "" {
		l.FloorPrice = pct(floor)
	}
	return l
}

func (h house) open(at time.Time, lines ...PriceLine) (l BasePriceList) {
	h.t.Helper()
	h.do(func(tx pg.Tx) (err error) {
		l, err = h.s.OpenBasePrices(tx, system, at, "opening prices", lines)
		return err
	})
	return l
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

func TestPRC07_PriceAsOfAnyPastOrFutureInstant(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := h.product("A", catalog.LifecycleStandard), h.product("B", catalog.LifecycleStandard)
	first := h.open(day(1, 10), price(a, "10", ""), price(b, "20", ""))
	third := h.open(day(3, 10), price(a, "12", "11"))
	second := h.open(day(2, 10), price(a, "11", "")) // put in between afterwards
	for _, c := range []struct {
		at           time.Time
		a, b         string
		list, aList  BasePriceList
		hasNoList    bool
		floorDefined bool
	}{
		{at: day(1, 10).Add(-time.Microsecond), hasNoList: true},
		{at: day(1, 10), a: "10.0000", b: "20.0000", list: first, aList: first},
		{at: day(2, 10).Add(-time.Microsecond), a: "10.0000", b: "20.0000", list: first, aList: first},
		{at: day(2, 10), a: "11.0000", b: "20.0000", list: second, aList: second},
		{at: day(3, 10), a: "12.0000", b: "20.0000", list: third, aList: third, floorDefined: true},
		{at: day(12, 31), a: "12.0000", b: "20.0000", list: third, aList: third, floorDefined: true},
	} {
		h.do(func(tx pg.Tx) error {
			q := rep("0", at(a, "10", "1"), at(b, "20", "1"))
			q.At = c.at
			got, err := h.s.Check(tx, q)
			if c.hasNoList {
				if !errors.Is(err, ErrNoList) {
					t.Errorf("%s: %v", c.at, err)
				}
				return nil
			}
			if err != nil {
				return err
			}
			if got.Lines[0].BasePrice.String() != c.a || got.Lines[1].BasePrice.String() != c.b || got.ListNumber != c.list.Number ||
				got.Lines[0].ListID != c.aList.ID || got.Lines[1].ListID != first.ID || (got.Lines[0].FloorPrice != nil) != c.floorDefined {
				t.Errorf("%s: %+v", c.at, got)
			}
			return nil
		})
	}
}

func TestPRC07_HistoryTellsFromToWhenAndWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.product("A", catalog.LifecycleStandard)
	h.open(day(1, 10), price(a, "10", ""))
	h.open(day(3, 10), price(a, "12", "11"))
	h.open(day(2, 10), price(a, "11", ""))
	h.do(func(tx pg.Tx) error {
		var all []string
		page := pg.Page{Limit: 2}
		for {
			rows, next, err := h.s.ListBasePriceHistory(tx, system, a, page)
			if err != nil {
				return err
			}
			for _, r := range rows {
				from, until := "-", "-"
				if r.OldPrice != nil {
					from = r.OldPrice.String()
				}
				if r.EndsAt != nil {
					until = r.EndsAt.Format("01-02")
				}
				all = append(all, fmt.Sprintf("%s→%s %s…%s %s", from, r.Price, r.EffectiveAt.Format("01-02"), until, r.Reason))
			}
			if page.Cursor = next; next == "" {
				break
			}
		}
		want := "11.0000→12.0000 03-10…- opening prices\n10.0000→11.0000 02-10…03-10 opening prices\n-→10.0000 01-10…02-10 opening prices"
		if got := strings.Join(all, "\n"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		one, err := h.s.GetBasePrice(tx, system, a, day(2, 11))
		if err != nil || one.Price.String() != "11.0000" {
			t.Errorf("%+v %v", one, err)
		}
		return nil
	})
	for _, stmt := range []string{"UPDATE base_prices SET price = 1", "DELETE FROM base_prices", "TRUNCATE base_prices"} {
		if err := h.db.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(stmt).Error }); err == nil {
			t.Errorf("%s: base prices are append-only", stmt)
		}
	}
}

func TestPRC07_RegisterOfBasePricesPagesAndSearches(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var lines []PriceLine
	for i := range 5 {
		lines = append(lines, price(h.product(fmt.Sprintf("P%d", i), catalog.LifecycleStandard), "10", ""))
	}
	h.product("UNPRICED", catalog.LifecycleNew)
	h.open(day(1, 10), lines...)
	h.do(func(tx pg.Tx) error {
		var all []string
		page := pg.Page{Limit: 2}
		for {
			rows, next, err := h.s.ListBasePrices(tx, system, PriceFilter{Search: "长丝"}, page)
			if err != nil {
				return err
			}
			for _, r := range rows {
				all = append(all, r.ProductCode)
			}
			if page.Cursor = next; next == "" {
				break
			}
		}
		if got := strings.Join(all, " "); got != "P0 P1 P2 P3 P4" {
			t.Error(got)
		}
		rows, _, err := h.s.ListBasePrices(tx, system, PriceFilter{At: day(1, 9)}, pg.Page{Limit: 9})
		if len(rows) != 0 {
			t.Errorf("before the first list: %+v", rows)
		}
		return err
	})
}

func TestPRC09_DefaultTableIsInForceFromTheBeginning(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.product("A", catalog.LifecycleStandard)
	h.open(day(1, 10), price(a, "100", ""))
	for p, want := range map[string]identity.Role{
		"98": identity.SalesRep, "97.9999": identity.SalesSupervisor, "95": identity.SalesManager, "92": identity.SalesDirector,
		"91.9999": identity.GeneralManager, "1000": identity.SalesRep,
	} {
		h.do(func(tx pg.Tx) error {
			got, err := h.s.Check(tx, rep("0", at(a, p, "1")))
			if got.RequiredRole != want || got.AuthorityNumber != "PAT-DEFAULT" {
				t.Errorf("%s: %s by %s", p, got.RequiredRole, got.AuthorityNumber)
			}
			return err
		})
	}
}

func TestPRC05_OpeningPricesEndWithTheFirstApprovedList(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.product("A", catalog.LifecycleNew)
	h.open(day(1, 10), price(a, "10", ""))
	h.do(func(tx pg.Tx) error {
		p, err := pg.Take[catalog.Product](tx, "id = ?", a)
		if p.Lifecycle != catalog.LifecycleStandard { // PRC-02: it has a base price now
			t.Errorf("lifecycle %s", p.Lifecycle)
		}
		return err
	})
	h.fails(ErrEffectiveTaken, func(tx pg.Tx) error {
		_, err := h.s.OpenBasePrices(tx, system, day(1, 10), "again", []PriceLine{price(a, "11", "")})
		return err
	})
	h.do(func(tx pg.Tx) error {
		return tx.Exec("UPDATE base_price_lists SET reason_kind = 'market'").Error
	})
	h.fails(ErrOpening, func(tx pg.Tx) error {
		_, err := h.s.OpenBasePrices(tx, system, day(2, 10), "again", []PriceLine{price(a, "11", "")})
		return err
	})
}

func TestPRC13_MarginOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.product("A", catalog.LifecycleStandard)
	h.open(day(1, 10), price(a, "113", ""))
	finance := identity.TestPrincipal(uuid.New(), true, nil, identity.FinanceManager)
	h.do(func(tx pg.Tx) error {
		_, err := catalog.New().RecordProductCost(tx, finance, a, day(1, 1), dec("60"), "standard cost")
		return err
	})
	h.do(func(tx pg.Tx) error {
		q := rep("113", at(a, "113", "2"))
		without, err := h.s.Check(tx, q)
		if err != nil || without.Lines[0].Margin != nil || without.Order.Margin != nil {
			t.Errorf("%+v %v", without, err)
		}
		q.WithMargin = true
		with, err := h.s.Check(tx, q)
		if err != nil || with.Order.Margin == nil || with.Lines[0].Margin.Amount.String() != "-10.0000" { // half of 113 without tax is 50
			t.Errorf("%+v %v", with, err)
		}
		return nil
	})
}

func TestCheckRunsOneStatement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var lines []Line
	var prices []PriceLine
	for i := range 20 {
		id := h.product(fmt.Sprintf("P%d", i), catalog.LifecycleStandard)
		prices = append(prices, price(id, "10", ""))
		lines = append(lines, at(id, "10", "1"))
	}
	h.open(day(1, 10), prices...)
	for round, want := range []int64{2, 1, 1} { // the first reads the authority table's entries besides
		ctx, probe := pg.WithProbe(t.Context(), 0)
		err := h.db.View(ctx, pg.System("test"), func(tx pg.Tx) error { _, err := h.s.Check(tx, rep("0", lines...)); return err })
		if err != nil || probe.Statements() != want {
			t.Errorf("round %d: %d statements, %v", round, probe.Statements(), err)
		}
	}
}

// BenchmarkCheck measures the gate at 100,000 products with three prices each.
func BenchmarkCheck(b *testing.B) {
	h := newHouse(b)
	ids := h.fill(100_000)
	for _, n := range []int{3, 50, 200} {
		b.Run(fmt.Sprintf("lines=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				lines := make([]Line, n)
				for j := range lines {
					lines[j] = at(ids[(i*7919+j*104729)%len(ids)], "98.5", "12.5")
				}
				err := h.db.View(b.Context(), pg.System("bench"), func(tx pg.Tx) error { _, err := h.s.Check(tx, rep("1", lines...)); return err })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fill makes n standard products with three base prices each.
func (h house) fill(n int) (ids []uuid.UUID) {
	h.t.Helper()
	for range n {
		ids = append(ids, uuid.Must(uuid.NewV7()))
	}
	h.do(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
			SELECT id, 'P' || n, '涤纶长丝', '', '', 'kg', 'finished', 'standard', 0.13, true, now(), now(), 1
			FROM unnest(?::uuid[]) WITH ORDINALITY AS u (id, n)`, uuidArray(ids)).Error
	})
	for m := time.January; m <= time.March; m++ {
		lines := make([]PriceLine, n)
		for i, id := range ids {
			lines[i] = price(id, "100", "90")
		}
		h.open(day(m, 1), lines...)
	}
	h.do(func(tx pg.Tx) error { return tx.Exec("ANALYZE products, base_prices, base_price_lists").Error })
	return ids
}

func TestPRC01_SaleNeedsABasePriceInForce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	priced, later, unpriced := h.product("A", catalog.LifecycleStandard), h.product("B", catalog.LifecycleStandard), h.product("C", catalog.LifecycleStandard)
	ask := func(when time.Time, ids ...uuid.UUID) (a Answer, err error) {
		q := rep("0")
		q.At = when
		for _, id := range ids {
			q.Lines = append(q.Lines, at(id, "10", "1"))
		}
		err = h.db.View(t.Context(), pg.System("test"), func(tx pg.Tx) error { a, err = h.s.Check(tx, q); return err })
		return a, err
	}
	if _, err := ask(day(6, 1), priced); !errors.Is(err, ErrNoList) {
		t.Errorf("before any list: %v", err)
	}
	h.open(day(1, 1), price(priced, "10", ""))
	h.open(day(7, 1), price(later, "10", ""))
	if _, err := ask(day(6, 1), priced); err != nil {
		t.Error(err)
	}
	a, err := ask(day(6, 1), priced, later, unpriced)
	refused, ok := errs.As(err)
	if !errors.Is(err, ErrNoBasePrice) || !ok || len(refused.Fields) != 2 || refused.Fields[0].Pointer != "/lines/1/product_id" || len(a.Checks) != 2 {
		t.Errorf("%v %+v", err, a.Checks)
	}
	if _, err := ask(day(7, 1), priced, later); err != nil {
		t.Error(err)
	}
}
