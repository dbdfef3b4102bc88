package orderchange

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Get returns a request with its consequences. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Request, error) {
	r, err := read(tx, id)
	if err != nil {
		return r, err
	}
	return r, who.MustSee(r.OwnerID)
}

// Filter narrows a list; zero fields don't.
type Filter struct {
	OrderID *uuid.UUID
	State   State
}

// List returns requests that the caller may see, the newest first, without consequences. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Request, string, error) {
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	after := &last
	if !found {
		after = nil
	}
	owners, all := who.Owners()
	rows, err := list(tx, f, owners, all, after, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Request) any { return r.ID })
}
