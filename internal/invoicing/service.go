package invoicing

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// subjectRun is what events call a run of invoices.
const subjectRun = "invoice_run"

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	// Enqueue puts a run of invoices to the job that carries it out; app sets it.
	Enqueue func(tx pg.Tx, runID uuid.UUID) error

	rules       *rulebook.Service
	credit      *credit.Service
	receivables *receivable.Service
}

// New returns the service, which app gives to receivable as its Terms, and to statement as its Invoicing.
func New(rules *rulebook.Service, c *credit.Service, receivables *receivable.Service) *Service {
	return &Service{rules: rules, credit: c, receivables: receivables}
}

var _ receivable.Terms = (*Service)(nil)

// seen returns a customer, or errs.ErrNotFound when it isn't there or isn't visible (ORG-06).
func seen(tx pg.Tx, who identity.Principal, id uuid.UUID) (customer.Customer, error) {
	c, err := customer.Brief(tx, id)
	if err != nil {
		return customer.Customer{}, err
	}
	return c, who.MustSee(c.OwnerID)
}

func record(tx pg.Tx, action, subject string, id uuid.UUID, before, after any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: subject, SubjectID: id, Before: before, After: after})
}
