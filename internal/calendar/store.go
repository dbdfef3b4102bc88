package calendar

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// exceptions returns what was decided about the dates of a range, what was taken back included.
func exceptions(tx pg.Tx, first, last time.Time) (rows []Exception, err error) {
	return rows, tx.Where("date BETWEEN ? AND ?", day(first), day(last)).Find(&rows).Error
}

// exceptionOn returns what was decided about a date; of version 1 when nothing ever was.
func exceptionOn(tx pg.Tx, date time.Time) (Exception, error) {
	e, err := pg.Take[Exception](tx, "date = ?", day(date))
	if errors.Is(err, errs.ErrNotFound) {
		return Exception{Date: date, Version: 1}, nil
	}
	return e, err
}

func countExceptions(tx pg.Tx, year int) (n int, err error) {
	err = tx.Raw("SELECT count(*) FROM calendar_days WHERE working IS NOT NULL AND date BETWEEN make_date(?, 1, 1) AND make_date(?, 12, 31)", year, year).Scan(&n).Error
	return n, err
}

// store writes an exception and its trace in the history.
func store(tx pg.Tx, e Exception) error {
	if err := tx.Exec(`INSERT INTO calendar_days (date, working, version, reason, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (date) DO UPDATE SET working = excluded.working, version = excluded.version, reason = excluded.reason,
			set_by = excluded.set_by, set_at = excluded.set_at`,
		day(e.Date), e.Working, e.Version, e.Reason, e.SetBy, e.SetAt).Error; err != nil {
		return err
	}
	return pg.Insert(tx, &Change{uuid.Must(uuid.NewV7()), e})
}

func changes(tx pg.Tx, date *time.Time, before uuid.UUID, n int) (rows []Change, err error) {
	q := tx.Where("id < ?", before)
	if date != nil {
		q = q.Where("date = ?", day(*date))
	}
	return rows, q.Order("id DESC").Limit(n).Find(&rows).Error
}

func day(d time.Time) string { return d.Format(time.DateOnly) }
