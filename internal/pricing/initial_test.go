package pricing

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// initially adds a product of a lifecycle that has an initial price of 100 and, where given, a floor price.
func (g goods) initially(lifecycle catalog.Lifecycle, floor string) uuid.UUID {
	id := g.add("", "")
	f := g[id]
	f.product.Lifecycle = lifecycle
	f.initial = &InitialPrice{ProductID: id, Price: dec("100"), Number: "NPR-1"}
	if floor != "" {
		f.initial.FloorPrice = pct(floor)
	}
	g[id] = f
	return id
}

func TestPRC03_NewProductIsSoldByItsInitialPriceBelowItTheGeneralManagerDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price string
		want  identity.Role
	}{
		{"100.0001", identity.SalesRep},
		{"100", identity.SalesRep},
		{"99.9999", identity.GeneralManager}, // -2 % of the default table is of base prices, not of this
		{"0", identity.GeneralManager},
	} {
		g := goods{}
		a, err := judge(rep("0", at(g.initially(catalog.LifecycleNew, ""), c.price, "3")), g, defaults())
		if err != nil {
			t.Fatal(err)
		}
		within := c.want == identity.SalesRep
		if a.RequiredRole != c.want || a.Within != within || a.DepartmentCovers != within || !a.Lines[0].Initial || a.Lines[0].ListNumber != "NPR-1" {
			t.Errorf("price %s: %+v", c.price, a)
		}
		if !slices.ContainsFunc(a.Checks, func(k decision.Check) bool { return k.Rule == "PRC-03" && strings.Contains(k.ZH, "初始价格") }) {
			t.Errorf("price %s: nobody says that it is an initial price: %+v", c.price, a.Checks)
		}
	}
}

func TestPRC04_AuthorityForTheVeryProductIsTheCommitteesWord(t *testing.T) {
	t.Parallel()
	g := goods{}
	id, category := g.initially(catalog.LifecycleNew, ""), uuid.New()
	f := g[id]
	f.product.CategoryID = &category
	g[id] = f
	table := defaults(Entry{Role: identity.SalesManager, ProductID: &id, MaxBelow: pct("10")}, Entry{Role: identity.SalesRep, CategoryID: &category, MaxBelow: pct("50")})
	for price, want := range map[string]identity.Role{"90": identity.SalesManager, "89.9999": identity.GeneralManager, "100": identity.SalesRep} {
		a, err := judge(rep("0", at(id, price, "1")), g, table)
		if err != nil || a.RequiredRole != want {
			t.Errorf("price %s: %s, %v; want %s", price, a.RequiredRole, err, want)
		}
	}
}

// A base price takes over from the initial one, for a product that is standard.
func TestPRC03_BasePriceTakesOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lifecycle catalog.Lifecycle
		base      string
		initial   bool
	}{
		{catalog.LifecycleNew, "", true},
		{catalog.LifecycleNew, "80", true},       // an old base price of a product that has returned
		{catalog.LifecycleStandard, "", true},    // its base price is published and not in force yet
		{catalog.LifecycleStandard, "80", false}, // the usual
	} {
		g := goods{}
		id := g.initially(c.lifecycle, "")
		if f := g[id]; c.base != "" {
			f.base = pct(c.base)
			g[id] = f
		}
		a, err := judge(rep("0", at(id, "100", "1")), g, defaults())
		if err != nil || a.Lines[0].Initial != c.initial {
			t.Errorf("%+v: %v, %+v", c, err, a.Lines)
		}
	}
}

func TestPRC02_DormantProductIsNotSoldByAnInitialPrice(t *testing.T) {
	t.Parallel()
	g := goods{}
	if _, err := judge(rep("0", at(g.initially(catalog.LifecycleDormant, ""), "100", "1")), g, defaults()); !errors.Is(err, ErrNotStandard) {
		t.Errorf("%v", err)
	}
}

func TestPRC12_FloorOfAnInitialPrice(t *testing.T) {
	t.Parallel()
	for price, below := range map[string]bool{"95.0001": false, "95": false, "94.9999": true} {
		g := goods{}
		a, err := judge(rep("0", at(g.initially(catalog.LifecycleNew, "95"), price, "1")), g, defaults())
		if err != nil || a.FloorBreach != below || a.RequiredRole != identity.GeneralManager {
			t.Errorf("price %s: breach %v, required %s, %v", price, a.FloorBreach, a.RequiredRole, err)
		}
	}
}

