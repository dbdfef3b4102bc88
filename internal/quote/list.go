package quote

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Filter narrows a list of quotations or inquiries; zero fields don't.
type Filter struct {
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
	OwnerID    *uuid.UUID
	TeamID     *uuid.UUID // of the owner
	State      string
	Number     string

	InquiryID  *uuid.UUID // of quotations
	ValidUntil *time.Time // of quotations: their last day is this or before
	Overdue    bool       // of inquiries (QUO-01)
	DueBefore  *time.Time // of inquiries
}

// Summary is a quotation as a list shows it.
type Summary struct {
	ID         uuid.UUID
	Number     string
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
	PartyName  string
	OwnerID    uuid.UUID
	State      State
	Revision   int
	Total      decimal.Decimal
	ValidUntil time.Time
	Unapproved bool
	CreatedAt  time.Time
	Version    int64
}

// List returns quotations that the caller may see (ORG-06), newest first, and the cursor of the next page. One statement, and one more
// for a team.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Summary, string, error) {
	w, err := f.scope(tx, who, p)
	if err != nil || w.nobody() {
		return nil, "", err
	}
	rows, err := listQuotations(tx, w)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Summary) any { return r.ID })
}

// InquirySummary is an inquiry as a list shows it.
type InquirySummary struct {
	Inquiry
	PartyName string
}

// ListInquiries returns inquiries that the caller may see (ORG-06), newest first, without their lines. One statement, and one more for a
// team.
func (s *Service) ListInquiries(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]InquirySummary, string, error) {
	w, err := f.scope(tx, who, p)
	if err != nil || w.nobody() {
		return nil, "", err
	}
	rows, err := listInquiries(tx, w)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r InquirySummary) any { return r.ID })
}

// scope is a filter with whose documents it is about, and where the page begins.
type scope struct {
	Filter
	owners []uuid.UUID
	all    bool
	last   uuid.UUID
	limit  int
	now    time.Time
}

func (w scope) nobody() bool { return !w.all && len(w.owners) == 0 }

func (f Filter) scope(tx pg.Tx, who identity.Principal, p pg.Page) (scope, error) {
	w := scope{Filter: f, last: uuid.Max, limit: p.Limit + 1, now: tx.Now}
	if _, err := p.After(&w.last); err != nil {
		return w, err
	}
	w.owners, w.all = who.Owners()
	var narrower []uuid.UUID
	switch {
	case f.OwnerID != nil:
		narrower = []uuid.UUID{*f.OwnerID}
	case f.TeamID != nil:
		members, err := teamMembers(tx, *f.TeamID)
		if err != nil {
			return w, err
		}
		narrower = members
	default:
		return w, nil
	}
	w.owners, w.all = nil, false
	for _, id := range narrower {
		if who.Sees(id) {
			w.owners = append(w.owners, id)
		}
	}
	return w, nil
}
