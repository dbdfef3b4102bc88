package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/clock"
)

// announced is the calendar without exceptions of the company.
var announced clock.Calendar

func date(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// local reads "2026-01-05 09:00" as an instant in Shanghai.
func local(s string) time.Time {
	d, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return d.UTC()
}

func TestIsWorkingDay(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]bool{
		"2025-01-01": false, // New Year
		"2025-01-26": true,  // Sunday that makes up for Spring Festival
		"2025-01-28": false, // eve of Spring Festival
		"2025-02-04": false, // its last day
		"2025-02-05": true,
		"2025-02-08": true,  // Saturday that makes up
		"2025-04-04": false, // Qingming
		"2025-04-27": true,  // Sunday that makes up for Labour Day
		"2025-05-05": false, // its last day, a Monday
		"2025-05-06": true,
		"2025-06-02": false, // Dragon Boat, a Monday
		"2025-09-28": true,  // Sunday that makes up for National Day
		"2025-10-08": false, // last day of National Day and Mid-Autumn
		"2025-10-09": true,
		"2025-10-11": true,  // Saturday that makes up
		"2025-11-22": false, // an ordinary Saturday
		"2026-01-02": false, // New Year, a Friday
		"2026-01-04": true,  // Sunday that makes up
		"2026-02-14": true,  // Saturday that makes up for Spring Festival
		"2026-02-23": false, // its last day
		"2026-02-24": true,
		"2026-02-28": true, // Saturday that makes up, and month's end
		"2026-05-09": true, // Saturday that makes up for Labour Day
		"2026-06-19": false,
		"2026-09-25": false, // Mid-Autumn
		"2026-10-10": true,  // Saturday that makes up for National Day
		"2028-02-29": true,  // leap day of a year not announced yet, a Tuesday
		"2031-01-01": true,  // not announced: Monday to Friday
		"2031-01-04": false,
	} {
		if got := announced.IsWorkingDay(date(day)); got != want {
			t.Errorf("%s: %v", day, got)
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2025-09-30", 1, "2025-10-09"}, // over National Day
		{"2025-09-26", 1, "2025-09-28"}, // a Friday: the Sunday works
		{"2025-01-31", 1, "2025-02-05"}, // month's end inside a holiday
		{"2025-12-31", 1, "2026-01-04"}, // year's end: Sunday works
		{"2026-02-27", 1, "2026-02-28"}, // Friday to a working Saturday
		{"2026-02-28", 1, "2026-03-02"},
		{"2026-02-13", 3, "2026-02-25"}, // over Spring Festival
		{"2028-02-28", 1, "2028-02-29"}, // leap day
		{"2028-02-28", 2, "2028-03-01"},
		{"2024-02-29", 1, "2024-03-01"},
		{"2025-10-09", -1, "2025-09-30"},
		{"2025-09-28", -1, "2025-09-26"},
		{"2025-10-01", 0, "2025-10-09"}, // a holiday counts as the day after
		{"2025-10-09", 0, "2025-10-09"},
		{"2026-11-20", 1, "2026-11-23"}, // plain weekend
	} {
		if got := announced.AddWorkingDays(date(c.from), c.n).Format(time.DateOnly); got != c.want {
			t.Errorf("%s %+d: %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestEndOfWorkingDay(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"2026-11-20 10:00": "2026-11-23 17:30", // Friday morning to Monday's end
		"2026-11-20 23:59": "2026-11-23 17:30",
		"2026-11-21 00:00": "2026-11-23 17:30", // Saturday
		"2025-09-30 17:31": "2025-10-09 17:30",
	} {
		if got := announced.EndOfWorkingDay(local(from), 1); !got.Equal(local(want)) {
			t.Errorf("%s: %s, want %s", from, got.In(clock.Shanghai), want)
		}
	}
}

func TestAddWorkingHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from  string
		hours int
		want  string
	}{
		{"2026-11-20 09:00", 1, "2026-11-20 10:00"},
		{"2026-11-20 08:29", 1, "2026-11-20 09:30"}, // before opening
		{"2026-11-20 16:30", 1, "2026-11-20 17:30"}, // full at closing time
		{"2026-11-20 16:31", 1, "2026-11-23 08:31"}, // a minute is left for Monday
		{"2026-11-20 17:30", 1, "2026-11-23 09:30"}, // at closing time
		{"2026-11-21 12:00", 9, "2026-11-23 17:30"}, // a whole day, begun on Saturday
		{"2026-11-20 08:30", 24, "2026-11-24 14:30"},
		{"2025-09-30 17:00", 1, "2025-10-09 09:00"}, // over National Day
		{"2025-09-26 17:00", 1, "2025-09-28 09:00"}, // a working Sunday
	} {
		got := announced.AddWorkingHours(local(c.from), time.Duration(c.hours)*time.Hour)
		if !got.Equal(local(c.want)) {
			t.Errorf("%s + %d h: %s, want %s", c.from, c.hours, got.In(clock.Shanghai), c.want)
		}
	}
}

func TestCalendarProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		from := date("2024-01-01").AddDate(0, 0, rapid.IntRange(0, 2000).Draw(r, "day"))
		n := rapid.IntRange(1, 60).Draw(r, "n")
		to := announced.AddWorkingDays(from, n)
		if !announced.IsWorkingDay(to) || !to.After(from) {
			r.Fatalf("%s + %d = %s", from, n, to)
		}
		if got := announced.WorkingDaysBetween(from, to); got != n {
			r.Fatalf("%s + %d = %s, counted back %d", from, n, to, got)
		}
		now := from.Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(r, "time")))
		d1 := time.Duration(rapid.Int64Range(0, int64(40*time.Hour)).Draw(r, "d1"))
		d2 := time.Duration(rapid.Int64Range(1, int64(40*time.Hour)).Draw(r, "d2"))
		once, twice := announced.AddWorkingHours(now, d1+d2), announced.AddWorkingHours(announced.AddWorkingHours(now, d1), d2)
		if !once.Equal(twice) {
			r.Fatalf("%s + %s + %s: %s at once, %s in two steps", now, d1, d2, once, twice)
		}
	})
}

