package bankstatement

import (
	"errors"
	"slices"

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
// must be the only likeliest one. Returns ErrHandled, ErrOutgoing, ErrNoOne, and what PostReceipt returns. Locks what PostReceipt
// locks, then the line.
func (s *Service) Confirm(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, c Confirmation) (Line, error) {
	l, err := pg.Take[Line](tx, "id = ?", id)
	if err != nil {
		return Line{}, err
	}
	if version != nil && *version != l.Version {
		return Line{}, errs.ErrStale
	}
	if err := l.mayBook(); err != nil {
		return Line{}, err
	}
	if c.CustomerID == nil || len(c.Shares) == 0 && !c.Prepayment {
		all, err := s.propose(tx, []Line{l}, c.CustomerID)
		if err != nil {
			return Line{}, err
		}
		found := all[l.ID]
		if c.CustomerID == nil && (len(found) == 0 || found[0].Ambiguous) {
			return Line{}, ErrNoOne.At("/customer_id")
		}
		if len(found) > 0 {
			if c.CustomerID == nil {
				c.CustomerID = &found[0].CustomerID
			}
			if len(c.Shares) == 0 && !c.Prepayment {
				c.Shares = found[0].Shares
			}
		}
	}
	return s.book(tx, who, l, *c.CustomerID, c.Shares)
}

// mayBook returns why a line can't become a receipt, nil when it can.
func (l Line) mayBook() error {
	switch {
	case !l.Incoming:
		return ErrOutgoing
	case l.State != Open:
		return ErrHandled.With("state", string(l.State))
	}
	return nil
}

// book posts the receipt of a line, then takes the line under its lock: of two who book it, the second is undone.
func (s *Service) book(tx pg.Tx, who identity.Principal, l Line, customerID uuid.UUID, shares []receivable.Share) (Line, error) {
	r, err := s.receivables.PostReceipt(tx, who, receivable.NewReceipt{
		CustomerID: customerID, Method: receivable.BankTransfer, Reference: l.bankReference(), ReceivedOn: l.BookedOn, Amount: l.Amount, Currency: l.Currency,
		Remarks: l.Reference, Allocations: shares,
	})
	switch {
	case errors.Is(err, receivable.ErrSameReference):
		if now, again := pg.Take[Line](tx, "id = ?", l.ID); again == nil && now.State != Open {
			return Line{}, ErrHandled.With("state", string(now.State))
		}
		return Line{}, err
	case errors.Is(err, errs.ErrNotFound):
		return Line{}, errs.ErrReferenced.At("/customer_id")
	case err != nil:
		return Line{}, err
	}
	before := l
	if l, err = pg.TakeForUpdate[Line](tx, "id = ?", l.ID); err != nil {
		return Line{}, err
	}
	if err := l.mayBook(); err != nil {
		return Line{}, err
	}
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

// bankReference is what makes the receipt the only one of this movement, "" when the bank gives its lines no such numbers: the line's own
// state does it then.
func (l Line) bankReference() string {
	if len(l.TransactionID) < longEnough {
		return ""
	}
	return l.TransactionID
}

// ConfirmAll books every open line of an import, or of all of them, whose only likeliest proposal is at least so sure; at most so many,
// the oldest first, in one transaction. It returns the lines that were booked. Lines are booked in the order of their payers, since
// booking locks their accounts. Returns and locks what Confirm does.
func (s *Service) ConfirmAll(tx pg.Tx, who identity.Principal, importID *uuid.UUID, confidence, limit int) ([]Line, error) {
	if confidence == 0 {
		var err error
		if confidence, err = s.rules.Int(tx, "bank.confirm_confidence"); err != nil {
			return nil, err
		}
	}
	sure, err := s.sure(tx, importID, confidence, limit)
	if err != nil {
		return nil, err
	}
	done := make([]Line, 0, len(sure))
	for _, p := range sure {
		// Worked out again: the line before may have paid what this one would.
		l, err := s.Confirm(tx, who, p.line.ID, nil, Confirmation{CustomerID: &p.customerID})
		if errors.Is(err, ErrHandled) {
			continue
		}
		if err != nil {
			return nil, err
		}
		done = append(done, l)
	}
	return done, nil
}

// certain is a line with whose money it is.
type certain struct {
	line              Line
	customerID, payer uuid.UUID
}

// sure finds the lines that can be booked by themselves, in the order of their payers.
func (s *Service) sure(tx pg.Tx, importID *uuid.UUID, confidence, limit int) ([]certain, error) {
	lines, err := openLines(tx, importID)
	if err != nil {
		return nil, err
	}
	all, err := s.propose(tx, lines, nil)
	if err != nil {
		return nil, err
	}
	var sure []certain
	for _, l := range lines {
		found := all[l.ID]
		if len(sure) == limit || len(found) == 0 || found[0].Ambiguous || found[0].Confidence < confidence {
			continue
		}
		c, err := customer.Brief(tx, found[0].CustomerID)
		if err != nil {
			return nil, err
		}
		sure = append(sure, certain{l, c.ID, c.PayerID()})
	}
	slices.SortStableFunc(sure, func(a, b certain) int { return slices.Compare(a.payer[:], b.payer[:]) })
	return sure, nil
}

// Ignore says that a line is no customer's payment, and why. Returns ErrHandled. Locks the line.
func (s *Service) Ignore(tx pg.Tx, id uuid.UUID, version *int64, reason string) (Line, error) {
	return s.turn(tx, id, version, "ignoreBankLine", Open, func(l *Line) { l.State, l.IgnoredReason = Ignored, reason })
}

// Reopen takes back that a line is ignored. Returns ErrHandled for one that isn't, ErrOutgoing. Locks the line.
func (s *Service) Reopen(tx pg.Tx, id uuid.UUID, version *int64) (Line, error) {
	return s.turn(tx, id, version, "reopenBankLine", Ignored, func(l *Line) { l.State, l.IgnoredReason = Open, "" })
}

func (s *Service) turn(tx pg.Tx, id uuid.UUID, version *int64, action string, from State, change func(*Line)) (Line, error) {
	l, err := pg.TakeForUpdate[Line](tx, "id = ?", id)
	switch {
	case err != nil:
		return Line{}, err
	case version != nil && *version != l.Version:
		return Line{}, errs.ErrStale
	case l.State != from:
		return Line{}, ErrHandled.With("state", string(l.State))
	case !l.Incoming:
		return Line{}, ErrOutgoing
	}
	before := l
	change(&l)
	if err := handle(tx, &l); err != nil {
		return Line{}, err
	}
	return l, record(tx, action, subjectLine, id, before, l)
}

// ReceiptReversed implements receivable.Lines: the line of a reversed receipt is open again.
func (s *Service) ReceiptReversed(tx pg.Tx, receiptID uuid.UUID) error {
	l, err := pg.TakeForUpdate[Line](tx, "receipt_id = ?", receiptID)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := l
	l.State, l.ReceiptID = Open, nil
	if err := handle(tx, &l); err != nil {
		return err
	}
	return record(tx, "freeBankLine", subjectLine, l.ID, before, l)
}

var _ receivable.Lines = (*Service)(nil)
