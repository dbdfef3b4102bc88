package collection

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// DunningState is where a dunning stands.
type DunningState string

// The states.
const (
	DunningProposed  DunningState = "proposed"
	DunningSent      DunningState = "sent"
	DunningCancelled DunningState = "cancelled"
)

// Dunning is a letter to a payer about overdue items: proposed by the daily run, and frozen when it is sent.
type Dunning struct {
	ID          uuid.UUID
	Number      *string // when sent
	PayerID     uuid.UUID
	State       DunningState
	VersionUsed int64 // of the steps
	Step        int   // the highest of its items'
	Amount      decimal.Decimal
	Days        int // of the item that is overdue longest
	ProposedAt  time.Time
	AsOf        time.Time
	SentAt      *time.Time
	SentBy      *uuid.UUID
	Channel     string // mail, courier, email, fax, message, phone, hand
	SentTo      string
	Reference   string // the courier's number
	PayBy       *time.Time
	LetterEN    string `gorm:"column:letter_en"`
	LetterZH    string `gorm:"column:letter_zh"`
	EndedAt     *time.Time
	EndedBy     *uuid.UUID
	EndedReason string
	Version     int64

	PayerName string        `gorm:"-"`
	StepEN    string        `gorm:"-"` // the step's names
	StepZH    string        `gorm:"-"`
	Items     []DunningItem `gorm:"-"`
}

// DunningItem is one overdue invoice of a dunning.
type DunningItem struct {
	DunningID uuid.UUID
	InvoiceID uuid.UUID
	Number    string `gorm:"->"`
	Step      int
	Amount    decimal.Decimal // open and undisputed
	DueOn     time.Time
	Days      int
	Sent      bool
}

func (d Dunning) trace() map[string]any {
	return map[string]any{
		"number": d.Number, "payer_id": d.PayerID, "state": d.State, "step": d.Step, "amount": d.Amount, "days": d.Days, "channel": d.Channel,
		"sent_to": d.SentTo, "reference": d.Reference, "ended_reason": d.EndedReason, "version": d.Version,
	}
}

// Sending is how a letter went out.
type Sending struct {
	Channel   string
	SentTo    string
	Reference string
}

// contact is the channel under which a sending is among the contacts.
func (s Sending) contact() Channel {
	switch s.Channel {
	case "email", "fax", "message", "phone":
		return Channel(s.Channel)
	}
	return Letter
}

// SendDunning records that a proposed letter went out. What it says is computed anew first: items that were paid, promised or disputed
// meanwhile are left out, and when none is left the proposal is called off and ErrNothingToDun is returned. The letter gets its number
// and is frozen. Returns ErrNotProposed. Locks the dunning.
func (s *Service) SendDunning(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, how Sending) (Dunning, error) {
	d, c, err := s.lockProposed(tx, who, id, version)
	if err != nil {
		return Dunning{}, err
	}
	before := d.trace()
	if _, err := s.propose(tx, []uuid.UUID{d.PayerID}); err != nil {
		return Dunning{}, err
	}
	if d, err = pg.Take[Dunning](tx, "id = ?", id); err != nil {
		return Dunning{}, err
	}
	if d.State != DunningProposed {
		return Dunning{}, pg.Keep(ErrNothingToDun.With())
	}
	if err := s.write(tx, &d, c, clock.Today(tx.Now)); err != nil {
		return Dunning{}, err
	}
	number, err := pg.NextNumber(tx, "DUN", tx.Now)
	if err != nil {
		return Dunning{}, err
	}
	d.Number, d.State, d.SentAt, d.SentBy = &number, DunningSent, &tx.Now, &who.ID
	d.Channel, d.SentTo, d.Reference = how.Channel, how.SentTo, how.Reference
	if err := storeSent(tx, &d); err != nil {
		return Dunning{}, err
	}
	note := number + " " + d.StepZH + " " + d.Amount.String()
	if _, err := logContact(tx, Contact{PayerID: d.PayerID, Channel: how.contact(), Person: how.SentTo, Note: note}); err != nil {
		return Dunning{}, err
	}
	return d, record(tx, "sendDunning", SubjectDunning, d.ID, before, d.trace())
}

