package pg

import (
	"database/sql/driver"

	"github.com/jackc/pgx/v5/pgtype"
)

// TextArray is a text[] column or argument.
type TextArray []string

// Value implements driver.Valuer.
func (a TextArray) Value() (driver.Value, error) {
	if a == nil {
		return "{}", nil
	}
	buf, err := arrays.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, []string(a), nil)
	return string(buf), err
}

// Scan implements sql.Scanner.
func (a *TextArray) Scan(src any) error {
	return arrays.SQLScanner((*[]string)(a)).Scan(src)
}

var arrays = pgtype.NewMap()
