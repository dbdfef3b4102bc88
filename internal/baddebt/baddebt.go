package baddebt

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Matter is what the authority matrix rules on before debt is written off (ARV-07).
const Matter = "receivable.write_off"

// State is where an application stands.
type State string

// The states.
const (
	Pending   State = "pending"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Withdrawn State = "withdrawn"
	Stale     State = "stale" // something of it was paid or corrected meanwhile
	Written   State = "written_off"
)

// Application is an application to write debt of a payer off.
type Application struct {
	ID          uuid.UUID
	Number      string
	PayerID     uuid.UUID
	State       State
	Amount      decimal.Decimal
	Grounds     string // bankrupt, vanished, judgement, limitation, uneconomic, other
	Reason      string
	ApprovalID  *uuid.UUID
	AppliedBy   uuid.UUID
	AppliedAt   time.Time
	DecidedAt   *time.Time
	WrittenBy   *uuid.UUID
	WrittenAt   *time.Time
	EndedReason string
	Version     int64

	PayerName string `gorm:"->"` // when it was listed
	Items     []Item `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Application) TableName() string { return "bad_debts" }

// Item is an invoice of an application, wholly or in part.
type Item struct {
	BadDebtID  uuid.UUID
	InvoiceID  uuid.UUID
	Amount     decimal.Decimal
	OpenAt     decimal.Decimal // what was open when it was applied for: the approval is bound to that
	Live       bool            // the application is under way
	WriteOffID *uuid.UUID

	Number    string           `gorm:"->"` // of the invoice
	Recovered *decimal.Decimal `gorm:"->"` // came in after all
}

// TableName implements gorm's Tabler.
func (Item) TableName() string { return "bad_debt_items" }

func (b Application) trace() map[string]any {
	return map[string]any{
		"number": b.Number, "payer_id": b.PayerID, "state": b.State, "amount": b.Amount, "grounds": b.Grounds, "ended_reason": b.EndedReason, "version": b.Version,
	}
}

// NewApplication is what a rep applies for. An item without an amount is meant whole.
type NewApplication struct {
	CustomerID uuid.UUID
	Grounds    string
	Reason     string
	Items      []collection.ItemAmount
	Files      []uuid.UUID // the evidence
}

// Apply applies to write debt off: the superior decides, then the general manager, then finance writes off (ARV-07). Returns
// ErrEvidence without files, collection.ErrUnknownItem, collection.ErrItemTwice, ErrOverOpen for more than is open, ErrRunning when an application about
// one of the items is under way, and what approval.Submit and attachment.Bind do. Locks the invoices.
func (s *Service) Apply(tx pg.Tx, who identity.Principal, in NewApplication) (Application, error) {
	c, err := collection.Payer(tx, who, in.CustomerID)
	if err != nil {
		return Application{}, err
	}
	if len(in.Files) == 0 {
		return Application{}, ErrEvidence.At("/attachment_ids")
	}
	b := Application{
		ID: uuid.Must(uuid.NewV7()), PayerID: c.ID, State: Pending, Amount: zero, Grounds: in.Grounds, Reason: in.Reason,
		AppliedBy: who.ID, AppliedAt: tx.Now, Version: 1,
	}
	open, err := lockOpen(tx, c.ID, in.Items)
	if err != nil {
		return Application{}, err
	}
	days, err := b.take(open, in.Items, clock.Today(tx.Now))
	if err != nil {
		return Application{}, err
	}
	if b.Number, err = pg.NextNumber(tx, "BD", tx.Now); err != nil {
		return Application{}, err
	}
	if err := insert(tx, b); err != nil {
		return Application{}, err
	}
	if err := s.files.Bind(tx, who, Subject, b.ID, in.Files...); err != nil {
		return Application{}, err
	}
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: b.ID, Number: b.Number, OwnerID: &c.OwnerID,
		TitleEN: fmt.Sprintf("Write off %s of %s", b.Amount, c.Name), TitleZH: fmt.Sprintf("%s 坏账核销 %s 元", c.Name, b.Amount),
		Facts:   map[string]any{"amount": b.Amount, "grounds": b.Grounds, "items": len(b.Items), "days": days, "reason": b.Reason},
		Content: b.content(),
	})
	if err != nil {
		return Application{}, err
	}
	if err := setApproval(tx, &b, r.ID); err != nil {
		return Application{}, err
	}
	if r.State == approval.Approved {
		if err := s.approve(tx, &b); err != nil {
			return Application{}, err
		}
	}
	return b, record(tx, "applyBadDebt", b.ID, nil, b.trace())
}

// take makes the items and returns how many days the oldest is overdue.
func (b *Application) take(open map[uuid.UUID]openInvoice, asked []collection.ItemAmount, today time.Time) (days int, err error) {
	for i, a := range asked {
		at := "/items/" + strconv.Itoa(i)
		v, known := open[a.InvoiceID]
		for _, it := range b.Items {
			if it.InvoiceID == a.InvoiceID {
				return 0, collection.ErrItemTwice.At(at + "/invoice_id")
			}
		}
		amount := money.Fen(a.Amount)
		if amount.IsZero() {
			amount = v.Open
		}
		switch {
		case !known:
			return 0, collection.ErrUnknownItem.At(at + "/invoice_id")
		case !amount.IsPos():
			return 0, collection.ErrNoAmount.At(at + "/amount")
		case amount.Cmp(v.Open) > 0:
			return 0, ErrOverOpen.With("open", v.Open).At(at + "/amount")
		}
		b.Items = append(b.Items, Item{BadDebtID: b.ID, InvoiceID: v.ID, Amount: amount, OpenAt: v.Open, Live: true, Number: v.Number})
		if b.Amount, err = money.Sum(b.Amount, amount); err != nil {
			return 0, err
		}
		days = max(days, int(today.Sub(v.DueOn).Hours()/24))
	}
	return days, nil
}

// content is what the approval is bound to: the items with what was open of them.
func (b Application) content() []byte {
	type item struct {
		Invoice      uuid.UUID
		Amount, Open decimal.Decimal
	}
	items := make([]item, len(b.Items))
	for i, it := range b.Items {
		items[i] = item{it.InvoiceID, it.Amount, it.OpenAt}
	}
	return approval.ContentHash(items)
}

// ApprovalDecided implements approval.Subject. The request, which is locked, keeps others from the application.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	b, err := pg.TakeForUpdate[Application](tx, "id = ?", r.SubjectID)
	if err != nil || b.State != Pending {
		return err
	}
	before := b.trace()
	b.DecidedAt = &tx.Now
	switch r.State {
	case approval.Approved:
		err = s.approve(tx, &b)
	case approval.Withdrawn:
		err = end(tx, &b, Withdrawn, "withdrawn")
	default:
		err = end(tx, &b, Rejected, r.CloseReason)
	}
	if err != nil {
		return err
	}
	return record(tx, "decideBadDebt", b.ID, before, b.trace())
}

// approve lets finance write off, unless something was paid while it was decided.
func (s *Service) approve(tx pg.Tx, b *Application) error {
	b.DecidedAt = &tx.Now
	moved, err := hasMoved(tx, b.ID)
	if err != nil {
		return err
	}
	if moved {
		return s.spoil(tx, b)
	}
	b.State = Approved
	if err := store(tx, b); err != nil {
		return err
	}
	return s.askToWriteOff(tx, *b)
}

// WriteOff writes off what was approved, by one document for each item: the exposure falls, the invoices stay (ARV-07). When
// something of it was paid or corrected after it was applied for, the application ends as stale and ErrStale is returned: that
// needs a new one. Returns ErrNotApproved. Locks the request, the credit account, the invoices and the application.
func (s *Service) WriteOff(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Application, error) {
	b, err := s.lock(tx, who, id, version)
	if err != nil {
		return Application{}, err
	}
	if b.State != Approved {
		return Application{}, ErrNotApproved
	}
	before := b.trace()
	moved, err := hasMoved(tx, b.ID)
	if err != nil {
		return Application{}, err
	}
	if moved {
		if err := s.spoil(tx, &b); err != nil {
			return Application{}, err
		}
		if err := record(tx, "endBadDebt", b.ID, before, b.trace()); err != nil {
			return Application{}, err
		}
		return Application{}, pg.Keep(ErrStale.With())
	}
	if err := s.writeOff(tx, who, &b); err != nil {
		return Application{}, err
	}
	return b, record(tx, "writeOffBadDebt", b.ID, before, b.trace())
}

// lock locks an application, its requests and the payer's account first: with the account, nobody else moves what is open.
func (s *Service) lock(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Application, error) {
	if err := s.approvals.Lock(tx, Subject, id); err != nil {
		return Application{}, err
	}
	b, err := pg.Take[Application](tx, "id = ?", id)
	if err != nil {
		return Application{}, err
	}
	if err := maySee(tx, who, b.PayerID); err != nil {
		return Application{}, err
	}
	if _, err := s.credits.Lock(tx, b.PayerID); err != nil {
		return Application{}, err
	}
	if b, err = pg.TakeForUpdate[Application](tx, "id = ?", id); err != nil {
		return Application{}, err
	}
	if err := readItems(tx, []*Application{&b}); err != nil {
		return Application{}, err
	}
	return b, stale(version, b.Version)
}

// Get returns an application with its items and what of them was recovered. Returns errs.ErrNotFound also when the payer isn't
// visible.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Application, error) {
	b, err := pg.Take[Application](tx, "id = ?", id)
	if err != nil {
		return Application{}, err
	}
	if err := maySee(tx, who, b.PayerID); err != nil {
		return Application{}, err
	}
	return b, readItems(tx, []*Application{&b})
}

// See returns errs.ErrNotFound unless the caller may see the application: for its evidence.
func (s *Service) See(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.Get(tx, who, id)
	return err
}

// Filter narrows List; what is zero lets all through.
type Filter struct {
	PayerID uuid.UUID
	OwnerID uuid.UUID // whose customer the payer is
	Number  string
	State   State
}

// List returns applications about visible payers with their items, newest first. Two statements.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Application, string, error) {
	return list(tx, who, f, page)
}

// Recover takes money that came for debt that was written off from a receipt of the payer: the debt is back, and paid, in the same
// moment (ARV-07). Returns ErrNotWritten for an invoice of which this application wrote nothing off, and what receivable's Recover does.
func (s *Service) Recover(tx pg.Tx, who identity.Principal, id, invoiceID, receiptID uuid.UUID, amount decimal.Decimal) (Application, error) {
	b, err := s.lock(tx, who, id, nil)
	if err != nil {
		return Application{}, err
	}
	for _, it := range b.Items {
		if it.InvoiceID != invoiceID || it.WriteOffID == nil {
			continue
		}
		if _, err := s.receivables.Recover(tx, who, *it.WriteOffID, receiptID, amount); err != nil {
			if errors.Is(err, errs.ErrNotFound) {
				err = errs.ErrReferenced.At("/receipt_id")
			}
			return Application{}, err
		}
		if err := record(tx, "recoverBadDebt", b.ID, nil, map[string]any{"invoice_id": invoiceID, "receipt_id": receiptID, "amount": amount}); err != nil {
			return Application{}, err
		}
		return b, readItems(tx, []*Application{&b})
	}
	return Application{}, ErrNotWritten.At("/invoice_id")
}
