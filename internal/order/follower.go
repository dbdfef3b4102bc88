package order

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Follower is told what becomes of orders that count: package production makes and follows its production request by it (ORD-03,
// ORD-05). The order is locked, has its lines, and is stored already; an error undoes everything. It may lock what stands below orders
// in the lock order. It isn't asked whether: the gates have been passed.
type Follower interface {
	// OrderConfirmed tells that an order counts: it passed the gate, at once or by its approvers. It is told in a transaction of its
	// own, soon after (Tell), with the order as it is then: shipped in part, perhaps. An order that was taken back into draft
	// (VerbalApprovalDenied) and confirmed anew is told again, with the next revision; and one that was shipped and is open again, since
	// less has left than was booked, is told again as it is.
	OrderConfirmed(tx pg.Tx, o *Order) error
	// OrderChanged tells, in the transaction of the change, that an approved change request was applied: was is the order before, now has
	// the next revision. It may come before OrderConfirmed, which doesn't come any more then.
	OrderChanged(tx pg.Tx, was, now *Order) error
	// OrderCancelled tells, in the same transaction, that an order that counted doesn't any more, or won't take the rest: o.State is
	// StateCancelled, StateClosed (its open quantities are given up) or StateDraft (its approval was denied). It may come before
	// OrderConfirmed, which doesn't come then.
	OrderCancelled(tx pg.Tx, o *Order) error
}

// Changes ends what is asked about an order that doesn't count any more: package orderchange.
type Changes interface {
	// LockOf locks the open request about an order, if there is one, before the order's contract and the order.
	LockOf(tx pg.Tx, orderID uuid.UUID) error
	// EndOf ends it, since the order was taken back.
	EndOf(tx pg.Tx, orderID uuid.UUID, reason string) error
}

func (s *Service) lockChange(tx pg.Tx, id uuid.UUID) error {
	if s.Changes == nil {
		return nil
	}
	return s.Changes.LockOf(tx, id)
}

// Untold returns the ids of up to limit confirmed orders that Follower hasn't been told of, those that wait longest first. Locks nothing.
func (s *Service) Untold(tx pg.Tx, limit int) ([]uuid.UUID, error) { return untold(tx, limit) }

// Tell tells Follower that an order was confirmed, unless that was done meanwhile or it doesn't count any more. Confirming an order is
// one thing and asking the factory another: orders queue for their numbers, and the request is many rows. Locks the order.
func (s *Service) Tell(tx pg.Tx, id uuid.UUID) error {
	o, err := lock(tx, id)
	if err != nil {
		return err
	}
	if o.UntoldSince == nil {
		return nil
	}
	if s.Follower != nil {
		if err := s.Follower.OrderConfirmed(tx, &o); err != nil {
			return err
		}
	}
	return told(tx, id)
}

// CountUntold counts the confirmed orders that Follower wasn't told of yet.
func CountUntold(tx pg.Tx) (n int, err error) {
	err = pg.ScanRow(tx, []any{&n}, "SELECT count(*) FROM orders WHERE untold_since IS NOT NULL")
	return n, err
}

func (s *Service) tellStopped(tx pg.Tx, o *Order) error {
	if s.Follower == nil || o.State == StateClosed && o.progress() == StateShipped {
		return nil
	}
	return s.Follower.OrderCancelled(tx, o)
}
