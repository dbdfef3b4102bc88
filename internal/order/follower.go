package order

import "github.com/salesgate/salesgate/internal/pg"

// Follower is told what becomes of orders that count, in the transaction in which it happens: package production makes and follows
// its production request by it (ORD-03, ORD-05). The order is locked, has its lines, and is stored already; an error undoes
// everything. It may lock what stands below orders in the lock order. It isn't asked whether: the gates have been passed.
type Follower interface {
	// OrderConfirmed tells that an order counts: it passed the gate, at once or by its approvers. An order that was taken back into
	// draft (VerbalApprovalDenied) and confirmed anew is told again, with the next revision.
	OrderConfirmed(tx pg.Tx, o *Order) error
	// OrderChanged tells that an approved change request was applied: was is the order before, now has the next revision.
	OrderChanged(tx pg.Tx, was, now *Order) error
	// OrderCancelled tells that an order that counted doesn't any more, or won't take the rest: o.State is StateCancelled,
	// StateClosed (its open quantities are given up) or StateDraft (its approval was denied).
	OrderCancelled(tx pg.Tx, o *Order) error
}

func (s *Service) tellConfirmed(tx pg.Tx, o *Order) error {
	if s.Follower == nil || !o.counts() {
		return nil
	}
	return s.Follower.OrderConfirmed(tx, o)
}

func (s *Service) tellStopped(tx pg.Tx, o *Order) error {
	if s.Follower == nil || o.State == StateClosed && o.progress() == StateShipped {
		return nil
	}
	return s.Follower.OrderCancelled(tx, o)
}
