package customer

import (
	"testing"
	"time"
)

func TestCUS05_HandedInByDay25IsCreditedForItsMonth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		handedIn string
		day      int
		from     string
		late     bool
	}{
		{"2026-11-24", 25, "2026-11-01", false},
		{"2026-11-25", 25, "2026-11-01", false},
		{"2026-11-26", 25, "2026-12-01", true},
		{"2026-12-26", 25, "2027-01-01", true},
		{"2027-02-25", 25, "2027-02-01", false},
		{"2027-02-26", 25, "2027-03-01", true},
		{"2027-02-28", 28, "2027-02-01", false}, // a month of 28 days
		{"2027-01-29", 28, "2027-02-01", true},
		{"2027-01-31", 25, "2027-02-01", true},
	} {
		at, err := time.Parse(time.DateOnly, c.handedIn)
		if err != nil {
			t.Fatal(err)
		}
		from, late := credited(at, c.day)
		if from.Format(time.DateOnly) != c.from || late != c.late {
			t.Errorf("%s by day %d: from %s, late %v", c.handedIn, c.day, from.Format(time.DateOnly), late)
		}
	}
}
