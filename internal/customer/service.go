package customer

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// subject is what events and timelines call a customer.
const subject = "customer"

// Accounts is what this module asks of credit, which stands behind it in the import order.
type Accounts interface {
	// InUse locks the customer's own account and reports whether anything stands in it: owed, shipped, released or paid ahead.
	InUse(tx pg.Tx, customerID uuid.UUID) (bool, error)
}

// Territories is what this module asks of prospects, which stand behind it in the import order.
type Territories interface {
	// Outside reports whether a company lies outside the industries and regions that its owner sells in (CUS-09).
	Outside(tx pg.Tx, owner uuid.UUID, industry, region string) (bool, error)
}

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	Accounts    Accounts          // app sets it
	Territories Territories       // app sets it
	Handovers   Handovers         // app sets it
	Rules       *rulebook.Service // its own unless app shares one
}

// New returns the service.
func New() *Service {
	s := &Service{Accounts: unused{}, Territories: unused{}, Rules: rulebook.New()}
	s.Handovers = plain{s}
	return s
}

// unused is a company that never lent anything, and whose people sell everywhere.
type unused struct{}

func (unused) InUse(pg.Tx, uuid.UUID) (bool, error) { return false, nil }

// plain moves customers without a handover, for a program that has none.
type plain struct{ customers *Service }

// HandOver implements Handovers.
func (p plain) HandOver(tx pg.Tx, who identity.Principal, m Move, reason string) error {
	_, err := p.customers.Move(tx, who, []Move{m}, reason)
	return err
}

// Draft is a customer to be registered.
type Draft struct {
	Profile
	Code      string     // made from the series "C" when ""
	OwnerID   *uuid.UUID // the caller when nil
	Contacts  []Contact
	Addresses []Address
}

// Create registers a customer for its owner and returns it. Naming another owner needs the permission customer.assign
// (ErrNotOwner). Returns ErrTaken when the company is registered already (CUS-08), see Taken for what it tells, ErrBadUSCC,
// ErrBadName, ErrLastContact or ErrBadPhone (CUS-12), ErrBadOwner, ErrBadPayer, ErrCodeTaken. Locks the payer.
func (s *Service) Create(tx pg.Tx, who identity.Principal, d Draft) (Customer, error) {
	return s.create(tx, who, uuid.Must(uuid.NewV7()), d)
}

func (s *Service) create(tx pg.Tx, who identity.Principal, id uuid.UUID, d Draft) (Customer, error) {
	c := Customer{ID: id, Code: d.Code, OwnedAt: tx.Now, CreatedAt: tx.Now, Version: 1}
	if err := s.setOwner(tx, who, &c, d.OwnerID); err != nil {
		return Customer{}, err
	}
	if err := s.fill(tx, who, &c, d); err != nil {
		return Customer{}, err
	}
	if err := s.stayInside(tx, who, Customer{}, c); err != nil {
		return Customer{}, err
	}
	if c.Code == "" {
		var err error
		if c.Code, err = pg.NextNumber(tx, "C", tx.Now); err != nil {
			return Customer{}, err
		}
	}
	if err := insert(tx, c); err != nil {
		return Customer{}, err
	}
	if err := keepVersions(tx, "createCustomer", c.ID); err != nil {
		return Customer{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "createCustomer", SubjectType: subject, SubjectID: c.ID, After: c.snapshot()})
}

// setOwner decides who owns a new customer: the caller, or whom a leader names.
func (s *Service) setOwner(tx pg.Tx, who identity.Principal, c *Customer, owner *uuid.UUID) error {
	c.OwnerID = who.ID
	if owner != nil && *owner != who.ID {
		if !identity.Allowed(who, "customer.assign") {
			return ErrNotOwner.At("/owner_id")
		}
		c.OwnerID = *owner
	}
	if err := holdPerson(tx, c.OwnerID); err != nil { // a handover of all their customers waits for this one, or is waited for
		return err
	}
	return mustSell(tx, c.OwnerID)
}

// mustSell returns ErrBadOwner unless the person is active and in sales.
func mustSell(tx pg.Tx, id uuid.UUID) error {
	u, err := identity.Take(tx, id)
	if errors.Is(err, errs.ErrNotFound) || err == nil && (!u.Active || !identity.Sells(u.Roles)) {
		return ErrBadOwner.At("/owner_id")
	}
	return err
}

// fill writes a draft's content on the customer and refuses a company that is registered already.
func (s *Service) fill(tx pg.Tx, who identity.Principal, c *Customer, d Draft) error {
	payer := c.PayerID()
	if err := d.apply(c, tx.Now); err != nil {
		return err
	}
	if err := s.changePayer(tx, who, payer, *c); err != nil {
		return err
	}
	c.Contacts, c.Addresses = d.Contacts, d.Addresses
	if err := prepare(c.ID, c.Contacts); err != nil {
		return err
	}
	for i := range c.Addresses {
		c.Addresses[i].ID, c.Addresses[i].CustomerID = uuid.Must(uuid.NewV7()), c.ID
	}
	return refuseTaken(tx, who, *c)
}

