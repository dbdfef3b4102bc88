package allotment

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
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

// When an order was confirmed is said by Shanghai's date, also of the small hours.
func TestORD08_ExplainedByBusinessDates(t *testing.T) {
	t.Parallel()
	w := Want{ConfirmedAt: on("2026-11-30").Add(17 * time.Hour), Wanted: dec("1"), Proposed: dec("1")}
	if en, zh := w.Explain(false); !strings.Contains(en, "ordered 2026-12-01") || !strings.Contains(zh, "订单确认于 2026-12-01") {
		t.Errorf("%s %s", en, zh)
	}
}
