package newproduct

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	files     *attachment.Service
	products  *catalog.Service

	Shipments Shipments // app fills it
}

// New returns the service.
func New(rules *rulebook.Service, approvals *approval.Service, files *attachment.Service, products *catalog.Service) *Service {
	return &Service{rules: rules, approvals: approvals, files: files, products: products}
}

// Open opens a request for the price of a new or dormant product, and asks finance and production at once (PRC-02, PRC-03). A request
// for a customer belongs to the customer's owner. Returns ErrStandard, ErrInactive, ErrOpen, ErrVolume, ErrMarket, ErrCustomer,
// catalog.ErrUnknownProduct and attachment.ErrUnknown.
func (s *Service) Open(tx pg.Tx, who identity.Principal, productID uuid.UUID, in Input, files ...uuid.UUID) (Request, error) {
	if who.Kind != identity.KindUser {
		return Request{}, ErrNotYours
	}
	p, err := product(tx, productID)
	if err != nil {
		return Request{}, err
	}
	if err := checkProduct(p); err != nil {
		return Request{}, err
	}
	r := Request{
		ID: uuid.Must(uuid.NewV7()), ProductID: productID, OwnerID: who.ID, State: Stating, CreatedBy: tx.By.Actor(),
		CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1, Product: p,
	}
	if err := in.apply(&r); err != nil {
		return Request{}, err
	}
	if err := s.ownedByCustomer(tx, who, &r); err != nil {
		return Request{}, err
	}
	if r.Number, err = pg.NextNumber(tx, series, tx.Now.In(clock.Shanghai)); err != nil {
		return Request{}, err
	}
	if err := pg.Insert(tx, &r); err != nil {
		return Request{}, err
	}
	for _, k := range []Kind{Cost, Feasibility} {
		if err := s.ask(tx, &r, k, ""); err != nil {
			return Request{}, err
		}
	}
	if err := s.bind(tx, who, &r, files); err != nil {
		return Request{}, err
	}
	return r, audit.Record(tx, audit.Entry{Action: "openNewProductRequest", SubjectType: Subject, SubjectID: r.ID, After: r.trace()})
}

// ownedByCustomer makes the owner of the customer that a request is for its owner; the caller must see that customer.
func (s *Service) ownedByCustomer(tx pg.Tx, who identity.Principal, r *Request) error {
	if r.CustomerID == nil {
		return nil
	}
	c, err := customer.Brief(tx, *r.CustomerID)
	if err != nil || who.MustSee(c.OwnerID) != nil {
		if e, ours := errs.As(err); err != nil && (!ours || e.Kind != errs.NotFound) {
			return err
		}
		return ErrCustomer.At("/customer_id")
	}
	r.OwnerID = c.OwnerID
	return nil
}

// Update changes what sales states, while finance and production are asked or the request was returned. What was stated before is
// asked again, since it was stated of something else. Returns what Open does, ErrState, ErrNotYours and errs.ErrStale. Locks the request.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Input), files ...uuid.UUID) (Request, error) {
	return s.edit(tx, who, id, &version, Update, "updateNewProductRequest", func(r *Request) error {
		in := r.input()
		change(&in)
		before := *r
		if err := in.apply(r); err != nil {
			return err
		}
		if before.CustomerID == nil || r.CustomerID == nil || *before.CustomerID != *r.CustomerID {
			if err := s.ownedByCustomer(tx, who, r); err != nil {
				return err
			}
		}
		for _, k := range []Kind{Cost, Feasibility} {
			if r.stated(k) != nil {
				if err := s.ask(tx, r, k, "the request was changed · 申请内容已变更"); err != nil {
					return err
				}
			}
		}
		return s.bind(tx, who, r, files)
	})
}

