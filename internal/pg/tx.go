package pg

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
)

// Tx is one transaction. Now is the same for all that happens in it; By is on whose behalf it happens.
type Tx struct {
	*gorm.DB
	Now time.Time
	By  Origin

	conn  *sql.Conn // the one that DB works on
	clock *clock.Clock
	after *[]func() // nil outside a transaction
	db    *DB
	asked *asked // of the calendar
	turn  *turn  // nil outside a transaction that writes
}

// AfterCommit makes f run when the transaction has committed, and not at all when it rolls back. f changes this
// process's memory only (a cache, the clock): it is lost when the process dies, so what must happen is a job.
func (tx Tx) AfterCommit(f func()) {
	if tx.after == nil {
		f()
		return
	}
	*tx.after = append(*tx.after, f)
}

// Later is the present instant, which Now was when the transaction began. It is for the moment from which something holds for
// everybody, chosen when all that takes long has been written; whatever else happens in a transaction happens at Now.
func (tx Tx) Later() time.Time { return tx.clock.Now() }

// Update writes the named columns of the row with this id, if its version is the one given, and raises the version.
// Returns errs.ErrStale when the row has another version or is gone: callers that want NotFound have read (and locked)
// the row before.
func Update(tx Tx, table string, id any, version int64, values map[string]any) error {
	columns := slices.Sorted(maps.Keys(values)) // one order, one prepared statement
	args := make([]any, 0, len(columns)+3)
	var set strings.Builder
	for _, c := range columns {
		set.WriteString(`"` + c + `" = ?, `)
		args = append(args, values[c])
	}
	n, err := Exec(tx, "UPDATE "+table+" SET "+set.String()+"version = ? WHERE id = ? AND version = ?", append(args, version+1, id, version)...)
	if err == nil && n != 1 {
		err = errs.ErrStale
	}
	return err
}

// One reports a write that didn't hit exactly one row as errs.ErrStale.
func One(res *gorm.DB) error { return one(res) }

func one(res *gorm.DB) error {
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return errs.ErrStale
	}
	return nil
}

// Insert writes one row or a slice of rows as they are: zero values too.
func Insert(tx Tx, rows any) error { return tx.Create(rows).Error }

// Take reads one row by a condition. Returns errs.ErrNotFound when there is none.
func Take[T any](tx Tx, where string, args ...any) (T, error) {
	var rows []T
	if err := tx.Where(where, args...).Limit(1).Find(&rows).Error; err != nil {
		var zero T
		return zero, err
	}
	if len(rows) == 0 {
		var zero T
		return zero, errs.ErrNotFound
	}
	return rows[0], nil
}

// TakeForUpdate is Take that locks the row until the transaction ends. Lock in the order of this package's doc.
func TakeForUpdate[T any](tx Tx, where string, args ...any) (T, error) {
	locked := tx
	locked.DB = tx.Clauses(forUpdate)
	return Take[T](locked, where, args...)
}

// NextNumber returns the next document number of a series in the month of at by Shanghai's calendar, like
// "SO-202611-00042". The counter row stays locked until the transaction ends, which is what keeps the series without gaps;
// so number last.
func NextNumber(tx Tx, series string, at time.Time) (string, error) {
	period := at.In(clock.Shanghai).Format("200601")
	var last int64
	err := tx.Raw(`INSERT INTO number_series (series, period, last) VALUES (?, ?, 1)
		ON CONFLICT (series, period) DO UPDATE SET last = number_series.last + 1 RETURNING last`, series, period).Scan(&last).Error
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%s-%05d", series, period, last), nil
}

// NumberCTE is NextNumber as a common table expression next_number (number), for a statement that inserts the document
// too: one round trip less while the counter row is locked.
func NumberCTE(series string, at time.Time) (sql string, args []any) {
	period := at.In(clock.Shanghai).Format("200601")
	return `next_number AS (INSERT INTO number_series (series, period, last) VALUES (?, ?, 1)
		ON CONFLICT (series, period) DO UPDATE SET last = number_series.last + 1
		RETURNING ? || lpad(last::text, greatest(5, length(last::text)), '0') AS number)`,
		[]any{series, period, series + "-" + period + "-"}
}
