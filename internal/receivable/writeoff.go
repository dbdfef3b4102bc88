package receivable

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// WriteOff is bad debt: what is no longer expected of an invoice (ARV-07). The exposure falls, the history stays.
type WriteOff struct {
	ID         uuid.UUID
	Number     string
	State      State
	InvoiceID  uuid.UUID
	CustomerID uuid.UUID
	PayerID    uuid.UUID
	Amount     decimal.Decimal
	Recovered  decimal.Decimal // came in after all
	WrittenOn  time.Time
	Reason     string
	SourceID   *uuid.UUID // the approved application
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
	Version    int64
}

// Left is what hasn't come in.
func (w WriteOff) Left() decimal.Decimal { return money.Sub(w.Amount, w.Recovered) }

// BadDebt is what is to be written off of one invoice; all that is open of it when Amount is 0.
type BadDebt struct {
	InvoiceID uuid.UUID
	Amount    decimal.Decimal
	Reason    string
	SourceID  *uuid.UUID
}

// Recovery is a part of a receipt that pays debt which was written off.
type Recovery struct {
	ID           uuid.UUID
	State        State
	WriteOffID   uuid.UUID
	ReceiptID    uuid.UUID
	AllocationID uuid.UUID
	Amount       decimal.Decimal
	CreatedBy    *uuid.UUID
	CreatedAt    time.Time
	Version      int64
}

// TableName is for GORM.
func (Recovery) TableName() string { return "recoveries" }

// WriteOff writes debt off that was approved as bad (ARV-07); the caller has had it approved. The invoice is no longer open by the
// amount, and the exposure falls. Returns ErrOverPaid for more than is open, ErrReversed, ErrNotCorrectable. Locks the credit account,
// the delivery notes and the invoice.
func (s *Service) WriteOff(tx pg.Tx, who identity.Principal, b BadDebt) (WriteOff, error) {
	v, account, err := s.lockInvoice(tx, who, b.InvoiceID)
	if err != nil {
		return WriteOff{}, err
	}
	if err := v.mayCorrect(); err != nil {
		return WriteOff{}, err
	}
	amount := money.Fen(b.Amount)
	if amount.IsZero() {
		amount = v.Open()
	}
	if !amount.IsPos() {
		return WriteOff{}, ErrNoAmount.At("/amount")
	}
	if err := settle(tx, v, "written_off", amount); err != nil {
		return WriteOff{}, err
	}
	w := WriteOff{
		ID: uuid.Must(uuid.NewV7()), State: Posted, InvoiceID: v.ID, CustomerID: v.CustomerID, PayerID: v.PayerID, Amount: amount,
		Recovered: decimal.Zero.Pad(money.AmountScale), WrittenOn: clock.Today(tx.Now), Reason: b.Reason, SourceID: b.SourceID,
		CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
	if err := s.credit.Post(tx, account, credit.WriteOffMove(w.ID, v.ID, amount)); err != nil {
		return WriteOff{}, err
	}
	if w.Number, err = pg.NextNumber(tx, "WO", tx.Now); err != nil {
		return WriteOff{}, err
	}
	if err := pg.Insert(tx, &w); err != nil {
		return WriteOff{}, err
	}
	if err := record(tx, "writeOffInvoice", subjectWriteOff, w.ID, nil, w); err != nil {
		return WriteOff{}, err
	}
	return w, record(tx, "writeOffInvoice", subjectInvoice, v.ID, nil, map[string]any{"number": w.Number, "amount": amount, "reason": b.Reason})
}

// Recover pays debt that was written off with what is left of a receipt of the payer (ARV-07): the debt is back as it was due, and
// paid in the same moment. Returns ErrOverRecovered for more than was written off, ErrOtherPayer, ErrNotFree. Locks the credit
// account, the delivery notes, the invoice and the receipt.
func (s *Service) Recover(tx pg.Tx, who identity.Principal, writeOffID, receiptID uuid.UUID, amount decimal.Decimal) (WriteOff, error) {
	w, err := s.GetWriteOff(tx, who, writeOffID)
	if err != nil {
		return WriteOff{}, err
	}
	v, account, err := s.lockInvoice(tx, who, w.InvoiceID)
	if err != nil {
		return WriteOff{}, err
	}
	if w, err = pg.TakeForUpdate[WriteOff](tx, "id = ?", w.ID); err != nil {
		return WriteOff{}, err
	}
	r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", receiptID)
	amount = money.Fen(amount)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return WriteOff{}, errs.ErrReferenced.At("/receipt_id")
	case err != nil:
		return WriteOff{}, err
	case r.PayerID != v.PayerID:
		return WriteOff{}, ErrOtherPayer.At("/receipt_id")
	case r.State == Reversed:
		return WriteOff{}, ErrReversed.At("/receipt_id")
	case !amount.IsPos() || amount.Cmp(w.Left()) > 0:
		return WriteOff{}, ErrOverRecovered.With("left", w.Left()).At("/amount")
	case amount.Cmp(r.Free()) > 0:
		return WriteOff{}, ErrNotFree.With("left", r.Free()).At("/amount")
	}
	return s.recover(tx, account, w, v, &r, amount)
}

