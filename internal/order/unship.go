package order

import (
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// Unship takes back what Ship booked of goods that were unloaded again before the gate: from shipped to noticed. The order is
// locked. Returns ErrNotNoticed for more than was shipped.
func (s *Service) Unship(tx pg.Tx, o *Order, parts []Shipped) error {
	if err := o.May(VerbShip); err != nil {
		return err
	}
	before := o.snapshot()
	err := move(tx, o, parts, func(l *Line, q decimal.Decimal) error {
		left, err := l.Shipped.Sub(q)
		if err != nil || left.IsNeg() {
			return ErrNotNoticed.With("noticed", l.Shipped)
		}
		l.Shipped, l.Noticed = left, sum(l.Noticed, q)
		return nil
	})
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "unshipOrder", SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}