// An exception of the company wins over holidays, make-up days and weekends; taking it back leaves nothing behind.
func TestExceptionsWin(t *testing.T) {
	t.Parallel()
	c := clock.NewCalendar(map[time.Time]bool{
		date("2026-02-14"): false, // the Saturday that makes up for Spring Festival
		date("2026-10-01"): true,  // National Day
		date("2026-11-21"): true,  // an ordinary Saturday
		date("2026-11-23"): false, // an ordinary Monday
	})
	for day, want := range map[string]clock.Day{
		"2026-02-14": {Working: false, Why: clock.ByException, NameZH: "春节", NameEN: "Spring Festival"},
		"2026-02-28": {Working: true, Why: clock.ByMakeUp, NameZH: "春节", NameEN: "Spring Festival"},
		"2026-10-01": {Working: true, Why: clock.ByException, NameZH: "国庆节", NameEN: "National Day"},
		"2026-10-02": {Working: false, Why: clock.ByHoliday, NameZH: "国庆节", NameEN: "National Day"},
		"2026-11-21": {Working: true, Why: clock.ByException},
		"2026-11-22": {Working: false, Why: clock.ByWeekend},
		"2026-11-23": {Working: false, Why: clock.ByException},
		"2026-11-24": {Working: true, Why: clock.ByWeekday},
	} {
		want.Date = date(day)
		if got := c.Day(date(day)); got != want || c.IsWorkingDay(date(day)) != want.Working {
			t.Errorf("%s: %+v", day, got)
		}
	}
	friday := local("2026-11-20 16:30")
	for _, step := range []struct {
		c    clock.Calendar
		want string
	}{
		{announced, "2026-11-23 09:30"},
		{c, "2026-11-21 09:30"},
		{c.With(date("2026-11-21"), nil), "2026-11-24 09:30"},
		{announced.With(date("2026-11-23"), new(false)), "2026-11-24 09:30"},
		{announced.With(date("2026-11-23"), nil), "2026-11-23 09:30"},
	} {
		if got := step.c.Due(clock.Term{From: friday, Hours: 2}); !got.Equal(local(step.want)) {
			t.Errorf("%s, want %s", got.In(clock.Shanghai), step.want)
		}
	}
	if c.IsWorkingDay(date("2026-02-14")) || !announced.IsWorkingDay(date("2026-02-14")) {
		t.Error("a calendar was changed")
	}
}

func TestHolidaysKnown(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]bool{2001: false, 2002: true, 2025: true, 2026: true, 2040: false} {
		if clock.HolidaysKnown(year) != want {
			t.Errorf("%d: %v", year, !want)
		}
	}
}

func TestWorkingTimeBetween(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-11-20 09:00", "2026-11-20 10:00", time.Hour},
		{"2026-11-20 08:00", "2026-11-20 08:30", 0},
		{"2026-11-20 08:00", "2026-11-20 08:31", time.Minute},
		{"2026-11-20 17:29", "2026-11-20 18:00", time.Minute},
		{"2026-11-20 17:30", "2026-11-23 08:30", 0},
		{"2026-11-20 16:30", "2026-11-23 09:30", 2 * time.Hour},
		{"2026-02-14 16:30", "2026-02-24 09:30", 2 * time.Hour}, // over Spring Festival, from a working Saturday
		{"2026-11-20 10:00", "2026-11-20 09:00", 0},
	} {
		if got := announced.WorkingTimeBetween(local(c.from), local(c.to)); got != c.want {
			t.Errorf("%s to %s: %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

// Whatever the exceptions, a deadline is in working time and as far away as it says.
func TestExceptionsProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		exceptions := map[time.Time]bool{}
		for range rapid.IntRange(0, 20).Draw(r, "exceptions") {
			exceptions[date("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 60).Draw(r, "on"))] = rapid.Bool().Draw(r, "working")
		}
		c := clock.NewCalendar(exceptions)
		from := date("2026-01-01").Add(time.Duration(rapid.Int64Range(0, int64(40*24*time.Hour)).Draw(r, "from")))
		hours := rapid.IntRange(1, 60).Draw(r, "hours")
		due := c.Due(clock.Term{From: from, Hours: hours})
		if got := c.WorkingTimeBetween(from, due); got != time.Duration(hours)*time.Hour || !c.IsWorkingDay(clock.Today(due)) {
			r.Fatalf("%s + %d h: %s, %s of working time", from, hours, due, got)
		}
	})
}
