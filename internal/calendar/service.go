package calendar

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Subject is what events call a day of the calendar.
const Subject = "calendar_day"

// Service reads and changes the company's exceptions.
type Service struct {
	recompute func(pg.Tx) error // queues the recomputing of deadlines in the transaction
}

// New returns the service. recompute is called in the transaction of every change.
func New(recompute func(pg.Tx) error) *Service { return &Service{recompute: recompute} }

// namespace makes subject ids of dates.
var namespace = uuid.MustParse("6f1d1f0e-8a35-5c0c-9f8e-3a5f5f0b6c11")

// SubjectID is what events about a date are filed under.
func SubjectID(date time.Time) uuid.UUID {
	return uuid.NewSHA1(namespace, []byte(date.Format(time.DateOnly)))
}

// Days returns the dates from first to last with the reason for what each is, and the years among them whose public holidays this
// program doesn't know. Returns ErrRange. Two statements at most.
func (s *Service) Days(tx pg.Tx, first, last time.Time) ([]Day, []Unknown, error) {
	if last.Before(first) || last.Sub(first) >= maxDays*24*time.Hour {
		return nil, nil, ErrRange.With("days", maxDays).At("/to")
	}
	rows, err := exceptions(tx, first, last)
	if err != nil {
		return nil, nil, err
	}
	made := make(map[time.Time]Exception, len(rows))
	for _, e := range rows {
		made[e.Date] = e
	}
	cal := calendarOf(rows)
	var days []Day
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		days = append(days, dayOf(cal, made, d))
	}
	unknown, err := unknownYears(tx, first.Year(), last.Year())
	return days, unknown, err
}

func dayOf(cal clock.Calendar, made map[time.Time]Exception, date time.Time) Day {
	e, decided := made[date]
	if !decided {
		e = Exception{Date: date, Version: 1}
	}
	return Day{Day: cal.Day(date), Exception: e}
}

func calendarOf(rows []Exception) clock.Calendar {
	open := map[time.Time]bool{}
	for _, e := range rows {
		if e.Working != nil {
			open[e.Date] = *e.Working
		}
	}
	return clock.NewCalendar(open)
}

// unknownYears returns the years whose holidays haven't been announced when this program was made.
func unknownYears(tx pg.Tx, first, last int) ([]Unknown, error) {
	var years []Unknown
	for y := first; y <= last; y++ {
		if clock.HolidaysKnown(y) {
			continue
		}
		n, err := countExceptions(tx, y)
		if err != nil {
			return nil, err
		}
		years = append(years, Unknown{y, n})
	}
	return years, nil
}

// Set is what is to be decided about a date: worked or not, or with nil what the public calendar makes it.
type Set struct {
	Date    time.Time
	Working *bool
	Version int64 // that the caller has read, or AnyVersion
}

// AnyVersion is the version of who doesn't say which one they have read.
const AnyVersion = -1

// SetDays decides about dates, all or none, and queues the recomputing of what is due by the calendar. Returns ErrReason, ErrPast,
// ErrFar, ErrTwice, errs.ErrStale when somebody has decided about a date since, and ErrNone when there is no exception to take back.
// Locks the calendar.
func (s *Service) SetDays(tx pg.Tx, action string, sets []Set, reason string) ([]Day, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, ErrReason.At("/reason")
	}
	if err := pg.LockCalendar(tx); err != nil {
		return nil, err
	}
	sets = slices.Clone(sets)
	slices.SortFunc(sets, func(a, b Set) int { return a.Date.Compare(b.Date) })
	var after []Exception
	for i, d := range sets {
		if i > 0 && d.Date.Equal(sets[i-1].Date) {
			return nil, ErrTwice.With()
		}
		e, err := set(tx, action, d, reason)
		if err != nil {
			return nil, err
		}
		after = append(after, e)
	}
	if err := pg.ReplaceCalendar(tx); err != nil {
		return nil, err
	}
	cal := calendarOf(after)
	days := make([]Day, len(after))
	for i, e := range after {
		days[i] = Day{Day: cal.Day(e.Date), Exception: e}
	}
	return days, s.recompute(tx)
}

func set(tx pg.Tx, action string, d Set, reason string) (Exception, error) {
	today := clock.Today(tx.Now)
	switch {
	case !may(d.Date, today, d.Working):
		return Exception{}, ErrPast.With()
	case d.Date.After(today.AddDate(maxYears, 0, 0)):
		return Exception{}, ErrFar.With("years", maxYears)
	}
	before, err := exceptionOn(tx, d.Date)
	switch {
	case err != nil:
		return Exception{}, err
	case d.Version != AnyVersion && d.Version != before.Version:
		return Exception{}, errs.ErrStale
	case before.Working == nil && d.Working == nil:
		return Exception{}, ErrNone.With()
	}
	e := Exception{Date: d.Date, Working: d.Working, Version: before.Version + 1, Reason: reason, SetBy: tx.By.Actor(), SetAt: tx.Now}
	if err := store(tx, e); err != nil {
		return Exception{}, err
	}
	return e, audit.Record(tx, audit.Entry{
		Action: action, SubjectType: Subject, SubjectID: SubjectID(d.Date), Before: before.trace(), After: e.trace(),
	})
}

// History returns the changes of the calendar, of one date or of all, the last first.
func (s *Service) History(tx pg.Tx, date *time.Time, p pg.Page) ([]Change, string, error) {
	before := uuid.Max
	if _, err := p.After(&before); err != nil {
		return nil, "", err
	}
	rows, err := changes(tx, date, before, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(c Change) any { return c.ID })
}