// changePayer guards a change of who pays, which is a change of whose limit is used (CRD-10): only who may assign customers
// makes it, to a payer that they see (ORG-06), and not while the customer's own account has anything in it, which would
// stay behind and be seen by no gate (CRD-11). Locks the payer and the customer's account.
func (s *Service) changePayer(tx pg.Tx, who identity.Principal, before uuid.UUID, c Customer) error {
	if c.PayerID() == before {
		return nil
	}
	if !identity.Allowed(who, "customer.assign") {
		return ErrPayerByLeader.At("/bill_to_id")
	}
	inUse, err := s.Accounts.InUse(tx, c.ID)
	if err != nil {
		return err
	}
	if inUse {
		return ErrPayerInUse.At("/bill_to_id")
	}
	if c.BillToID == nil {
		return nil
	}
	payer, err := pg.TakeForUpdate[Customer](tx, "id = ?", *c.BillToID)
	if errors.Is(err, errs.ErrNotFound) || err == nil && !who.Sees(payer.OwnerID) {
		return ErrBadPayer.At("/bill_to_id")
	}
	if err != nil {
		return err
	}
	pays, err := paysForOthers(tx, c.ID)
	if err != nil {
		return err
	}
	return checkPayer(c.ID, &payer, pays)
}

// Get returns the customer with contacts and addresses. Returns errs.ErrNotFound for one that the caller may not see
// (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Customer, error) {
	c, err := pg.Take[Customer](tx, "id = ?", id)
	if err != nil {
		return Customer{}, err
	}
	if err := who.MustSee(c.OwnerID); err != nil {
		return Customer{}, err
	}
	return c, attachParts(tx, &c)
}

// GetByExternalID is Get by the id that another system knows the customer by.
func (s *Service) GetByExternalID(tx pg.Tx, who identity.Principal, source, externalID string) (Customer, error) {
	id, err := pg.ExternalSubject(tx, subject, source, externalID)
	if err != nil {
		return Customer{}, err
	}
	return s.Get(tx, who, id)
}

// Update changes the profile as change says and returns the customer. version is the one that the caller read; another
// is errs.ErrStale. Returns ErrNeedsApproval for name and credit code (CUS-06), and what Create returns for a bad profile. Locks the customer, and the payer.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Profile)) (Customer, error) {
	return s.edit(tx, who, id, &version, "updateCustomer", func(c *Customer) error {
		before, p, payer := *c, c.profile(), c.PayerID()
		change(&p)
		if was := c.profile(); p.Name != was.Name || p.USCC != was.USCC {
			if err := s.mayEdit(tx, who); err != nil {
				return err
			}
		}
		if err := p.apply(c, tx.Now); err != nil {
			return err
		}
		if err := s.stayInside(tx, who, before, *c); err != nil {
			return err
		}
		if err := s.changePayer(tx, who, payer, *c); err != nil {
			return err
		}
		return refuseTaken(tx, who, *c)
	})
}

// Assign gives the customer to another owner for a reason: a handover of one (CUS-13). version is optional. Returns ErrBadOwner unless
// the new owner is an active person in sales. Locks the customer.
func (s *Service) Assign(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, owner uuid.UUID, reason string) (Customer, error) {
	c, err := lock(tx, who, id)
	if err != nil {
		return Customer{}, err
	}
	if err := c.mustMatch(version); err != nil {
		return Customer{}, err
	}
	if err := s.Handovers.HandOver(tx, who, Move{CustomerID: id, To: owner}, reason); err != nil {
		return Customer{}, err
	}
	if c, err = Brief(tx, id); err != nil {
		return Customer{}, err
	}
	return c, attachParts(tx, &c)
}

// edit is the frame of every change: lock, see, compare versions, change, store, audit.
func (s *Service) edit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, action string, change func(*Customer) error) (Customer, error) {
	c, err := lock(tx, who, id)
	if err != nil {
		return Customer{}, err
	}
	if err := c.mustMatch(version); err != nil {
		return Customer{}, err
	}
	before := c.snapshot()
	if err := change(&c); err != nil {
		return Customer{}, err
	}
	if err := update(tx, &c); err != nil {
		return Customer{}, err
	}
	if err := keepVersions(tx, action, id); err != nil {
		return Customer{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: action, SubjectType: subject, SubjectID: id, Before: before, After: c.snapshot()})
}

// lock reads the customer for changing it, with its parts.
func lock(tx pg.Tx, who identity.Principal, id uuid.UUID) (Customer, error) {
	c, err := pg.TakeForUpdate[Customer](tx, "id = ?", id)
	if err != nil {
		return Customer{}, err
	}
	if err := who.MustSee(c.OwnerID); err != nil {
		return Customer{}, err
	}
	return c, attachParts(tx, &c)
}
