package order

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// files reads a page of files; see filesSQL.
func files(tx pg.Tx, f FileFilter, owners []uuid.UUID, all bool, last fileKey, limit int) ([]File, error) {
	query, args := filesSQL(f, owners, all, last, limit)
	rows, r := make([]File, 0, min(limit, exportBatch)), File{}
	err := pg.ScanRows(tx, []any{
		&r.Month, &r.CustomerID, &r.CustomerCode, &r.CustomerName, &r.OwnerID, &r.OwnerName, &r.Orders, &r.Total,
	}, func() error {
		rows = append(rows, r)
		return nil
	}, query, args...)
	return rows, err
}

// filesSQL takes the page first, and then the names of its customers and their owners.
func filesSQL(f FileFilter, owners []uuid.UUID, all bool, last fileKey, limit int) (string, []any) {
	page, args := filesSource(f, owners, all, last, limit)
	return `SELECT f.filed_month, f.customer_id, c.code, c.name, c.owner_id, u.name, f.orders, f.total
		FROM (` + page + ` ORDER BY filed_month DESC, customer_id DESC LIMIT ?) f
		JOIN customers c ON c.id = f.customer_id JOIN users u ON u.id = c.owner_id
		ORDER BY f.filed_month DESC, f.customer_id DESC`, append(args, limit)
}

// filesSource is the query behind a page: a range of an index in the order of the list, grouped as it is read. Several owners are read
// one by one, as in source: all orders of a customer are of one owner, so each file is found once.
func filesSource(f FileFilter, owners []uuid.UUID, all bool, last fileKey, limit int) (string, []any) {
	const columns = `filed_month, customer_id, count(*) AS orders, sum(total) AS total`
	const group = ` GROUP BY filed_month, customer_id`
	within, bounds := f.months(last)
	switch {
	case f.CustomerID != nil:
		query, args := `SELECT `+columns+` FROM orders WHERE customer_id = ?`+within, append([]any{*f.CustomerID}, bounds...)
		whose, more := f.whose(owners, all)
		if whose != "" { // all of them belong to the customer's owner: look once, not at each
			query += ` AND (SELECT u.id FROM customers k JOIN users u ON u.id = k.owner_id WHERE k.id = ?` + whose + `) IS NOT NULL`
			args = append(append(args, *f.CustomerID), more...)
		}
		return query + group, args
	case all && f.TeamID == nil:
		return `SELECT ` + columns + ` FROM orders WHERE true` + within + group, bounds
	}
	whose, args := f.whose(owners, all)
	args = append(append(args, bounds...), limit)
	return `SELECT mine.* FROM (SELECT u.id AS owner FROM users u WHERE true` + whose + `) w
		CROSS JOIN LATERAL (SELECT ` + columns + ` FROM orders WHERE owner_id = w.owner` + within + group + `
			ORDER BY filed_month DESC, customer_id DESC LIMIT ?) mine`, args
}

// months are the conditions on the month of a file, and that it comes after the last one seen.
func (f FileFilter) months(last fileKey) (string, []any) {
	query, args := ` AND filed_month IS NOT NULL AND (filed_month, customer_id) < (?::date, ?::uuid)`, []any{last.Month, last.Customer}
	if f.CustomerID != nil { // a customer has one file of a month
		query, args = ` AND filed_month < ?::date`, []any{last.Month}
	}
	if f.From != nil {
		query, args = query+` AND filed_month >= ?::date`, append(args, f.From.Format(time.DateOnly))
	}
	if f.To != nil {
		query, args = query+` AND filed_month <= ?::date`, append(args, f.To.Format(time.DateOnly))
	}
	return query, args
}

// whose are the conditions on the owner (u); "" when there is none.
func (f FileFilter) whose(owners []uuid.UUID, all bool) (query string, args []any) {
	if !all {
		query, args = ` AND u.id = ANY (?::uuid[])`, []any{texts(owners)}
	}
	if f.TeamID != nil {
		query, args = query+` AND u.team_id = ?`, append(args, *f.TeamID)
	}
	return query, args
}

// filed reads a page of the orders of one file.
func filed(tx pg.Tx, customerID uuid.UUID, month time.Time, last uuid.UUID, limit int) ([]Filed, error) {
	rows, r := make([]Filed, 0, min(limit, exportBatch)), Filed{}
	err := pg.ScanRows(tx, []any{
		&r.ID, &r.Number, &r.CustomerID, &r.CustomerCode, &r.CustomerName, &r.OwnerID, &r.State, &r.Revision, &r.CustomerOrderNo,
		&r.Total, &r.CreatedAt, &r.Version, &r.ConfirmedAt, &r.ClosedAt, &r.Reason,
	}, func() error {
		rows = append(rows, r)
		return nil
	}, filedSQL, customerID, month.Format(time.DateOnly), last, limit)
	return rows, err
}

const filedSQL = `SELECT o.id, o.number, o.customer_id, c.code, c.name, o.owner_id, o.state, o.revision, o.customer_order_no, o.total,
		o.created_at, o.version, o.confirmed_at, o.ended_at, o.state_reason
	FROM orders o JOIN customers c ON c.id = o.customer_id
	WHERE o.customer_id = ? AND o.filed_month = ?::date AND o.id < ? ORDER BY o.id DESC LIMIT ?`

// ownerOf is whom a customer belongs to. Returns errs.ErrNotFound.
func ownerOf(tx pg.Tx, customerID uuid.UUID) (owner uuid.UUID, err error) {
	err = pg.ScanRow(tx, []any{&owner}, `SELECT owner_id FROM customers WHERE id = ?`, customerID)
	return owner, err
}
