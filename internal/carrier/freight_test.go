package carrier

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/decision"
)

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func decp(s string) *decimal.Decimal {
	if s == "" {
		return nil
	}
	d := dec(s)
	return &d
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// rate is one of a carrier's, in force since 2026-01-01.
func rate(basis Basis, to, above, upTo, price string) Rate {
	return Rate{
		ID: uuid.Must(uuid.NewV7()), Basis: basis, ToRegion: to, KmAbove: dec(above), KmTo: decp(upTo), Price: dec(price), MinimumCharge: dec("0"),
		TaxRate: dec("0.09"), ValidFrom: day("2026-01-01"),
	}
}

// A band is above its lower edge, up to and including its upper one.
func TestSHP18_BandEdges(t *testing.T) {
	t.Parallel()
	rates := []Rate{rate(PerTrip, "", "0", "50", "400"), rate(PerTrip, "", "50", "100", "700"), rate(PerTrip, "", "100", "", "1000")}
	for km, want := range map[string]string{
		"0.1": "400.00", "49.9": "400.00", "50": "400.00", "50.0": "400.00", "50.1": "700.00", "99.9": "700.00", "100": "700.00", "100.1": "1000.00", "9999": "1000.00",
	} {
		f := Price(rates, Route{Km: decp(km)}, day("2026-06-01"), nil, Borne{})
		if !f.Priced || f.Amount.String() != want {
			t.Errorf("%s km: %s, want %s", km, f.Amount, want)
		}
	}
	if f := Price(rates, Route{}, day("2026-06-01"), nil, Borne{}); f.Rate != nil || f.Priced || !f.Amount.IsZero() {
		t.Errorf("nobody has said how far it is: %+v", f)
	}
	if f := Price(rates[1:2], Route{Km: decp("50")}, day("2026-06-01"), nil, Borne{}); f.Rate != nil {
		t.Error("the lower edge isn't in the band")
	}
}

// The last day is in, the day after isn't.
func TestSHP18_DaysOfARate(t *testing.T) {
	t.Parallel()
	r, until := rate(PerTrip, "", "0", "", "400"), day("2026-06-30")
	r.ValidUntil = &until
	for on, want := range map[string]bool{"2025-12-31": false, "2026-01-01": true, "2026-06-29": true, "2026-06-30": true, "2026-07-01": false} {
		if got := r.Answers(Route{}, day(on)); got != want {
			t.Errorf("%s: %v", on, got)
		}
	}
}

// Freight by weight is rounded to the fen once, half away from zero, and is never below the minimum charge.
func TestSHP18_TonnesAreRoundedToTheFenOnce(t *testing.T) {
	t.Parallel()
	r := rate(PerTonne, "", "0", "", "0.01")
	for weight, want := range map[string]string{"0.499": "0.00", "0.5": "0.01", "0.501": "0.01", "1.499999999": "0.01", "1.5": "0.02"} {
		if f := Price([]Rate{r}, Route{}, day("2026-06-01"), decp(weight), Borne{}); f.Amount.String() != want {
			t.Errorf("%s t at 0.01: %s, want %s", weight, f.Amount, want)
		}
	}
	r = rate(PerTonne, "", "0", "", "180")
	r.MinimumCharge = dec("300")
	for weight, want := range map[string]string{"1.666666": "300.00", "1.666667": "300.00", "1.6667": "300.01", "12.5": "2250.00"} {
		if f := Price([]Rate{r}, Route{}, day("2026-06-01"), decp(weight), Borne{}); f.Amount.String() != want {
			t.Errorf("%s t, at least 300: %s, want %s", weight, f.Amount, want)
		}
	}
	if f := Price([]Rate{r}, Route{}, day("2026-06-01"), nil, Borne{}); f.Priced || !f.Amount.IsZero() || f.Rate == nil {
		t.Errorf("nobody knows the weight: %+v", f)
	}
}

// Of a carrier's rates the one that says most of the route counts.
func TestSHP18_TheClosestRateCounts(t *testing.T) {
	t.Parallel()
	anyPlace, from, to, both := rate(PerTrip, "", "0", "", "1"), rate(PerTrip, "", "0", "", "2"), rate(PerTrip, "海角", "0", "", "3"), rate(PerTrip, "海角", "0", "", "4")
	from.FromRegion, both.FromRegion = "云岭", "云岭"
	rates := []Rate{anyPlace, both, from, to}
	for _, c := range []struct {
		route Route
		want  string
	}{
		{Route{}, "1.00"}, {Route{From: "云岭"}, "2.00"}, {Route{To: "海角"}, "3.00"}, {Route{From: "云岭", To: "海角"}, "4.00"}, {Route{From: "天涯", To: "天涯"}, "1.00"},
	} {
		if f := Price(rates, c.route, day("2026-06-01"), nil, Borne{}); f.Amount.String() != c.want {
			t.Errorf("%+v: %s, want %s", c.route, f.Amount, c.want)
		}
	}
}

// What a shared trip costs is what its goods cost together, and each voucher bears what no earlier one does.
func TestSHP18_ASharedTripIsPaidOnce(t *testing.T) {
	t.Parallel()
	on := day("2026-06-01")
	trip := rate(PerTrip, "", "0", "", "900")
	first := Price([]Rate{trip}, Route{}, on, decp("1"), Borne{})
	second := Price([]Rate{trip}, Route{}, on, decp("4"), Borne{Tonnes: dec("1"), Amount: first.Amount, Shared: true})
	if first.Amount.String() != "900.00" || second.Amount.String() != "0.00" || !second.Priced {
		t.Errorf("per trip: %s and %s", first.Amount, second.Amount)
	}
	tonne := rate(PerTonne, "", "0", "", "100")
	tonne.MinimumCharge = dec("500")
	first = Price([]Rate{tonne}, Route{}, on, decp("2"), Borne{})
	second = Price([]Rate{tonne}, Route{}, on, decp("4"), Borne{Tonnes: dec("2"), Amount: first.Amount, Shared: true})
	if first.Amount.String() != "500.00" || second.Amount.String() != "100.00" {
		t.Errorf("per tonne, at least 500: %s and %s", first.Amount, second.Amount)
	}
	third := Price([]Rate{tonne}, Route{}, on, decp("1.00005"), Borne{Tonnes: dec("6"), Amount: dec("600"), Shared: true})
	if third.Amount.String() != "100.01" {
		t.Errorf("rounded: %s", third.Amount)
	}
}

// How it was computed is said in both languages, with the figures.
func TestSHP18_EachStepIsSaid(t *testing.T) {
	t.Parallel()
	r := rate(PerTonne, "海角", "50", "100", "180")
	r.MinimumCharge = dec("300")
	f := Price([]Rate{r}, Route{To: "海角", Km: decp("85.5")}, day("2026-06-01"), decp("1"), Borne{})
	var en, zh []string
	for _, c := range f.Lines {
		if c.Result != decision.CheckInfo || c.Rule != "SHP-18" {
			t.Errorf("%+v", c)
		}
		en, zh = append(en, c.EN), append(zh, c.ZH)
	}
	wantEN := "The rate in force since 2026-01-01, to 海角, for 85.5 km (above 50 up to 100). Per tonne: 1 t at 180 = 180.00. The minimum charge is 300.00. Freight: 300.00, tax included."
	wantZH := "适用运价:自 2026-01-01 起执行,至 海角,里程 85.5 公里(50 公里以上至 100 公里)。 按吨:1 吨 × 每吨 180 元 = 180.00 元。 按最低收费 300.00 元计。 运费:300.00 元(含税)。"
	if got := strings.Join(en, " "); got != wantEN {
		t.Errorf("%s", got)
	}
	if got := strings.Join(zh, " "); got != wantZH {
		t.Errorf("%s", got)
	}
}

// Rates that the database would refuse together are refused by the program first, at the one that is wrong.
func TestSHP18_RatesMeet(t *testing.T) {
	t.Parallel()
	base := rate(PerTonne, "海角", "50", "100", "180")
	june := day("2026-06-30")
	base.ValidUntil = &june
	for _, c := range []struct {
		name        string
		above, upTo string
		from        string
		to          string
		meets       bool
	}{
		{"same", "50", "100", "2026-06-30", "海角", true},
		{"band below", "0", "50", "2026-01-01", "海角", false},
		{"band just over the lower edge", "0", "50.1", "2026-01-01", "海角", true},
		{"band above", "100", "", "2026-01-01", "海角", false},
		{"the day after", "50", "100", "2026-07-01", "海角", false},
		{"another place", "50", "100", "2026-06-30", "天涯", false},
	} {
		other := rate(PerTrip, c.to, c.above, c.upTo, "900")
		other.ValidFrom = day(c.from)
		if base.meets(other) != c.meets || other.meets(base) != c.meets {
			t.Errorf("%s: not %v", c.name, c.meets)
		}
	}
}
