package pg

import (
	"bytes"
	"encoding/base64"
	"encoding/json"

	"github.com/salesgate/salesgate/internal/errs"
)

// ErrCursor refuses a cursor that this list didn't hand out.
var ErrCursor = errs.Define(errs.Malformed, "request.bad_cursor", "This cursor wasn't issued by this list.", "分页游标无效。")

// Page asks for one page of a list: at most Limit rows after the row that Cursor names ("" for the first page).
type Page struct {
	Limit  int
	Cursor string
}

// After decodes the cursor into the key of the last row seen; found is false for the first page.
func (p Page) After(key any) (found bool, err error) {
	if p.Cursor == "" {
		return false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return false, ErrCursor.Wrap(err)
	}
	if string(b) == "null" || bytes.Contains(b, []byte(`\u0000`)) { // which PostgreSQL takes for no text
		return false, ErrCursor.With()
	}
	if err := json.Unmarshal(b, key); err != nil {
		return false, ErrCursor.Wrap(err)
	}
	return true, nil
}

// Cut takes rows read with Limit+1, returns at most Limit of them and the cursor of the next page, "" at the end.
// key returns the sort key of a row, ending in a unique column.
func Cut[T any](p Page, rows []T, key func(T) any) ([]T, string, error) {
	if len(rows) <= p.Limit {
		return rows, "", nil
	}
	rows = rows[:p.Limit]
	cursor, err := Cursor(key(rows[len(rows)-1]))
	return rows, cursor, err
}

// Cursor encodes a sort key as the cursor that After reads.
func Cursor(key any) (string, error) {
	b, err := json.Marshal(key)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