// ReturnRequest gives a request back to its owner for completion, with a reason: by finance, production or the sales manager. Returns ErrState,
// ErrReason. Locks the request.
func (s *Service) ReturnRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Request, error) {
	return s.work(tx, who, id, version, Return, "returnNewProductRequest", func(r *Request) error {
		if r.StateReason = strings.TrimSpace(reason); r.StateReason == "" {
			return ErrReason.At("/reason")
		}
		r.State = Returned
		return s.tellReturned(tx, *r)
	})
}

// ResumeRequest sends a completed request on its way again: to finance and production, or to the sales manager where both have stated and
// nothing changed. Returns ErrState, ErrNotYours. Locks the request.
func (s *Service) ResumeRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Request, error) {
	return s.edit(tx, who, id, version, Resume, "resumeNewProductRequest", func(r *Request) error {
		due, err := s.dueAfter(tx, tx.Now, "price.statement_hours")
		if err != nil {
			return err
		}
		if err := again(tx, r.ID, due); err != nil { // whom it waits for has their whole time
			return err
		}
		if r.Statements, err = statements(tx, r.ID); err != nil {
			return err
		}
		r.settle()
		r.StateReason = ""
		return s.tasks(tx, *r)
	})
}

// CancelRequest gives a request up, with a reason; an approval that is under way ends. Returns ErrState, ErrReason, ErrNotYours. Locks the
// approval request and the request.
func (s *Service) CancelRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Request, error) {
	return s.edit(tx, who, id, version, Cancel, "cancelNewProductRequest", func(r *Request) error {
		if r.StateReason = strings.TrimSpace(reason); r.StateReason == "" {
			return ErrReason.At("/reason")
		}
		r.State = Cancelled
		return s.approvals.Void(tx, Subject, r.ID, "cancelled by its owner")
	})
}

// edit is the frame of what the owner and their superiors in sales do.
func (s *Service) edit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, action string, change func(*Request) error) (Request, error) {
	return s.work(tx, who, id, version, v, action, func(r *Request) error {
		if !identity.Sells(who.Roles) || who.Kind != identity.KindUser {
			return ErrNotYours
		}
		return change(r)
	})
}

// work is the frame of every change by a person: lock, see, compare versions and states, change, store, audit.
func (s *Service) work(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, action string, change func(*Request) error) (Request, error) {
	r, err := s.hold(tx, who, id, v)
	if err != nil {
		return Request{}, err
	}
	if err := r.must(v, version); err != nil {
		return Request{}, err
	}
	before := r.trace()
	if err := change(&r); err != nil {
		return Request{}, err
	}
	if err := s.keep(tx, &r, action, before); err != nil {
		return Request{}, err
	}
	return r, s.view(tx, who, &r)
}

// hold locks a request that the principal sees; the approval requests about it first, where the verb may end one.
func (s *Service) hold(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verb) (Request, error) {
	if slices.Contains([]Verb{SendBack, Draft, Submit, Cancel}, v) {
		if err := s.approvals.Lock(tx, Subject, id); err != nil {
			return Request{}, err
		}
	}
	r, err := pg.TakeForUpdate[Request](tx, "id = ?", id)
	if err != nil {
		return Request{}, err
	}
	if err := who.MustSee(r.OwnerID); err != nil {
		return Request{}, err
	}
	if r.Product, err = product(tx, r.ProductID); err != nil {
		return Request{}, err
	}
	r.Statements, err = statements(tx, r.ID)
	return r, err
}

// keep stores a request, records the event, and closes the follow-ups that no longer ask anything.
func (s *Service) keep(tx pg.Tx, r *Request, action string, before map[string]any) error {
	r.UpdatedAt = tx.Now
	if err := store(tx, r); err != nil {
		return err
	}
	if err := s.closeTasks(tx, *r); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: r.ID, Before: before, After: r.trace()})
}

func (s *Service) bind(tx pg.Tx, who identity.Principal, r *Request, files []uuid.UUID) error {
	if err := s.files.Bind(tx, who, Subject, r.ID, files...); err != nil {
		return err
	}
	return s.attach(tx, r)
}
