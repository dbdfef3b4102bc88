package order

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
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

	Files    *attachment.Service // of originals and of customers' answers
	Follower Follower            // production, told of confirmations by Tell; nil for none
	Changes  Changes             // requests to change an order; app sets it, since they are built after orders. Nil for none
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

// GetByExternalID is Get by the id that another system knows the order by.
func (s *Service) GetByExternalID(tx pg.Tx, who identity.Principal, source, externalID string) (Order, error) {
	id, err := pg.ExternalSubject(tx, Subject, source, externalID)
	if err != nil {
		return Order{}, err
	}
	return s.Get(tx, who, id)
}

// Create writes a draft with the next number of the series SO. Nothing is judged yet. Terms that the draft leaves out
// are those of the customer's credit profile. Returns ErrNoCustomer for a customer that the caller may not see,
// ErrNoProduct, ErrTerms, ErrDiscount, ErrTooLarge.
func (s *Service) Create(tx pg.Tx, who identity.Principal, d Draft) (Order, error) {
	return s.create(tx, who, d, nil)
}

func (s *Service) create(tx pg.Tx, who identity.Principal, d Draft, copiedFrom *uuid.UUID) (Order, error) {
	p, err := s.position(tx, who, d.CustomerID)
	if err != nil {
		return Order{}, err
	}
	o, err := newOrder(tx, p, d)
	if err != nil {
		return Order{}, err
	}
	o.CopiedFromID = copiedFrom
	if err := o.complete(tx, nil); err != nil {
		return Order{}, err
	}
	return o, s.store(tx, who, &o, d.Attachments)
}

// store inserts a new order, binds its original and records that.
func (s *Service) store(tx pg.Tx, who identity.Principal, o *Order, originals []uuid.UUID) error {
	o.Originals = len(originals)
	if err := insert(tx, o); err != nil {
		return err
	}
	if err := s.bind(tx, who, o, originals); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "createOrder", SubjectType: Subject, SubjectID: o.ID, After: o.snapshot()})
}

// CreateAndSubmit is Create and Submit in one: the shortest way of an order, in six statements when nobody has to be
// asked; production is told afterwards (Tell). An order that the gate refuses stays as a draft, which the refusal names. Returns what both return.
func (s *Service) CreateAndSubmit(tx pg.Tx, who identity.Principal, d Draft) (Order, decision.Decision, error) {
	none := decision.Decision{}
	p, err := s.position(tx, who, d.CustomerID)
	if err != nil {
		return Order{}, none, err
	}
	o, err := newOrder(tx, p, d)
	if err != nil {
		return Order{}, none, err
	}
	c, err := contractOf(tx, o.ContractID)
	if err != nil {
		return Order{}, none, err
	}
	o.Originals = len(d.Attachments)
	a, err := s.askPrices(tx, who, &o, c)
	if err != nil {
		return Order{}, none, err
	}
	if err := o.complete(tx, a.products()); err != nil {
		return Order{}, none, err
	}
	v, err := s.judge(tx, &o, p, a, c)
	if err != nil {
		return Order{}, none, err
	}
	v.settlement(who, &o, p)
	if v.refusal == nil {
		if err := v.book(tx, &o, c); err != nil {
			return Order{}, none, err
		}
	}
	if v.refusal != nil {
		if err := s.store(tx, who, &o, d.Attachments); err != nil {
			return Order{}, none, err
		}
		return Order{}, none, refused(tx, who, &o, v)
	}
	if err := v.bridged(tx, &o); err != nil {
		return Order{}, none, err
	}
	o, dec, err := s.insertSubmitted(tx, who, o, v, p.Name)
	if err != nil {
		return o, dec, err
	}
	return o, dec, s.bind(tx, who, &o, d.Attachments)
}

// insertSubmitted numbers and stores an order before the matrix is asked, which shows the number to its deciders. It is
// written as confirmed, as most are, and corrected when somebody has to be asked: the counter of the numbers is locked
// from here to the commit.
func (s *Service) insertSubmitted(tx pg.Tx, who identity.Principal, o Order, v verdict, customerName string) (Order, decision.Decision, error) {
	o.judged(tx)
	o.confirm(tx)
	if err := insert(tx, &o); err != nil {
		return o, decision.Decision{}, err
	}
	r, err := s.ask(tx, who, &o, v, customerName)
	if err != nil {
		return o, decision.Decision{}, err
	}
	if o.State != StateConfirmed {
		if err := update(tx, &o); err != nil {
			return o, decision.Decision{}, err
		}
	}
	d, err := record(tx, &o, v, r)
	if err != nil {
		return o, d, err
	}
	return o, d, audit.Record(tx, audit.Entry{Action: "createOrder", SubjectType: Subject, SubjectID: o.ID, After: o.snapshot()})
}

// newOrder is a draft without number, units and amounts.
func newOrder(tx pg.Tx, p credit.Position, d Draft) (Order, error) {
	o := Order{
		ID: uuid.Must(uuid.NewV7()), CustomerID: d.CustomerID, OwnerID: p.OwnerID, State: StateDraft, Revision: 1,
		Currency: Currency, Content: []byte{}, CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	if d.Terms == nil {
		d.Terms = &p.Profile.Terms
	}
	return o, o.fill(d.anew(), tx.Now)
}

// position reads how the customer stands. Returns ErrNoCustomer for one that the caller may not see (ORG-06).
func (s *Service) position(tx pg.Tx, who identity.Principal, customerID uuid.UUID) (credit.Position, error) {
	p, err := s.credits.Position(tx, customerID)
	if err == nil {
		err = who.MustSee(p.OwnerID)
	}
	if isNotFound(err) {
		return p, ErrNoCustomer.At("/customer_id")
	}
	return p, err
}

// locked locks an order for a change. Returns errs.ErrNotFound, errs.ErrStale and errs.ErrState.
func (s *Service) locked(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb) (Order, error) {
	o, err := lock(tx, id)
	if err != nil {
		return Order{}, err
	}
	return s.allowed(who, o, version, v)
}

// lockedDeal is locked with the contract that the order calls off locked before it.
func (s *Service) lockedDeal(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb) (Order, *contract.Contract, error) {
	o, c, err := lockDeal(tx, id)
	if err != nil {
		return Order{}, nil, err
	}
	o, err = s.allowed(who, o, version, v)
	return o, c, err
}

func (s *Service) allowed(who identity.Principal, o Order, version *int64, v Verb) (Order, error) {
	if err := who.MustSee(o.OwnerID); err != nil {
		return Order{}, err
	}
	if err := o.mustMatch(version); err != nil {
		return Order{}, err
	}
	return o, o.May(v)
}
