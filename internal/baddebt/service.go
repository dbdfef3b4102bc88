package baddebt

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Subject is what events, follow-ups, approvals and attachments call an application.
const Subject = "bad_debt"

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	rules       *rulebook.Service
	approvals   *approval.Service
	files       *attachment.Service
	credits     *credit.Service
	receivables *receivable.Service
}

// New returns the service, which app registers for Matter and for the files of Subject.
func New(rules *rulebook.Service, approvals *approval.Service, files *attachment.Service, credits *credit.Service, receivables *receivable.Service) *Service {
	return &Service{rules: rules, approvals: approvals, files: files, credits: credits, receivables: receivables}
}

// maySee returns errs.ErrNotFound unless the payer is visible to the caller (ORG-06).
func maySee(tx pg.Tx, who identity.Principal, payer uuid.UUID) error {
	c, err := customer.Brief(tx, payer)
	if err != nil {
		return err
	}
	return who.MustSee(c.OwnerID)
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
