package bankstatement

import (
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// Confirmation says what a line is; without a customer the likeliest proposal counts, without shares what it pays.
type Confirmation struct {
	CustomerID *uuid.UUID
	Shares     []receivable.Share
	Prepayment bool // nothing is allocated
}

// Confirm books a line: its receipt and allocations, and from where the customer pays (ARV-01). Without a customer, the proposal of now
// must be the only likeliest one. Returns ErrHandled, ErrOutgoing, ErrNoOne, and what PostReceipt returns. Locks the payer's account, the line,
// then what PostReceipt locks.
func (s *Service) Confirm(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, c Confirmation) (Line, error) {
	l, err := pg.Take[Line](tx, "id = ?", id)
	if err != nil {
		return Line{}, err
	}
	if err := l.mayBook(version); err != nil {
		return Line{}, err
	}
	payer := c.CustomerID
	if payer == nil {
		p, err := s.likeliest(tx, l)
		if err != nil {
			return Line{}, err
		}
		payer = &p.CustomerID
	}
	if l, err = s.hold(tx, who, id, *payer); err != nil {
		return Line{}, err
	}
	if err := l.mayBook(version); err != nil {
		return Line{}, err
	}
	shares, err := s.sharesOf(tx, l, *payer, c)
	if err != nil {
		return Line{}, err
	}
	return s.book(tx, who, l, *payer, shares)
}

// mayBook returns why a line can't become a receipt, nil when it can.
func (l Line) mayBook(version *int64) error {
	switch {
	case version != nil && *version != l.Version:
		return errs.ErrStale
	case !l.Incoming:
		return ErrOutgoing
	case l.State != Open:
		return ErrHandled.With("state", string(l.State))
	}
	return nil
}

// likeliest returns the only likeliest proposal of a line. Returns ErrNoOne.
func (s *Service) likeliest(tx pg.Tx, l Line) (Proposal, error) {
	all, err := s.propose(tx, []Line{l}, nil)
	if err != nil {
		return Proposal{}, err
	}
	found := all[l.ID]
	if len(found) == 0 || found[0].Ambiguous {
		return Proposal{}, ErrNoOne.At("/customer_id")
	}
	return found[0], nil
}

// hold locks a customer's account and then the line, before anything is written: of two who book a line the second sees under the lock that
// it is booked, and has left nothing behind.
func (s *Service) hold(tx pg.Tx, who identity.Principal, id, customerID uuid.UUID) (Line, error) {
	c, err := customer.Brief(tx, customerID)
	if err == nil {
		err = who.MustSee(c.OwnerID)
	}
	if errors.Is(err, errs.ErrNotFound) {
		return Line{}, errs.ErrReferenced.At("/customer_id")
	}
	if err != nil {
		return Line{}, err
	}
	if _, err := s.credits.Lock(tx, c.PayerID()); err != nil {
		return Line{}, err
	}
	return pg.TakeForUpdate[Line](tx, "id = ?", id)
}

// sharesOf says what a locked line pays, worked out under the locks where the caller doesn't say it. A proposal that was taken for whose money
// it is must still be the only likeliest.
func (s *Service) sharesOf(tx pg.Tx, l Line, payer uuid.UUID, c Confirmation) ([]receivable.Share, error) {
	named := len(c.Shares) > 0 || c.Prepayment
	if c.CustomerID == nil {
		p, err := s.likeliest(tx, l)
		switch {
		case err != nil:
			return nil, err
		case p.CustomerID != payer:
			return nil, ErrNoOne.At("/customer_id")
		case !named:
			return p.Shares, nil
		}
	}
	if named {
		return c.Shares, nil
	}
	all, err := s.propose(tx, []Line{l}, &payer)
	if err != nil || len(all[l.ID]) == 0 {
		return nil, err
	}
	return all[l.ID][0].Shares, nil
}

// book posts the receipt of a line that is locked and judged.
func (s *Service) book(tx pg.Tx, who identity.Principal, l Line, customerID uuid.UUID, shares []receivable.Share) (Line, error) {
	reference, err := bankReference(tx, l)
	if err != nil {
		return Line{}, err
	}
	r, err := s.receivables.PostReceipt(tx, who, receivable.NewReceipt{
		CustomerID: customerID, Method: receivable.BankTransfer, Reference: reference, ReceivedOn: l.BookedOn, Amount: l.Amount, Currency: l.Currency,
		Remarks: l.Reference, Allocations: shares,
	})
	if err != nil {
		return Line{}, err
	}
	before := l
	l.State, l.ReceiptID = Booked, &r.ID
	if err := handle(tx, &l); err != nil {
		return Line{}, err
	}
	if err := learn(tx, l, customerID); err != nil {
		return Line{}, err
	}
	return l, record(tx, "confirmBankLine", subjectLine, l.ID, before, l)
}

// longEnough is how many characters a bank's number has that no other bank's line has too; shorter ones are counted by account or day.
const longEnough = 12

// bankReference is what proves the receipt of a locked line and makes it the only one of this movement: the bank's number where it is
// long enough and no other movement of the account was booked by it, else the place of the line in what was imported (SHP-10).
func bankReference(tx pg.Tx, l Line) (string, error) {
	if len(l.TransactionID) >= longEnough {
		taken, err := numberTaken(tx, l)
		if err != nil || !taken {
			return l.TransactionID, err
		}
	}
	imp, err := pg.Take[Import](tx, "id = ?", l.ImportID)
	return imp.Number + "/" + strconv.Itoa(l.RowNo), err
}
