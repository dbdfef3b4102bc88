package customer

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Status is whether we do business with the customer.
type Status string

// The states.
const (
	Active    Status = "active"
	Suspended Status = "suspended"
	Closed    Status = "closed"
)

// Customer is a company that buys from us. Empty texts mean "not known".
type Customer struct {
	ID        uuid.UUID
	Code      string
	Name      string
	NameKey   string
	NameGrams pg.TextArray
	USCC      *string `gorm:"column:uscc"`
	Industry  string
	Region    string
	Remarks   string
	Status    Status
	OwnerID   uuid.UUID
	OwnedAt   time.Time
	BillToID  *uuid.UUID
	Opening   bool // ours before salesgate knew it: its first business needs no application (CUS-05)
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64

	Contacts  []Contact `gorm:"-"`
	Addresses []Address `gorm:"-"`
}

// snapshot is the customer as its events show it.
func (c Customer) snapshot() map[string]any {
	return map[string]any{
		"code": c.Code, "name": c.Name, "uscc": c.USCC, "industry": c.Industry, "region": c.Region, "remarks": c.Remarks,
		"status": c.Status, "owner_id": c.OwnerID, "bill_to_id": c.BillToID, "version": c.Version,
		"contacts": c.contactLines(), "addresses": c.addressLines(),
	}
}

// contactLines are the contacts as events keep them: phones masked, since events are read by more people than customers.
func (c Customer) contactLines() []string {
	lines := make([]string, len(c.Contacts))
	for i, k := range c.Contacts {
		lines[i] = k.Name + ", " + k.Position + ", " + Mask(k.Phone)
	}
	return lines
}

func (c Customer) addressLines() []string {
	lines := make([]string, len(c.Addresses))
	for i, a := range c.Addresses {
		lines[i] = a.Kind + ": " + a.Line
	}
	return lines
}

// PayerID is the customer that carries the exposure: bill-to when set, else the customer itself (CRD-11).
func (c Customer) PayerID() uuid.UUID {
	if c.BillToID != nil {
		return *c.BillToID
	}
	return c.ID
}

// Contact is a person to talk to. The one with the lowest PositionNo is the main contact.
type Contact struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	PositionNo int
	Name       string
	Position   string
	Phone      string
	PhoneKey   string
	Email      string
}

// TableName is for GORM.
func (Contact) TableName() string { return "customer_contacts" }

// Address is a place to deliver or to send invoices to.
type Address struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	Kind       string // "registered", "delivery" or "invoice"
	Line       string
	Receiver   string
	Phone      string
}

// TableName is for GORM.
func (Address) TableName() string { return "customer_addresses" }

// Profile is what a caller says of a customer.
type Profile struct {
	Name     string
	USCC     string // "" when the company has none
	Industry string
	Region   string
	Remarks  string
	Status   Status
	BillToID *uuid.UUID
}

// apply checks the profile's own rules and writes it on the customer. Returns ErrBadName (CUS-12) and ErrBadUSCC.
func (p Profile) apply(c *Customer, now time.Time) error {
	key := NameKey(p.Name)
	if key == "" {
		return ErrBadName.At("/name")
	}
	c.USCC = nil
	if p.USCC != "" {
		if !ValidUSCC(p.USCC) { // CUS-08: a mistyped code must not hide a duplicate
			return ErrBadUSCC.At("/uscc")
		}
		c.USCC = &p.USCC
	}
	c.Name, c.NameKey, c.NameGrams = p.Name, key, Grams(key)
	c.Industry, c.Region, c.Remarks, c.Status, c.BillToID = p.Industry, p.Region, p.Remarks, p.Status, p.BillToID
	c.UpdatedAt = now
	return nil
}

// profile is what apply wrote.
func (c Customer) profile() Profile {
	p := Profile{Name: c.Name, Industry: c.Industry, Region: c.Region, Remarks: c.Remarks, Status: c.Status, BillToID: c.BillToID}
	if c.USCC != nil {
		p.USCC = *c.USCC
	}
	return p
}

// prepare gives contacts their ids, order and phone keys. Returns ErrLastContact for none and ErrBadPhone (CUS-12).
func prepare(customerID uuid.UUID, contacts []Contact) error {
	if len(contacts) == 0 {
		return ErrLastContact.At("/contacts")
	}
	for i := range contacts {
		k := &contacts[i]
		if k.ID == uuid.Nil {
			k.ID = uuid.Must(uuid.NewV7())
		}
		k.CustomerID, k.PositionNo = customerID, i+1
		if err := k.key(); err != nil {
			return err
		}
	}
	return nil
}

func (k *Contact) key() error {
	k.PhoneKey = PhoneKey(k.Phone)
	if k.PhoneKey == "" {
		return ErrBadPhone.At("/phone")
	}
	return nil
}

// checkPayer holds bill-to to one step: the payer pays for itself, and a payer of others can't bill to a third.
func checkPayer(id uuid.UUID, payer *Customer, isPayer bool) error {
	if payer == nil {
		return nil
	}
	if payer.ID == id || payer.BillToID != nil || isPayer {
		return ErrBadPayer.At("/bill_to_id")
	}
	return nil
}

// mustMatch returns errs.ErrStale unless version is nil or the customer's.
func (c Customer) mustMatch(version *int64) error {
	if version != nil && *version != c.Version {
		return errs.ErrStale
	}
	return nil
}
