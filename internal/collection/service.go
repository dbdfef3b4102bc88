package collection

import (
	"errors"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// What events, follow-ups and attachments call the documents.
const (
	SubjectPromise = "payment_promise"
	SubjectDunning = "dunning"
	SubjectPause   = "dunning_pause"
	SubjectPolicy  = "dunning_policy"
	SubjectStaff   = "paying_staff_change"
	SubjectReport  = "collection_report"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	rules *rulebook.Service
}

// New returns the service.
func New(rules *rulebook.Service) *Service { return &Service{rules: rules} }

// seen returns a customer, or errs.ErrNotFound when it isn't there or isn't visible (ORG-06).
func seen(tx pg.Tx, who identity.Principal, id uuid.UUID) (customer.Customer, error) {
	c, err := customer.Brief(tx, id)
	if err != nil {
		return customer.Customer{}, err
	}
	return c, who.MustSee(c.OwnerID)
}

// Payer returns who pays for a customer that a request names: chasing is about them, so the caller must see them, too.
func Payer(tx pg.Tx, who identity.Principal, customerID uuid.UUID) (customer.Customer, error) {
	c, err := seen(tx, who, customerID)
	if err == nil && c.PayerID() != c.ID {
		c, err = seen(tx, who, c.PayerID())
	}
	if errors.Is(err, errs.ErrNotFound) {
		err = errs.ErrReferenced.At("/customer_id")
	}
	return c, err
}

// stale compares the version that the caller saw, if they say.
func stale(version *int64, have int64) error {
	if version != nil && *version != have {
		return errs.ErrStale
	}
	return nil
}

func record(tx pg.Tx, action, subject string, id uuid.UUID, before, after any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: subject, SubjectID: id, Before: before, After: after})
}

// zero is no money, with the scale of money.
var zero = decimal.Zero.Pad(money.AmountScale)

// minus is a − b. Amounts here are far from the 19 digits at which that fails, and then it is the error of the sum.
func minus(a, b decimal.Decimal) (decimal.Decimal, error) { return money.Sum(a, b.Neg()) }
