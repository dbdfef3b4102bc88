package pricing

import (
	"errors"
	"math/big"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/identity"
)

// from is an entry of the rep for a product from a quantity on.
func from(product uuid.UUID, quantity, below string) Entry {
	return Entry{Role: identity.SalesRep, ProductID: &product, MinQuantity: pct(quantity), MaxBelow: pct(below)}
}

func TestPRC09_AnEntryHoldsFromItsMinimumQuantityOn(t *testing.T) {
	t.Parallel()
	g := goods{}
	id, other := g.add("100", ""), g.add("100", "")
	table := defaults(from(id, "1000", "6"), from(id, "5000", "9"))
	for _, c := range []struct {
		lines  []Line
		within bool
	}{
		{[]Line{at(id, "94", "999.9999")}, false}, // the entry for all products counts
		{[]Line{at(id, "98", "999.9999")}, true},
		{[]Line{at(id, "94", "1000")}, true},
		{[]Line{at(id, "93.9999", "1000")}, false},
		{[]Line{at(id, "91", "4999.9999")}, false},
		{[]Line{at(id, "91", "5000")}, true},
		{[]Line{at(id, "91", "5000.0001")}, true},
		{[]Line{at(id, "94", "600"), at(id, "94", "400")}, true},         // one order cut into lines
		{[]Line{at(id, "94", "600"), at(other, "100", "400")}, false},    // another product's quantity doesn't count
		{[]Line{at(id, "94", "1000"), at(other, "94", "0.0001")}, false}, // nor does the entry
	} {
		a, err := judge(rep("0", c.lines...), g, table)
		if err != nil || a.Within != c.within {
			t.Errorf("%v: within %v, %v", c.lines, a.Within, err)
		}
	}
}

func TestPRC09_AWholeOrderHasABoundOfItsOwn(t *testing.T) {
	t.Parallel()
	g := goods{}
	a, b := g.add("100", ""), g.add("100", "")
	loose := Entry{Role: identity.SalesRep, ProductID: &a, MaxBelow: pct("10")}
	whole := Entry{Role: identity.SalesRep, Level: OnOrder, MaxBelow: pct("4")}
	for _, c := range []struct {
		price, discount string
		within          bool
		required        identity.Role
	}{
		{"92.0001", "0", true, identity.SalesRep}, // 192.0001 of 200 is within -4 %
		{"92", "0", true, identity.SalesRep},      // -4 % exactly
		{"91.9999", "0", false, identity.GeneralManager},
		{"95", "3", true, identity.SalesRep}, // what is taken off the whole counts too
		{"95", "3.01", false, identity.SalesDirector},
	} {
		got, err := judge(rep(c.discount, at(a, c.price, "1"), at(b, "100", "1")), g, defaults(loose, whole))
		if err != nil || got.Within != c.within || got.RequiredRole != c.required {
			t.Errorf("price %s, discount %s: within %v, required %s, %v", c.price, c.discount, got.Within, got.RequiredRole, err)
		}
		if got.Order.OwnLow == nil || got.Order.OwnLow.String() != "192.00" {
			t.Errorf("the rep may sell it all for %v alone", got.Order.OwnLow)
		}
	}
}

