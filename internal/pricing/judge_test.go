package pricing

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
)

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func pct(s string) *decimal.Decimal {
	d := dec(s)
	return &d
}

// defaults is the table of PRC-09.
func defaults(more ...Entry) *authority {
	return newAuthority(uuid.New(), "PAT-TEST", append([]Entry{
		{Role: identity.SalesRep, MaxBelow: pct("2")},
		{Role: identity.SalesSupervisor, MaxBelow: pct("3")},
		{Role: identity.SalesManager, MaxBelow: pct("5")},
		{Role: identity.SalesDirector, MaxBelow: pct("8")},
		{Role: identity.GeneralManager},
	}, more...))
}

// goods are products with a base price of 100 and, where given, a floor price.
type goods map[uuid.UUID]fact

func (g goods) add(base, floor string) uuid.UUID {
	id := uuid.New()
	f := fact{product: catalog.Product{ID: id, Code: "P", Lifecycle: catalog.LifecycleStandard, Active: true, TaxRate: dec("0.13")}}
	if base != "" {
		f.base = pct(base)
	}
	if floor != "" {
		f.floor = pct(floor)
	}
	g[id] = f
	return id
}

func rep(discount string, lines ...Line) Question {
	return Question{Roles: []identity.Role{identity.SalesRep}, Lines: lines, HeaderDiscount: dec(discount)}
}

func at(id uuid.UUID, price, quantity string) Line {
	return Line{ProductID: id, Price: dec(price), Quantity: dec(quantity)}
}

func TestPRC10_LowestRoleWhoseAuthorityCoversThePrice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price string
		want  identity.Role
	}{
		{"110", identity.SalesRep},
		{"100", identity.SalesRep},
		{"99", identity.SalesRep},
		{"98", identity.SalesRep}, // -2 % exactly is within
		{"97.9999", identity.SalesSupervisor},
		{"97", identity.SalesSupervisor},
		{"96.9999", identity.SalesManager},
		{"95", identity.SalesManager},
		{"94.9999", identity.SalesDirector},
		{"92", identity.SalesDirector},
		{"91.9999", identity.GeneralManager},
		{"0.0001", identity.GeneralManager},
		{"0", identity.GeneralManager}, // a free line
	} {
		g := goods{}
		a, err := judge(rep("0", at(g.add("100", ""), c.price, "3")), g, defaults())
		if err != nil {
			t.Fatal(err)
		}
		within := c.want == identity.SalesRep
		if a.RequiredRole != c.want || a.Lines[0].RequiredRole != c.want || a.Order.RequiredRole != c.want {
			t.Errorf("price %s: required %s, line %s, order %s; want %s", c.price, a.RequiredRole, a.Lines[0].RequiredRole, a.Order.RequiredRole, c.want)
		}
		if a.Within != within || a.DepartmentCovers != (c.want != identity.GeneralManager) {
			t.Errorf("price %s: within %v, department covers %v", c.price, a.Within, a.DepartmentCovers)
		}
		if failed := countFailed(a.Checks); (failed == 0) != within {
			t.Errorf("price %s: %d failed checks", c.price, failed)
		}
	}
}

func countFailed(checks []decision.Check) (n int) {
	for _, c := range checks {
		if c.Result == decision.CheckFailed {
			n++
		}
	}
	return n
}

func TestPRC10_ComparisonsAreExact(t *testing.T) {
	t.Parallel()
	g := goods{}
	id := g.add("33.3333", "")
	// 33.3333 × 0.98 = 32.666634: no price of 4 decimals is the bound itself.
	for price, want := range map[string]bool{"32.6667": true, "32.6666": false} {
		a, err := judge(rep("0", at(id, price, "0.0003")), g, defaults())
		if err != nil || a.Within != want {
			t.Errorf("price %s: within %v, %v", price, a.Within, err)
		}
	}
	// A discount of one fen in a hundred million is still beyond the bound, and shown so.
	a, err := judge(rep("0.01", at(id, "32.6667", "1000000")), g, defaults())
	if err != nil || !a.Within {
		t.Fatalf("within %v, %v", a.Within, err)
	}
	big := g.add("100", "")
	a, err = judge(rep("0.01", at(big, "98", "1000000")), g, defaults())
	if err != nil || a.Within || a.Lines[0].Deviation.String() != "-2.0001" {
		t.Fatalf("within %v, deviation %s, %v", a.Within, a.Lines[0].Deviation, err)
	}
}

