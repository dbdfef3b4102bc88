package visit

import (
	"testing"
	"time"
)

func date(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestCUS10_WeeksAndHalfMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		period        Period
		day, from, to string
	}{
		{Week, "2026-11-16", "2026-11-16", "2026-11-22"}, // Monday
		{Week, "2026-11-22", "2026-11-16", "2026-11-22"}, // Sunday
		{Week, "2026-11-23", "2026-11-23", "2026-11-29"},
		{Week, "2027-01-01", "2026-12-28", "2027-01-03"}, // over the year's end
		{HalfMonth, "2026-11-01", "2026-11-01", "2026-11-15"},
		{HalfMonth, "2026-11-15", "2026-11-01", "2026-11-15"},
		{HalfMonth, "2026-11-16", "2026-11-16", "2026-11-30"},
		{HalfMonth, "2028-02-29", "2028-02-16", "2028-02-29"}, // leap day
		{HalfMonth, "2026-12-31", "2026-12-16", "2026-12-31"},
	} {
		from, to := c.period.Around(date(c.day))
		if !from.Equal(date(c.from)) || !to.Equal(date(c.to)) {
			t.Errorf("%s around %s: %s to %s", c.period, c.day, from, to)
		}
	}
	if got := endOf(date("2026-11-22")); !got.Equal(time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("Sunday ends in Shanghai at %s", got)
	}
}

// The bounds on a visit's day, each at the boundary, one below and one above.
func TestCUS10_NoVisitAheadOfNowNorTooLongAgo(t *testing.T) {
	t.Parallel()
	l := limits{back: 31, ahead: 92, clock: 10}
	now := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC) // 10:00 on the 20th in Shanghai
	for at, want := range map[string]error{
		"2026-11-20T02:10:00Z": nil,
		"2026-11-20T02:10:01Z": ErrFuture,
		"2026-10-20T00:00:00Z": nil, // the 20th in Shanghai: 31 days
		"2026-10-19T16:00:00Z": nil, // its first instant
		"2026-10-19T15:59:59Z": ErrTooOld,
	} {
		visited, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.visited(now, nil, visited); !is(got, want) {
			t.Errorf("visited %s: %v, want %v", at, got, want)
		}
	}
	old := date("2026-09-01")
	if err := l.visited(now, &old, time.Date(2026, 9, 1, 3, 0, 0, 0, time.UTC)); err != nil {
		t.Errorf("a report that stands can't be corrected on its day: %v", err)
	}
	for day, want := range map[string]error{"2027-02-20": nil, "2027-02-21": ErrTooFar, "2026-10-20": nil, "2026-10-19": ErrTooOld} {
		if got := l.planned(date("2026-11-20"), nil, date(day)); !is(got, want) {
			t.Errorf("planned on %s: %v, want %v", day, got, want)
		}
	}
	if err := l.written(now, now.Add(10*time.Minute), ""); err != nil {
		t.Error(err)
	}
	if err := l.written(now, now.Add(10*time.Minute+time.Second), ""); !is(err, ErrClock) {
		t.Errorf("a phone that is fast: %v", err)
	}
}

func TestWhatIsWrittenLaterStands(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	a, b := []byte("a"), []byte("b")
	for name, c := range map[string]struct {
		standing []byte
		sent     []byte
		at       time.Time
		want     Outcome
	}{
		"first":             {nil, a, noon, Applied},
		"the same":          {a, a, noon, Unchanged},
		"the same, earlier": {a, a, noon.Add(-1), Unchanged},
		"the same, later":   {a, a, noon.Add(1), Unchanged},
		"other, later":      {a, b, noon.Add(time.Microsecond), Applied},
		"other, same time":  {a, b, noon, Superseded},
		"other, earlier":    {a, b, noon.Add(-time.Microsecond), Superseded},
	} {
		if got := weigh(c.standing, &noon, c.sent, c.at); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
