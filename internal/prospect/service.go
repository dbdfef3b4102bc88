package prospect

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	Orders Orders // app sets it

	rules     *rulebook.Service
	approvals *approval.Service
	customers *customer.Service
	files     *attachment.Service
}

// New returns the service. Evidence that is attached to a prospect is shown to who may read its history.
func New(rules *rulebook.Service, approvals *approval.Service, customers *customer.Service, files *attachment.Service) *Service {
	s := &Service{Orders: noOrders{}, rules: rules, approvals: approvals, customers: customers, files: files}
	files.Register(Subject, func(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
		_, err := s.Mine(tx, who, id)
		return err
	}, "prospect.read")
	return s
}

// Registration is a prospect to be registered.
type Registration struct {
	Profile
	OwnerID     *uuid.UUID // the caller when nil
	Expectation Expectation

	OutsideReason string // why the sales manager should allow a company outside the territory (CUS-09)
}

// Register registers a company for its owner, first come first served (CUS-08). Returns customer.Taken's refusal for a company
// that is registered already, ErrNoNeed, ErrNoContact, ErrWindow, ErrOwner, ErrNotYours, and what customers return for a bad
// name, code or phone.
func (s *Service) Register(tx pg.Tx, who identity.Principal, r Registration) (Prospect, error) {
	x := Prospect{
		ID: uuid.Must(uuid.NewV7()), State: Active, OwnerID: who.ID, OwnedAt: tx.Now, RegisteredBy: tx.By.Actor(),
		LastTouchedAt: tx.Now, CreatedAt: tx.Now, Version: 1,
	}
	if err := setOwner(tx, who, &x, r.OwnerID); err != nil {
		return Prospect{}, err
	}
	if err := r.apply(&x, tx.Now); err != nil {
		return Prospect{}, err
	}
	if err := s.refuseTaken(tx, who, x); err != nil {
		return Prospect{}, err
	}
	x.OutsideReason = r.OutsideReason
	if err := s.permit(tx, who, &x); err != nil {
		return Prospect{}, err
	}
	if err := insert(tx, &x); err != nil {
		return Prospect{}, err
	}
	if x.State == PendingPermission {
		if err := s.askPermission(tx, who, &x); err != nil {
			return Prospect{}, err
		}
	}
	window, err := s.state(tx, Subject, x.ID, r.Expectation, Window{})
	if err != nil {
		return Prospect{}, err
	}
	x.Window = window
	return x, record(tx, "registerProspect", x.ID, nil, x.snapshot())
}

// setOwner decides who owns a new prospect: the caller, or whom a leader names.
func setOwner(tx pg.Tx, who identity.Principal, x *Prospect, owner *uuid.UUID) error {
	if owner != nil && *owner != who.ID {
		if !identity.Allowed(who, "customer.assign") {
			return ErrNotYours.At("/owner_id")
		}
		x.OwnerID = *owner
	}
	return mustSell(tx, x.OwnerID)
}

// mustSell returns ErrOwner unless the person is active and in sales.
func mustSell(tx pg.Tx, id uuid.UUID) error {
	u, err := identity.Take(tx, id)
	if errors.Is(err, errs.ErrNotFound) || err == nil && (!u.Active || !identity.Sells(u.Roles)) {
		return ErrOwner.At("/owner_id")
	}
	return err
}

// refuseTaken enforces CUS-08; the key of company_claims guards the same when two come at once.
func (s *Service) refuseTaken(tx pg.Tx, who identity.Principal, x Prospect) error {
	claim, err := customer.Holder(tx, x.keys(), x.ID)
	if err != nil || claim == nil {
		return err
	}
	return customer.Taken(who, *claim)
}

// Get returns the prospect with its contacts and its purchase window. Returns errs.ErrNotFound for one that the caller may not
// see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Prospect, error) {
	x, err := pg.Take[Prospect](tx, "id = ?", id)
	if err != nil {
		return Prospect{}, err
	}
	if err := x.MustBeSeenBy(who); err != nil {
		return Prospect{}, err
	}
	return x, attachParts(tx, &x)
}

// Mine is the package's Mine.
func (s *Service) Mine(tx pg.Tx, who identity.Principal, id uuid.UUID) (Prospect, error) {
	return Mine(tx, who, id)
}

