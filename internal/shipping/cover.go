package shipping

import (
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// A payment-first notice has prepayments set aside for it (SHP-10), by one rule: never more than is still to leave on it and has left
// uninvoiced. Whatever takes from that gives the rest of the cover back in the same transaction.

// toCover is what the cover of a payment-first notice is for: what is still to leave, and what has left and isn't invoiced.
func (s *Service) toCover(tx pg.Tx, n *Notice) (decimal.Decimal, error) {
	left, err := s.Deliveries.LeftUninvoiced(tx, n.ID) // what was invoiced has taken its part of the cover already
	if err != nil || !n.State.toShip() {
		return left, err
	}
	return money.Add(money.Sub(n.Amount, n.DispatchedAmount), left), nil
}

// setAside covers a notice that has passed its gate; receipts are those that finance names. The payer's account is locked; the caller stores
// the notice.
func (s *Service) setAside(tx pg.Tx, n *Notice, receipts []uuid.UUID) error {
	if n.Flow != Prepaid {
		return nil
	}
	needed, err := s.toCover(tx, n)
	if err != nil {
		return err
	}
	cover, err := s.Payments.Cover(tx, n.ID, n.PayerID, needed, receipts)
	n.CoveredAmount = cover.Covered
	return err
}

// StillCovered returns ErrNotCovered for a payment-first notice for which less can be covered than has to be: its payment was reversed. It
// writes nothing; TopUp sets aside what it found. The payer's account is locked.
func (s *Service) StillCovered(tx pg.Tx, n *Notice) (needed decimal.Decimal, err error) {
	if n.Flow != Prepaid || slices.Contains([]State{StateDraft, StateCancelled, StateRefused, StateClosed}, n.State) {
		return decimal.Zero, nil
	}
	if needed, err = s.toCover(tx, n); err != nil {
		return decimal.Zero, err
	}
	cover, err := s.Payments.Look(tx, n.ID, n.PayerID, needed, nil)
	if err != nil {
		return decimal.Zero, err
	}
	if cover.Covered.Cmp(needed) < 0 {
		return decimal.Zero, ErrNotCovered.With("covered", cover.Covered, "amount", needed)
	}
	return needed, nil
}

// TopUp sets aside what StillCovered found.
func (s *Service) TopUp(tx pg.Tx, n *Notice, needed decimal.Decimal) error {
	if !needed.IsPos() {
		return nil
	}
	_, err := s.Payments.Cover(tx, n.ID, n.PayerID, needed, nil)
	return err
}

// uncover gives back what covers a notice that ends, or is a draft again: all but what has left and isn't invoiced (SHP-21). The payer's
// account is locked; the caller stores the notice.
func (s *Service) uncover(tx pg.Tx, n *Notice) error {
	if n.Flow != Prepaid {
		return nil
	}
	n.CoveredAmount = n.DispatchedAmount
	keep, err := s.Deliveries.LeftUninvoiced(tx, n.ID)
	if err != nil {
		return err
	}
	return s.Payments.ReleaseCover(tx, n.ID, keep)
}

// FitCover gives back what a notice doesn't need any more of its cover after less has left than it seemed, or goods came back. The payer's account
// is locked, and with it the notice's state.
func (s *Service) FitCover(tx pg.Tx, n *Notice) error {
	if n.Flow != Prepaid {
		return nil
	}
	keep, err := s.toCover(tx, n)
	if err != nil {
		return err
	}
	return s.Payments.ReleaseCover(tx, n.ID, keep)
}
