package collection

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// MatterWriteOff is what the authority matrix rules on before debt is written off (ARV-07).
const MatterWriteOff = "receivable.write_off"

// BadDebtState is where an application stands.
type BadDebtState string

// The states.
const (
	BadDebtPending   BadDebtState = "pending"
	BadDebtApproved  BadDebtState = "approved"
	BadDebtRejected  BadDebtState = "rejected"
	BadDebtWithdrawn BadDebtState = "withdrawn"
	BadDebtStale     BadDebtState = "stale" // something of it was paid or corrected meanwhile
	BadDebtWritten   BadDebtState = "written_off"
)

// BadDebt is an application to write debt of a payer off.
type BadDebt struct {
	ID          uuid.UUID
	Number      string
	PayerID     uuid.UUID
	State       BadDebtState
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

	Items []BadDebtItem `gorm:"-"`
}

// BadDebtItem is an invoice of an application, wholly or in part.
type BadDebtItem struct {
	BadDebtID  uuid.UUID
	InvoiceID  uuid.UUID
	Amount     decimal.Decimal
	OpenAt     decimal.Decimal // what was open when it was applied for: the approval is bound to that
	Live       bool            // the application is under way
	WriteOffID *uuid.UUID

	Number    string           `gorm:"->"` // of the invoice
	Recovered *decimal.Decimal `gorm:"->"` // came in after all
}

func (b BadDebt) trace() map[string]any {
	return map[string]any{
		"number": b.Number, "payer_id": b.PayerID, "state": b.State, "amount": b.Amount, "grounds": b.Grounds, "ended_reason": b.EndedReason, "version": b.Version,
	}
}

// NewBadDebt is what a rep applies for. An item without an amount is meant whole.
type NewBadDebt struct {
	CustomerID uuid.UUID
	Grounds    string
	Reason     string
	Items      []ItemAmount
	Files      []uuid.UUID // the evidence
}

// ApplyBadDebt applies to write debt off: the superior decides, then the general manager, then finance writes off (ARV-07). Returns
// ErrEvidence without files, ErrUnknownItem, ErrItemTwice, ErrOverOpen for more than is open, ErrBadDebtRunning when an application about
// one of the items is under way, and what approval.Submit and attachment.Bind do. Locks the invoices.
func (s *Service) ApplyBadDebt(tx pg.Tx, who identity.Principal, in NewBadDebt) (BadDebt, error) {
	c, err := payer(tx, who, in.CustomerID)
	if err != nil {
		return BadDebt{}, err
	}
	if len(in.Files) == 0 {
		return BadDebt{}, ErrEvidence.At("/attachment_ids")
	}
	b := BadDebt{
		ID: uuid.Must(uuid.NewV7()), PayerID: c.ID, State: BadDebtPending, Amount: zero, Grounds: in.Grounds, Reason: in.Reason,
		AppliedBy: who.ID, AppliedAt: tx.Now, Version: 1,
	}
	open, err := lockOpen(tx, c.ID, in.Items)
	if err != nil {
		return BadDebt{}, err
	}
	days, err := b.take(open, in.Items, clock.Today(tx.Now))
	if err != nil {
		return BadDebt{}, err
	}
	if b.Number, err = pg.NextNumber(tx, "BD", tx.Now); err != nil {
		return BadDebt{}, err
	}
	if err := insertBadDebt(tx, b); err != nil {
		return BadDebt{}, err
	}
	if err := s.files.Bind(tx, who, SubjectBadDebt, b.ID, in.Files...); err != nil {
		return BadDebt{}, err
	}
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: MatterWriteOff, SubjectType: SubjectBadDebt, SubjectID: b.ID, Number: b.Number, OwnerID: &c.OwnerID,
		TitleEN: fmt.Sprintf("Write off %s of %s", b.Amount, c.Name), TitleZH: fmt.Sprintf("%s 坏账核销 %s 元", c.Name, b.Amount),
		Facts:   map[string]any{"amount": b.Amount, "grounds": b.Grounds, "items": len(b.Items), "days": days, "reason": b.Reason},
		Content: b.content(),
	})
	if err != nil {
		return BadDebt{}, err
	}
	if err := setApproval(tx, &b, r.ID); err != nil {
		return BadDebt{}, err
	}
	if r.State == approval.Approved {
		if err := s.approveBadDebt(tx, &b); err != nil {
			return BadDebt{}, err
		}
	}
	return b, record(tx, "applyBadDebt", SubjectBadDebt, b.ID, nil, b.trace())
}

