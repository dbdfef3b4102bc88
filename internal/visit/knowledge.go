package visit

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Known is what is known of a customer under one key of the form: the latest answer of a visit that was done (CUS-11).
type Known struct {
	Key         string
	Answer      json.RawMessage
	VisitID     uuid.UUID
	VisitedOn   time.Time
	RepID       uuid.UUID
	FormVersion int
}

// Knowledge returns the latest answers about a customer by key, and with a key every answer that was ever given to it, the newest
// first. Returns errs.ErrNotFound for a customer that the caller may not see (ORG-06).
func (s *Service) Knowledge(tx pg.Tx, who identity.Principal, customerID uuid.UUID, key string) ([]Known, error) {
	if err := mustSeeCustomer(tx, who, customerID); err != nil {
		return nil, err
	}
	if key != "" {
		return answersTo(tx, customerID, key)
	}
	return latestAnswers(tx, customerID)
}

func mustSeeCustomer(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	c, err := customer.Brief(tx, id)
	if err != nil {
		return err
	}
	return who.MustSee(c.OwnerID)
}

// ListForms returns every version of the form, newest first.
func (s *Service) ListForms(tx pg.Tx) ([]Form, error) { return forms(tx) }

// GetForm returns one version of the form; 0 is the latest. Returns errs.ErrNotFound.
func (s *Service) GetForm(tx pg.Tx, version int) (Form, error) { return form(tx, version) }

// PublishForm makes the next version of the form (CUS-11). Reports that were filled under earlier ones stay as they are, and phones
// that are offline may still send some. Returns ErrGroups, ErrFormKey, ErrOptions, ErrBounds and ErrFormKind.
func (s *Service) PublishForm(tx pg.Tx, who identity.Principal, all []Group, note string) (Form, error) {
	if err := lockForms(tx); err != nil {
		return Form{}, err
	}
	earlier, err := forms(tx)
	if err != nil {
		return Form{}, err
	}
	kinds := map[string]Kind{}
	for _, f := range earlier {
		for key, x := range f.fields() {
			kinds[key] = x.Type
		}
	}
	f := Form{Version: len(earlier) + 1, Groups: all, Note: note, PublishedBy: &who.ID, PublishedAt: tx.Now}
	if err := f.check(kinds); err != nil {
		return Form{}, err
	}
	if err := pg.Insert(tx, &f); err != nil {
		return Form{}, err
	}
	return f, audit.Record(tx, audit.Entry{
		Action: "publishVisitForm", SubjectType: "visit_form", SubjectID: uuid.NewSHA1(formSpace, []byte{byte(f.Version >> 8), byte(f.Version)}),
		After: map[string]any{"version": f.Version, "note": f.Note},
	})
}

// formSpace makes ids for the event log, whose subjects are ids, of versions.
var formSpace = uuid.MustParse("6f7f0c52-3b1f-5c8e-9a57-0d6f5b2a9b11")

// KeyCustomer says since when a customer counts as a key customer, and why.
type KeyCustomer struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	ValidFrom  time.Time
	ValidTo    *time.Time
	Reason     string
	SetBy      uuid.UUID

	CustomerName string    `gorm:"->"`
	OwnerID      uuid.UUID `gorm:"->"`
}

// TableName implements gorm's Tabler.
func (KeyCustomer) TableName() string { return "visit_key_customers" }

// SetKeyCustomer says from today on whether a customer is a key customer, whose visits are due twice a week instead of once each half
// month (CUS-10). It counts from the next period: what is due goes by the first day. Saying what stands changes nothing. Returns
// errs.ErrNotFound for a customer that the caller may not see. Locks the row that stands.
func (s *Service) SetKeyCustomer(tx pg.Tx, who identity.Principal, customerID uuid.UUID, key bool, reason string) (KeyCustomer, error) {
	if err := mustSeeCustomer(tx, who, customerID); err != nil {
		return KeyCustomer{}, err
	}
	today := clock.Today(tx.Now)
	standing, err := pg.TakeForUpdate[KeyCustomer](tx, "customer_id = ? AND valid_to IS NULL", customerID)
	is := err == nil
	if err != nil && !errors.Is(err, errs.ErrNotFound) || is == key {
		if is == key && !is {
			return KeyCustomer{CustomerID: customerID, ValidFrom: today, ValidTo: &today, Reason: reason, SetBy: who.ID}, nil
		}
		return standing, err
	}
	if key {
		standing = KeyCustomer{ID: uuid.Must(uuid.NewV7()), CustomerID: customerID, ValidFrom: today, Reason: reason, SetBy: who.ID}
		err = pg.Insert(tx, &standing)
	} else {
		standing.ValidTo, standing.Reason, standing.SetBy = &today, reason, who.ID
		err = endKey(tx, standing)
	}
	if err != nil {
		return KeyCustomer{}, err
	}
	return standing, audit.Record(tx, audit.Entry{
		Action: "setKeyCustomer", SubjectType: "customer", SubjectID: customerID, After: map[string]any{"key": key, "reason": reason},
	})
}
