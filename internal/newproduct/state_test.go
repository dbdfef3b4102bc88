package newproduct

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
)

// TestPRC03_StatesAndVerbs is every state × every verb against testdata/states.txt (SALESGATE_GOLDEN=1 writes it anew).
func TestPRC03_StatesAndVerbs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, s := range States {
		for _, v := range Verbs {
			fmt.Fprintf(&b, "%-9s %-9s %v\n", s, v, s.Can(v))
		}
	}
	const path = "testdata/states.txt"
	if os.Getenv("SALESGATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil || string(golden) != b.String() {
		t.Errorf("states × verbs changed (%v):\n%s", err, b.String())
	}
}

func month(m time.Month) time.Time { return time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC) }

func shippedKG(m time.Month, quantity string) Shipped {
	return Shipped{Month: month(m), Unit: "kg", Quantity: decimal.MustParse(quantity)}
}

func TestPRC04_BoundsOfMonthAndTotal(t *testing.T) {
	t.Parallel()
	bounds := Bounds{Month: decimal.Ten, Total: decimal.MustParse("30")}
	kg := catalog.Product{Unit: "kg", TonnesPerUnit: catalog.TonnesOf("kg")}
	for _, c := range []struct {
		name    string
		shipped []Shipped
		want    string
	}{
		{"nothing", nil, ""},
		{"one gram below the month", []Shipped{shippedKG(10, "9999.9999")}, ""},
		{"the month exactly", []Shipped{shippedKG(10, "9999.9999"), shippedKG(10, "0.0001")}, "month"},
		{"above the month", []Shipped{shippedKG(10, "10000.0001")}, "month"},
		{"ten tonnes over two months", []Shipped{shippedKG(10, "5000"), shippedKG(11, "5000")}, ""},
		{"a month that is past", []Shipped{shippedKG(7, "10000"), shippedKG(11, "1")}, "month"},
		{"below the total", []Shipped{shippedKG(7, "9999"), shippedKG(8, "9999"), shippedKG(9, "9999"), shippedKG(10, "2.9999")}, ""},
		{"the total exactly", []Shipped{shippedKG(7, "9999"), shippedKG(8, "9999"), shippedKG(9, "9999"), shippedKG(10, "3")}, "total"},
		{"above the total", []Shipped{shippedKG(7, "9999"), shippedKG(8, "9999"), shippedKG(9, "9999"), shippedKG(10, "4")}, "total"},
	} {
		v, err := weigh(kg, c.shipped, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
		if err != nil || bounds.Reached(v) != c.want {
			t.Errorf("%s: %q, want %q (%+v, %v)", c.name, bounds.Reached(v), c.want, v, err)
		}
	}
}

// A quantity weighs what its own line's unit says; what nobody can weigh isn't watched.
func TestPRC04_QuantitiesInOtherUnits(t *testing.T) {
	t.Parallel()
	bounds := Bounds{Month: decimal.Ten, Total: decimal.MustParse("30")}
	today := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	tonne := catalog.Product{Unit: "t", TonnesPerUnit: catalog.TonnesOf("t")}
	v, err := weigh(tonne, []Shipped{{Month: month(11), Unit: "kg", Quantity: decimal.MustParse("9000")}, {Month: month(11), Unit: "t", Quantity: decimal.One}}, today)
	if err != nil || v.Total.Trim(0).String() != "10" || bounds.Reached(v) != "month" || v.ThisMonth.Cmp(v.Total) != 0 {
		t.Errorf("%+v %v", v, err)
	}
	metre := catalog.Product{Unit: "m"}
	if v, err := weigh(metre, []Shipped{{Month: month(11), Unit: "m", Quantity: decimal.MustParse("999999")}}, today); err != nil || v.Unwatchable != NoWeight || bounds.Reached(v) != "" {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := weigh(tonne, []Shipped{{Month: month(11), Unit: "卷", Quantity: decimal.MustParse("9")}}, today); err != nil || v.Unwatchable != UnitChanged {
		t.Errorf("%+v %v", v, err)
	}
}
