package clock

import (
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// The company's working hours in Shanghai, as minutes of the day: 08:30 to 17:30 (rulebook, introduction). They define
// what "working hour" means, so they are no parameter.
const (
	opens  = 8*60 + 30
	closes = 17*60 + 30
)

// IsWorkingDay reports whether the company works on a business date (midnight UTC of the date, as Today gives it): Monday to
// Friday without China's public holidays, and the weekend days that make up for them. For years whose holidays
// haven't been announced yet, that is Monday to Friday.
func IsWorkingDay(date time.Time) bool {
	if work, special := announced(date); special {
		return work
	}
	return date.Weekday() != time.Saturday && date.Weekday() != time.Sunday
}

// specialDays caches what the library, which searches a long string, says about a date.
var specialDays sync.Map // of int (days since 1970) to specialDay

type specialDay struct{ work, special bool }

// announced returns what the State Council's notice says about a date; special is false when it says nothing.
func announced(date time.Time) (work, special bool) {
	key := date.Unix() / (24 * 60 * 60)
	if d, ok := specialDays.Load(key); ok {
		if s, ok := d.(specialDay); ok {
			return s.work, s.special
		}
	}
	var s specialDay
	if h := HolidayUtil.GetHolidayByYmd(date.Year(), int(date.Month()), date.Day()); h != nil {
		s = specialDay{work: h.IsWork(), special: true}
	}
	specialDays.Store(key, s)
	return s.work, s.special
}

// AddWorkingDays returns the n-th working day after a business date, before it when n is negative. With n = 0 it is the date
// itself if that is a working day, else the next one.
func AddWorkingDays(date time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n == 0 && !IsWorkingDay(date) {
		date = date.AddDate(0, 0, 1)
	}
	for n > 0 {
		date = date.AddDate(0, 0, step)
		if IsWorkingDay(date) {
			n--
		}
	}
	return date
}

// WorkingDaysBetween counts the working days after from up to and including to, both business dates; 0 when to isn't later.
func WorkingDaysBetween(from, to time.Time) int {
	n := 0
	for d := from.AddDate(0, 0, 1); !d.After(to); d = d.AddDate(0, 0, 1) {
		if IsWorkingDay(d) {
			n++
		}
	}
	return n
}

// EndOfWorkingDay returns the instant at which the n-th working day after now's business date ends: the deadline
// of what is to be done "within n working days".
func EndOfWorkingDay(now time.Time, n int) time.Time {
	return at(AddWorkingDays(Today(now), n), closes)
}

// AddWorkingHours returns the instant at which that much working time has passed since now. What begins outside the working
// hours begins at the next opening; what is full at closing time ends then, not at the next opening. d isn't negative.
func AddWorkingHours(now time.Time, d time.Duration) time.Time {
	day := Today(now)
	start := now
	for {
		open, end := at(day, opens), at(day, closes)
		if IsWorkingDay(day) && start.Before(end) {
			if start.Before(open) {
				start = open
			}
			if left := end.Sub(start); d <= left {
				return start.Add(d).UTC()
			}
			d -= end.Sub(start)
		}
		day = day.AddDate(0, 0, 1)
		start = at(day, 0)
	}
}

// at returns the instant of a minute of a business date in Shanghai.
func at(date time.Time, minute int) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, minute, 0, 0, Shanghai).UTC()
}
