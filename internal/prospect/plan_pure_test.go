package prospect

import (
	"testing"
	"time"
)

func TestCUS04_RateIsTheMeanOverWhatWasPlanned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		planned, done Figures
		want          string
	}{
		{Figures{Registered: 4}, Figures{Registered: 3, Contacted: 9}, "75.0"},
		{Figures{Registered: 4}, Figures{Registered: 4}, "100.0"},
		{Figures{Registered: 4}, Figures{Registered: 5}, "100.0"},
		{Figures{Registered: 3, Converted: 1}, Figures{Registered: 1}, "16.7"},
		{Figures{}, Figures{Registered: 5}, ""},
	} {
		got := ""
		if r := rate(c.planned, c.done); r != nil {
			got = r.String()
		}
		if got != c.want {
			t.Errorf("%+v of %+v: %s, want %s", c.done, c.planned, got, c.want)
		}
	}
}

func TestCUS01_SpansOfTheCalendar(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"2026": "2026-01-01 2027-01-01", "2026H2": "2026-07-01 2027-01-01", "2026Q3": "2026-07-01 2026-10-01", "2026H3": "", "x": ""} {
		s, ok := parseSpan(text)
		got := ""
		if ok {
			got = s.from.Format(time.DateOnly) + " " + s.to.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	if got := halfToPlan(day("2026-06-01")) + halfToPlan(day("2026-12-01")); got != "2026H22027H1" {
		t.Error(got)
	}
	from, to := span{from: day("2026-07-01"), to: day("2026-10-01")}.instants()
	if from.Format(time.RFC3339) != "2026-06-30T16:00:00Z" || to.Format(time.RFC3339) != "2026-09-30T16:00:00Z" {
		t.Errorf("%s %s", from, to)
	}
	if b := untouchedBefore(day("2026-04-01"), 90); b.Format(time.RFC3339) != "2026-01-01T16:00:00Z" { // touched on January 1, returns on April 1
		t.Errorf("%s", b)
	}
}

// CUS-01: a plan is taken from two months before its half-year begins until it ends, by the calendar of Shanghai.
func TestCUS01_PlansAreTakenFromSoManyMonthsAhead(t *testing.T) {
	t.Parallel()
	half, _ := parseSpan("2027H1")
	for _, c := range []struct {
		now   string
		ahead int
		want  bool
	}{
		{"2026-10-31T15:59:59Z", 2, false},
		{"2026-10-31T16:00:00Z", 2, true},
		{"2026-10-31T16:00:01Z", 2, true},
		{"2026-11-30T15:59:59Z", 1, false},
		{"2026-11-30T16:00:00Z", 1, true},
		{"2026-12-31T15:59:59Z", 0, false},
		{"2027-06-30T15:59:59Z", 2, true},
		{"2027-06-30T16:00:00Z", 2, false},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := half.open(now, c.ahead); got != c.want {
			t.Errorf("%s, %d months ahead: %v", c.now, c.ahead, got)
		}
	}
}
