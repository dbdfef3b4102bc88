package order

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Names under which orders appear in events, decisions and approvals.
const (
	Subject = "order"
	Matter  = "order.confirm"
)

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	prices    *pricing.Service
	credits   *credit.Service
}

// New returns the service, which app registers for Matter.
func New(rules *rulebook.Service, approvals *approval.Service, prices *pricing.Service, credits *credit.Service) *Service {
	return &Service{rules: rules, approvals: approvals, prices: prices, credits: credits}
}

// Get returns the order with its lines. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Order, error) {
	o, err := Brief(tx, id)
	if err != nil {
		return Order{}, err
	}
	if err := who.MustSee(o.OwnerID); err != nil {
		return Order{}, err
	}
	return o, attachLines(tx, &o)
}

// at points an error of ours at a field; other errors pass.
func at(err error, pointer string) error {
	if e, ok := errs.As(err); ok {
		return e.At(pointer)
	}
	return err
}
