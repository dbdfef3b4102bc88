package clock

import (
	"maps"
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

// Calendar says when the company works: Monday to Friday without China's public holidays, the weekend days that make up for
// them, and the company's own exceptions, which win. For years whose holidays haven't been announced yet (HolidaysKnown), it is
// Monday to Friday. Its zero value has no exceptions. It never changes, so a transaction that asked once has one answer
// throughout: pg.Tx.Calendar.
type Calendar struct {
	exceptions map[int64]bool // whether it is worked, by days since 1970; never written after NewCalendar
}

// NewCalendar returns the calendar with these exceptions: whether a business date is worked.
func NewCalendar(exceptions map[time.Time]bool) Calendar {
	c := Calendar{exceptions: make(map[int64]bool, len(exceptions))}
	for date, working := range exceptions {
		c.exceptions[dayNumber(date)] = working
	}
	return c
}

// With returns the calendar with another answer for one date; without an exception there when working is nil. It is for trying
// what a change would do.
func (c Calendar) With(date time.Time, working *bool) Calendar {
	with := Calendar{exceptions: maps.Clone(c.exceptions)}
	if with.exceptions == nil {
		with.exceptions = map[int64]bool{}
	}
	delete(with.exceptions, dayNumber(date))
	if working != nil {
		with.exceptions[dayNumber(date)] = *working
	}
	return with
}

// Reason is why a date is worked, or isn't.
type Reason string

// The reasons, the strongest first.
const (
	ByException Reason = "exception" // the company's own
	ByHoliday   Reason = "holiday"   // a public holiday
	ByMakeUp    Reason = "make_up"   // a weekend day that makes up for one
	ByWeekday   Reason = "weekday"
	ByWeekend   Reason = "weekend"
)

// Day is a date as the calendar has it.
type Day struct {
	Date    time.Time
	Working bool
	Why     Reason
	NameZH  string // of the public holiday that is the reason, also under an exception; "" for none
	NameEN  string
}

// IsWorkingDay reports whether the company works on a business date (midnight UTC of the date, as Today gives it).
func (c Calendar) IsWorkingDay(date time.Time) bool {
	if work, except := c.exceptions[dayNumber(date)]; except {
		return work
	}
	if s := announced(date); s.special {
		return s.work
	}
	return date.Weekday() != time.Saturday && date.Weekday() != time.Sunday
}

// Day returns a business date with the reason for what it is.
func (c Calendar) Day(date time.Time) Day {
	s := announced(date)
	d := Day{Date: date, Working: c.IsWorkingDay(date), NameZH: s.name, NameEN: english[s.name]}
	_, except := c.exceptions[dayNumber(date)]
	switch {
	case except:
		d.Why = ByException
	case s.special && s.work:
		d.Why = ByMakeUp
	case s.special:
		d.Why = ByHoliday
	case d.Working:
		d.Why = ByWeekday
	default:
		d.Why = ByWeekend
	}
	return d
}

// HolidaysKnown reports whether the State Council's notice for a year is in this program: every year's has National Day.
func HolidaysKnown(year int) bool {
	return announced(time.Date(year, time.October, 1, 0, 0, 0, 0, time.UTC)).special
}

// english names the holidays of the library.
var english = map[string]string{
	"元旦节": "New Year's Day", "春节": "Spring Festival", "清明节": "Qingming Festival", "劳动节": "Labour Day", "端午节": "Dragon Boat Festival",
	"中秋节": "Mid-Autumn Festival", "国庆节": "National Day", "国庆中秋": "National Day and Mid-Autumn Festival", "抗战胜利日": "Victory Day",
}

// specialDays caches what the library, which searches a long string, says about a date.
var specialDays sync.Map // of int64 (days since 1970) to specialDay

type specialDay struct {
	work, special bool
	name          string
}

// announced returns what the State Council's notice says about a date; special is false when it says nothing.
func announced(date time.Time) specialDay {
	key := dayNumber(date)
	if d, ok := specialDays.Load(key); ok {
		if s, ok := d.(specialDay); ok {
			return s
		}
	}
	var s specialDay
	if h := HolidayUtil.GetHolidayByYmd(date.Year(), int(date.Month()), date.Day()); h != nil {
		s = specialDay{work: h.IsWork(), special: true, name: h.GetName()}
	}
	specialDays.Store(key, s)
	return s
}

func dayNumber(date time.Time) int64 { return date.Unix() / (24 * 60 * 60) }
