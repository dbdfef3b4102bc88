package customer

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Names under which applications and change requests appear in the approval engine and the event log.
const (
	MatterApplication  = "customer.application"
	MatterChange       = "customer.change"
	SubjectApplication = "customer_application"
	SubjectChange      = "customer_change"
)

// Requests holds the use cases that the sales manager approves: new-customer applications (CUS-05) and change requests (CUS-06).
// app registers it for both matters.
type Requests struct {
	customers *Service
	approvals *approval.Service
}

// NewRequests returns the service.
func NewRequests(customers *Service, approvals *approval.Service) *Requests {
	return &Requests{customers: customers, approvals: approvals}
}

// Apply hands in the new-customer application of a customer (CUS-05) and submits it for approval. Its date decides from when the
// volume is the rep's. Returns errs.ErrNotFound, ErrNotNew for an opening customer and ErrApplied while one is pending or approved.
// Locks the customer.
func (s *Requests) Apply(tx pg.Tx, who identity.Principal, customerID uuid.UUID, d ApplicationDraft) (Application, error) {
	c, err := lock(tx, who, customerID)
	if err != nil {
		return Application{}, err
	}
	if c.Opening {
		return Application{}, ErrNotNew.With()
	}
	standing, err := ReadStanding(tx, c.ID)
	if err != nil {
		return Application{}, err
	}
	if standing.State == RequestPending || standing.State == RequestApproved {
		return Application{}, ErrApplied.With()
	}
	day, err := s.customers.Rules.Int(tx, "customer.application_day")
	if err != nil {
		return Application{}, err
	}
	a := Application{
		ID: uuid.Must(uuid.NewV7()), CustomerID: c.ID, State: RequestPending, Needs: d.Needs, MonthlyTonnes: d.MonthlyTonnes, Remarks: d.Remarks,
		HandedInOn: clock.Today(tx.Now), OwnerID: c.OwnerID, RequestedBy: who.ID, RequestedAt: tx.Now, Version: 1,
		CustomerCode: c.Code, CustomerName: c.Name,
	}
	a.CreditedFrom, a.Late = credited(a.HandedInOn, day)
	if a.Number, err = pg.NextNumber(tx, "CA", tx.Now); err != nil {
		return Application{}, err
	}
	asked, err := s.approvals.Submit(tx, who, a.submission())
	if err != nil {
		return Application{}, err
	}
	a.ApprovalID = asked.ID
	if err := pg.Insert(tx, &a); err != nil {
		return Application{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "applyForCustomer", SubjectType: SubjectApplication, SubjectID: a.ID, After: a.trace()})
	if err == nil && asked.AtOnce() {
		err = concludeApplication(tx, &a, RequestApproved)
	}
	return a, err
}

// ApplicationsOf returns a page of one customer's applications, newest first. Returns errs.ErrNotFound for a customer that the
// caller may not see.
func (s *Requests) ApplicationsOf(tx pg.Tx, who identity.Principal, customerID uuid.UUID, p pg.Page) ([]Application, string, error) {
	if err := visible(tx, who, customerID); err != nil {
		return nil, "", err
	}
	return listApplications(tx, who, RequestFilter{CustomerID: customerID}, p)
}

// visible returns errs.ErrNotFound for a customer that the caller may not see (ORG-06).
func visible(tx pg.Tx, who identity.Principal, customerID uuid.UUID) error {
	c, err := Brief(tx, customerID)
	if err != nil {
		return err
	}
	return who.MustSee(c.OwnerID)
}

// RequestFilter narrows the lists of applications and change requests; zero fields don't.
type RequestFilter struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	State      RequestState
	Late       *bool // of applications
}

// Applications returns a page of applications about visible customers, newest first. One statement.
func (s *Requests) Applications(tx pg.Tx, who identity.Principal, f RequestFilter, p pg.Page) ([]Application, string, error) {
	return listApplications(tx, who, f, p)
}

// ApprovalDecided implements approval.Subject for both matters. Locks the document, and the customer of a change that is applied.
func (s *Requests) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	if r.Matter == MatterChange {
		return s.changeDecided(tx, r)
	}
	a, err := pg.TakeForUpdate[Application](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if a.State != RequestPending {
		return ErrRequestFrozen.With()
	}
	return concludeApplication(tx, &a, outcome(r.State))
}

func concludeApplication(tx pg.Tx, a *Application, state RequestState) error {
	before := a.trace()
	err := pg.Update(tx, a.TableName(), a.ID, a.Version, map[string]any{"state": state, "decided_at": tx.Now})
	if err != nil {
		return err
	}
	a.State, a.DecidedAt, a.Version = state, &tx.Now, a.Version+1
	return audit.Record(tx, audit.Entry{
		Action: "decideCustomerApplication", SubjectType: SubjectApplication, SubjectID: a.ID, Before: before, After: a.trace(),
	})
}