// take makes the items and returns how many days the oldest is overdue.
func (b *BadDebt) take(open map[uuid.UUID]openInvoice, asked []ItemAmount, today time.Time) (days int, err error) {
	for i, a := range asked {
		at := "/items/" + strconv.Itoa(i)
		v, known := open[a.InvoiceID]
		for _, it := range b.Items {
			if it.InvoiceID == a.InvoiceID {
				return 0, ErrItemTwice.At(at + "/invoice_id")
			}
		}
		amount := money.Fen(a.Amount)
		if amount.IsZero() {
			amount = v.Open
		}
		switch {
		case !known:
			return 0, ErrUnknownItem.At(at + "/invoice_id")
		case !amount.IsPos():
			return 0, ErrNoAmount.At(at + "/amount")
		case amount.Cmp(v.Open) > 0:
			return 0, ErrOverOpen.With("open", v.Open).At(at + "/amount")
		}
		b.Items = append(b.Items, BadDebtItem{BadDebtID: b.ID, InvoiceID: v.ID, Amount: amount, OpenAt: v.Open, Live: true, Number: v.Number})
		if b.Amount, err = money.Sum(b.Amount, amount); err != nil {
			return 0, err
		}
		days = max(days, int(today.Sub(v.DueOn).Hours()/24))
	}
	return days, nil
}