func (s *Service) recover(tx pg.Tx, account *credit.Account, w WriteOff, v Invoice, r *Receipt, amount decimal.Decimal) (WriteOff, error) {
	c := Recovery{
		ID: uuid.Must(uuid.NewV7()), State: Posted, WriteOffID: w.ID, ReceiptID: r.ID, Amount: amount, CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
	if err := s.reinstate(tx, account, v, c.ID, amount); err != nil {
		return WriteOff{}, err
	}
	if err := s.allocate(tx, account, r, []Share{{InvoiceID: v.ID, Amount: amount}}); err != nil {
		return WriteOff{}, err
	}
	c.AllocationID = r.Allocations[len(r.Allocations)-1].ID
	if err := pg.Insert(tx, &c); err != nil {
		return WriteOff{}, err
	}
	before := w
	w.Recovered = money.Add(w.Recovered, amount)
	if err := pg.Update(tx, "write_offs", w.ID, w.Version, map[string]any{"recovered": w.Recovered}); err != nil {
		return WriteOff{}, err
	}
	w.Version++
	return w, record(tx, "recoverWriteOff", subjectWriteOff, w.ID, before, w)
}

// reinstate opens an amount of an invoice that was written off.
func (s *Service) reinstate(tx pg.Tx, account *credit.Account, v Invoice, document uuid.UUID, amount decimal.Decimal) error {
	err := pg.One(tx.Exec("UPDATE invoices SET paid = paid - ?, written_off = written_off - ?, version = version + 1 WHERE id = ?", amount, amount, v.ID))
	if err != nil {
		return err
	}
	return s.credit.Post(tx, account, credit.RecoverMove(document, v.ID, amount, v.DueOn))
}

// unrecover writes debt off again whose recovery was taken off its invoice: the bill bounced. It does nothing for other allocations.
func (s *Service) unrecover(tx pg.Tx, account *credit.Account, allocation uuid.UUID) error {
	c, err := pg.TakeForUpdate[Recovery](tx, "allocation_id = ? AND state = 'posted'", allocation)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	w, err := pg.TakeForUpdate[WriteOff](tx, "id = ?", c.WriteOffID)
	if err != nil {
		return err
	}
	if err := pg.Update(tx, "recoveries", c.ID, c.Version, map[string]any{"state": Reversed}); err != nil {
		return err
	}
	before := w
	w.Recovered = money.Sub(w.Recovered, c.Amount)
	if err := pg.Update(tx, "write_offs", w.ID, w.Version, map[string]any{"recovered": w.Recovered}); err != nil {
		return err
	}
	v, err := pg.TakeForUpdate[Invoice](tx, "id = ?", w.InvoiceID)
	if err != nil {
		return err
	}
	if err := settle(tx, v, "written_off", c.Amount); err != nil {
		return err
	}
	if err := s.credit.Post(tx, account, credit.WriteOffMove(c.ID, w.InvoiceID, c.Amount)); err != nil {
		return err
	}
	return record(tx, "reverseRecovery", subjectWriteOff, w.ID, before, w)
}

// GetWriteOff returns a write-off. Returns errs.ErrNotFound also for what the caller may not see.
func (s *Service) GetWriteOff(tx pg.Tx, who identity.Principal, id uuid.UUID) (WriteOff, error) {
	w, err := pg.Take[WriteOff](tx, "id = ?", id)
	if err != nil {
		return WriteOff{}, err
	}
	_, err = mustSeeCustomer(tx, who, w.CustomerID)
	return w, err
}
