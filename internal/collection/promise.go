package collection

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// PromiseState is what became of a promise.
type PromiseState string

// The states. All but the first and the last are computed from receipts.
const (
	PromiseOpen      PromiseState = "open"
	PromiseKept      PromiseState = "kept"
	PromisePartly    PromiseState = "partly_kept"
	PromiseBroken    PromiseState = "broken"
	PromiseLapsed    PromiseState = "lapsed" // nothing was left to pay: credited, or written off
	PromiseWithdrawn PromiseState = "withdrawn"
)

// Promise is a payer's word to pay an amount by a date.
type Promise struct {
	ID          uuid.UUID
	Number      string
	PayerID     uuid.UUID
	State       PromiseState
	PromisedBy  string // the customer's person
	Channel     Channel
	PromisedOn  time.Time
	PayBy       time.Time
	Amount      decimal.Decimal
	Received    decimal.Decimal // of it, as last computed
	Note        string
	EndedReason string
	JudgedAt    *time.Time
	CreatedBy   uuid.UUID
	CreatedAt   time.Time
	Version     int64

	Items []PromiseItem `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Promise) TableName() string { return "payment_promises" }

// PromiseItem is the part of a promise that is about one invoice. It counts from Base on: what was paid on the invoice, or promised to be,
// when the promise was made.
type PromiseItem struct {
	PromiseID uuid.UUID
	InvoiceID uuid.UUID
	Amount    decimal.Decimal
	Base      decimal.Decimal
}

// TableName implements gorm's Tabler.
func (PromiseItem) TableName() string { return "payment_promise_items" }

func (p Promise) trace() map[string]any {
	return map[string]any{
		"number": p.Number, "payer_id": p.PayerID, "state": p.State, "pay_by": p.PayBy.Format(time.DateOnly), "amount": p.Amount,
		"received": p.Received, "promised_by": p.PromisedBy, "ended_reason": p.EndedReason, "version": p.Version,
	}
}

// NewPromise is a promise to be written down.
type NewPromise struct {
	CustomerID uuid.UUID
	PromisedBy string
	Channel    Channel
	PromisedOn time.Time // today when zero
	PayBy      time.Time
	Amount     decimal.Decimal
	Note       string
	Items      []ItemAmount // the payer's open items, oldest due date first, when empty
}

// ItemAmount is an amount of an invoice.
type ItemAmount struct {
	InvoiceID uuid.UUID
	Amount    decimal.Decimal
}

// CreatePromise writes down who promised what, and that there was contact. Until its date, what it promises of its items is not dunned. Returns
// ErrPromiseDates, ErrPromiseFar, ErrNoAmount, ErrUnknownItem, ErrItemTwice, ErrPromiseSum, and ErrPromisedMore for more than is open and not promised
// yet. Locks the invoices.
func (s *Service) CreatePromise(tx pg.Tx, who identity.Principal, in NewPromise) (Promise, error) {
	c, err := Payer(tx, who, in.CustomerID)
	if err != nil {
		return Promise{}, err
	}
	p := Promise{
		ID: uuid.Must(uuid.NewV7()), PayerID: c.ID, State: PromiseOpen, PromisedBy: strings.TrimSpace(in.PromisedBy), Channel: in.Channel,
		PromisedOn: in.PromisedOn, PayBy: in.PayBy, Amount: money.Fen(in.Amount), Received: zero, Note: in.Note,
		CreatedBy: who.ID, CreatedAt: tx.Now, Version: 1,
	}
	most, err := s.rules.Int(tx, "collection.promise_most_days")
	if err != nil {
		return Promise{}, err
	}
	if err := p.date(clock.Today(tx.Now), most); err != nil {
		return Promise{}, err
	}
	if !p.Amount.IsPos() {
		return Promise{}, ErrNoAmount.At("/amount")
	}
	open, err := lockPromisable(tx, c.ID, in.Items)
	if err != nil {
		return Promise{}, err
	}
	if err := p.take(open, in.Items); err != nil {
		return Promise{}, err
	}
	return p, s.storePromise(tx, &p)
}

// date checks the promise's dates: its day itself is in time, and at most so many days ahead.
func (p *Promise) date(today time.Time, most int) error {
	if p.PromisedOn.IsZero() {
		p.PromisedOn = today
	}
	if p.PromisedOn.After(today) {
		return ErrPromiseDates.At("/promised_on")
	}
	if p.PayBy.Before(today) {
		return ErrPromiseDates.At("/pay_by")
	}
	if p.PayBy.After(today.AddDate(0, 0, most)) {
		return ErrPromiseFar.With("days", most).At("/pay_by")
	}
	return nil
}

// promisable is an open invoice with what nobody has promised of it yet.
type promisable struct {
	ID   uuid.UUID
	Base decimal.Decimal // paid, or promised
	Left decimal.Decimal
}

// take makes the promise's items: those asked for, or the oldest until the amount is reached.
func (p *Promise) take(open []promisable, asked []ItemAmount) error {
	if len(asked) == 0 {
		return p.takeOldest(open)
	}
	byID := make(map[uuid.UUID]promisable, len(open))
	for _, v := range open {
		byID[v.ID] = v
	}
	sum := zero
	for i, a := range asked {
		at := "/items/" + strconv.Itoa(i)
		v, known := byID[a.InvoiceID]
		switch {
		case !known:
			return ErrUnknownItem.At(at + "/invoice_id")
		case p.names(a.InvoiceID):
			return ErrItemTwice.At(at + "/invoice_id")
		case !a.Amount.IsPos():
			return ErrNoAmount.At(at + "/amount")
		case a.Amount.Cmp(v.Left) > 0:
			return ErrPromisedMore.With("left", v.Left).At(at + "/amount")
		}
		p.Items = append(p.Items, PromiseItem{p.ID, v.ID, money.Fen(a.Amount), v.Base})
		var err error
		if sum, err = money.Sum(sum, a.Amount); err != nil {
			return err
		}
	}
	if sum.Cmp(p.Amount) != 0 {
		return ErrPromiseSum.With("sum", sum).At("/items")
	}
	return nil
}

func (p *Promise) takeOldest(open []promisable) error {
	sum := zero
	for _, v := range open {
		left, err := minus(p.Amount, sum)
		if err != nil {
			return err
		}
		if !left.IsPos() {
			break
		}
		if part := left.Min(v.Left); part.IsPos() {
			p.Items = append(p.Items, PromiseItem{p.ID, v.ID, part, v.Base})
			if sum, err = money.Sum(sum, part); err != nil {
				return err
			}
		}
	}
	if sum.Cmp(p.Amount) < 0 {
		return ErrPromisedMore.With("left", sum).At("/amount")
	}
	return nil
}

func (p *Promise) names(invoice uuid.UUID) bool {
	for _, it := range p.Items {
		if it.InvoiceID == invoice {
			return true
		}
	}
	return false
}

func (s *Service) storePromise(tx pg.Tx, p *Promise) error {
	var err error
	if p.Number, err = pg.NextNumber(tx, "PP", tx.Now); err != nil {
		return err
	}
	if err := pg.Insert(tx, p); err != nil {
		return err
	}
	if err := pg.Insert(tx, &p.Items); err != nil {
		return err
	}
	note := fmt.Sprintf("%s: %s, %s", p.Number, p.Amount, p.PayBy.Format(time.DateOnly))
	if _, err := logContact(tx, Contact{PayerID: p.PayerID, Channel: p.Channel, Person: p.PromisedBy, Note: note}); err != nil {
		return err
	}
	return record(tx, "createPaymentPromise", SubjectPromise, p.ID, nil, p.trace())
}

// WithdrawPromise takes back a promise that was written down by mistake or that the customer has taken back: it counts neither as kept nor
// as broken. Returns ErrPromiseOver. Locks the promise.
func (s *Service) WithdrawPromise(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Promise, error) {
	p, err := pg.TakeForUpdate[Promise](tx, "id = ?", id)
	if err != nil {
		return Promise{}, err
	}
	if _, err := seen(tx, who, p.PayerID); err != nil {
		return Promise{}, err
	}
	if err := stale(version, p.Version); err != nil {
		return Promise{}, err
	}
	if p.State != PromiseOpen {
		return Promise{}, ErrPromiseOver
	}
	before := p.trace()
	p.State, p.EndedReason = PromiseWithdrawn, reason
	if err := pg.Update(tx, p.TableName(), p.ID, p.Version, map[string]any{"state": p.State, "ended_reason": reason}); err != nil {
		return Promise{}, err
	}
	p.Version++
	if err := withItems(tx, &p); err != nil {
		return Promise{}, err
	}
	if err := followup.Close(tx, taskBroken, SubjectPromise, p.ID); err != nil {
		return Promise{}, err
	}
	return p, record(tx, "withdrawPaymentPromise", SubjectPromise, p.ID, before, p.trace())
}

// GetPromise returns a promise with its items. Returns errs.ErrNotFound also when the payer isn't visible.
func (s *Service) GetPromise(tx pg.Tx, who identity.Principal, id uuid.UUID) (Promise, error) {
	p, err := pg.Take[Promise](tx, "id = ?", id)
	if err != nil {
		return Promise{}, err
	}
	if _, err := seen(tx, who, p.PayerID); err != nil {
		return Promise{}, err
	}
	return p, withItems(tx, &p)
}

// PromiseFilter narrows ListPromises; what is zero lets all through.
type PromiseFilter struct {
	PayerID   uuid.UUID
	OwnerID   uuid.UUID
	State     PromiseState
	DueBefore *time.Time // promised for a date before this
	DueFrom   *time.Time // promised for this date or later
}

// ListPromises returns promises of visible payers with their items, newest first. Two statements.
func (s *Service) ListPromises(tx pg.Tx, who identity.Principal, f PromiseFilter, p pg.Page) ([]Promise, string, error) {
	return listPromises(tx, who, f, p)
}

// PromiseRecord is how good a payer's word was.
type PromiseRecord struct {
	PayerID    uuid.UUID
	Open       int
	Kept       int
	PartlyKept int
	Broken     int
	Promised   decimal.Decimal // of those that were judged
	Received   decimal.Decimal
}

// Judged counts the promises whose day has come.
func (r PromiseRecord) Judged() int { return r.Kept + r.PartlyKept + r.Broken }

// ShareKept is the part of the judged promises that was kept whole, in percent; nil when none was judged.
func (r PromiseRecord) ShareKept() *decimal.Decimal {
	if r.Judged() == 0 {
		return nil
	}
	share := money.Share(decimal.Hundred, decimal.MustNew(int64(r.Judged()), 0), decimal.MustNew(int64(r.Kept), 0))
	return &share
}

// PromiseRecordOf returns the history of a customer's payer. Returns errs.ErrNotFound for a customer that isn't visible.
func (s *Service) PromiseRecordOf(tx pg.Tx, who identity.Principal, customerID uuid.UUID) (PromiseRecord, error) {
	c, err := seen(tx, who, customerID)
	if err == nil && c.PayerID() != c.ID {
		c, err = seen(tx, who, c.PayerID())
	}
	if err != nil {
		return PromiseRecord{}, err
	}
	return promiseRecord(tx, c.ID)
}