// content is what the approval is bound to: the items with what was open of them.
func (b BadDebt) content() []byte {
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

// badDebtDecided takes an approval's outcome. The request, which is locked, keeps others from the application.
func (s *Service) badDebtDecided(tx pg.Tx, r approval.Request) error {
	b, err := pg.TakeForUpdate[BadDebt](tx, "id = ?", r.SubjectID)
	if err != nil || b.State != BadDebtPending {
		return err
	}
	before := b.trace()
	b.DecidedAt = &tx.Now
	switch r.State {
	case approval.Approved:
		err = s.approveBadDebt(tx, &b)
	case approval.Withdrawn:
		err = endBadDebt(tx, &b, BadDebtWithdrawn, "withdrawn")
	default:
		err = endBadDebt(tx, &b, BadDebtRejected, r.CloseReason)
	}
	if err != nil {
		return err
	}
	return record(tx, "decideBadDebt", SubjectBadDebt, b.ID, before, b.trace())
}

// approveBadDebt lets finance write off, unless something was paid while it was decided.
func (s *Service) approveBadDebt(tx pg.Tx, b *BadDebt) error {
	b.DecidedAt = &tx.Now
	moved, err := hasMoved(tx, b.ID)
	if err != nil {
		return err
	}
	if moved {
		return s.spoil(tx, b)
	}
	b.State = BadDebtApproved
	if err := storeBadDebt(tx, b); err != nil {
		return err
	}
	return askToWriteOff(tx, *b)
}

// WriteOffBadDebt writes off what was approved, by one document for each item: the exposure falls, the invoices stay (ARV-07). When
// something of it was paid or corrected after it was applied for, the application ends as stale and ErrBadDebtStale is returned: that
// needs a new one. Returns ErrNotApproved. Locks the request, the credit account, the invoices and the application.
func (s *Service) WriteOffBadDebt(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (BadDebt, error) {
	b, err := s.lockBadDebt(tx, who, id, version)
	if err != nil {
		return BadDebt{}, err
	}
	if b.State != BadDebtApproved {
		return BadDebt{}, ErrNotApproved
	}
	before := b.trace()
	moved, err := hasMoved(tx, b.ID)
	if err != nil {
		return BadDebt{}, err
	}
	if moved {
		if err := s.spoil(tx, &b); err != nil {
			return BadDebt{}, err
		}
		if err := record(tx, "endBadDebt", SubjectBadDebt, b.ID, before, b.trace()); err != nil {
			return BadDebt{}, err
		}
		return BadDebt{}, pg.Keep(ErrBadDebtStale.With())
	}
	if err := s.writeOff(tx, who, &b); err != nil {
		return BadDebt{}, err
	}
	return b, record(tx, "writeOffBadDebt", SubjectBadDebt, b.ID, before, b.trace())
}

// lockBadDebt locks an application, its requests and the payer's account first: with the account, nobody else moves what is open.
func (s *Service) lockBadDebt(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (BadDebt, error) {
	if err := s.approvals.Lock(tx, SubjectBadDebt, id); err != nil {
		return BadDebt{}, err
	}
	b, err := pg.Take[BadDebt](tx, "id = ?", id)
	if err != nil {
		return BadDebt{}, err
	}
	if _, err := seen(tx, who, b.PayerID); err != nil {
		return BadDebt{}, err
	}
	if _, err := s.credits.Lock(tx, b.PayerID); err != nil {
		return BadDebt{}, err
	}
	if b, err = pg.TakeForUpdate[BadDebt](tx, "id = ?", id); err != nil {
		return BadDebt{}, err
	}
	if err := badDebtItems(tx, []*BadDebt{&b}); err != nil {
		return BadDebt{}, err
	}
	return b, stale(version, b.Version)
}

// GetBadDebt returns an application with its items and what of them was recovered. Returns errs.ErrNotFound also when the payer isn't
// visible.
func (s *Service) GetBadDebt(tx pg.Tx, who identity.Principal, id uuid.UUID) (BadDebt, error) {
	b, err := pg.Take[BadDebt](tx, "id = ?", id)
	if err != nil {
		return BadDebt{}, err
	}
	if _, err := seen(tx, who, b.PayerID); err != nil {
		return BadDebt{}, err
	}
	return b, badDebtItems(tx, []*BadDebt{&b})
}

// SeeBadDebt returns errs.ErrNotFound unless the caller may see the application: for its evidence.
func (s *Service) SeeBadDebt(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.GetBadDebt(tx, who, id)
	return err
}

// ListBadDebts returns applications about visible payers with their items, newest first; only in a state, or of a payer, where given.
// Two statements.
func (s *Service) ListBadDebts(tx pg.Tx, who identity.Principal, payerID uuid.UUID, state BadDebtState, page pg.Page) ([]BadDebt, string, error) {
	return listBadDebts(tx, who, payerID, state, page)
}

// RecoverBadDebt takes money that came for debt that was written off from a receipt of the payer: the debt is back, and paid, in the same
// moment (ARV-07). Returns ErrNotWritten for an invoice of which this application wrote nothing off, and what receivable's Recover does.
func (s *Service) RecoverBadDebt(tx pg.Tx, who identity.Principal, id, invoiceID, receiptID uuid.UUID, amount decimal.Decimal) (BadDebt, error) {
	b, err := s.lockBadDebt(tx, who, id, nil)
	if err != nil {
		return BadDebt{}, err
	}
	for _, it := range b.Items {
		if it.InvoiceID != invoiceID || it.WriteOffID == nil {
			continue
		}
		if _, err := s.receivables.Recover(tx, who, *it.WriteOffID, receiptID, amount); err != nil {
			if errors.Is(err, errs.ErrNotFound) {
				err = errs.ErrReferenced.At("/receipt_id")
			}
			return BadDebt{}, err
		}
		if err := record(tx, "recoverBadDebt", SubjectBadDebt, b.ID, nil, map[string]any{"invoice_id": invoiceID, "receipt_id": receiptID, "amount": amount}); err != nil {
			return BadDebt{}, err
		}
		return b, badDebtItems(tx, []*BadDebt{&b})
	}
	return BadDebt{}, ErrNotWritten.At("/invoice_id")
}
