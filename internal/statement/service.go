package statement

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Get returns a statement with its disputes and, of a revision, the adjustments that were agreed. Returns errs.ErrNotFound for one of a
// customer that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Statement, []Dispute, error) {
	v, err := pg.Take[Statement](tx, "id = ?", id)
	if err != nil {
		return Statement{}, nil, err
	}
	if err := mustSee(tx, who, v.CustomerID); err != nil {
		return Statement{}, nil, err
	}
	all, err := disputesOf(tx, v)
	return v, all, err
}

// Seen returns errs.ErrNotFound unless the caller may see the statement: for its timeline and what is attached.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	v, err := pg.Take[Statement](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return mustSee(tx, who, v.CustomerID)
}

// Lines returns the documents of a statement that the caller may see, in the order of the ledger. Two statements, whatever the page holds.
func (s *Service) Lines(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Line, string, error) {
	v, err := pg.Take[Statement](tx, "id = ?", id)
	if err != nil {
		return nil, "", err
	}
	if err := mustSee(tx, who, v.CustomerID); err != nil {
		return nil, "", err
	}
	return linesOf(tx, v, p)
}

// mustSee returns errs.ErrNotFound for a customer whose documents the caller may not see (ORG-06).
func mustSee(tx pg.Tx, who identity.Principal, customerID uuid.UUID) error {
	c, err := customer.Brief(tx, customerID)
	if err != nil {
		return err
	}
	return who.MustSee(c.OwnerID)
}

// lock returns a statement, locked, that the caller may see.
func lock(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Statement, error) {
	v, err := pg.TakeForUpdate[Statement](tx, "id = ?", id)
	if err != nil {
		return Statement{}, err
	}
	if err := mustSee(tx, who, v.CustomerID); err != nil {
		return Statement{}, err
	}
	return v, v.at(version)
}

// Send notes that a statement went to the customer and, via "link", makes the link that it goes by; its token is returned now and never
// again, and a link that was made before is good no more. Returns errs.ErrState unless it is a draft or was sent, ErrNoPerson for a link that
// no person makes. Locks the statement.
func (s *Service) Send(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, via string) (Statement, string, error) {
	v, err := lock(tx, who, id, version)
	if err != nil {
		return Statement{}, "", err
	}
	if err := v.May(VerbSend); err != nil {
		return Statement{}, "", err
	}
	token := ""
	if via == ByLink {
		if token, err = s.createLink(tx, who, v); err != nil {
			return Statement{}, "", err
		}
	}
	before := v.trace()
	v.State, v.SentAt, v.SentBy, v.SentVia = Sent, &tx.Now, tx.By.Actor(), via
	return v, token, settle(tx, &v, "sendStatement", before)
}

// Answer is what the customer's side says to a statement, as somebody tells it.
type Answer struct {
	Name  string      // who says so
	Files []uuid.UUID // what they stamped, of who records it
}

// Confirm records that the customer confirmed a statement (ARV-02). Returns ErrName and ErrPaper without the name and the stamped paper. Locks
// the statement.
func (s *Service) Confirm(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, a Answer) (Statement, error) {
	v, err := lock(tx, who, id, version)
	if err != nil {
		return Statement{}, err
	}
	if err := v.May(VerbConfirm); err != nil {
		return Statement{}, err
	}
	if len(a.Files) == 0 {
		return Statement{}, ErrPaper.At("/attachment_ids")
	}
	if err := s.confirm(tx, &v, "confirmStatement", ByRecord, a.Name); err != nil {
		return Statement{}, err
	}
	return v, s.files.Bind(tx, who, Subject, id, a.Files...)
}

// confirm confirms a locked statement. The invoices that waited for it can be made now (D2.10).
func (s *Service) confirm(tx pg.Tx, v *Statement, action, via, name string) error {
	if name = strings.TrimSpace(name); name == "" && via != ByResolution {
		return ErrName.At("/name")
	}
	before := v.trace()
	v.State, v.ConfirmedAt, v.ConfirmedVia, v.ConfirmedName = Confirmed, &tx.Now, via, name
	if via != ByLink {
		v.ConfirmedBy = tx.By.Actor()
	}
	from, err := clearsFrom(tx, *v)
	if err != nil {
		return err
	}
	if err := s.Invoicing.StatementConfirmed(tx, v.CustomerID, from, v.EndsOn, v.ID); err != nil {
		return err
	}
	return settle(tx, v, action, before)
}

// settle stores what was done to a locked statement, and its event.
func settle(tx pg.Tx, v *Statement, action string, before map[string]any) error {
	if err := update(tx, v); err != nil {
		return err
	}
	return record(tx, action, v.ID, before, v.trace())
}

// Bulk sends many statements at once, each as Send does, and returns the tokens by statement.
func (s *Service) Bulk(tx pg.Tx, who identity.Principal, ids []uuid.UUID, via string) (map[uuid.UUID]string, error) {
	tokens := make(map[uuid.UUID]string, len(ids))
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) // the lock order
	for _, id := range slices.Compact(ids) {
		_, token, err := s.Send(tx, who, id, nil, via)
		if err != nil {
			return nil, errs.At(err, "/statement_ids")
		}
		tokens[id] = token
	}
	return tokens, nil
}