func TestPRC09_EntriesThatCantWorkAreRefused(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	gm := Entry{Role: identity.GeneralManager}
	for name, c := range map[string]struct {
		entries []Entry
		want    error
	}{
		"bound on whole orders of a product": {[]Entry{gm, {Role: identity.SalesRep, Level: OnOrder, ProductID: &id}}, ErrEntryLevel},
		"bound on whole orders by quantity":  {[]Entry{gm, {Role: identity.SalesRep, Level: OnOrder, MinQuantity: pct("1")}}, ErrEntryLevel},
		"from quantity 0 on":                 {[]Entry{gm, {Role: identity.SalesRep, MinQuantity: pct("0")}}, ErrMinQuantity},
		"the same quantity twice":            {[]Entry{gm, from(id, "5", "1"), from(id, "5.00", "2")}, ErrEntryTwice},
		"general manager from a quantity on": {[]Entry{{Role: identity.GeneralManager, MinQuantity: pct("1")}}, ErrNoGMEntry},
		"two quantities":                     {[]Entry{gm, from(id, "5", "1"), from(id, "6", "2")}, nil},
		"line and order":                     {[]Entry{gm, {Role: identity.SalesRep}, {Role: identity.SalesRep, Level: OnOrder}}, nil},
	} {
		if err := checkEntries(c.entries); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPRC10_AnswerSaysHowFarTheAskerMayGoAlone(t *testing.T) {
	t.Parallel()
	g := goods{}
	odd, floored := g.add("33.3333", ""), g.add("100", "99")
	above := Entry{Role: identity.SalesRep, ProductID: &odd, MaxBelow: pct("2"), MaxAbove: pct("1")}
	q := rep("0", at(odd, "30", "1"), at(floored, "98", "1"))
	a, err := judge(q, g, defaults(above))
	if err != nil {
		t.Fatal(err)
	}
	if low, high := a.Lines[0].OwnLow, a.Lines[0].OwnHigh; low.String() != "32.6667" || high.String() != "33.6666" {
		t.Errorf("own prices %s … %s", low, high) // inwards: 32.666634 and 33.666633 are the bounds
	}
	if low, high := a.Lines[1].OwnLow, a.Lines[1].OwnHigh; low.String() != "99" || high != nil {
		t.Errorf("own prices %v … %v: the floor price holds", low, high)
	}
	q.Roles = []identity.Role{identity.GeneralManager}
	if a, err = judge(q, g, defaults()); err != nil || a.Lines[1].OwnLow != nil || a.Order.OwnLow != nil {
		t.Errorf("the general manager is bounded: %+v, %v", a.Order, err)
	}
	q.Roles = []identity.Role{identity.SalesAssistant}
	if a, err = judge(q, g, defaults()); err != nil || a.Lines[0].OwnLow.String() != "33.3333" || a.Order.OwnLow.String() != "133.34" {
		t.Errorf("who has no authority sells at base prices: %v %v, %v", a.Lines[0].OwnLow, a.Order.OwnLow, err)
	}
}

func TestPRC09_LessThanWasAgreedIsWorseWhereItTakesSomebodyHigher(t *testing.T) {
	t.Parallel()
	product := uuid.New()
	basis := func(required identity.Role, quantities ...string) (b Basis) {
		b.Sale = Sale{Within: required == identity.SalesRep, Required: required}
		for _, q := range quantities {
			b.Lines = append(b.Lines, BasisLine{Product: product, Quantity: dec(q), Price: dec("90"), Base: dec("100")})
		}
		return b
	}
	rep, manager := identity.SalesRep, identity.SalesManager
	for _, c := range []struct {
		now, then Basis
		want      bool
	}{
		{basis(manager, "1000"), basis(rep, "1000"), true},
		{basis(manager, "1000.0001"), basis(rep, "1000"), true},
		{basis(manager, "999.9999"), basis(rep, "1000"), false}, // the quantity that its price held from isn't reached any more
		{basis(rep, "999.9999"), basis(rep, "1000"), true},
		{basis(manager, "500", "500"), basis(rep, "600", "400"), true},
	} {
		if got := c.now.NoWorse(c.then); got != c.want {
			t.Errorf("%v after %v: %v", c.now.Lines, c.then.Lines, got)
		}
	}
}

// Whatever an order looks like, what a rep sells alone is charged at no less than what the table allows, but for the rounding of each
// line to the fen; neither a discount on the whole, nor free lines, nor many small ones get below it (PRC-10).
func TestPRC10_NothingSlipsUnderAnAuthority(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := goods{}
		products := []uuid.UUID{g.add("100", ""), g.add("33.3333", ""), g.add("0.0001", ""), g.add("9999.9999", "9900")}
		table := defaults(from(products[0], "1000", "6"), Entry{Role: identity.SalesRep, Level: OnOrder, MaxBelow: pct("5")})
		q := rep("0")
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			id := rapid.SampledFrom(products).Draw(t, "product")
			base := Exact(*g[id].base)
			share := big.NewRat(rapid.Int64Range(0, 12_000).Draw(t, "share"), 10_000)
			price, err := Rounded(mul(base, share), 4)
			if err != nil {
				t.Fatal(err)
			}
			quantity := decimal.MustNew(rapid.Int64Range(1, 30_000_000).Draw(t, "quantity"), 4)
			q.Lines = append(q.Lines, Line{ProductID: id, Price: price, Quantity: quantity})
		}
		q.HeaderDiscount = decimal.MustNew(rapid.Int64Range(0, 1_000_000).Draw(t, "discount"), 2)
		a, err := judge(q, g, table)
		if errors.Is(err, ErrDiscount) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		lowest, least, ordered := new(big.Rat), new(big.Rat), orderedOf(q)
		for _, l := range q.Lines {
			base := mul(Exact(*g[l.ProductID].base), Exact(l.Quantity))
			below := "2"
			if l.ProductID == products[0] && ordered[l.ProductID].Cmp(big.NewRat(1000, 1)) >= 0 {
				below = "6"
			}
			lowest = add(lowest, mul(base, sub(one, quo(Exact(dec(below)), hundred))))
			least = add(least, base)
		}
		slack := big.NewRat(int64(len(q.Lines)), 200) // half a fen for each line
		charged := add(Exact(a.Order.Net), slack)
		if a.Within && (charged.Cmp(lowest) < 0 || charged.Cmp(mul(least, big.NewRat(95, 100))) < 0) {
			t.Fatalf("%s is charged, the rep may sell for %s of %s", a.Order.Net, lowest.FloatString(4), least.FloatString(4))
		}
		if a.Within != (a.RequiredRole == identity.SalesRep) {
			t.Fatalf("within %v, and the lowest role is %s", a.Within, a.RequiredRole)
		}
		for _, l := range a.Lines { // what is shown as allowed is allowed
			alone, err := judge(rep("0", Line{ProductID: l.Product.ID, Price: *l.OwnLow, Quantity: dec("1000")}), g, table)
			if err != nil || l.Product.ID != products[0] && !alone.Lines[0].Within {
				t.Fatalf("%s can't be sold at %s alone, %v", l.Product.Code, l.OwnLow, err)
			}
		}
	})
}

// Cutting a line in two changes nothing about who may sell it (PRC-09, PRC-10).
func TestPRC10_CuttingALineChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := goods{}
		id := g.add("100", "")
		table := defaults(from(id, "1000", "6"))
		price := decimal.MustNew(rapid.Int64Range(900_000, 1_010_000).Draw(t, "price"), 4)
		quantity := rapid.Int64Range(2, 20_000_000).Draw(t, "quantity")
		part := rapid.Int64Range(1, quantity-1).Draw(t, "part")
		whole, err := judge(rep("0", Line{ProductID: id, Quantity: decimal.MustNew(quantity, 4), Price: price}), g, table)
		if err != nil {
			t.Fatal(err)
		}
		cut, err := judge(rep("0", Line{ProductID: id, Quantity: decimal.MustNew(part, 4), Price: price}, Line{ProductID: id, Quantity: decimal.MustNew(quantity-part, 4), Price: price}), g, table)
		if err != nil || cut.Within != whole.Within || cut.RequiredRole != whole.RequiredRole {
			t.Fatalf("whole %v by %s, cut %v by %s, %v", whole.Within, whole.RequiredRole, cut.Within, cut.RequiredRole, err)
		}
	})
}