// lockProposed locks a dunning that still waits, of a visible payer.
func (s *Service) lockProposed(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Dunning, customer.Customer, error) {
	d, err := pg.TakeForUpdate[Dunning](tx, "id = ?", id)
	if err != nil {
		return Dunning{}, customer.Customer{}, err
	}
	c, err := seen(tx, who, d.PayerID)
	if err != nil {
		return Dunning{}, customer.Customer{}, err
	}
	if err := stale(version, d.Version); err != nil {
		return Dunning{}, customer.Customer{}, err
	}
	if d.State != DunningProposed {
		err = ErrNotProposed
	}
	return d, c, err
}

// write makes the letter of a proposal as of a day.
func (s *Service) write(tx pg.Tx, d *Dunning, c customer.Customer, today time.Time) error {
	p, err := policy(tx, d.VersionUsed)
	if err != nil {
		return err
	}
	if err := dunningItems(tx, []*Dunning{d}); err != nil {
		return err
	}
	st := p.Steps[d.Step-1]
	payBy := today.AddDate(0, 0, st.PayWithin)
	d.PayerName, d.StepEN, d.StepZH, d.PayBy = c.Name, st.NameEN, st.NameZH, &payBy
	d.LetterEN = letter(st.TextEN, c.Name, d.Amount, len(d.Items), d.Days, payBy)
	d.LetterZH = letter(st.TextZH, c.Name, d.Amount, len(d.Items), d.Days, payBy)
	return nil
}

// CancelDunning calls a proposal off, with a reason; the next run may propose again, so a longer rest is a pause. Returns
// ErrNotProposed. Locks the dunning.
func (s *Service) CancelDunning(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Dunning, error) {
	d, c, err := s.lockProposed(tx, who, id, version)
	if err != nil {
		return Dunning{}, err
	}
	before := d.trace()
	if err := s.write(tx, &d, c, clock.Today(tx.Now)); err != nil {
		return Dunning{}, err
	}
	d.State, d.EndedAt, d.EndedBy, d.EndedReason = DunningCancelled, &tx.Now, &who.ID, reason
	d.PayBy, d.LetterEN, d.LetterZH = nil, "", ""
	err = pg.Update(tx, "dunnings", d.ID, d.Version, map[string]any{
		"state": d.State, "ended_at": d.EndedAt, "ended_by": d.EndedBy, "ended_reason": reason,
	})
	d.Version++
	if err != nil {
		return Dunning{}, err
	}
	return d, record(tx, "cancelDunning", SubjectDunning, d.ID, before, d.trace())
}

// GetDunning returns a dunning with its items and its letter: of a proposal as it would go out today. Returns errs.ErrNotFound also when
// the payer isn't visible.
func (s *Service) GetDunning(tx pg.Tx, who identity.Principal, id uuid.UUID) (Dunning, error) {
	d, err := pg.Take[Dunning](tx, "id = ?", id)
	if err != nil {
		return Dunning{}, err
	}
	c, err := seen(tx, who, d.PayerID)
	if err != nil {
		return Dunning{}, err
	}
	kept := d
	if err := s.write(tx, &d, c, clock.Today(tx.Now)); err != nil {
		return Dunning{}, err
	}
	if d.State != DunningProposed {
		d.PayBy, d.LetterEN, d.LetterZH = kept.PayBy, kept.LetterEN, kept.LetterZH
	}
	return d, nil
}

// DunningFilter narrows ListDunnings; what is zero lets all through.
type DunningFilter struct {
	PayerID uuid.UUID
	OwnerID uuid.UUID
	State   DunningState
	Step    int
}

// ListDunnings returns dunnings of visible payers with their items, newest first, without their letters. Three statements.
func (s *Service) ListDunnings(tx pg.Tx, who identity.Principal, f DunningFilter, p pg.Page) ([]Dunning, string, error) {
	return listDunnings(tx, who, f, p)
}
