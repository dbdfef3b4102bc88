package dispute

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// Subject is what events, follow-ups and approvals call a disputed item.
const Subject = "disputed_item"

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	approvals   *approval.Service
	credits     *credit.Service
	receivables *receivable.Service
}

// New returns the service, which app registers for Matter.
func New(approvals *approval.Service, credits *credit.Service, receivables *receivable.Service) *Service {
	return &Service{approvals: approvals, credits: credits, receivables: receivables}
}

// seen returns a customer, or errs.ErrNotFound when it isn't there or isn't visible (ORG-06).
func seen(tx pg.Tx, who identity.Principal, id uuid.UUID) (customer.Customer, error) {
	c, err := customer.Brief(tx, id)
	if err != nil {
		return customer.Customer{}, err
	}
	return c, who.MustSee(c.OwnerID)
}

// stale compares the version that the caller saw, if they say.
func stale(version *int64, have int64) error {
	if version != nil && *version != have {
		return errs.ErrStale
	}
	return nil
}

func record(tx pg.Tx, action string, id uuid.UUID, before, after any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: id, Before: before, After: after})
}

// zero is no money, with the scale of money.
var zero = decimal.Zero.Pad(money.AmountScale)
