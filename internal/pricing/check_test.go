package pricing

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

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

// priced is a base price of a product, and its floor price.
type priced struct {
	ProductID  uuid.UUID        `json:"product_id"`
	Price      decimal.Decimal  `json:"price"`
	FloorPrice *decimal.Decimal `json:"floor_price"`
}

func price(id uuid.UUID, base, floor string) priced {
	p := priced{ProductID: id, Price: dec(base)}
	if floor != "" {
		p.FloorPrice = pct(floor)
	}
	return p
}

// open puts base prices into force as package pricelist does, which stands below this one.
func (h house) open(at time.Time, prices ...priced) {
	h.t.Helper()
	body, err := json.Marshal(prices)
	if err != nil {
		h.t.Fatal(err)
	}
	list := uuid.Must(uuid.NewV7())
	h.do(func(tx pg.Tx) error {
		err := errors.Join(
			tx.Exec(`INSERT INTO base_price_lists (id, number, state, reason_kind, reason, created_at, version)
				VALUES (?, ?, 'draft', 'opening', 'opening prices', ?, 1)`, list, "BPL-"+list.String(), tx.Now).Error,
			tx.Exec(`INSERT INTO base_price_lines (list_id, product_id, price, floor_price, reason) SELECT ?, product_id, price, floor_price, ''
				FROM jsonb_to_recordset(?::jsonb) AS r (product_id uuid, price numeric, floor_price numeric)`, list, string(body)).Error,
			tx.Exec("UPDATE base_price_lists SET state = 'published', effective_at = ?, published_at = ? WHERE id = ?", at, tx.Now, list).Error,
			tx.Exec(`INSERT INTO base_prices (product_id, effective_at, price, floor_price, list_id, reason, makes_standard)
				SELECT l.product_id, ?, l.price, l.floor_price, l.list_id, 'opening prices', p.lifecycle = 'new'
				FROM base_price_lines AS l JOIN products AS p ON p.id = l.product_id WHERE l.list_id = ?`, at, list).Error,
		)
		if err != nil {
			return err
		}
		if _, err := catalog.Standardise(tx, list, len(prices)+1); err != nil {
			return err
		}
		return tx.Exec("UPDATE base_price_lists SET settled_at = ? WHERE id = ?", tx.Now, list).Error
	})
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

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
	var prices []priced
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
		prices := make([]priced, n)
		for i, id := range ids {
			prices[i] = price(id, "100", "90")
		}
		h.open(day(m, 1), prices...)
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
