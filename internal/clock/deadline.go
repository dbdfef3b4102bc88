package clock

import "time"

// Term is how a deadline in working time is made up, so that it can be made up again when the calendar changes: Hours working
// hours after From or, when that is 0, the end of the Days-th working day after From's date (before it, when negative).
type Term struct {
	From  time.Time
	Days  int
	Hours int
}

// Due returns the deadline of a term.
func (c Calendar) Due(t Term) time.Time {
	if t.Hours > 0 {
		return c.AddWorkingHours(t.From, time.Duration(t.Hours)*time.Hour)
	}
	return c.EndOfWorkingDay(t.From, t.Days)
}

// AddWorkingDays returns the n-th working day after a business date, before it when n is negative. With n = 0 it is the date
// itself if that is a working day, else the next one.
func (c Calendar) AddWorkingDays(date time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n == 0 && !c.IsWorkingDay(date) {
		date = date.AddDate(0, 0, 1)
	}
	for n > 0 {
		date = date.AddDate(0, 0, step)
		if c.IsWorkingDay(date) {
			n--
		}
	}
	return date
}

// WorkingDaysBetween counts the working days after from up to and including to, both business dates; 0 when to isn't later.
func (c Calendar) WorkingDaysBetween(from, to time.Time) int {
	n := 0
	for d := from.AddDate(0, 0, 1); !d.After(to); d = d.AddDate(0, 0, 1) {
		if c.IsWorkingDay(d) {
			n++
		}
	}
	return n
}

// EndOfWorkingDay returns the instant at which the n-th working day after now's business date ends: the deadline
// of what is to be done "within n working days".
func (c Calendar) EndOfWorkingDay(now time.Time, n int) time.Time {
	return at(c.AddWorkingDays(Today(now), n), closes)
}

// AddWorkingHours returns the instant at which that much working time has passed since now. What begins outside the working
// hours begins at the next opening; what is full at closing time ends then, not at the next opening. d isn't negative.
func (c Calendar) AddWorkingHours(now time.Time, d time.Duration) time.Time {
	day := Today(now)
	start := now
	for {
		open, end := at(day, opens), at(day, closes)
		if c.IsWorkingDay(day) && start.Before(end) {
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

// WorkingTimeBetween returns how much working time lies between two instants; 0 when to isn't later.
func (c Calendar) WorkingTimeBetween(from, to time.Time) time.Duration {
	var sum time.Duration
	for day := Today(from); at(day, opens).Before(to); day = day.AddDate(0, 0, 1) {
		if !c.IsWorkingDay(day) {
			continue
		}
		open, end := at(day, opens), at(day, closes)
		if open.Before(from) {
			open = from
		}
		if end.After(to) {
			end = to
		}
		sum += max(0, end.Sub(open))
	}
	return sum
}

// at returns the instant of a minute of a business date in Shanghai.
func at(date time.Time, minute int) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, minute, 0, 0, Shanghai).UTC()
}
