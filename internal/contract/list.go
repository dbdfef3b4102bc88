package contract

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
	CustomerID     *uuid.UUID
	OwnerID        *uuid.UUID
	TeamID         *uuid.UUID // whose owner belongs to this team
	ProductID      *uuid.UUID
	State          State
	Number         string
	Standard       *bool
	Long           *bool
	Unfiled        bool       // signed, and the original isn't filed (CON-07)
	ExpiringBefore *time.Time // in force, and its last day isn't after this date; the list is in the order of the last day then
}

// Summary is a contract as a list shows it.
type Summary struct {
	ID           uuid.UUID
	Number       string
	CustomerID   uuid.UUID
	CustomerCode string
	CustomerName string
	OwnerID      uuid.UUID
	State        State
	Revision     int
	StartsOn     time.Time
	EndsOn       time.Time
	IsLong       bool
	IsStandard   bool
	Total        decimal.Decimal
	CalledAmount decimal.Decimal
	Signed       bool
	Filed        bool
	CreatedAt    time.Time
	Version      int64
}

// mark is the key of a list: the last day counts in the list of what ends soon only.
type mark struct {
	EndsOn time.Time `json:"ends_on"`
	ID     uuid.UUID `json:"id"`
}

// List returns contracts that the caller may see (ORG-06), newest first, and the cursor of the next page. With ExpiringBefore those that
// end first come first. One statement, a range of an index for each way of asking.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Summary, string, error) {
	last := mark{ID: uuid.Max}
	if f.ExpiringBefore != nil {
		last = mark{}
	}
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
		&r.ID, &r.Number, &r.CustomerID, &r.CustomerCode, &r.CustomerName, &r.OwnerID, &r.State, &r.Revision, &r.StartsOn, &r.EndsOn,
		&r.IsLong, &r.IsStandard, &r.Total, &r.CalledAmount, &r.Signed, &r.Filed, &r.CreatedAt, &r.Version,
	}, func() error {
		rows = append(rows, r)
		return nil
	}, query, args...)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Summary) any { return mark{r.EndsOn, r.ID} })
}

// listSQL takes the page first, and then the names of its customers.
func listSQL(f Filter, owners []uuid.UUID, all bool, last mark, limit int) (string, []any) {
	order := "id DESC"
	if f.ExpiringBefore != nil {
		order = "ends_on, id"
	}
	page, args := source(f, owners, all, last, limit)
	return `SELECT o.id, o.number, o.customer_id, c.code, c.name, o.owner_id, o.state, o.revision, o.starts_on, o.ends_on,
			o.is_long, o.is_standard, o.total, o.called_amount, o.signed_on IS NOT NULL, o.filed_at IS NOT NULL, o.created_at, o.version
		FROM (` + page + ` ORDER BY ` + order + ` LIMIT ?) o JOIN customers c ON c.id = o.customer_id ORDER BY ` + orderOf(f), append(args, limit)
}

func orderOf(f Filter) string {
	if f.ExpiringBefore != nil {
		return "o.ends_on, o.id"
	}
	return "o.id DESC"
}

const columns = `id, number, customer_id, owner_id, state, revision, starts_on, ends_on, is_long, is_standard, total, called_amount, signed_on,
	filed_at, created_at, version`

// source is the query behind a page. Several owners are read one by one, each from its own index range, because a condition owner_id
// IN (…) can't be read in the order of the list.
func source(f Filter, owners []uuid.UUID, all bool, last mark, limit int) (string, []any) {
	more, extra := f.conditions()
	switch {
	case f.ExpiringBefore != nil:
		return mine(`SELECT `+columns+` FROM contracts WHERE state = 'in_force' AND ends_on <= ? AND (ends_on, id) > (?, ?)`+more,
			append([]any{*f.ExpiringBefore, last.EndsOn, last.ID}, extra...), owners, all)
	case f.Number != "":
		return mine(`SELECT `+columns+` FROM contracts WHERE number = ? AND id < ?`+more, append([]any{f.Number, last.ID}, extra...), owners, all)
	case f.CustomerID != nil:
		query, args := `SELECT `+columns+` FROM contracts WHERE customer_id = ? AND id < ?`+more, append([]any{*f.CustomerID, last.ID}, extra...)
		if !all { // all of them belong to the customer's owner: look once, not at each
			query, args = query+` AND (SELECT owner_id FROM customers WHERE id = ?) = ANY (?::uuid[])`, append(args, *f.CustomerID, texts(owners))
		}
		return query, args
	case all:
		return `SELECT ` + columns + ` FROM contracts WHERE id < ?` + more, append([]any{last.ID}, extra...)
	}
	states := States
	if f.State != "" {
		states, f.State = []State{f.State}, ""
		more, extra = f.conditions()
	}
	args := append([]any{texts(owners), texts(states), last.ID}, extra...)
	return `SELECT mine.* FROM (SELECT id AS owner FROM users WHERE id = ANY (?::uuid[])) u
		CROSS JOIN (SELECT unnest(?::text[]) AS wanted) s
		CROSS JOIN LATERAL (SELECT ` + columns + ` FROM contracts
			WHERE owner_id = u.owner AND state = s.wanted AND id < ?` + more + ` ORDER BY id DESC LIMIT ?) mine`, append(args, limit)
}

// conditions are those that the ranges don't stand for.
func (f Filter) conditions() (string, []any) {
	var more string
	var args []any
	and := func(condition string, values ...any) { more, args = more+" AND "+condition, append(args, values...) }
	if f.CustomerID != nil && (f.Number != "" || f.ExpiringBefore != nil) {
		and("customer_id = ?", *f.CustomerID)
	}
	if f.Number != "" && f.ExpiringBefore != nil {
		and("number = ?", f.Number)
	}
	if f.State != "" {
		and("state = ?", f.State)
	}
	if f.Standard != nil {
		and("is_standard = ?", *f.Standard)
	}
	if f.Long != nil {
		and("is_long = ?", *f.Long)
	}
	if f.Unfiled {
		and("in_force_at IS NOT NULL AND filed_at IS NULL")
	}
	if f.TeamID != nil {
		and("owner_id IN (SELECT id FROM users WHERE team_id = ?)", *f.TeamID)
	}
	if f.ProductID != nil {
		and("EXISTS (SELECT FROM contract_lines l WHERE l.contract_id = contracts.id AND l.product_id = ?)", *f.ProductID)
	}
	return more, args
}

// mine narrows a query to what the caller sees.
func mine(query string, args []any, owners []uuid.UUID, all bool) (string, []any) {
	if all {
		return query, args
	}
	return query + ` AND owner_id = ANY (?::uuid[])`, append(args, texts(owners))
}

// texts is a list as one argument.
func texts[T any](list []T) pg.TextArray {
	texts := make(pg.TextArray, len(list))
	for i, one := range list {
		texts[i] = fmt.Sprint(one)
	}
	return texts
}
