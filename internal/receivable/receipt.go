package receivable

import (
	"slices"
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

// NewReceipt is money to be booked. Its allocations are made in the same transaction; what they leave is a prepayment.
type NewReceipt struct {
	CustomerID  uuid.UUID // the payer, or a customer that another one pays for
	Method      Method
	Reference   string
	ReceivedOn  time.Time
	Amount      decimal.Decimal
	Currency    string // CNY when empty
	Remarks     string
	Allocations []Share
	Bill        *NewBill // of an acceptance bill
}

// Share is an amount that goes to one invoice.
type Share struct {
	InvoiceID uuid.UUID
	Amount    decimal.Decimal
}

// PostReceipt books money to the payer of a customer and allocates what the caller says; the rest is a prepayment that
// reduces the exposure (ARV-01, CRD-11). Returns ErrSameReference for a bank reference that is booked already,
// ErrFuture, ErrOverPaid, ErrOtherPayer, ErrNotFree, ErrTwice. Locks the credit account and the invoices.
func (s *Service) PostReceipt(tx pg.Tx, who identity.Principal, in NewReceipt) (Receipt, error) {
	c, err := mustSeeCustomer(tx, who, in.CustomerID)
	if err != nil {
		return Receipt{}, err
	}
	if err := in.check(clock.Today(tx.Now)); err != nil {
		return Receipt{}, err
	}
	account, err := s.credit.Lock(tx, c.PayerID())
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{
		ID: uuid.Must(uuid.NewV7()), State: Posted, PayerID: c.PayerID(), Method: in.Method, Reference: in.Reference,
		ReceivedOn: in.ReceivedOn, Currency: Currency, Amount: money.Fen(in.Amount), Remarks: in.Remarks,
		CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
	if err := s.credit.Post(tx, account, credit.PrepayMove(credit.DocReceipt, r.ID, r.ID, r.Amount)); err != nil {
		return Receipt{}, err
	}
	fresh := r
	pays, err := plan(tx, &r, in.Allocations)
	if err != nil {
		return Receipt{}, err
	}
	if r.Number, err = pg.NextNumber(tx, "RC", tx.Now); err != nil { // after the invoices' locks: nobody waits for a number while one waits for those
		return Receipt{}, err
	}
	fresh.Number = r.Number
	if err := pg.Insert(tx, &fresh); err != nil {
		return Receipt{}, err
	}
	if in.Bill != nil {
		if err := takeBill(tx, &r, *in.Bill); err != nil {
			return Receipt{}, err
		}
	}
	if err := s.carryOut(tx, account, &r, pays); err != nil {
		return Receipt{}, err
	}
	return r, record(tx, "postReceipt", subjectReceipt, r.ID, nil, r)
}

// check refuses what is no receipt: no amount, another currency than the books', a date that hasn't come, a bill that says nothing.
func (in NewReceipt) check(today time.Time) error {
	switch {
	case !in.Amount.IsPos():
		return ErrNoAmount.At("/amount")
	case in.Currency != "" && in.Currency != Currency:
		return ErrCurrency.At("/currency")
	case in.ReceivedOn.After(today):
		return ErrFuture.At("/received_on")
	case (in.Method == AcceptanceBill) != (in.Bill != nil):
		return ErrBillNeeded.At("/bill")
	case in.Bill != nil:
		return in.Bill.check(in.ReceivedOn)
	}
	return nil
}

// Allocate pays invoices with what is left of a receipt: those that shares names or, with none named, the payer's open
// invoices, oldest due date first, until the money or the invoices end, or those that the reference names (ARV-01). version is optional. Locks the
// credit account, the invoices and the receipt. Returns what PostReceipt returns.
func (s *Service) Allocate(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, shares []Share, reference string) (Receipt, error) {
	r, account, err := s.lockReceipt(tx, who, id)
	if err != nil {
		return Receipt{}, err
	}
	if version != nil && *version != r.Version {
		return Receipt{}, errs.ErrStale
	}
	if r.State == Reversed {
		return Receipt{}, ErrReversed
	}
	switch {
	case len(shares) > 0:
	case reference != "":
		shares, err = s.byReference(tx, r, reference)
	default:
		shares, err = oldestFirst(tx, r)
	}
	if err != nil {
		return Receipt{}, err
	}
	before := r
	if err := s.allocate(tx, account, &r, shares); err != nil {
		return Receipt{}, err
	}
	return r, record(tx, "allocateReceipt", subjectReceipt, id, before, r)
}

// lockReceipt locks the payer's account, which holds all of the payer's receipts, and reads the receipt.
func (s *Service) lockReceipt(tx pg.Tx, who identity.Principal, id uuid.UUID) (Receipt, *credit.Account, error) {
	r, err := pg.Take[Receipt](tx, "id = ?", id)
	if err != nil {
		return Receipt{}, nil, err
	}
	if _, err := mustSeeCustomer(tx, who, r.PayerID); err != nil {
		return Receipt{}, nil, err
	}
	account, err := s.credit.Lock(tx, r.PayerID)
	if err != nil {
		return Receipt{}, nil, err
	}
	r, err = pg.Take[Receipt](tx, "id = ?", id) // read again: the account's lock holds this payer's receipts as well
	if err != nil {
		return Receipt{}, nil, err
	}
	if r.Deposits, err = depositsOf(tx, id); err != nil {
		return Receipt{}, nil, err
	}
	if r.Refunds, err = refundsOf(tx, id); err != nil {
		return Receipt{}, nil, err
	}
	r.Allocations, err = allocationsOf(tx, id)
	return r, account, err
}

// allocate moves money from the receipt to the invoices, under the account's lock.
func (s *Service) allocate(tx pg.Tx, account *credit.Account, r *Receipt, shares []Share) error {
	pays, err := plan(tx, r, shares)
	if err != nil {
		return err
	}
	return s.carryOut(tx, account, r, pays)
}

// plan locks the invoices that shares name, and makes the allocations, counted on the receipt and not written yet.
func plan(tx pg.Tx, r *Receipt, shares []Share) ([]Allocation, error) {
	if len(shares) == 0 {
		return nil, nil
	}
	invoices, err := lockInvoices(tx, r.PayerID, shares)
	if err != nil {
		return nil, err
	}
	made := make([]Allocation, 0, len(shares))
	for i, share := range shares {
		a, err := newAllocation(tx, r, invoices[share.InvoiceID], share, i)
		if err != nil {
			return nil, err
		}
		made = append(made, a)
	}
	return made, nil
}

// carryOut writes allocations that were planned.
func (s *Service) carryOut(tx pg.Tx, account *credit.Account, r *Receipt, pays []Allocation) error {
	if len(pays) == 0 {
		return nil
	}
	if err := storeAllocations(tx, r, pays); err != nil {
		return err
	}
	moves := make([]credit.Movement, 0, 2*len(pays))
	for _, a := range pays {
		moves = append(moves, credit.AllocateMoves(a.ID, r.ID, a.InvoiceID, a.Amount, r.ReceivedOn)...)
	}
	return s.credit.Post(tx, account, moves...)
}

// newAllocation checks one share against both sides and counts it on them.
func newAllocation(tx pg.Tx, r *Receipt, v *Invoice, share Share, i int) (Allocation, error) {
	amount := money.Fen(share.Amount)
	switch {
	case v == nil:
		return Allocation{}, ErrOtherPayer.At(pointer(i, "invoice_id"))
	case amount.Cmp(v.Open()) > 0 || !amount.IsPos():
		return Allocation{}, ErrOverPaid.With("open", v.Open()).At(pointer(i, "amount"))
	case amount.Cmp(r.Free()) > 0:
		return Allocation{}, ErrNotFree.With("left", r.Free()).At(pointer(i, "amount"))
	}
	var err error
	if v.Paid, err = v.Paid.Add(amount); err != nil {
		return Allocation{}, err
	}
	if r.Allocated, err = r.Allocated.Add(amount); err != nil {
		return Allocation{}, err
	}
	return Allocation{
		ID: uuid.Must(uuid.NewV7()), State: Posted, ReceiptID: r.ID, InvoiceID: v.ID, Amount: amount,
		CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}, nil
}

// ReverseAllocation takes a payment off its invoice; the money is a prepayment again. Returns ErrReversed. Locks the
// credit account, the invoice and the receipt.
func (s *Service) ReverseAllocation(tx pg.Tx, who identity.Principal, receiptID, allocationID uuid.UUID) (Receipt, error) {
	r, account, err := s.lockReceipt(tx, who, receiptID)
	if err != nil {
		return Receipt{}, err
	}
	i := slices.IndexFunc(r.Allocations, func(a Allocation) bool { return a.ID == allocationID })
	if i < 0 {
		return Receipt{}, errs.ErrNotFound
	}
	before := r
	before.Allocations = slices.Clone(r.Allocations)
	if err := s.takeOff(tx, account, &r, i); err != nil {
		return Receipt{}, err
	}
	return r, record(tx, "reverseAllocation", subjectReceipt, receiptID, before, r)
}

// takeOff reverses the i-th allocation of a locked receipt.
func (s *Service) takeOff(tx pg.Tx, account *credit.Account, r *Receipt, i int) error {
	a := &r.Allocations[i]
	if a.State == Reversed {
		return ErrReversed
	}
	v, err := pg.TakeForUpdate[Invoice](tx, "id = ?", a.InvoiceID)
	if err != nil {
		return err
	}
	if r.Allocated, err = r.Allocated.Sub(a.Amount); err != nil {
		return err
	}
	if err := unpay(tx, v, *a, r); err != nil {
		return err
	}
	a.State = Reversed
	a.Version++
	err = s.credit.Post(tx, account,
		credit.UnpayMove(credit.DocReversal, a.ID, v.ID, a.Amount, v.DueOn),
		credit.PrepayMove(credit.DocReversal, a.ID, r.ID, a.Amount))
	if err != nil {
		return err
	}
	return s.unrecover(tx, account, a.ID)
}

// ReverseReceipt takes a receipt back, with all its allocations: the money was another's, or booked by mistake. The invoices are due as
// they were. What it covers of payment-first notices and orders is withdrawn: shipping takes back the release of goods that haven't
// left (SHP-10), and what has left is a receivable due at once when it is invoiced. Returns ErrReversed, ErrRefunded, and ErrBillState for a
// bill that was passed on or paid. Locks the credit account, the invoices and the receipt.
func (s *Service) ReverseReceipt(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Receipt, error) {
	r, account, err := s.lockReceipt(tx, who, id)
	switch {
	case err != nil:
		return Receipt{}, err
	case version != nil && *version != r.Version:
		return Receipt{}, errs.ErrStale
	case r.State == Reversed:
		return Receipt{}, ErrReversed
	case r.refunded():
		return Receipt{}, ErrRefunded
	}
	if err := cancelBill(tx, r.ID, reason); err != nil {
		return Receipt{}, err
	}
	return r, s.reverse(tx, account, &r, reason)
}

// reverse takes a locked receipt back.
func (s *Service) reverse(tx pg.Tx, account *credit.Account, r *Receipt, reason string) error {
	if r.State == Reversed {
		return ErrReversed
	}
	before := *r
	before.Allocations = slices.Clone(r.Allocations)
	for i := range r.Allocations {
		if r.Allocations[i].State == Posted {
			if err := s.takeOff(tx, account, r, i); err != nil {
				return err
			}
		}
	}
	notices, err := withdraw(tx, r)
	if err != nil {
		return err
	}
	r.State = Reversed
	if err := updateReceipt(tx, r, map[string]any{"state": Reversed}); err != nil {
		return err
	}
	if err := s.credit.Post(tx, account, credit.UsePrepaidMove(credit.DocReversal, r.ID, r.ID, r.Amount)); err != nil {
		return err
	}
	if err := s.shipping.CoverLost(tx, notices); err != nil {
		return err
	}
	if s.Lines != nil {
		if err := s.Lines.ReceiptReversed(tx, r.ID); err != nil {
			return err
		}
	}
	return record(tx, "reverseReceipt", subjectReceipt, r.ID, before, map[string]any{"state": Reversed, "reason": reason})
}
