package pg

import "github.com/google/uuid"

// Narrowing is the condition of a list, with its named arguments. Make it with Narrow.
type Narrowing struct {
	where string
	args  map[string]any
}

// Narrow is a list of everything.
func Narrow() Narrowing { return Narrowing{args: map[string]any{}} }

// By adds a condition, in which @name stands for value, when it is asked for.
func (n *Narrowing) By(asked bool, condition, name string, value any) {
	if !asked {
		return
	}
	n.where += " AND " + condition
	n.args[name] = value
}

// Only adds a condition without a value when it is asked for.
func (n *Narrowing) Only(asked bool, condition string) {
	if asked {
		n.where += " AND " + condition
	}
}

// Seen adds a condition in which @owners stands for the people whose documents somebody may see, unless that is everybody's (ORG-06). Who may see
// nobody's finds nothing.
func (n *Narrowing) Seen(by interface{ Owners() ([]uuid.UUID, bool) }, condition string) {
	owners, all := by.Owners()
	n.By(!all, condition, "owners", owners)
}

// Newest returns one page of what query, which ends before its WHERE, finds by a narrowing, in descending order of column, which is unique and
// whose value id returns. One statement. Returns ErrCursor.
func Newest[T any](tx Tx, p Page, n Narrowing, query, column string, id func(T) uuid.UUID) ([]T, string, error) {
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	n.By(found, column+" < @last", "last", last)
	n.args["limit"] = p.Limit + 1
	var rows []T
	if err := tx.Raw(query+"WHERE true"+n.where+" ORDER BY "+column+" DESC LIMIT @limit", n.args).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return Cut(p, rows, func(r T) any { return id(r) })
}
