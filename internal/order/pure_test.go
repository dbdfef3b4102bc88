package order

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/money"
)

var golden = flag.Bool("update", false, "write the golden file anew")

func TestORD02_StatesAndVerbs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s", "")
	for _, v := range Verbs {
		fmt.Fprintf(&b, " %-12s", v)
	}
	for _, s := range States {
		fmt.Fprintf(&b, "\n%-14s", s)
		for _, v := range Verbs {
			o := Order{State: s}
			mark := "-"
			if o.May(v) == nil {
				mark = "yes"
			}
			fmt.Fprintf(&b, " %-12s", mark)
		}
	}
	got := strings.ReplaceAll(b.String(), " \n", "\n") + "\n"
	const file = "testdata/states.golden"
	if *golden {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%v: run with -update if this is meant:\n%s", err, got)
	}
}

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

// anOrder draws an order of up to 8 lines with a header discount.
func anOrder(t *rapid.T) Order {
	o := Order{ID: uuid.New()}
	for range rapid.IntRange(1, 8).Draw(t, "lines") {
		o.Lines = append(o.Lines, Line{
			Price:    decimal.MustNew(rapid.Int64Range(0, 9_999_999).Draw(t, "price"), 4),
			Quantity: decimal.MustNew(rapid.Int64Range(1, 99_999_999).Draw(t, "quantity"), 4), TaxRate: dec("0.13"),
		})
	}
	err := o.compute()
	if errors.Is(err, ErrWorthless) { // an order is worth something
		o.Lines[0].Price, o.Lines[0].Quantity = dec("0.01"), dec("1")
		err = o.compute()
	}
	if err != nil {
		t.Fatal(err)
	}
	fen, _, _ := o.Gross.Int64(2)
	o.HeaderDiscount = decimal.MustNew(rapid.Int64Range(0, fen*100).Draw(t, "discount")%(fen*100+1), 2)
	if o.HeaderDiscount.Cmp(o.Gross) > 0 {
		o.HeaderDiscount = o.Gross
	}
	if err := o.compute(); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNetAmountsAddUpToTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := anOrder(t)
		net := decimal.Zero
		for _, l := range o.Lines {
			if l.NetAmount.IsNeg() || l.NetAmount.Cmp(sum(l.Amount, dec("0.01"))) > 0 {
				t.Fatalf("net %s of %s", l.NetAmount, l.Amount)
			}
			net = sum(net, l.NetAmount)
		}
		if net.Cmp(o.Total) != 0 || sum(o.Total, o.HeaderDiscount).Cmp(o.Gross) != 0 {
			t.Fatalf("net %s, total %s, gross %s", net, o.Total, o.Gross)
		}
	})
}

// However a line is cut, its parts are worth its net amount.
func TestWorthOfPartsAddsUpToTheLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := anOrder(t).Lines[0]
		done, worth := decimal.Zero, decimal.Zero
		for done.Cmp(l.Quantity) < 0 {
			left, _ := l.Quantity.Sub(done)
			part := decimal.MustNew(rapid.Int64Range(1, 99_999_999).Draw(t, "part"), 4)
			if part.Cmp(left) > 0 {
				part = left
			}
			w := l.Worth(done, part)
			if w.IsNeg() {
				t.Fatal(w)
			}
			done, worth = sum(done, part), sum(worth, w)
		}
		if worth.Cmp(l.NetAmount) != 0 {
			t.Fatalf("parts are worth %s, the line %s", worth, l.NetAmount)
		}
	})
}

func TestAmountsToTheFen(t *testing.T) {
	t.Parallel()
	o := Order{HeaderDiscount: dec("1"), Lines: []Line{
		{Price: dec("3.335"), Quantity: dec("1"), TaxRate: dec("0.13")},
		{Price: dec("0"), Quantity: dec("5"), TaxRate: dec("0.13")},
		{Price: dec("113"), Quantity: dec("1"), TaxRate: dec("0.13")},
	}}
	if err := o.compute(); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(o.Gross, o.Total, o.Tax, o.Lines[0].Amount, o.Lines[0].NetAmount, o.Lines[1].NetAmount, o.Lines[2].NetAmount)
	if got != "116.34 115.34 13.27 3.34 3.31 0.00 112.03" {
		t.Error(got)
	}
	for _, bad := range []string{"-0.01", "116.35"} {
		o.HeaderDiscount = dec(bad)
		if err := o.compute(); err == nil {
			t.Errorf("discount %s accepted", bad)
		}
	}
	o.HeaderDiscount = dec("116.34")
	if err := o.compute(); err != nil || !o.Total.IsZero() {
		t.Errorf("all of it: %v, %s", err, o.Total)
	}
	o.Lines[0].Price, o.Lines[0].Quantity = dec("99999999999999"), dec("9999999999999")
	if err := o.compute(); err == nil {
		t.Error("too large an amount accepted")
	}
}

func TestContentIsWhatWasJudged(t *testing.T) {
	t.Parallel()
	fresh := func() Order {
		o := Order{CustomerID: uuid.Max, Settlement: "cash", Lines: []Line{{ProductID: uuid.Max, Price: dec("10"), Quantity: dec("3"), TaxRate: dec("0.13")}}}
		if err := o.compute(); err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := fresh()
	want := string(o.contentHash())
	for name, change := range map[string]func(*Order){
		"customer": func(o *Order) { o.CustomerID = uuid.Nil }, "terms": func(o *Order) { o.Settlement = "cod" },
		"discount": func(o *Order) { o.HeaderDiscount = dec("1") }, "price": func(o *Order) { o.Lines[0].Price = dec("9.9999") },
		"quantity": func(o *Order) { o.Lines[0].Quantity = dec("3.0001") }, "product": func(o *Order) { o.Lines[0].ProductID = uuid.Nil },
		"a line": func(o *Order) { o.Lines = append(o.Lines, o.Lines[0]) },
	} {
		o := fresh()
		change(&o)
		if string(o.contentHash()) == want {
			t.Errorf("%s isn't protected", name)
		}
	}
	same := fresh()
	same.Remarks, same.Version, same.State, same.Lines[0].Price = "x", 9, StateShipped, dec("10.0000")
	if string(same.contentHash()) != want {
		t.Error("something else is protected")
	}
	if money.Round(dec("10"), 4).String() != "10.0000" {
		t.Error("scale")
	}
}
