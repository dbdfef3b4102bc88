package order

import (
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// Left books what left although no notice had it (SHP-14), in whatever state the order is by now: goods that are gone are shipped. It returns
// of each part what the line has no room for, which stays off the order. A closed or cancelled order stays so. The order is locked.
func (s *Service) Left(tx pg.Tx, o *Order, parts []Shipped) ([]decimal.Decimal, error) {
	before := o.snapshot()
	over := make([]decimal.Decimal, 0, len(parts))
	err := move(tx, o, parts, func(l *Line, q decimal.Decimal) error {
		fits := q
		if open := l.Open(); open.Cmp(q) < 0 {
			fits = open
		}
		if fits.IsNeg() {
			fits = decimal.Zero
		}
		rest, err := q.Sub(fits)
		l.Shipped, over = sum(l.Shipped, fits), append(over, rest)
		return err
	})
	if err != nil {
		return nil, err
	}
	return over, audit.Record(tx, audit.Entry{Action: "shipOrder", SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}

// NotLeft takes back what turned out not to have left (SHP-14), in whatever state the order is: it is open again, and of an order that is over
// nobody ships it any more. Returns ErrNotNoticed for more than was shipped. The order is locked.
func (s *Service) NotLeft(tx pg.Tx, o *Order, parts []Shipped) error {
	before := o.snapshot()
	err := move(tx, o, parts, func(l *Line, q decimal.Decimal) error {
		left, err := l.Shipped.Sub(q)
		if err != nil || left.IsNeg() {
			return ErrNotNoticed.With("noticed", l.Shipped)
		}
		l.Shipped = left
		return nil
	})
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "unshipOrder", SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}
