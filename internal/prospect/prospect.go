package prospect

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Subject is what events, claims and attachments call a prospect.
const Subject = "prospect"

// State is where a prospect stands. The names are the API's.
type State string

// The states.
const (
	PendingPermission State = "pending_permission"
	Active            State = "active"
	Pooled            State = "pooled"
	Converted         State = "converted"
	Refused           State = "refused"
	Closed            State = "closed"
)

// Prospect is a company that may become a customer. Empty texts mean "not known".
type Prospect struct {
	ID            uuid.UUID
	Number        string
	Name          string
	NameKey       string
	NameGrams     pg.TextArray
	USCC          *string `gorm:"column:uscc"`
	Address       string
	Industry      string
	Region        string
	Need          string
	Size          string
	Source        string
	Remarks       string
	State         State
	OwnerID       uuid.UUID // in the pool: who had it last
	OwnedAt       time.Time
	JointOwnerID  *uuid.UUID // by a ruling on a dispute
	RegisteredBy  *uuid.UUID
	LastTouchedAt time.Time
	OutsideReason string
	CustomerID    *uuid.UUID // what it became
	ClosedAt      *time.Time
	ClosedReason  string
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Version       int64

	Contacts []Contact `gorm:"-"`
	Window   Window    `gorm:"-"`

	assignReason string // of the change in hand, for its event
}

// Contact is a person to talk to. The one with the lowest PositionNo is the main contact.
type Contact struct {
	ID         uuid.UUID
	ProspectID uuid.UUID
	PositionNo int
	Name       string
	Position   string
	Phone      string
	PhoneKey   string
	Email      string
}

// TableName is for GORM.
func (Contact) TableName() string { return "prospect_contacts" }

// Profile is what a caller says of a prospect.
type Profile struct {
	Name     string
	USCC     string // "" when not known
	Address  string
	Industry string
	Region   string
	Need     string
	Size     string
	Source   string
	Remarks  string
	Contacts []Contact
}

// apply checks the profile's own rules and writes it on the prospect. Returns customer.ErrBadName, customer.ErrBadUSCC,
// ErrNoNeed (CUS-08), ErrNoContact and customer.ErrBadPhone.
func (p Profile) apply(x *Prospect, now time.Time) error {
	key := customer.NameKey(p.Name)
	if key == "" {
		return customer.ErrBadName.At("/name")
	}
	if strings.TrimSpace(p.Need) == "" {
		return ErrNoNeed.At("/need")
	}
	x.USCC = nil
	if p.USCC != "" {
		if !customer.ValidUSCC(p.USCC) {
			return customer.ErrBadUSCC.At("/uscc")
		}
		x.USCC = &p.USCC
	}
	x.Name, x.NameKey, x.NameGrams = p.Name, key, customer.Grams(key)
	x.Address, x.Industry, x.Region, x.Need = p.Address, strings.TrimSpace(p.Industry), strings.TrimSpace(p.Region), p.Need
	x.Size, x.Source, x.Remarks, x.UpdatedAt = p.Size, p.Source, p.Remarks, now
	x.Contacts = p.Contacts
	return x.prepare()
}

// profile is what apply wrote.
func (x Prospect) profile() Profile {
	p := Profile{
		Name: x.Name, Address: x.Address, Industry: x.Industry, Region: x.Region, Need: x.Need, Size: x.Size, Source: x.Source,
		Remarks: x.Remarks, Contacts: x.Contacts,
	}
	if x.USCC != nil {
		p.USCC = *x.USCC
	}
	return p
}

// prepare gives the contacts their ids, order and phone keys.
func (x *Prospect) prepare() error {
	if len(x.Contacts) == 0 {
		return ErrNoContact.At("/contacts")
	}
	for i := range x.Contacts {
		k := &x.Contacts[i]
		if k.ID == uuid.Nil {
			k.ID = uuid.Must(uuid.NewV7())
		}
		k.ProspectID, k.PositionNo, k.PhoneKey = x.ID, i+1, customer.PhoneKey(k.Phone)
		if k.PhoneKey == "" {
			return customer.ErrBadPhone.At("/contacts")
		}
	}
	return nil
}

// keys are what the company is recognised by (CUS-08).
func (x Prospect) keys() customer.Keys {
	k := customer.Keys{Name: x.NameKey}
	if x.USCC != nil {
		k.USCC = *x.USCC
	}
	for _, c := range x.Contacts {
		k.Phones = append(k.Phones, c.PhoneKey)
	}
	return k
}

// MustBeSeenBy returns errs.ErrNotFound for a prospect that the caller may not see (ORG-06): a rep's own, a leader's team's,
// also as joint owner. What lies in the pool is everybody's to see.
func (x Prospect) MustBeSeenBy(who identity.Principal) error {
	if x.State == Pooled || x.JointOwnerID != nil && who.Sees(*x.JointOwnerID) {
		return nil
	}
	return who.MustSee(x.OwnerID)
}

// mustBe returns errs.ErrState unless the prospect is in one of the states.
func (x Prospect) mustBe(states ...State) error {
	if slices.Contains(states, x.State) {
		return nil
	}
	return errs.ErrState.With("state", x.State)
}

// mustMatch returns errs.ErrStale unless version is nil or the prospect's.
func (x Prospect) mustMatch(version *int64) error {
	if version != nil && *version != x.Version {
		return errs.ErrStale
	}
	return nil
}

// snapshot is the prospect as its events show it, phones masked.
func (x Prospect) snapshot() map[string]any {
	contacts := make([]string, len(x.Contacts))
	for i, k := range x.Contacts {
		contacts[i] = k.Name + ", " + k.Position + ", " + customer.Mask(k.Phone)
	}
	m := map[string]any{
		"number": x.Number, "name": x.Name, "uscc": x.USCC, "address": x.Address, "industry": x.Industry, "region": x.Region,
		"need": x.Need, "size": x.Size, "source": x.Source, "remarks": x.Remarks, "state": x.State, "owner_id": x.OwnerID,
		"joint_owner_id": x.JointOwnerID, "customer_id": x.CustomerID, "reason": x.ClosedReason, "version": x.Version, "contacts": contacts,
		"outside_reason": x.OutsideReason,
	}
	if x.assignReason != "" {
		m["reason"] = x.assignReason
	}
	return m
}
