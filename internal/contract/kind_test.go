package contract

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
)

func on(date string) time.Time {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return d
}

func num(s string) decimal.Decimal { return decimal.MustParse(s) }

// CON-01: six calendar months, first and last day included, are long; a day less is short.
func TestCON01_LongFromSixCalendarMonths(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		starts, ends string
		long         bool
	}{
		{"2026-01-01", "2026-06-30", true}, // six months to the day
		{"2026-01-01", "2026-06-29", false},
		{"2026-01-01", "2026-07-01", true},
		{"2026-01-15", "2026-07-14", true},
		{"2026-01-15", "2026-07-13", false},
		{"2027-08-31", "2028-02-28", true}, // six months on it is 29 February 2028
		{"2027-08-31", "2028-02-27", false},
		{"2026-08-31", "2027-02-27", true}, // no leap year
		{"2026-08-31", "2027-02-26", false},
		{"2028-02-29", "2028-08-28", true}, // from a leap day
		{"2028-02-29", "2028-08-27", false},
		{"2026-12-31", "2027-06-29", true}, // June has 30 days
		{"2026-12-31", "2027-06-28", false},
		{"2026-07-01", "2026-12-31", true},
		{"2026-07-01", "2026-07-01", false},
	} {
		if got := IsLong(on(tc.starts), on(tc.ends), 6); got != tc.long {
			t.Errorf("%s to %s: long %v", tc.starts, tc.ends, got)
		}
	}
	if !IsLong(on("2026-01-01"), on("2026-01-31"), 1) || IsLong(on("2026-01-01"), on("2026-01-30"), 1) {
		t.Error("the months are a parameter")
	}
}

// CON-01: standard is what every line is a regular product of, as it is.
func TestCON01_StandardByItsProducts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		lifecycle catalog.Lifecycle
		spec      string
		standard  bool
	}{
		{catalog.LifecycleStandard, "", true},
		{catalog.LifecycleNew, "", false},
		{catalog.LifecycleDormant, "", false},
		{catalog.LifecycleStandard, "2.5D", false},
	} {
		if got := (Line{Spec: tc.spec}).standard(catalog.Product{Lifecycle: tc.lifecycle}); got != tc.standard {
			t.Errorf("%s %q: standard %v", tc.lifecycle, tc.spec, got)
		}
	}
}

func plan(pairs ...string) []Delivery {
	var list []Delivery
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Delivery{On: on(pairs[i]), Quantity: num(pairs[i+1])})
	}
	return list
}

// CON-05: production is asked again for more, for earlier, and for something else; never for less or later.
func TestCON05_WhatAsksMoreOfProduction(t *testing.T) {
	t.Parallel()
	product, id := uuid.New(), uuid.New()
	base := Line{ID: id, ProductID: product, Quantity: num("100"), Deliveries: plan("2027-01-10", "40", "2027-02-10", "60")}
	for name, tc := range map[string]struct {
		change func(l *Line)
		more   bool
	}{
		"the same": {func(*Line) {}, false},
		"less":     {func(l *Line) { l.Quantity, l.Deliveries = num("90"), plan("2027-01-10", "40", "2027-02-10", "50") }, false},
		"more": {func(l *Line) {
			l.Quantity, l.Deliveries = num("100.0001"), plan("2027-01-10", "40", "2027-02-10", "60.0001")
		}, true},
		"a day earlier":            {func(l *Line) { l.Deliveries = plan("2027-01-09", "40", "2027-02-10", "60") }, true},
		"a day later":              {func(l *Line) { l.Deliveries = plan("2027-01-11", "40", "2027-02-10", "60") }, false},
		"more of it early":         {func(l *Line) { l.Deliveries = plan("2027-01-10", "41", "2027-02-10", "59") }, true},
		"all of it late":           {func(l *Line) { l.Deliveries = plan("2027-02-10", "100") }, false},
		"another product":          {func(l *Line) { l.ProductID = uuid.New() }, true},
		"another specification":    {func(l *Line) { l.Spec = "x" }, true},
		"a line that wasn't there": {func(l *Line) { l.ID = uuid.New() }, true},
	} {
		l := base
		tc.change(&l)
		next, was := Contract{Lines: []Line{l}}, Contract{Lines: []Line{base}}
		if got := next.asksMore(&was); got != tc.more {
			t.Errorf("%s: asks more %v", name, got)
		}
	}
}

