package credit

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Lock returns the payer's account and holds it until the transaction ends: first of all locks, see pg. The account is
// made when the payer has none yet. To reach the payer of a customer, see PayerOf. Returns errs.ErrReferenced when
// there is no such customer.
func (s *Service) Lock(tx pg.Tx, payerID uuid.UUID) (*Account, error) {
	a, found, err := lockAccount(tx, payerID)
	if err != nil || found {
		return a, err
	}
	if err := insertAccount(tx, payerID); err != nil {
		return nil, err
	}
	a, _, err = lockAccount(tx, payerID)
	return a, err
}

// Post appends movements to the ledger of an account that this transaction has locked, and moves the account's sums and
// the open items with them: two statements at most, however many movements. Returns ErrTakesTooMuch when a movement
// takes more than is left of its item and neither Clamp nor Rest is set (CRD-11).
func (s *Service) Post(tx pg.Tx, a *Account, moves ...Movement) error {
	open, err := openItems(tx, a.PayerID, moves)
	if err != nil {
		return err
	}
	before, exposure := a.LastSeq, a.Exposure()
	entries, deltas, err := a.plan(clock.Today(tx.Now), open, moves)
	if err != nil || len(entries) == 0 {
		return err
	}
	if a.group != nil {
		a.group.Exposure = money.Add(a.group.Exposure, money.Sub(a.Exposure(), exposure))
	}
	if err := storePosting(tx, a, before, entries, deltas); err != nil || !a.turned(entries) {
		return err
	}
	if gone(entries) {
		if err := s.worsened(tx, a.PayerID); err != nil {
			return err
		}
	}
	return s.tell(tx, a)
}

// gone reports whether money that had come in is taken back: a bill bounced, or a receipt was reversed.
func gone(entries []entry) bool {
	return slices.ContainsFunc(entries, func(e entry) bool { return e.Reason == reasonUsed && e.DocumentType == DocReversal })
}

// turned reports whether what waits of the payer has to be judged anew: it owes more or less than before. What only moves on, from released to
// shipped to invoiced, changes nothing. A release uses headroom: shipping itself knows whether other notices of the payer feel it, but not the
// rest of a group.
func (a *Account) turned(entries []entry) bool {
	return slices.ContainsFunc(entries, func(e entry) bool {
		switch e.Reason {
		case reasonShipped, reasonUnshipped, reasonInvoiced, reasonUninvoiced:
			return false
		case reasonReleased:
			return a.GroupID != nil
		}
		return true
	})
}

// tell has what waits of this payer, and of the group that it is in, judged anew.
func (s *Service) tell(tx pg.Tx, a *Account) error {
	if a.GroupID == nil || s.Shipments == nil {
		return s.reconsider(tx, a.PayerID)
	}
	members, err := groupPayers(tx, *a.GroupID)
	if err != nil {
		return err
	}
	return s.reconsider(tx, members...)
}

// Position reads how a customer stands, by its payer's account and profile, in one statement, and one more
// for one in a credit group. Not locked: a gate uses
// Under. No visibility check: that is the caller's (Position.OwnerID). Returns errs.ErrNotFound for an unknown customer.
func (s *Service) Position(tx pg.Tx, customerID uuid.UUID) (Position, error) {
	p, err := readPosition(tx, customerID)
	if err != nil {
		return p, err
	}
	if p.Account.GroupID != nil {
		g, err := readStanding(tx, *p.Account.GroupID)
		if err != nil {
			return p, err
		}
		p.Group = &g
	}
	p.Policy, err = s.policy(tx)
	return p, err
}

// Under reads the position of the payer whose account this transaction has locked: what it says stands until the
// transaction ends. It locks the payer's credit group, too, unless LockGroup has done so before the locks that come later.
func (s *Service) Under(tx pg.Tx, a *Account) (Position, error) {
	if err := s.LockGroup(tx, a); err != nil {
		return Position{}, err
	}
	p, err := readPayerPosition(tx, a)
	if err != nil {
		return p, err
	}
	if a.group != nil {
		g := *a.group
		p.Group = &g
	}
	p.Policy, err = s.policy(tx)
	return p, err
}

// PayerOf returns the customer that carries the exposure of a customer: its bill-to, or itself (CRD-11). Returns
// errs.ErrNotFound.
func (s *Service) PayerOf(tx pg.Tx, customerID uuid.UUID) (uuid.UUID, error) {
	return readPayer(tx, customerID)
}

// Difference is one part of one account whose sums don't agree.
type Difference struct {
	PayerID   uuid.UUID
	PayerCode string
	Part      Part
	Account   decimal.Decimal // the account's column
	Movements decimal.Decimal // the sum of its movements
	Items     decimal.Decimal // the sum of its open items
}

// Reconcile returns where an account, its movements and its open items disagree (CRD-11), for `salesgate verify`. None
// is the only right answer.
func Reconcile(tx pg.Tx) ([]Difference, error) { return readDifferences(tx) }

// GroupDifference is where a credit group, its members' accounts and its history don't say the same.
type GroupDifference struct {
	GroupID uuid.UUID
	PayerID *uuid.UUID
	What    string // "member", "limit" or "closed"
}

// ReconcileGroups returns where groups, memberships and accounts disagree, for `salesgate verify`. What a group owes is the sum
// of its accounts, which Reconcile checks.
func ReconcileGroups(tx pg.Tx) ([]GroupDifference, error) { return readGroupDifferences(tx) }

// LimitsTurned tells what waits of the payers whose limit counts otherwise on a date than the day before: it, or its last grace day,
// was over then, or a temporary limit begins or is over. It looks at most at limit payers after the id given and returns the last one;
// uuid.Nil when none is left.
func (s *Service) LimitsTurned(tx pg.Tx, day time.Time, after uuid.UUID, limit int) (uuid.UUID, error) {
	p, err := s.policy(tx)
	if err != nil {
		return uuid.Nil, err
	}
	payers, err := turnedOn(tx, day, p.GraceDays, after, limit)
	if err != nil || len(payers) == 0 {
		return uuid.Nil, err
	}
	if err := s.worsened(tx, payers...); err != nil || len(payers) < limit {
		return uuid.Nil, err
	}
	return payers[len(payers)-1], nil
}

// InUse locks the customer's own account and reports whether anything stands in it. Package customer asks before who pays
// changes.
func (s *Service) InUse(tx pg.Tx, customerID uuid.UUID) (bool, error) {
	a, found, err := lockAccount(tx, customerID)
	if err != nil || !found {
		return false, err
	}
	return a.Receivable.IsPos() || a.Shipped.IsPos() || a.Released.IsPos() || a.Prepaid.IsPos(), nil
}
