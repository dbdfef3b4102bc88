package bankstatement

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

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
		l, err := s.hold(tx, who, p.line.ID, p.customerID)
		if err == nil && l.mayBook(nil) != nil {
			continue // somebody was faster; nothing has been written of it
		}
		if err == nil {
			l, err = s.Confirm(tx, who, p.line.ID, nil, Confirmation{CustomerID: &p.customerID})
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