// Every verb in every state that it isn't meant for is refused.
func TestIllegalTransitions(t *testing.T) {
	t.Parallel()
	for _, v := range Verbs {
		if len(allowed[v]) == 0 {
			t.Errorf("%s is allowed nowhere", v)
		}
		for _, s := range States {
			err := (&Contract{State: s}).May(v)
			if e, ours := errs.As(err); (err == nil) != slices.Contains(allowed[v], s) || err != nil && (!ours || e.Def != errs.ErrState) {
				t.Errorf("%s in %s: %v", v, s, err)
			}
		}
	}
	for _, s := range []State{StateExpired, StateTerminated, StateClosed, StateCancelled} {
		for _, v := range []Verb{VerbUpdate, VerbSubmit, VerbSign, VerbAmend, VerbTerminate, VerbClose, VerbRevise, VerbApprove} {
			if (&Contract{State: s}).May(v) == nil {
				t.Errorf("%s of a contract that is %s", v, s)
			}
		}
	}
}

// The header discount is spread to the fen, and the agreed price is what an order with its part of the same discount pays.
func TestCON09_TheAgreedPriceIsNeverAboveWhatIsPaid(t *testing.T) {
	t.Parallel()
	c := Contract{HeaderDiscount: num("100"), Lines: []Line{
		{Price: num("10"), Quantity: num("1000"), TaxRate: num("0.13")}, {Price: num("10"), Quantity: num("2000"), TaxRate: num("0.13")},
	}}
	if err := c.compute(); err != nil {
		t.Fatal(err)
	}
	sum := money.Add(c.Lines[0].NetAmount, c.Lines[1].NetAmount)
	if c.Total.String() != "29900.00" || sum.Cmp(c.Total) != 0 || c.Lines[0].NetPrice().String() != "9.9666" {
		t.Errorf("total %s, lines %s, net price %s", c.Total, sum, c.Lines[0].NetPrice())
	}
	for _, bad := range []string{"-0.01", "30000.01"} {
		c.HeaderDiscount = num(bad)
		if err := c.compute(); err == nil {
			t.Errorf("a discount of %s", bad)
		}
	}
}

func TestCompareShowsOldAndNew(t *testing.T) {
	t.Parallel()
	one, two, three := uuid.New(), uuid.New(), uuid.New()
	terms := &credit.Terms{Settlement: credit.Cash}
	before := Content{Terms: terms, Lines: []LineContent{{ID: &one, Price: num("10"), Quantity: num("1")}, {ID: &two, Price: num("5"), Quantity: num("2")}}}
	after := Content{Terms: &credit.Terms{Settlement: credit.NetDays, Days: 30}, Packing: "散装", Lines: []LineContent{
		{ID: &one, Price: num("9.5"), Quantity: num("1.0000")}, {ID: &three, Unit: "kg", Price: num("3"), Quantity: num("4")},
	}}
	var got []string
	for _, d := range Compare(before, after) {
		got = append(got, d.Field+": "+d.Old+" → "+d.New)
	}
	none := uuid.Nil.String()
	want := []string{
		"terms: cash → net_days 30", "packing:  → 散装", "lines/1/price: 10.0000 → 9.5000", "lines/2:  → " + none + " 4.0000 kg @ 3.0000",
		"lines/2: " + none + " 2.0000  @ 5.0000 → ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if len(Compare(before, before)) != 0 {
		t.Error("differs from itself")
	}
}
