package credit

import (
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/money"
)

// Extras are what a profile says of its limit beyond the one number. They are applied for and approved with it (CRD-10).
type Extras struct {
	ValidUntil *time.Time // the last date on which the limit counts, grace days apart; nil: no end
	Temporary  *Temporary
	Tolerance  *Tolerance // nil: the parameters'
}

// Temporary is a limit on top for some time: the higher of the two counts. It ends by itself.
type Temporary struct {
	Amount decimal.Decimal `json:"amount"` // CNY, above 0
	From   time.Time       `json:"from"`   // a date
	Until  time.Time       `json:"until"`  // the last date on which it counts
}

// runs reports whether it counts on a date.
func (t *Temporary) runs(on time.Time) bool {
	return t != nil && !on.Before(t.From) && !on.After(t.Until)
}

// Tolerance is what may be overdue without being treated as overdue: at most so much, and at most so many days late.
type Tolerance struct {
	Amount decimal.Decimal `json:"amount"` // CNY
	Days   int             `json:"days"`
}

// covers reports whether both bounds hold: exactly at a bound is within it.
func (t Tolerance) covers(amount decimal.Decimal, days int) bool {
	return amount.Cmp(t.Amount) <= 0 && days <= t.Days
}

// Policy is the parameters that a position is judged by. The zero value is no grace and no tolerance.
type Policy struct {
	GraceDays int       // credit.limit_grace_days
	Tolerance Tolerance // credit.overdue_tolerance_amount, credit.overdue_tolerance_days
}

// Because says why a limit counts as it does. The names are the API's.
type Because string

// The reasons.
const (
	BecauseProfile   Because = "profile"   // it is what was approved
	BecauseNotSet    Because = "not_set"   // none is set, which counts as 0 (CRD-02)
	BecauseGrace     Because = "grace"     // it has ended, but its grace days run
	BecauseExpired   Because = "expired"   // it has ended, and counts as 0
	BecauseTemporary Because = "temporary" // a temporary limit is higher
)

// Counting is the limit that a gate compares with on a date.
type Counting struct {
	Unlimited bool
	Amount    decimal.Decimal // 0 and without meaning when Unlimited
	Because   Because
}

// Counting returns the limit that counts on a date: the approved one until its last grace day, 0 afterwards, and the
// temporary one while that runs and is higher (CRD-12).
func (p Profile) Counting(on time.Time, graceDays int) Counting {
	amount, bounded := p.Limit.Counts()
	c := Counting{Unlimited: !bounded, Amount: amount, Because: BecauseProfile}
	if kind(p.Limit) == LimitNone {
		c.Because = BecauseNotSet
	}
	if end := p.Extras.ValidUntil; end != nil && on.After(*end) {
		c.Because = BecauseGrace
		if on.After(end.AddDate(0, 0, graceDays)) {
			c = Counting{Amount: decimal.Zero.Pad(money.AmountScale), Because: BecauseExpired}
		}
	}
	if t := p.Extras.Temporary; t.runs(on) && !c.Unlimited && t.Amount.Cmp(c.Amount) > 0 {
		c.Amount, c.Because = t.Amount, BecauseTemporary
	}
	return c
}

// Counting is the limit of the position's profile that counts on its day.
func (p Position) Counting() Counting {
	return p.Profile.Counting(clock.Today(p.Now), p.Policy.GraceDays)
}

// Tolerance is the overdue amount and days that aren't treated as overdue: the profile's own, else the parameters'.
func (p Position) Tolerance() Tolerance {
	if t := p.Profile.Extras.Tolerance; t != nil {
		return *t
	}
	return p.Policy.Tolerance
}

// Tolerated reports whether something is overdue, but within the tolerance (SHP-05 doesn't see it).
func (p Position) Tolerated() bool {
	days := p.OverdueDays()
	return days > 0 && p.Tolerance().covers(p.Overdue, days)
}

// checkExtras returns ErrExtrasForm for extras that can't be, and ErrGradeLimit for those more generous than the grade allows:
// only who may owe at all gets a temporary limit.
func checkExtras(g Grade, l Limit, e Extras, today time.Time) error {
	if e.ValidUntil != nil && (kind(l) == LimitNone || e.ValidUntil.Before(today)) {
		return ErrExtrasForm.At("/valid_until")
	}
	if t := e.Temporary; t != nil {
		switch {
		case !money.Fen(t.Amount).IsPos() || t.Until.Before(t.From) || t.Until.Before(today) || l.Kind == LimitUnlimited:
			return ErrExtrasForm.At("/temporary_limit")
		case g != GradeA && g != GradeB:
			return ErrGradeLimit.With("grade", string(g)).At("/temporary_limit")
		}
	}
	if t := e.Tolerance; t != nil && (t.Amount.IsNeg() || t.Days < 0 || t.Days > 3650) {
		return ErrExtrasForm.At("/overdue_tolerance")
	}
	return nil
}

// fitting is what of the extras in force goes on under another limit and grade when nobody says otherwise: what has ended, or
// what the grade doesn't allow, doesn't.
func (e Extras) fitting(g Grade, l Limit, today time.Time) Extras {
	if checkExtras(g, l, Extras{ValidUntil: e.ValidUntil}, today) != nil {
		e.ValidUntil = nil
	}
	if checkExtras(g, l, Extras{Temporary: e.Temporary}, today) != nil {
		e.Temporary = nil
	}
	return e
}

// rounded has amounts in whole fen.
func (e Extras) rounded() Extras {
	if e.Temporary != nil {
		t := *e.Temporary
		t.Amount, e.Temporary = money.Fen(t.Amount), &t
	}
	if e.Tolerance != nil {
		t := *e.Tolerance
		t.Amount, e.Tolerance = money.Fen(t.Amount), &t
	}
	return e
}

// facts are what the authority matrix may look at; what isn't there is left out.
func (e Extras) facts(m map[string]any) {
	if e.ValidUntil != nil {
		m["valid_until"] = e.ValidUntil.Format(time.DateOnly)
	}
	if t := e.Temporary; t != nil {
		m["temporary_limit"] = t.Amount
		m["temporary_from"], m["temporary_until"] = t.From.Format(time.DateOnly), t.Until.Format(time.DateOnly)
	}
	if t := e.Tolerance; t != nil {
		m["tolerance_amount"], m["tolerance_days"] = t.Amount, t.Days
	}
}
