package collection

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Channel is how something was said.
type Channel string

// The channels.
const (
	Phone   Channel = "phone"
	Visit   Channel = "visit"
	Message Channel = "message"
	Email   Channel = "email"
	Letter  Channel = "letter"
	Fax     Channel = "fax"
	Other   Channel = "other"
)

// Contact is one time that somebody spoke with a payer about what is due.
type Contact struct {
	ID         uuid.UUID
	PayerID    uuid.UUID
	Channel    Channel
	HappenedAt time.Time
	Person     string // of the customer
	Note       string
	MadeBy     *uuid.UUID
	MadeAt     time.Time
}

// TableName implements gorm's Tabler.
func (Contact) TableName() string { return "collection_contacts" }

// RecordContact writes down that a payer was spoken with. HappenedAt is now when zero. Returns ErrFuture, and errs.ErrReferenced for a
// customer that the caller doesn't see.
func (s *Service) RecordContact(tx pg.Tx, who identity.Principal, customerID uuid.UUID, k Contact) (Contact, error) {
	c, err := Payer(tx, who, customerID)
	if err != nil {
		return Contact{}, err
	}
	if k.HappenedAt.IsZero() {
		k.HappenedAt = tx.Now
	}
	if k.HappenedAt.After(tx.Now) {
		return Contact{}, ErrFuture.At("/happened_at")
	}
	k.PayerID = c.ID
	if k, err = logContact(tx, k); err != nil {
		return Contact{}, err
	}
	return k, record(tx, "recordCollectionContact", "customer", c.ID, nil, map[string]any{"contact": k.ID, "channel": k.Channel, "note": k.Note})
}

// logContact writes a contact of now.
func logContact(tx pg.Tx, k Contact) (Contact, error) {
	k.ID, k.MadeBy, k.MadeAt = uuid.Must(uuid.NewV7()), tx.By.Actor(), tx.Now
	if k.HappenedAt.IsZero() {
		k.HappenedAt = tx.Now
	}
	return k, pg.Insert(tx, &k)
}

// ListContacts returns what was said with the payer of a customer, the latest first. It is empty when the payer isn't visible.
func (s *Service) ListContacts(tx pg.Tx, who identity.Principal, customerID uuid.UUID, p pg.Page) ([]Contact, string, error) {
	c, err := Payer(tx, who, customerID)
	if errors.Is(err, errs.ErrReferenced) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	return listContacts(tx, c.ID, p)
}
