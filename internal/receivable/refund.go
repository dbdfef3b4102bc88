package receivable

import (
	"slices"
	"strings"
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

// Refund is money of a receipt that was paid back (退款): a prepayment that nothing was left to pay with, a deposit of an order that was
// cancelled (ARV-01).
type Refund struct {
	ID         uuid.UUID
	Number     string
	State      State
	ReceiptID  uuid.UUID
	PayerID    uuid.UUID
	Amount     decimal.Decimal
	RefundedOn time.Time
	Method     Method // bank_transfer or cash
	Reference  string // the bank's
	Reason     string
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
	Version    int64
}

// NewRefund is money that was paid back.
type NewRefund struct {
	Amount     decimal.Decimal
	RefundedOn time.Time // today when zero
	Method     Method
	Reference  string
	Reason     string
}

// PostRefund books that a part of what is free of a receipt was paid back (ARV-01): the exposure is higher by it. What is allocated or set
// aside isn't free. Returns ErrNotFree, ErrNoAmount, ErrFuture, ErrRefundDate, ErrReversed, and ErrBillState for a bill that the acceptor
// hasn't paid. version is optional. Locks the credit account.
func (s *Service) PostRefund(tx pg.Tx, who identity.Principal, receiptID uuid.UUID, version *int64, in NewRefund) (Receipt, error) {
	r, account, err := s.lockReceipt(tx, who, receiptID)
	if err != nil {
		return Receipt{}, err
	}
	f := Refund{
		ID: uuid.Must(uuid.NewV7()), State: Posted, ReceiptID: r.ID, PayerID: r.PayerID, Amount: money.Fen(in.Amount), RefundedOn: orToday(tx, in.RefundedOn),
		Method: in.Method, Reference: in.Reference, Reason: strings.TrimSpace(in.Reason), CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
	if err := f.may(tx, r, version); err != nil {
		return Receipt{}, err
	}
	before := r
	if err := s.credit.Post(tx, account, credit.UsePrepaidMove(credit.DocRefund, f.ID, r.ID, f.Amount)); err != nil {
		return Receipt{}, err
	}
	r.Allocated = money.Add(r.Allocated, f.Amount)
	if err := updateReceipt(tx, &r, map[string]any{"allocated": r.Allocated}); err != nil {
		return Receipt{}, err
	}
	if f.Number, err = pg.NextNumber(tx, "RF", tx.Now); err != nil {
		return Receipt{}, err
	}
	if err := pg.Insert(tx, &f); err != nil {
		return Receipt{}, err
	}
	r.Refunds = append(r.Refunds, f)
	return r, record(tx, "postRefund", subjectReceipt, r.ID, before, r)
}

// may returns why a refund can't be booked.
func (f Refund) may(tx pg.Tx, r Receipt, version *int64) error {
	bill, err := billOf(tx, r.ID)
	switch {
	case err != nil:
		return err
	case version != nil && *version != r.Version:
		return errs.ErrStale
	case r.State == Reversed:
		return ErrReversed
	case f.Reason == "":
		return ErrRefundReason.At("/reason")
	case !f.Amount.IsPos():
		return ErrNoAmount.At("/amount")
	case f.RefundedOn.After(clock.Today(tx.Now)):
		return ErrFuture.At("/refunded_on")
	case f.RefundedOn.Before(r.ReceivedOn):
		return ErrRefundDate.At("/refunded_on")
	case bill != nil && bill.State != BillSettled:
		return ErrBillState.With("state", string(bill.State))
	case f.Amount.Cmp(r.Free()) > 0:
		return ErrNotFree.With("left", r.Free()).At("/amount")
	}
	return nil
}

// ReverseRefund takes a refund back that was booked by mistake, or that came back from the bank: the money is a prepayment again. Returns
// ErrReversed. Locks the credit account.
func (s *Service) ReverseRefund(tx pg.Tx, who identity.Principal, receiptID, refundID uuid.UUID, reason string) (Receipt, error) {
	r, account, err := s.lockReceipt(tx, who, receiptID)
	if err != nil {
		return Receipt{}, err
	}
	i := slices.IndexFunc(r.Refunds, func(f Refund) bool { return f.ID == refundID })
	if i < 0 {
		return Receipt{}, errs.ErrNotFound
	}
	f := &r.Refunds[i]
	if f.State == Reversed {
		return Receipt{}, ErrReversed
	}
	if err := pg.Update(tx, "refunds", f.ID, f.Version, map[string]any{"state": Reversed}); err != nil {
		return Receipt{}, err
	}
	f.State, f.Version = Reversed, f.Version+1
	r.Allocated = money.Sub(r.Allocated, f.Amount)
	if err := updateReceipt(tx, &r, map[string]any{"allocated": r.Allocated}); err != nil {
		return Receipt{}, err
	}
	if err := s.credit.Post(tx, account, credit.PrepayMove(credit.DocRefund, f.ID, r.ID, f.Amount)); err != nil {
		return Receipt{}, err
	}
	return r, record(tx, "reverseRefund", subjectReceipt, r.ID, nil, map[string]any{"number": f.Number, "amount": f.Amount, "reason": reason})
}

// refunded reports whether some of a receipt was paid back.
func (r Receipt) refunded() bool {
	return slices.ContainsFunc(r.Refunds, func(f Refund) bool { return f.State == Posted })
}

func refundsOf(tx pg.Tx, receipt uuid.UUID) ([]Refund, error) {
	var rows []Refund
	return rows, tx.Where("receipt_id = ?", receipt).Order("id").Find(&rows).Error
}