// Update changes the profile as change says. version is the one that the caller read; another is errs.ErrStale. Returns what
// Register returns for a bad profile, and errs.ErrState for a prospect that is settled or in the pool, or that waits for
// permission when its name, code, industry or region would change (CUS-09). Locks the prospect.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Profile)) (Prospect, error) {
	return s.edit(tx, who, id, &version, "updateProspect", func(x *Prospect) error {
		if err := x.mustBe(PendingPermission, Active); err != nil {
			return err
		}
		before, had := *x, len(x.Contacts)
		p := x.profile()
		change(&p)
		if err := p.apply(x, tx.Now); err != nil {
			return err
		}
		if err := s.stayInside(tx, who, before, *x); err != nil {
			return err
		}
		if err := s.refuseTaken(tx, who, *x); err != nil {
			return err
		}
		x.LastTouchedAt = tx.Now
		return replaceContacts(tx, *x, had > 0)
	})
}

// Close gives a prospect up for a reason, and the company free. Locks the prospect.
func (s *Service) Close(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Prospect, error) {
	return s.edit(tx, who, id, version, "closeProspect", func(x *Prospect) error {
		if err := x.mustBe(Active); err != nil {
			return err
		}
		x.settle(tx, Closed, reason)
		return s.letGo(tx, x.ID)
	})
}

// stayInside keeps a change of industry or region from carrying a prospect out of its owner's territory (CUS-09), and a change of
// which company it is, or where, from passing by the approval that it waits for: that is refused to everybody.
func (s *Service) stayInside(tx pg.Tx, who identity.Principal, before, after Prospect) error {
	moved := before.Industry != after.Industry || before.Region != after.Region
	if moved || before.Name != after.Name || before.profile().USCC != after.profile().USCC {
		if err := before.mustBe(Active); err != nil {
			return err
		}
	}
	if !moved || identity.Allowed(who, "customer.assign") {
		return nil
	}
	outside, err := s.Outside(tx, after.OwnerID, after.Industry, after.Region)
	if err == nil && outside {
		err = ErrOutside.At("/region")
	}
	return err
}

// settle ends the prospect in memory.
func (x *Prospect) settle(tx pg.Tx, state State, reason string) {
	x.State, x.ClosedAt, x.ClosedReason, x.UpdatedAt = state, &tx.Now, reason, tx.Now
}

// edit is the frame of every change: lock, see, compare versions, change, store, audit.
func (s *Service) edit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, action string, change func(*Prospect) error) (Prospect, error) {
	x, err := pg.TakeForUpdate[Prospect](tx, "id = ?", id)
	if err != nil {
		return Prospect{}, err
	}
	if err := x.MustBeSeenBy(who); err != nil {
		return Prospect{}, err
	}
	if err := x.mustMatch(version); err != nil {
		return Prospect{}, err
	}
	if err := attachParts(tx, &x); err != nil {
		return Prospect{}, err
	}
	before := x.snapshot()
	if err := change(&x); err != nil {
		return Prospect{}, err
	}
	if err := update(tx, &x); err != nil {
		return Prospect{}, err
	}
	return x, record(tx, action, id, before, x.snapshot())
}

func record(tx pg.Tx, action string, id uuid.UUID, before, after any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: id, Before: before, After: after})
}

// CheckCompany returns the claim on a company with these keys (CUS-08), nil when it is free. Keys as typed: the name and the
// phones are normalised here. What a caller may be told of the claim, customer.MayKnow says.
func (s *Service) CheckCompany(tx pg.Tx, name, uscc string, phones []string) (*customer.Claim, error) {
	k := customer.Keys{USCC: uscc, Name: customer.NameKey(name)}
	for _, p := range phones {
		k.Phones = append(k.Phones, customer.PhoneKey(p))
	}
	return customer.Holder(tx, k, uuid.Nil)
}

// state writes what somebody says about when a company buys, and the grade that follows (CUS-07). have is the window so far.
func (s *Service) state(tx pg.Tx, subjectType string, id uuid.UUID, e Expectation, have Window) (Window, error) {
	today := clock.Today(tx.Now)
	from, to, err := e.dates(today)
	if err != nil {
		return Window{}, err
	}
	b, err := readBounds(tx, s.rules, today)
	if err != nil {
		return Window{}, err
	}
	w := Window{SubjectType: subjectType, SubjectID: id, From: from, To: to, Grade: b.grade(to), GradedOn: have.GradedOn, Version: have.Version + 1}
	var previous *Grade
	if have.Version > 0 {
		previous = &have.Grade
	}
	if previous == nil || *previous != w.Grade {
		w.GradedOn = today
		if err := insertChange(tx, w, previous, Stated); err != nil {
			return Window{}, err
		}
	}
	return w, storeWindow(tx, w)
}
