package pricelist

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

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
			got, err := h.gate.Check(tx, q)
			if c.hasNoList {
				if !errors.Is(err, pricing.ErrNoList) {
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
