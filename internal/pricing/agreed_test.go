package pricing

import (
	"errors"
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
)

func agreedAt(l Line, price, by string) Line {
	l.Agreed = &Agreed{Price: dec(price), By: by, Line: 1, Rule: "QUO-05"}
	return l
}

// A net price at or above what was agreed stands; one below is judged as any.
func TestQUO05_CON09_AgreedPricesStandAtTheirBoundary(t *testing.T) {
	t.Parallel()
	for price, want := range map[string]identity.Role{"80": identity.SalesRep, "80.0001": identity.SalesRep, "79.9999": identity.GeneralManager} {
		g := goods{}
		a, err := judge(rep("0", agreedAt(at(g.add("100", "90"), price, "3"), "80", "QT-1")), g, defaults())
		if err != nil || a.RequiredRole != want || a.Within != (want == identity.SalesRep) || a.FloorBreach == a.Within {
			t.Errorf("%s: %s %v %v", price, a.RequiredRole, a.Within, err)
		}
		if said := a.Checks[0]; said.Rule != "QUO-05" || !strings.Contains(said.EN, "QT-1") {
			t.Errorf("%s: %+v", price, said)
		}
	}
}

// A header discount takes a line below its agreement, and then base price and authority count.
func TestQUO05_AHeaderDiscountCannotSlipUnderAnAgreement(t *testing.T) {
	t.Parallel()
	g := goods{}
	l := agreedAt(at(g.add("100", ""), "80", "3"), "80", "QT-1")
	a, err := judge(rep("0.01", l), g, defaults())
	if err != nil || a.Within || a.RequiredRole != identity.GeneralManager || a.Lines[0].Agreed != nil {
		t.Errorf("%+v %v", a.RequiredRole, err)
	}
}

// What was agreed lends no room to the other lines, and takes none.
func TestQUO05_AnAgreedLineLeavesTheWholeAlone(t *testing.T) {
	t.Parallel()
	for price, want := range map[string]bool{"98": true, "97.9999": false} {
		g := goods{}
		cheap, dear := agreedAt(at(g.add("100", ""), "50", "1000"), "50", "QT-1"), agreedAt(at(g.add("100", ""), "150", "1000"), "150", "HT-1")
		a, err := judge(rep("0", cheap, dear, at(g.add("100", ""), price, "1")), g, defaults())
		if err != nil || a.Within != want {
			t.Errorf("%s: %v %v %+v", price, a.Within, err, a.Order)
		}
	}
}

// A product without base price is sold by agreement, and by nothing else.
func TestQUO05_CON04_AnAgreementNeedsNoBasePrice(t *testing.T) {
	t.Parallel()
	for price, refused := range map[string]bool{"80": false, "79.99": true} {
		g := goods{}
		id := g.add("", "")
		f := g[id]
		f.product.Lifecycle = catalog.LifecycleNew
		g[id] = f
		a, err := judge(rep("0", agreedAt(at(id, price, "3"), "80", "QT-1")), g, defaults())
		if refused != errors.Is(err, ErrNotStandard) || !refused && !a.Within {
			t.Errorf("%s: %v", price, err)
		}
		f.product.Active = false
		g[id] = f
		if _, err := judge(rep("0", agreedAt(at(id, "80", "3"), "80", "QT-1")), g, defaults()); !errors.Is(err, ErrInactive) {
			t.Errorf("inactive: %v", err)
		}
	}
}

// What the decision keeps says the same again, and an approval doesn't count for what was never asked about.
func TestQUO05_TheBasisKeepsTheAgreement(t *testing.T) {
	t.Parallel()
	g := goods{}
	id := g.add("100", "90")
	q := rep("0", agreedAt(at(id, "80", "3"), "80", "QT-1"))
	a, err := judge(q, g, defaults())
	if err != nil {
		t.Fatal(err)
	}
	b := BasisOf(q, a)
	if sale, err := (&Trial{defaults()}).Judge(*b); err != nil || !sale.Within {
		t.Errorf("%+v %v", sale, err)
	}
	plain := rep("0", at(id, "80", "3"))
	p, err := judge(plain, g, defaults())
	if err != nil {
		t.Fatal(err)
	}
	if BasisOf(plain, p).NoWorse(*b) {
		t.Error("without the agreement it is worse: nobody was asked")
	}
	if !b.NoWorse(*BasisOf(plain, p)) {
		t.Error("with the agreement nobody has to be asked")
	}
}
