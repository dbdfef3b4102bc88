package deliverycheck

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Work says which checks a list is of.
type Work string

// The lists of checks.
const (
	ToCheck     Work = "to_check"
	ToTell      Work = "to_tell"   // a delay of which the customer hasn't been told
	ToAnswer    Work = "to_answer" // told, and the customer hasn't answered
	OverdueWork Work = "overdue"   // not checked, or the delay not told, before the promised date
)

// Filter narrows a list of checks; zero fields don't.
type Filter struct {
	Work       Work
	State      State
	RequestID  *uuid.UUID
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID
	Until      *time.Time // promised on or before
}

// List returns checks by the promised date, the earliest first. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Check, string, error) {
	q, err := f.query(tx, who, p)
	if err != nil {
		return nil, "", err
	}
	rows, err := checksBy(tx, strings.Join(q.where, " AND ")+" ORDER BY k.promised_on, k.id LIMIT ?", append(q.args, p.Limit+1)...)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(c Check) any { return mark{c.PromisedOn, c.ID} })
}

// query is the condition of a list, and its arguments.
type query struct {
	where []string
	args  []any
}

func (q *query) and(condition string, args ...any) {
	q.where, q.args = append(q.where, condition), append(q.args, args...)
}

// mark is a place in a list by date.
type mark struct {
	On time.Time `json:"on"`
	ID uuid.UUID `json:"id"`
}

// query holds the list to the filter, to what the caller may see (ORG-06), and to what comes after the page's cursor.
func (f Filter) query(tx pg.Tx, who identity.Principal, p pg.Page) (query, error) {
	q := query{where: []string{"true"}}
	var last mark
	found, err := p.After(&last)
	if err != nil {
		return q, err
	}
	if found {
		q.and("(k.promised_on, k.id) > (?::date, ?::uuid)", last.On.Format(time.DateOnly), last.ID)
	}
	owners, all := who.Owners()
	if f.OwnerID != nil {
		owners, all = nil, false
		if who.Sees(*f.OwnerID) {
			owners = []uuid.UUID{*f.OwnerID}
		}
	}
	if !all {
		q.and("k.owner_id = ANY (?::uuid[])", pg.IDs(owners))
	}
	f.narrow(&q, tx)
	return q, nil
}

func (f Filter) narrow(q *query, tx pg.Tx) {
	switch f.Work {
	case ToCheck:
		q.and("k.state = 'open'")
	case ToTell:
		q.and("k.state = 'delayed' AND k.told_at IS NULL")
	case ToAnswer:
		q.and("k.told_at IS NOT NULL AND k.answer = ''")
	case OverdueWork: // ORD-07: what isn't done before the promised date
		q.and("(k.state = 'open' OR k.state = 'delayed' AND k.told_at IS NULL) AND k.promised_on <= ?", today(tx))
	}
	if f.State != "" {
		q.and("k.state = ?", f.State)
	}
	if f.RequestID != nil {
		q.and("k.request_id = ?", *f.RequestID)
	}
	if f.CustomerID != nil {
		q.and("k.customer_id = ?", *f.CustomerID)
	}
	if f.Until != nil {
		q.and("k.promised_on <= ?", *f.Until)
	}
}
