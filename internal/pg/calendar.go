package pg

import (
	"time"

	"github.com/salesgate/salesgate/internal/clock"
)

// yearCalendar is the company's calendar as of a version of it.
type yearCalendar struct {
	version int64
	clock.Calendar
}

// asked is what a transaction has learnt of the calendar.
type asked struct {
	calendar *clock.Calendar
	err      error
}

// Calendar returns the company's working calendar, with its exceptions as they are now. Until the transaction ends nobody can
// change them (a shared lock), and whoever changes them afterwards queues the recomputing of deadlines (package calendar): so no
// deadline is ever stored by a calendar that has been replaced. The first call of a transaction is one statement, which reads
// the version; the exceptions themselves are read again only when that has moved. A transaction in which it failed doesn't
// commit.
func (tx Tx) Calendar() clock.Calendar {
	if tx.asked.calendar != nil {
		return *tx.asked.calendar
	}
	c, err := tx.db.calendarOf(tx)
	if err != nil {
		tx.asked.err = err
	}
	tx.asked.calendar = &c
	return c
}

// calendarOf returns the cached calendar if it has the version that the database has.
func (db *DB) calendarOf(tx Tx) (clock.Calendar, error) {
	var version int64
	if err := tx.Raw("SELECT calendar_version()").Scan(&version).Error; err != nil {
		return clock.Calendar{}, err
	}
	if c := db.calendar.Load(); c != nil && c.version == version {
		return c.Calendar, nil
	}
	c, err := readCalendar(tx)
	if err != nil {
		return clock.Calendar{}, err
	}
	// A version comes from a sequence, so one that is rolled back never means anything else later.
	db.calendar.Store(&yearCalendar{version, c})
	return c, nil
}

func readCalendar(tx Tx) (clock.Calendar, error) {
	var days []struct {
		Date    time.Time
		Working bool
	}
	if err := tx.Raw("SELECT date, working FROM calendar_days WHERE working IS NOT NULL").Scan(&days).Error; err != nil {
		return clock.Calendar{}, err
	}
	exceptions := make(map[time.Time]bool, len(days))
	for _, d := range days {
		exceptions[d.Date] = d.Working
	}
	return clock.NewCalendar(exceptions), nil
}

// LockCalendar keeps everybody else from asking for the calendar until the transaction ends, and forgets what this transaction
// knows of it: for who changes the calendar, before anything else is locked. Whoever asked before has committed then.
func LockCalendar(tx Tx) error {
	*tx.asked = asked{}
	return tx.Exec("SELECT lock_calendar()").Error
}

// ReplaceCalendar gives the calendar another version, after its days were changed under LockCalendar.
func ReplaceCalendar(tx Tx) error {
	*tx.asked = asked{}
	return one(tx.Exec("UPDATE calendar_state SET version = nextval('calendar_versions')"))
}
