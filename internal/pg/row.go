package pg

import (
	"database/sql"
	"errors"

	"github.com/salesgate/salesgate/internal/errs"
)

// ScanRow runs a query for one row and scans its columns into dest, without the cost of GORM's reflection: for hot
// paths. Returns errs.ErrNotFound when there is no row. Use it instead of gorm's Row, which is nil when the statement
// wasn't sent.
func ScanRow(tx Tx, dest []any, query string, args ...any) error {
	q := tx.Raw(query, args...)
	row := q.Row()
	if row == nil {
		return errors.Join(q.Error, errNoRow)
	}
	err := row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return errs.ErrNotFound
	}
	return err
}

var errNoRow = errors.New("pg: the statement wasn't sent")
