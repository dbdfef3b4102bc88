package customer

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Contacts and addresses are parts of the customer: they share its version, its lock and its events. version is
// the customer's, nil where the caller compares nothing; another is errs.ErrStale. Adding one is free; a person changes or removes
// one by a change request (ErrNeedsApproval, CUS-06).

// AddContact adds a person to talk to. Returns ErrBadPhone, and ErrTaken when the phone is another customer's (CUS-08).
func (s *Service) AddContact(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, k Contact) (Customer, error) {
	return s.edit(tx, who, id, version, "addCustomerContact", func(c *Customer) error {
		c.UpdatedAt = tx.Now
		c.Contacts = append(c.Contacts, k)
		if err := prepare(c.ID, c.Contacts); err != nil {
			return err
		}
		if err := refuseTaken(tx, who, *c); err != nil {
			return err
		}
		return pg.Insert(tx, &c.Contacts[len(c.Contacts)-1])
	})
}

// ReplaceContact replaces all fields of a contact. Returns errs.ErrNotFound, and what AddContact returns.
func (s *Service) ReplaceContact(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, k Contact) (Customer, error) {
	return s.edit(tx, who, id, &version, "replaceCustomerContact", func(c *Customer) error {
		i := slices.IndexFunc(c.Contacts, func(x Contact) bool { return x.ID == k.ID })
		if i < 0 {
			return errs.ErrNotFound
		}
		if err := s.mayEdit(tx, who); err != nil {
			return err
		}
		c.UpdatedAt = tx.Now
		k.CustomerID, k.PositionNo = c.ID, c.Contacts[i].PositionNo
		if err := k.key(); err != nil {
			return err
		}
		c.Contacts[i] = k
		if err := refuseTaken(tx, who, *c); err != nil {
			return err
		}
		return pg.One(tx.Select("*").Where("id = ?", k.ID).Updates(&k))
	})
}

// RemoveContact removes a contact. Returns errs.ErrNotFound, and ErrLastContact for the only one (CUS-12).
func (s *Service) RemoveContact(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, contactID uuid.UUID) (Customer, error) {
	return s.edit(tx, who, id, &version, "removeCustomerContact", func(c *Customer) error {
		n := len(c.Contacts)
		c.Contacts = slices.DeleteFunc(c.Contacts, func(x Contact) bool { return x.ID == contactID })
		if len(c.Contacts) == n {
			return errs.ErrNotFound
		}
		if len(c.Contacts) == 0 { // CUS-12
			return ErrLastContact.With()
		}
		if err := s.mayEdit(tx, who); err != nil {
			return err
		}
		c.UpdatedAt = tx.Now
		return pg.One(tx.Where("id = ?", contactID).Delete(&Contact{}))
	})
}

// AddAddress adds a place.
func (s *Service) AddAddress(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, a Address) (Customer, error) {
	return s.edit(tx, who, id, version, "addCustomerAddress", func(c *Customer) error {
		c.UpdatedAt = tx.Now
		a.ID, a.CustomerID = uuid.Must(uuid.NewV7()), c.ID
		c.Addresses = append(c.Addresses, a)
		return pg.Insert(tx, &a)
	})
}

// ReplaceAddress replaces all fields of an address. Returns errs.ErrNotFound.
func (s *Service) ReplaceAddress(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, a Address) (Customer, error) {
	return s.edit(tx, who, id, &version, "replaceCustomerAddress", func(c *Customer) error {
		i := slices.IndexFunc(c.Addresses, func(x Address) bool { return x.ID == a.ID })
		if i < 0 {
			return errs.ErrNotFound
		}
		if err := s.mayEdit(tx, who); err != nil {
			return err
		}
		c.UpdatedAt, a.CustomerID = tx.Now, c.ID
		c.Addresses[i] = a
		return pg.One(tx.Select("*").Where("id = ?", a.ID).Updates(&a))
	})
}

// RemoveAddress removes an address. Returns errs.ErrNotFound.
func (s *Service) RemoveAddress(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, addressID uuid.UUID) (Customer, error) {
	return s.edit(tx, who, id, &version, "removeCustomerAddress", func(c *Customer) error {
		n := len(c.Addresses)
		c.Addresses = slices.DeleteFunc(c.Addresses, func(x Address) bool { return x.ID == addressID })
		if len(c.Addresses) == n {
			return errs.ErrNotFound
		}
		if err := s.mayEdit(tx, who); err != nil {
			return err
		}
		c.UpdatedAt = tx.Now
		return pg.One(tx.Where("id = ?", addressID).Delete(&Address{}))
	})
}

// Upsert registers the customer that another system knows as (source, externalID), or replaces its profile, contacts
// and addresses. Repeating it changes nothing but the version. version is optional. Locks the customer if it exists;
// the external id, claimed first, decides between two first calls at once: the other runs again and finds the customer. Replacing is
// for systems that keep the company's master data; a person gets ErrNeedsApproval (CUS-06).
func (s *Service) Upsert(tx pg.Tx, who identity.Principal, source, externalID string, version *int64, d Draft) (Customer, error) {
	id, err := pg.ExternalSubject(tx, subject, source, externalID)
	if errIsNotFound(err) {
		first := uuid.Must(uuid.NewV7())
		if err := pg.ClaimExternal(tx, subject, source, externalID, first); err != nil {
			return Customer{}, err
		}
		return s.create(tx, who, first, d)
	}
	if err != nil {
		return Customer{}, err
	}
	return s.edit(tx, who, id, version, "upsertCustomerByExternalId", func(c *Customer) error {
		if d.OwnerID != nil && *d.OwnerID != c.OwnerID {
			return ErrNotOwner.At("/owner_id") // handing over is assignCustomer, with a reason
		}
		before := *c
		if err := s.fill(tx, who, c, d); err != nil {
			return err
		}
		if err := s.stayInside(tx, who, before, *c); err != nil {
			return err
		}
		if !sameProtected(before, *c) {
			if err := s.mayEdit(tx, who); err != nil {
				return err
			}
		}
		return replaceParts(tx, *c)
	})
}
