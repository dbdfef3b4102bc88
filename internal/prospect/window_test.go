package prospect

import (
	"testing"
	"time"
)

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// CUS-07: A buys within 1 month, B in 2 to 3, C in 3 to 6, D only planning; the last day of each and the day after.
func TestCUS07_GradeFollowsFromTheEndOfTheWindow(t *testing.T) {
	t.Parallel()
	b := newBounds(day("2026-01-31"), 1, 3, 6)
	for to, want := range map[string]Grade{
		"2026-01-30": GradeD, // passed
		"2026-01-31": GradeA,
		"2026-02-28": GradeA, // a month later, in a month without a 31st
		"2026-03-01": GradeB,
		"2026-04-30": GradeB,
		"2026-05-01": GradeC,
		"2026-07-31": GradeC,
		"2026-08-01": GradeD,
	} {
		end := day(to)
		if got := b.grade(&end); got != want {
			t.Errorf("%s: %s, want %s", to, got, want)
		}
	}
	if got := b.grade(nil); got != GradeD {
		t.Errorf("no window: %s", got)
	}
	end := day("2026-03-15")
	if got := newBounds(day("2026-01-31"), 2, 4, 8).grade(&end); got != GradeA { // the months are parameters
		t.Errorf("two months for A: %s", got)
	}
}

func TestCUS07_WindowIsASpanNotInThePast(t *testing.T) {
	t.Parallel()
	today, yesterday, later := day("2026-03-31"), day("2026-03-30"), day("2026-05-01")
	two := 2
	for name, c := range map[string]struct {
		e  Expectation
		ok bool
	}{
		"nothing": {Expectation{}, true}, "until today": {Expectation{To: &today}, true}, "until yesterday": {Expectation{To: &yesterday}, false},
		"no end": {Expectation{From: &today}, false}, "backwards": {Expectation{From: &later, To: &today}, false},
		"a day": {Expectation{From: &later, To: &later}, true}, "months": {Expectation{WithinMonths: &two}, true},
	} {
		_, to, err := c.e.dates(today)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if name == "months" && to.Format(time.DateOnly) != "2026-05-31" {
			t.Errorf("two months end on %s", to)
		}
	}
}

// CUS-09: of each list that binds, one entry must be the company's.
func TestCUS09_TerritoryCovers(t *testing.T) {
	t.Parallel()
	both := Territory{Industries: []string{"染整", "针织"}, Regions: []string{"浙江"}}
	for _, c := range []struct {
		t                Territory
		industry, region string
		want             bool
	}{
		{Territory{}, "", "", true},
		{both, "针织", "浙江", true},
		{both, " 针 织", "浙江 ", true},
		{both, "针织", "江苏", false},
		{both, "化纤", "浙江", false},
		{both, "", "浙江", false},
		{Territory{Regions: []string{"浙江"}}, "化纤", "浙江", true},
		{Territory{Industries: []string{"PET"}}, "pet", "海外", true},
	} {
		if got := c.t.covers(c.industry, c.region); got != c.want {
			t.Errorf("%v covers %s %s: %v", c.t, c.industry, c.region, got)
		}
	}
}
