package shipping

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// What a notice does when goods leave on it or are unloaded again, for package delivery, which holds it (Hold, HoldToShip) and stores it
// (StoreDispatched).

// Deliveries is what shipping has to know of delivery notes, which stand behind it in the import order: package delivery.
type Deliveries interface {
	// LeftUninvoiced returns what of a notice has left and is neither invoiced nor came back.
	LeftUninvoiced(tx pg.Tx, noticeID uuid.UUID) (decimal.Decimal, error)
}

// Line returns the line with this id, nil for none.
func (n *Notice) Line(id uuid.UUID) *Line {
	for i := range n.Lines {
		if n.Lines[i].ID == id {
			return &n.Lines[i]
		}
	}
	return nil
}

// Load takes a quantity off a line of the notice, and returns what it comes to: never more than is left of it. Returns ErrQuantity and
// ErrOverNotice (SHP-07).
func (n *Notice) Load(l *Line, quantity decimal.Decimal) (decimal.Decimal, error) {
	if !quantity.IsPos() {
		return decimal.Zero, ErrQuantity
	}
	if quantity.Cmp(l.Rest()) > 0 {
		return decimal.Zero, ErrOverNotice.With("rest", l.Rest())
	}
	amount := money.NextShare(l.Amount, l.Quantity, l.DispatchedQuantity, l.DispatchedAmount, quantity)
	l.DispatchedQuantity, l.DispatchedAmount = money.Add(l.DispatchedQuantity, quantity), money.Add(l.DispatchedAmount, amount)
	n.DispatchedAmount = money.Add(n.DispatchedAmount, amount)
	n.State = StatePartlyDispatched
	if n.complete() {
		n.State = StateDispatched
	}
	return amount, nil
}

// Unload gives back to a line what was loaded and didn't leave, and what that came to (SHP-21). A closed notice stays closed.
func (n *Notice) Unload(l *Line, quantity, amount decimal.Decimal) {
	l.DispatchedQuantity, l.DispatchedAmount = money.Sub(l.DispatchedQuantity, quantity), money.Sub(l.DispatchedAmount, amount)
	n.DispatchedAmount = money.Sub(n.DispatchedAmount, amount)
	if n.State == StateClosed {
		return
	}
	n.State = StatePartlyDispatched
	if n.DispatchedAmount.IsZero() && !n.anyLeft() {
		n.State = StateReleased
	}
}

// complete reports whether all of it has left.
func (n *Notice) complete() bool {
	for _, l := range n.Lines {
		if l.Rest().IsPos() {
			return false
		}
	}
	return true
}

// anyLeft reports whether some of it has left: goods can be free of charge.
func (n *Notice) anyLeft() bool {
	for _, l := range n.Lines {
		if l.DispatchedQuantity.IsPos() {
			return true
		}
	}
	return false
}

// FreeUnloaded gives back what was unloaded of a notice that was closed while the truck stood in the yard: nobody ships it any more by this notice
// (SHP-21), so it is free on the order, in stock and in the exposure, and asks for no money any more (SHP-10). It does nothing for any other
// notice. The delivery note is cancelled already; the caller stores the notice.
func (s *Service) FreeUnloaded(tx pg.Tx, h *Held, unloaded []order.Parts) error {
	n := &h.Notice
	if n.State != StateClosed {
		return nil
	}
	for _, p := range unloaded {
		if err := s.orders.Unreserve(tx, h.Orders[p.OrderID], p.Lines); err != nil {
			return err
		}
	}
	if err := s.Preparations.Unreserve(tx, n.ID, "shipping notice "+n.Number); err != nil {
		return err
	}
	if err := s.credit.Post(tx, h.Account, credit.UnreleaseMove(n.ID)); err != nil {
		return err
	}
	return s.uncover(tx, n)
}
