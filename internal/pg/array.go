package pg

import (
	"bytes"
	"database/sql/driver"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// TextArray is a text[] column or argument.
type TextArray []string

// Value implements driver.Valuer.
func (a TextArray) Value() (driver.Value, error) {
	if a == nil {
		return "{}", nil
	}
	arrays.Lock()
	defer arrays.Unlock()
	buf, err := arrays.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, []string(a), nil)
	return string(buf), err
}

// Scan implements sql.Scanner.
func (a *TextArray) Scan(src any) error {
	arrays.Lock()
	defer arrays.Unlock()
	return arrays.SQLScanner((*[]string)(a)).Scan(src)
}

// arrays is pgx's memory of how types are written and read, which it adds to as it goes: for one goroutine at a time.
var arrays = struct {
	sync.Mutex
	*pgtype.Map
}{Map: pgtype.NewMap()}

// Columns returns the keys and the instants of a map as two array arguments, for unnest(?::uuid[], ?::timestamptz[]): many rows
// that each get an instant of their own in one statement.
func Columns(at map[uuid.UUID]time.Time) (ids, instants TextArray) {
	for _, id := range slices.SortedFunc(maps.Keys(at), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		ids = append(ids, id.String())
		instants = append(instants, at[id].UTC().Format(time.RFC3339Nano))
	}
	return ids, instants
}

// IDs is a list of ids as one argument: = ANY (?::uuid[]).
func IDs(ids []uuid.UUID) TextArray {
	list := make(TextArray, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return list
}
