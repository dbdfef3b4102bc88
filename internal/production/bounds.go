package production

import (
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Bounds are what figures and dates of production are held to, so that a slip of the finger or of another system is refused with a word
// instead of being planned by (ORD-04).
type Bounds struct {
	times decimal.Decimal // as often as this, what a line asks may be planned or finished
	first time.Time       // nothing is reported as finished before
	last  time.Time       // nothing is expected after
}

// BoundsNow reads the bounds that hold today.
func BoundsNow(tx pg.Tx, rules *rulebook.Service) (Bounds, error) {
	times, err := rules.Int(tx, "production.most_times")
	if err != nil {
		return Bounds{}, err
	}
	back, err := rules.Int(tx, "production.days_back")
	if err != nil {
		return Bounds{}, err
	}
	ahead, err := rules.Int(tx, "production.days_ahead")
	now := today(tx)
	return Bounds{decimal.MustNew(int64(times), 0), now.AddDate(0, 0, -back), now.AddDate(0, 0, ahead)}, err
}

// quantity returns ErrTooMuch for more of a line than the bounds allow.
func (b Bounds) quantity(q decimal.Decimal, l *Line) error {
	part, err := q.Quo(b.times)
	if err == nil && part.Cmp(l.Quantity) > 0 {
		return ErrTooMuch.With("quantity", q, "times", b.times, "ordered", l.Quantity)
	}
	return err
}

// Ahead returns ErrTooFar for a date that is further ahead than anything is planned.
func (b Bounds) Ahead(date time.Time) error {
	if date.After(b.last) {
		return ErrTooFar.With("last", day(&b.last))
	}
	return nil
}

// back returns ErrTooOld for a date that is further back than anything is reported.
func (b Bounds) back(date time.Time) error {
	if date.Before(b.first) {
		return ErrTooOld.With("first", day(&b.first))
	}
	return nil
}
