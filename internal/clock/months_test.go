package clock_test

import (
	"testing"

	"github.com/salesgate/salesgate/internal/clock"
)

func TestMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from  string
		n     int
		to    string
		whole int // between from and to
	}{
		{"2026-08-31", 6, "2027-02-28", 6},
		{"2027-08-31", 6, "2028-02-29", 6},
		{"2026-01-15", 6, "2026-07-15", 6},
		{"2026-11-30", 3, "2027-02-28", 3},
		{"2026-03-31", -1, "2026-02-28", 0},
		{"2026-05-10", 0, "2026-05-10", 0},
	} {
		if got := clock.AddMonths(date(c.from), c.n); !got.Equal(date(c.to)) {
			t.Errorf("%s and %d months is %s", c.from, c.n, got)
		}
		if got := clock.WholeMonths(date(c.from), date(c.to)); got != c.whole {
			t.Errorf("%s to %s: %d whole months", c.from, c.to, got)
		}
	}
	for _, c := range []struct {
		from, to string
		want     int
	}{{"2026-01-15", "2026-07-14", 5}, {"2026-01-15", "2026-07-16", 6}, {"2026-07-16", "2026-01-15", 0}, {"2026-08-31", "2027-02-27", 5}} {
		if got := clock.WholeMonths(date(c.from), date(c.to)); got != c.want {
			t.Errorf("%s to %s: %d whole months, want %d", c.from, c.to, got, c.want)
		}
	}
}