// What was judged by an initial price is judged by it again (backtest), and isn't covered by what was said of a base price.
func TestPRC03_BasisKnowsInitialPrices(t *testing.T) {
	t.Parallel()
	g := goods{}
	q := rep("0", at(g.initially(catalog.LifecycleNew, "95"), "99", "1"), at(g.add("100", ""), "99", "1"))
	a, err := judge(q, g, defaults())
	if err != nil {
		t.Fatal(err)
	}
	b := BasisOf(q, a)
	trial, err := NewTrial("T", []Entry{{Role: identity.GeneralManager}, {Role: identity.SalesRep, MaxBelow: pct("50")}})
	if err != nil {
		t.Fatal(err)
	}
	if sale, err := trial.Judge(*b); err != nil || sale.Required != identity.GeneralManager || sale.Within {
		t.Errorf("%+v, %v", sale, err)
	}
	based := *b
	based.Lines = slices.Clone(b.Lines)
	based.Lines[0].Initial = false
	if b.NoWorse(based) || !based.NoWorse(*b) || !b.NoWorse(*b) {
		t.Error("an initial price under an approval of a base price")
	}
}

func (h house) initial(product uuid.UUID, price string) (request uuid.UUID) {
	h.t.Helper()
	request = uuid.New()
	h.do(func(tx pg.Tx) error {
		return SetInitialPrice(tx, InitialPrice{ProductID: product, Price: dec(price), RequestID: request, Number: "NPR-" + price, Reason: "first price"})
	})
	return request
}

func (h house) become(product uuid.UUID, to catalog.Lifecycle) {
	h.t.Helper()
	h.do(func(tx pg.Tx) error {
		_, err := catalog.New().ChangeProductLifecycle(tx, system, product, nil, to)
		return err
	})
}

// The life of a product: new without a price, priced, standard, dormant, back again, priced anew.
func TestPRC02_PRC03_PricesFromBeforeDormancyDoNotCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.product("N", catalog.LifecycleNew)
	sold := func(want string, initial bool) {
		t.Helper()
		h.do(func(tx pg.Tx) error {
			a, err := h.s.Check(tx, rep("0", at(id, "100", "1")))
			if err != nil {
				t.Errorf("want %s: %v", want, err)
			} else if a.Lines[0].BasePrice.Trim(0).String() != want || a.Lines[0].Initial != initial {
				t.Errorf("want %s: %+v", want, a.Lines[0])
			}
			return nil
		})
	}
	refused := func(want error) {
		t.Helper()
		h.fails(want, func(tx pg.Tx) error { _, err := h.s.Check(tx, rep("0", at(id, "100", "1"))); return err })
	}
	refused(ErrNoList)
	request := h.initial(id, "90")
	sold("90", true) // though there is no base price list at all
	h.fails(ErrInitialTwice, func(tx pg.Tx) error {
		return SetInitialPrice(tx, InitialPrice{ProductID: id, Price: dec("1"), RequestID: request, Number: "x", Reason: "x"})
	})
	h.open(h.db.Clock().Now().Add(-time.Millisecond), price(id, "80", "")) // makes it standard
	sold("80", false)
	h.become(id, catalog.LifecycleDormant)
	refused(ErrNotStandard)
	h.become(id, catalog.LifecycleNew)
	refused(ErrNotStandard)
	h.become(id, catalog.LifecycleStandard) // by hand
	refused(ErrNoBasePrice)
	h.become(id, catalog.LifecycleDormant)
	h.become(id, catalog.LifecycleNew)
	h.initial(id, "95")
	sold("95", true)
	h.do(func(tx pg.Tx) error {
		rows, _, err := h.s.ListInitialPrices(tx, system, id, pg.Page{Limit: 10})
		now, atErr := InitialPricesAt(tx, []uuid.UUID{id}, tx.Now)
		if len(rows) != 2 || rows[0].Number != "NPR-95" || now[id].Number != "NPR-95" {
			t.Errorf("%+v %+v", rows, now)
		}
		return errors.Join(err, atErr)
	})
	h.fails(ErrInitialFloor, func(tx pg.Tx) error {
		return tx.Exec("INSERT INTO initial_prices SELECT product_id, now(), 1, 2, gen_random_uuid(), number, reason FROM initial_prices LIMIT 1").Error
	})
	if err := h.db.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec("UPDATE initial_prices SET price = 1").Error }); err == nil {
		t.Error("initial prices are append-only")
	}
}

func TestPRC12_PricesThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price, floor string
		want         error
	}{{"0", "", ErrNotPositive}, {"1", "0", ErrNotPositive}, {"1", "1.0001", ErrInitialFloor}, {"1", "1", nil}, {"1", "", nil}} {
		l := price(uuid.New(), c.price, c.floor)
		if err := CheckPrice(l.Price, l.FloorPrice); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
