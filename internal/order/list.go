package order

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Filter narrows a list; zero fields don't.
type Filter struct {
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID
	State      State
	Number     string
}

// Summary is an order as a list shows it.
type Summary struct {
	ID              uuid.UUID
	Number          string
	CustomerID      uuid.UUID
	CustomerCode    string
	CustomerName    string
	OwnerID         uuid.UUID
	State           State
	Revision        int
	CustomerOrderNo string
	Total           decimal.Decimal
	CreatedAt       time.Time
	Version         int64
}

// List returns orders that the caller may see (ORG-06), newest first, and the cursor of the next page. One statement, whose
// cost depends on the page and not on how many orders there are: each way of asking is a range of an index in the order
// of the list.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Summary, string, error) {
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	owners, all := who.Owners()
	if f.OwnerID != nil {
		if !who.Sees(*f.OwnerID) {
			return nil, "", nil
		}
		owners, all = []uuid.UUID{*f.OwnerID}, false
	}
	query, args := listSQL(f, owners, all, last, p.Limit+1)
	rows, r := make([]Summary, 0, p.Limit+1), Summary{}
	err := pg.ScanRows(tx, []any{
		&r.ID, &r.Number, &r.CustomerID, &r.CustomerCode, &r.CustomerName, &r.OwnerID, &r.State, &r.Revision,
		&r.CustomerOrderNo, &r.Total, &r.CreatedAt, &r.Version,
	}, func() error {
		rows = append(rows, r)
		return nil
	}, query, args...)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Summary) any { return r.ID })
}

// listSQL takes the page first, and then the names of its customers.
func listSQL(f Filter, owners []uuid.UUID, all bool, last uuid.UUID, limit int) (string, []any) {
	page, args := source(f, owners, all, last, limit)
	return `SELECT o.id, o.number, o.customer_id, c.code, c.name, o.owner_id, o.state, o.revision,
			o.customer_order_no, o.total, o.created_at, o.version
		FROM (` + page + ` ORDER BY id DESC LIMIT ?) o JOIN customers c ON c.id = o.customer_id ORDER BY o.id DESC`, append(args, limit)
}

// source is the query behind a page. Several owners are read one by one, each from its own index range, because a
// condition owner_id IN (…) can't be read in the order of the list.
func source(f Filter, owners []uuid.UUID, all bool, last uuid.UUID, limit int) (string, []any) {
	const columns = `id, number, customer_id, owner_id, state, revision, customer_order_no, total, created_at, version`
	switch {
	case f.Number != "":
		return narrow(`SELECT `+columns+` FROM orders WHERE number = ? AND id < ?`, []any{f.Number, last}, f, owners, all)
	case f.CustomerID != nil:
		query, args := `SELECT `+columns+` FROM orders WHERE customer_id = ? AND id < ?`, []any{*f.CustomerID, last}
		return narrow(query, args, f, owners, all)
	case all && f.State != "":
		return `SELECT ` + columns + ` FROM orders WHERE state = ? AND id < ?`, []any{f.State, last}
	case all:
		return `SELECT ` + columns + ` FROM orders WHERE id < ?`, []any{last}
	}
	states := States
	if f.State != "" {
		states = []State{f.State}
	}
	return `SELECT mine.* FROM (SELECT id AS owner FROM users WHERE id = ANY (?::uuid[])) u
		CROSS JOIN (SELECT unnest(?::text[]) AS wanted) s
		CROSS JOIN LATERAL (SELECT ` + columns + ` FROM orders
			WHERE owner_id = u.owner AND state = s.wanted AND id < ? ORDER BY id DESC LIMIT ?) mine`,
		[]any{texts(owners), texts(states), last, limit}
}

// narrow adds the conditions that hold for all or none of a customer's orders, or filter few rows.
func narrow(query string, args []any, f Filter, owners []uuid.UUID, all bool) (string, []any) {
	if f.Number != "" && f.CustomerID != nil {
		query, args = query+` AND customer_id = ?`, append(args, *f.CustomerID)
	}
	if f.State != "" {
		query, args = query+` AND state = ?`, append(args, f.State)
	}
	switch {
	case all:
	case f.CustomerID != nil: // all of them belong to the customer's owner: look once, not at each
		query, args = query+` AND (SELECT owner_id FROM customers WHERE id = ?) = ANY (?::uuid[])`, append(args, *f.CustomerID, texts(owners))
	default:
		query, args = query+` AND owner_id = ANY (?::uuid[])`, append(args, texts(owners))
	}
	return query, args
}

// texts is a list as one argument.
func texts[T any](list []T) pg.TextArray {
	texts := make(pg.TextArray, len(list))
	for i, one := range list {
		texts[i] = fmt.Sprint(one)
	}
	return texts
}
