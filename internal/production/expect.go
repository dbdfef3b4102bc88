package production

import (
	"time"

	"github.com/salesgate/salesgate/internal/money"
)

// Risk says why a line's promise may not be kept.
type Risk string

// The risks.
const (
	NoRisk       Risk = "none"
	RiskLate     Risk = "late"     // expected after the promise
	RiskMaterial Risk = "material" // waits for material of which nobody knows when it comes
	RiskBehind   Risk = "behind"   // the day on which it was expected, or promised, has come, and it isn't finished
)

// expect computes when a line is expected, and what threatens its promise (ORD-04), from its lots, the materials of the request
// and what is finished. It is pure.
//
// A lot can't begin before its material is here; one that was to begin earlier moves as a whole, and takes as many days as it was
// planned for. A line is expected when its last lot is. It isn't known when lots don't cover it or material has no date.
func (l *Line) expect(materials []Material, today time.Time) {
	l.plan()
	l.MaterialShort, l.MaterialOn, l.ExpectedOn, l.Risk = false, nil, nil, NoRisk
	if l.done() {
		l.ExpectedOn = l.FinishedOn
		return
	}
	uncovered := false
	for _, m := range materials {
		if !m.serves(l.ID) || !m.short() {
			continue
		}
		l.MaterialShort = true
		uncovered = uncovered || m.CoveredOn == nil
		l.MaterialOn = later(l.MaterialOn, m.CoveredOn)
	}
	if uncovered {
		l.MaterialOn = nil
	}
	if !uncovered && l.Planned.Cmp(l.Quantity) >= 0 {
		for _, lot := range l.Lots {
			finish := lot.from(l.MaterialOn)
			l.ExpectedOn = later(l.ExpectedOn, &finish)
		}
	}
	l.Risk = l.risk(uncovered, today)
}

// plan adds up the lots.
func (l *Line) plan() {
	l.Planned, l.PlannedStart, l.PlannedFinish = none(), nil, nil
	for _, lot := range l.Lots {
		l.Planned = money.Add(l.Planned, lot.Quantity)
		if l.PlannedStart == nil || lot.StartOn.Before(*l.PlannedStart) {
			l.PlannedStart = &lot.StartOn
		}
		l.PlannedFinish = later(l.PlannedFinish, &lot.FinishOn)
	}
}

// from is when the lot finishes if its material comes on that date.
func (lot Lot) from(material *time.Time) time.Time {
	if material == nil || !material.After(lot.StartOn) {
		return lot.FinishOn
	}
	return lot.FinishOn.Add(material.Sub(lot.StartOn))
}

func (l *Line) risk(uncovered bool, today time.Time) Risk {
	promise := l.promise()
	switch {
	case uncovered:
		return RiskMaterial
	case promise != nil && l.ExpectedOn != nil && l.ExpectedOn.After(*promise):
		return RiskLate
	case promise != nil && l.MaterialOn != nil && l.MaterialOn.After(*promise):
		return RiskLate
	case l.ExpectedOn != nil && l.ExpectedOn.Before(today):
		return RiskBehind
	case l.ExpectedOn == nil && promise != nil && !promise.After(today):
		return RiskBehind
	}
	return NoRisk
}

// expect computes all lines and what the request says of them.
func (r *Request) expect(today time.Time) {
	r.Unscheduled, r.Short, r.AtRisk, r.ExpectedOn = 0, 0, 0, nil
	for _, m := range r.Materials {
		if m.short() {
			r.Short++
		}
	}
	known := true
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.Removed {
			l.plan()
			l.MaterialShort, l.MaterialOn, l.ExpectedOn, l.Risk = false, nil, nil, NoRisk
			continue
		}
		l.expect(r.Materials, today)
		if l.Planned.Cmp(l.Quantity) < 0 && !l.done() {
			r.Unscheduled++
		}
		if l.Risk != NoRisk {
			r.AtRisk++
		}
		known = known && l.ExpectedOn != nil
		r.ExpectedOn = later(r.ExpectedOn, l.ExpectedOn)
	}
	if !known {
		r.ExpectedOn = nil
	}
}
