package opportunity

import (
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Subject is what events and timelines call an opportunity.
const Subject = "opportunity"

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct{ rules *rulebook.Service }

// New returns the service.
func New(rules *rulebook.Service) *Service { return &Service{rules: rules} }

// Draft is an opportunity to be made: with a customer or with a prospect.
type Draft struct {
	Profile
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
}

// Create makes an opportunity at the stage lead_found, of the owner of its customer or prospect. Returns ErrWhose for one that the
// caller doesn't see (ORG-06), ErrFigures and ErrProduct.
func (s *Service) Create(tx pg.Tx, who identity.Principal, d Draft) (Opportunity, error) {
	o := Opportunity{
		ID: uuid.Must(uuid.NewV7()), CustomerID: d.CustomerID, ProspectID: d.ProspectID, Stage: LeadFound, LastStage: LeadFound,
		Currency: "CNY", CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	var err error
	if o.OwnerID, err = ownerOf(tx, who, d); err != nil {
		return Opportunity{}, err
	}
	if err := d.apply(&o, tx.Now); err != nil {
		return Opportunity{}, err
	}
	if o.Number, err = pg.NextNumber(tx, "OP", tx.Now); err != nil {
		return Opportunity{}, err
	}
	if err := insert(tx, &o); err != nil {
		return Opportunity{}, err
	}
	if err := record(tx, o, "", ""); err != nil {
		return Opportunity{}, err
	}
	return o, audit.Record(tx, audit.Entry{Action: "createOpportunity", SubjectType: Subject, SubjectID: o.ID, After: o.trace()})
}

// ownerOf returns the owner of the customer or prospect that a draft names, which the caller has to see.
func ownerOf(tx pg.Tx, who identity.Principal, d Draft) (uuid.UUID, error) {
	switch {
	case (d.CustomerID == nil) == (d.ProspectID == nil):
		return uuid.Nil, ErrWhose.At("/customer_id")
	case d.CustomerID != nil:
		c, err := customer.Brief(tx, *d.CustomerID)
		if errors.Is(err, errs.ErrNotFound) || err == nil && !who.Sees(c.OwnerID) {
			err = ErrWhose.At("/customer_id")
		}
		return c.OwnerID, err
	}
	x, err := prospect.BriefFor(tx, who, *d.ProspectID)
	if errors.Is(err, errs.ErrNotFound) || err == nil && x.State != prospect.Active {
		err = ErrWhose.At("/prospect_id")
	}
	return x.OwnerID, err
}

// Get returns an opportunity with its products and orders. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Opportunity, error) {
	o, err := pg.Take[Opportunity](tx, "id = ?", id)
	if err != nil {
		return Opportunity{}, err
	}
	if err := who.MustSee(o.OwnerID); err != nil {
		return Opportunity{}, err
	}
	return o, attachParts(tx, &o)
}

// Update changes the profile as change says. version is the one that the caller read; another is errs.ErrStale. Returns
// ErrFigures and ErrProduct. Locks the opportunity.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Profile)) (Opportunity, error) {
	o, err := lock(tx, who, id, &version)
	if err != nil {
		return Opportunity{}, err
	}
	before, p := o.trace(), o.profile()
	change(&p)
	if err := p.apply(&o, tx.Now); err != nil {
		return Opportunity{}, err
	}
	if err := update(tx, &o); err != nil {
		return Opportunity{}, err
	}
	if err := replaceProducts(tx, o); err != nil {
		return Opportunity{}, err
	}
	return o, audit.Record(tx, audit.Entry{Action: "updateOpportunity", SubjectType: Subject, SubjectID: id, Before: before, After: o.trace()})
}

// actions are the verbs as the contract's operations call them.
var actions = map[Verb]string{
	Move: "moveOpportunity", Lose: "loseOpportunity", Cancel: "cancelOpportunity", Reopen: "reopenOpportunity",
}

// Take carries out a step (CUS-16) and writes it in the history. version is optional. Returns ErrStage, ErrReason, ErrNeedsCustomer
// and errs.ErrStale. Locks the opportunity.
func (s *Service) Take(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, step Step) (Opportunity, error) {
	o, err := lock(tx, who, id, version)
	if err != nil {
		return Opportunity{}, err
	}
	to, err := step.next(o.Stage, o.LastStage)
	if err != nil {
		return Opportunity{}, err
	}
	if to.needsCustomer() && o.CustomerID == nil { // CUS-03
		return Opportunity{}, ErrNeedsCustomer.At("/stage")
	}
	before, from := o.trace(), o.Stage
	o.Stage, o.UpdatedAt, o.EndedReason = to, tx.Now, ""
	switch to {
	case Lost, Cancelled:
		o.EndedReason = strings.TrimSpace(step.Reason)
	case LeadFound, Project, Proposal, Deal, Collection:
		o.LastStage = to
	}
	if err := update(tx, &o); err != nil {
		return Opportunity{}, err
	}
	if err := record(tx, o, from, strings.TrimSpace(step.Reason)); err != nil {
		return Opportunity{}, err
	}
	after := o.trace()
	after["reason"] = step.Reason
	return o, audit.Record(tx, audit.Entry{Action: actions[step.Verb], SubjectType: Subject, SubjectID: id, Before: before, After: after})
}

// LinkOrder says that an order came from the opportunity, which is a deal. Linking again changes nothing. Returns ErrStage before the
// deal, ErrOrder for one that isn't its customer's, ErrOrderTaken. Locks the opportunity.
func (s *Service) LinkOrder(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, order uuid.UUID) (Opportunity, error) {
	o, err := lock(tx, who, id, version)
	if err != nil {
		return Opportunity{}, err
	}
	if !o.Stage.needsCustomer() {
		return Opportunity{}, ErrStage.With("stage", o.Stage)
	}
	its, taken, err := orderOf(tx, order, *o.CustomerID)
	switch {
	case err != nil:
		return Opportunity{}, err
	case !its:
		return Opportunity{}, ErrOrder.At("/order_id")
	case taken != nil && *taken == id:
		return o, nil
	case taken != nil:
		return Opportunity{}, ErrOrderTaken.At("/order_id")
	}
	if err := link(tx, id, order); err != nil {
		return Opportunity{}, err
	}
	o.Orders, o.UpdatedAt = append(o.Orders, order), tx.Now
	if err := update(tx, &o); err != nil {
		return Opportunity{}, err
	}
	return o, audit.Record(tx, audit.Entry{
		Action: "linkOpportunityOrder", SubjectType: Subject, SubjectID: id, After: map[string]any{"order_id": order, "version": o.Version},
	})
}

// ListStages returns an opportunity's history, the oldest step first. Returns errs.ErrNotFound.
func (s *Service) ListStages(tx pg.Tx, who identity.Principal, id uuid.UUID) ([]Entry, error) {
	if _, err := s.Get(tx, who, id); err != nil {
		return nil, err
	}
	return history(tx, id)
}

func lock(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Opportunity, error) {
	o, err := pg.TakeForUpdate[Opportunity](tx, "id = ?", id)
	if err != nil {
		return Opportunity{}, err
	}
	if err := who.MustSee(o.OwnerID); err != nil {
		return Opportunity{}, err
	}
	if err := o.mustMatch(version); err != nil {
		return Opportunity{}, err
	}
	return o, attachParts(tx, &o)
}
