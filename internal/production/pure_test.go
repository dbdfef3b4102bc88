package production

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/credit"
)

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func on(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// A line is expected when its last lot is, moved by the material it waits for; at risk from the day after its promise.
func TestORD04_ExpectedOnFollowsFromLotsAndMaterial(t *testing.T) {
	t.Parallel()
	lots := func(l ...Lot) []Lot { return l }
	lot := func(start, finish, q string) Lot {
		return Lot{StartOn: on(start), FinishOn: on(finish), Quantity: dec(q)}
	}
	short := func(arrivals ...Arrival) Material {
		return Material{Needed: dec("500"), OnHand: dec("100"), Arrivals: arrivals}
	}
	arrival := func(date, q string) Arrival { return Arrival{Date{on(date)}, dec(q)} }
	two := lots(lot("2026-11-23", "2026-11-25", "300"), lot("2026-11-26", "2026-11-27", "200"))
	for name, c := range map[string]struct {
		lots      []Lot
		materials []Material
		promised  string
		today     string
		finished  string
		expected  string
		risk      Risk
	}{
		"the last lot on the promised day":             {two, nil, "2026-11-27", "2026-11-20", "0", "2026-11-27", NoRisk},
		"the last lot a day before":                    {two, nil, "2026-11-28", "2026-11-20", "0", "2026-11-27", NoRisk},
		"the last lot a day after":                     {two, nil, "2026-11-26", "2026-11-20", "0", "2026-11-27", RiskLate},
		"lots don't cover it":                          {two[:1], nil, "2026-11-27", "2026-11-20", "0", "", NoRisk},
		"nothing scheduled on the promised day":        {nil, nil, "2026-11-27", "2026-11-27", "0", "", RiskBehind},
		"nothing scheduled the day before":             {nil, nil, "2026-11-27", "2026-11-26", "0", "", NoRisk},
		"enough material":                              {two, []Material{{Needed: dec("500"), OnHand: dec("500")}}, "2026-11-27", "2026-11-20", "0", "2026-11-27", NoRisk},
		"material on the first day":                    {two, []Material{short(arrival("2026-11-23", "400"))}, "2026-11-30", "2026-11-20", "0", "2026-11-27", NoRisk},
		"material three days later moves the first":    {two, []Material{short(arrival("2026-11-26", "400"))}, "2026-11-30", "2026-11-20", "0", "2026-11-28", NoRisk},
		"material in two parts: the second counts":     {two, []Material{short(arrival("2026-11-30", "1"), arrival("2026-11-24", "399"))}, "2026-12-31", "2026-11-20", "0", "2026-12-02", NoRisk},
		"parts that come to one too little":            {two, []Material{short(arrival("2026-11-24", "399"))}, "2026-12-31", "2026-11-20", "0", "", RiskMaterial},
		"no date for the material":                     {two, []Material{short()}, "2026-12-31", "2026-11-20", "0", "", RiskMaterial},
		"material after the promise, not scheduled":    {nil, []Material{short(arrival("2026-11-28", "400"))}, "2026-11-27", "2026-11-20", "0", "", RiskLate},
		"expected yesterday and not finished":          {two, nil, "2026-12-31", "2026-11-28", "499.9999", "2026-11-27", RiskBehind},
		"expected today":                               {two, nil, "2026-12-31", "2026-11-27", "0", "2026-11-27", NoRisk},
		"finished, whatever the lots and material say": {two, []Material{short()}, "2026-11-26", "2026-12-31", "500", "2026-11-24", NoRisk},
	} {
		finishedOn := on("2026-11-24")
		l := Line{Quantity: dec("500"), PromisedOn: new(on(c.promised)), Lots: c.lots, Finished: dec(c.finished), FinishedOn: &finishedOn}
		for i := range c.materials {
			c.materials[i].assess()
		}
		l.expect(c.materials, on(c.today))
		if day(l.ExpectedOn) != c.expected || l.Risk != c.risk {
			t.Errorf("%s: expected %q at risk %s, want %q %s", name, day(l.ExpectedOn), l.Risk, c.expected, c.risk)
		}
	}
}

// A check is overdue from the promised day on: what is done beforehand is done before it.
func TestORD07_OverdueFromThePromisedDayOn(t *testing.T) {
	t.Parallel()
	promised := on("2026-11-27")
	told := promised
	for _, c := range []struct {
		check Check
		today string
		want  bool
	}{
		{Check{State: CheckOpen}, "2026-11-26", false},
		{Check{State: CheckOpen}, "2026-11-27", true},
		{Check{State: CheckOpen}, "2026-11-28", true},
		{Check{State: CheckDelayed}, "2026-11-26", false},
		{Check{State: CheckDelayed}, "2026-11-27", true},
		{Check{State: CheckDelayed, ToldAt: &told}, "2026-11-28", false},
		{Check{State: CheckOnTime}, "2026-11-28", false},
		{Check{State: CheckVoid}, "2026-11-28", false},
	} {
		c.check.PromisedOn = promised
		if got := c.check.Overdue(on(c.today)); got != c.want {
			t.Errorf("%s on %s: %v", c.check.State, c.today, got)
		}
	}
}

// Grade before promise before age; who comes later gets what is left.
func TestORD08_CUS15_RankedByGradeThenPromiseThenAge(t *testing.T) {
	t.Parallel()
	want := func(name byte, priority int, promised string, confirmed string, q string) Want {
		w := Want{OrderLineID: uuid.UUID{name}, OrderID: uuid.UUID{name}, Priority: priority, ConfirmedAt: on(confirmed), Wanted: dec(q), Grade: credit.GradeA}
		if promised != "" {
			w.PromisedOn = new(on(promised))
		}
		return w
	}
	wants := []Want{
		want('g', 5, "2026-11-01", "2026-10-01", "100"),
		want('c', 1, "", "2026-10-01", "100"), // no promise: last of its grade
		want('b', 1, "2026-12-01", "2026-10-02", "100"),
		want('a', 1, "2026-12-01", "2026-10-01", "100"),
		want('d', 2, "2026-11-01", "2026-10-01", "100"),
	}
	for available, proposed := range map[string][]string{
		"0":      {"0", "0", "0", "0", "0"},
		"99":     {"99", "0", "0", "0", "0"},
		"100":    {"100", "0", "0", "0", "0"},
		"101":    {"100", "1", "0", "0", "0"},
		"350.5":  {"100", "100", "100", "50.5", "0"},
		"10000":  {"100", "100", "100", "100", "100"},
		"400.01": {"100", "100", "100", "100", "0.01"},
	} {
		got := propose(dec(available), wants)
		for i, w := range got {
			if w.OrderLineID[0] != "abcdg"[i] || w.Rank != i+1 || w.Proposed.Cmp(dec(proposed[i])) != 0 {
				t.Errorf("%s: rank %d is %c with %s, want %c with %s", available, i+1, w.OrderLineID[0], w.Proposed, "abcdg"[i], proposed[i])
			}
			if en, zh := w.Explain(true); en == "" || zh == "" {
				t.Error("not explained")
			}
		}
	}
}

// Whatever is wanted: nothing beyond what is there, nobody before who still wants, the same under any order of the lines.
func TestORD08_ProposalsAreWithinBoundsAndDeterministic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wants := make([]Want, rapid.IntRange(0, 30).Draw(t, "lines"))
		for i := range wants {
			w := Want{
				OrderLineID: uuid.UUID{1, byte(i)}, OrderID: uuid.UUID{2, byte(rapid.IntRange(0, 5).Draw(t, "order"))}, Priority: rapid.IntRange(1, 3).Draw(t, "priority"),
				ConfirmedAt: on("2026-11-01").AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "age")), Wanted: decimal.MustNew(rapid.Int64Range(1, 1_000_000).Draw(t, "wanted"), 4),
			}
			if n := rapid.IntRange(0, 3).Draw(t, "promise"); n > 0 {
				w.PromisedOn = new(on("2026-12-01").AddDate(0, 0, n))
			}
			wants[i] = w
		}
		available := decimal.MustNew(rapid.Int64Range(0, 5_000_000).Draw(t, "available"), 4)
		got := propose(available, wants)
		sum := total(got, func(w Want) decimal.Decimal { return w.Proposed })
		if sum.Cmp(available) > 0 {
			t.Fatalf("%s of %s", sum, available)
		}
		for i, w := range got {
			if w.Proposed.IsNeg() || w.Proposed.Cmp(w.Wanted) > 0 {
				t.Fatalf("%s of %s", w.Proposed, w.Wanted)
			}
			for _, v := range got[i+1:] {
				if v.Proposed.IsPos() && w.Proposed.Cmp(w.Wanted) < 0 {
					t.Fatalf("rank %d is served while rank %d wants", v.Rank, w.Rank)
				}
				if v.Priority < w.Priority {
					t.Fatalf("priority %d after %d", v.Priority, w.Priority)
				}
			}
		}
		if sum.Cmp(available) < 0 && sum.Cmp(total(got, func(w Want) decimal.Decimal { return w.Wanted })) < 0 {
			t.Fatal("something is left while somebody wants")
		}
		shuffled := slices.Clone(wants)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		_, a := freeze(uuid.Nil, available, got)
		_, b := freeze(uuid.Nil, available, propose(available, shuffled))
		if !bytes.Equal(a, b) {
			t.Fatal("another order of the lines gives another proposal")
		}
	})
}