func TestPRC10_HeaderDiscountCountsOnEveryLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		discount string
		within   bool
	}{{"0", true}, {"4", true}, {"4.01", false}, {"200", false}} {
		g := goods{}
		a, err := judge(rep(c.discount, at(g.add("100", ""), "100", "1"), at(g.add("100", ""), "100", "1")), g, defaults())
		if err != nil {
			t.Fatal(err)
		}
		if a.Within != c.within || a.Lines[0].Within != c.within || a.Order.Within != c.within {
			t.Errorf("discount %s: within %v, line %v, order %v", c.discount, a.Within, a.Lines[0].Within, a.Order.Within)
		}
	}
	g := goods{}
	id := g.add("100", "")
	for _, discount := range []string{"-0.01", "100.01"} {
		if _, err := judge(rep(discount, at(id, "100", "1")), g, defaults()); !errors.Is(err, ErrDiscount) {
			t.Errorf("discount %s: %v", discount, err)
		}
	}
}

func TestPRC10_DearLineDoesNotPayForAFreeOne(t *testing.T) {
	t.Parallel()
	g := goods{}
	dear, free := g.add("100", ""), g.add("100", "")
	a, err := judge(rep("0", at(dear, "200", "1"), at(free, "0", "1")), g, defaults())
	if err != nil {
		t.Fatal(err)
	}
	if a.Within || a.Lines[1].RequiredRole != identity.GeneralManager || a.Lines[1].Deviation.String() != "-100.0000" || !a.Order.Within {
		t.Fatalf("%+v", a)
	}
	a, err = judge(rep("0", at(free, "0", "5")), g, defaults()) // all for nothing
	if err != nil || a.Within || a.Order.RequiredRole != identity.GeneralManager {
		t.Fatalf("%+v %v", a, err)
	}
}

func TestPRC10_WholeOrderIsJudgedByTheSumOfWhatItsLinesAllow(t *testing.T) {
	t.Parallel()
	g := goods{}
	tight, loose := g.add("100", ""), g.add("100", "")
	table := defaults(Entry{Role: identity.SalesRep, ProductID: &loose, MaxBelow: pct("10")})
	s := span{low: Exact(dec("0")), high: Exact(dec("0"))}
	s.add(table.of(identity.SalesRep, g[tight].product, one), Exact(dec("100")))
	s.add(table.of(identity.SalesRep, g[loose].product, one), Exact(dec("100")))
	for net, want := range map[string]bool{"188": true, "187.9999": false, "188.0001": true, "1000": true} {
		if got := s.covers(Exact(dec(net))); got != want {
			t.Errorf("net %s: %v", net, got)
		}
	}
}

