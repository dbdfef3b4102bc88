package order

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Shipped is a quantity of one line: to be put on a notice, taken off it, or shipped.
type Shipped struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal
}

// Brief reads an order without its lines. Returns errs.ErrNotFound. Takes no lock and checks no visibility: the caller does.
func Brief(tx pg.Tx, id uuid.UUID) (Order, error) { return pg.Take[Order](tx, "id = ?", id) }

// WithLines reads an order with its lines, in line order. As Brief otherwise.
func WithLines(tx pg.Tx, id uuid.UUID) (Order, error) {
	o, err := Brief(tx, id)
	if err != nil {
		return Order{}, err
	}
	return o, attachLines(tx, &o)
}

// LockOpen locks an order for shipping and returns it with its lines; Line.Open says what each has left. Lock the payer's
// credit account before, if you will. Line.Short says whose product is short: an allotment that is confirmed later locks this order
// first. Checks no visibility and no state: Reserve does. Returns errs.ErrNotFound.
func (s *Service) LockOpen(tx pg.Tx, id uuid.UUID) (*Order, error) {
	o, err := pg.TakeForUpdate[Order](tx, "id = ?", id)
	if err != nil {
		return nil, err
	}
	return &o, attachOpenLines(tx, &o)
}

// Reserve puts quantities of a locked order on a notice. Returns errs.ErrState unless the order is confirmed and not
// being revised, ErrNotOpen pointing at the part for more than is open (SHP-02), ErrNoLine.
func (s *Service) Reserve(tx pg.Tx, o *Order, parts []Shipped) error {
	if err := o.May(VerbReserve); err != nil {
		return err
	}
	return move(tx, o, parts, func(l *Line, q decimal.Decimal) error {
		if q.Cmp(l.Open()) > 0 {
			return ErrNotOpen.With("open", l.Open())
		}
		l.Noticed = sum(l.Noticed, q)
		return nil
	})
}

// Unreserve gives back what a notice had reserved and won't ship: it was cancelled, or less left. Works in any state
// that an order with live notices can have. Returns ErrNotNoticed for more than is on notices.
func (s *Service) Unreserve(tx pg.Tx, o *Order, parts []Shipped) error {
	if err := o.May(VerbShip); err != nil {
		return err
	}
	return move(tx, o, parts, func(l *Line, q decimal.Decimal) error { return l.take(q) })
}

// Ship books what really left: from noticed to shipped. The order becomes partly shipped, or shipped when all of it
// left; an order that is being revised becomes so when it is confirmed again. Returns ErrNotNoticed for more than is on
// notices (SHP-07).
func (s *Service) Ship(tx pg.Tx, o *Order, parts []Shipped) error {
	if err := o.May(VerbShip); err != nil {
		return err
	}
	before := o.snapshot()
	err := move(tx, o, parts, func(l *Line, q decimal.Decimal) error {
		if err := l.take(q); err != nil {
			return err
		}
		l.Shipped = sum(l.Shipped, q)
		return nil
	})
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "shipOrder", SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}

// take removes a quantity from what is on notices.
func (l *Line) take(q decimal.Decimal) error {
	left, err := l.Noticed.Sub(q)
	if err != nil || left.IsNeg() {
		return ErrNotNoticed.With("noticed", l.Noticed)
	}
	l.Noticed = left
	return nil
}

// move applies a change of quantities to the lines, and stores them with the state that follows in one statement.
func move(tx pg.Tx, o *Order, parts []Shipped, apply func(*Line, decimal.Decimal) error) error {
	for i, p := range parts {
		l := o.Line(p.LineID)
		if l == nil {
			return ErrNoLine.At(fmt.Sprintf("/lines/%d/order_line_id", i))
		}
		if p.Quantity.IsNeg() {
			return ErrNotOpen.With("open", l.Open()).At(fmt.Sprintf("/lines/%d/quantity", i))
		}
		if err := apply(l, p.Quantity); err != nil {
			return errs.At(err, fmt.Sprintf("/lines/%d/quantity", i))
		}
	}
	if o.counts() {
		before := o.State
		if o.State = o.progress(); before == StateShipped && o.State != StateShipped {
			o.UntoldSince = &tx.Now // for Follower it may have ended
		}
	}
	return storeMoved(tx, o)
}

// Heading is what a list shows of an order.
type Heading struct {
	ID         uuid.UUID
	Number     string
	CustomerID uuid.UUID
	OwnerID    uuid.UUID
}

// Headings returns the headings of orders by their ids. Checks no visibility. One statement.
func Headings(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]Heading, error) {
	var rows []Heading
	err := tx.Raw(`SELECT id, number, customer_id, owner_id FROM orders WHERE id IN ?`, ids).Scan(&rows).Error
	found := make(map[uuid.UUID]Heading, len(rows))
	for _, h := range rows {
		found[h.ID] = h
	}
	return found, err
}