func TestPRC09_NearestEntryCounts(t *testing.T) {
	t.Parallel()
	category, product := uuid.New(), uuid.New()
	table := defaults(
		Entry{Role: identity.SalesRep, CategoryID: &category, MaxBelow: pct("4")},
		Entry{Role: identity.SalesRep, ProductID: &product, MaxBelow: pct("1"), MaxAbove: pct("10")},
	)
	for _, c := range []struct {
		name     string
		product  catalog.Product
		net      string
		expected bool
	}{
		{"all", catalog.Product{ID: uuid.New()}, "98", true},
		{"all, below", catalog.Product{ID: uuid.New()}, "97.9999", false},
		{"category before all", catalog.Product{ID: uuid.New(), CategoryID: &category}, "96", true},
		{"category, below", catalog.Product{ID: uuid.New(), CategoryID: &category}, "95.9999", false},
		{"product before category", catalog.Product{ID: product, CategoryID: &category}, "98.9999", false},
		{"product", catalog.Product{ID: product, CategoryID: &category}, "99", true},
		{"product, upper bound", catalog.Product{ID: product}, "110", true},
		{"product, above", catalog.Product{ID: product}, "110.0001", false},
		{"above is without bound by default", catalog.Product{ID: uuid.New()}, "100000", true},
	} {
		got := table.of(identity.SalesRep, c.product, one).covers(Exact(dec(c.net)), Exact(dec("100")))
		if got != c.expected {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if got := table.of(identity.SalesAssistant, catalog.Product{}, one); !got.covers(one, one) || got.covers(Exact(dec("0.9999")), one) || got.covers(Exact(dec("1.0001")), one) {
		t.Error("a role without an entry sells at the base price and no other")
	}
}

func TestPRC09_TableMustWork(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	gm := Entry{Role: identity.GeneralManager}
	for _, c := range []struct {
		name    string
		entries []Entry
		want    error
	}{
		{"only the general manager", []Entry{gm}, nil},
		{"no general manager", []Entry{{Role: identity.SalesRep}}, ErrNoGMEntry},
		{"general manager for one product only", []Entry{{Role: identity.GeneralManager, ProductID: &id}}, ErrNoGMEntry},
		{"bounded general manager", []Entry{{Role: identity.GeneralManager, MaxBelow: pct("50")}}, ErrGMBound},
		{"twice", []Entry{gm, {Role: identity.SalesRep, ProductID: &id}, {Role: identity.SalesRep, ProductID: &id}}, ErrEntryTwice},
		{"both scopes", []Entry{gm, {Role: identity.SalesRep, ProductID: &id, CategoryID: &id}}, ErrEntryScope},
		{"foreign role", []Entry{gm, {Role: identity.GateGuard}}, ErrRole},
	} {
		if err := checkEntries(c.entries); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestPRC12_BelowFloorNeedsTheGeneralManager(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price, discount string
		breach          bool
	}{{"99.5", "0", false}, {"99.4999", "0", true}, {"99.5001", "0", false}, {"100", "0.50", false}, {"100", "0.51", true}} {
		g := goods{}
		a, err := judge(rep(c.discount, at(g.add("100", "99.5"), c.price, "1")), g, defaults())
		if err != nil {
			t.Fatal(err)
		}
		if a.FloorBreach != c.breach || a.Within == c.breach || (a.RequiredRole == identity.GeneralManager) != c.breach {
			t.Errorf("price %s less %s: breach %v, within %v, required %s", c.price, c.discount, a.FloorBreach, a.Within, a.RequiredRole)
		}
	}
	g := goods{}
	q := rep("0", at(g.add("100", "99"), "90", "1"))
	q.Roles = []identity.Role{identity.GeneralManager}
	if a, err := judge(q, g, defaults()); err != nil || !a.Within || !a.FloorBreach {
		t.Fatalf("the general manager sells below floor on their own authority: %+v %v", a, err)
	}
}

func TestPRC02_OnlyStandardProductsWithABasePriceAreSold(t *testing.T) {
	t.Parallel()
	g := goods{}
	fine, unpriced, dormant, fresh, idle := g.add("100", ""), g.add("", ""), g.add("100", ""), g.add("100", ""), g.add("100", "")
	set := func(id uuid.UUID, change func(*fact)) {
		f := g[id]
		change(&f)
		g[id] = f
	}
	set(dormant, func(f *fact) { f.product.Lifecycle = catalog.LifecycleDormant })
	set(fresh, func(f *fact) { f.product.Lifecycle = catalog.LifecycleNew })
	set(idle, func(f *fact) { f.product.Active = false })
	for id, want := range map[uuid.UUID]error{
		fine: nil, unpriced: ErrNoBasePrice, dormant: ErrNotStandard, fresh: ErrNotStandard, idle: ErrInactive, uuid.New(): ErrUnknownProduct,
	} {
		a, err := judge(rep("0", at(fine, "100", "1"), at(id, "100", "1")), g, defaults())
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if want != nil && len(a.Checks) != 1 {
			t.Errorf("%v: checks %v", want, a.Checks)
		}
	}
}

func TestPRC13_MarginIsOfThePriceWithoutTax(t *testing.T) {
	t.Parallel()
	g := goods{}
	id, other := g.add("113", ""), g.add("113", "")
	a, err := judge(rep("0", at(id, "113", "2")), g, defaults())
	if err != nil || a.Lines[0].Margin != nil || a.Order.Margin != nil {
		t.Fatalf("no margin unless asked for: %+v %v", a, err)
	}
	costs := map[uuid.UUID]decimal.Decimal{id: dec("80")}
	if err := addMargins(&a, costs, one); err != nil {
		t.Fatal(err)
	}
	if m := a.Lines[0].Margin; m.Cost.String() != "80.0000" || m.Amount.String() != "20.0000" || m.Percent.String() != "20.00" {
		t.Errorf("line: %+v", m)
	}
	if m := a.Order.Margin; m.Cost.String() != "160.00" || m.Amount.String() != "40.00" {
		t.Errorf("order: %+v", m)
	}
	a, _ = judge(rep("0", at(id, "113", "2"), at(other, "113", "1")), g, defaults())
	if err := addMargins(&a, costs, one); err != nil || a.Order.Margin != nil || a.Lines[1].Margin != nil {
		t.Errorf("a cost is missing: %+v %v", a.Order.Margin, err)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	t.Parallel()
	g := goods{}
	id := g.add("100", "")
	for _, c := range []struct {
		q    Question
		want error
	}{
		{rep("0"), ErrNoLines},
		{rep("0", at(id, "1", "0")), ErrQuantity},
		{rep("0", at(id, "1", "-1")), ErrQuantity},
		{rep("0", at(id, "-0.0001", "1")), ErrPrice},
		{rep("0", at(id, "99999999999999", "99999999999999")), ErrTooLarge},
	} {
		if _, err := judge(c.q, g, defaults()); !errors.Is(err, c.want) {
			t.Errorf("got %v, want %v", err, c.want)
		}
	}
}
