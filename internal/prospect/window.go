package prospect

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Grade says how soon a company is expected to buy, apart from its credit grade (CUS-07).
type Grade string

// The grades.
const (
	GradeA Grade = "A"
	GradeB Grade = "B"
	GradeC Grade = "C"
	GradeD Grade = "D" // only planning
)

// Window is when a company is expected to buy, and the grade that follows.
type Window struct {
	SubjectType string
	SubjectID   uuid.UUID
	From        *time.Time `gorm:"column:expected_from"` // dates
	To          *time.Time `gorm:"column:expected_to"`   // nil: only planning
	Grade       Grade
	GradedOn    time.Time // since when it has this grade
	Version     int64
}

// TableName is for GORM.
func (Window) TableName() string { return "purchase_windows" }

// Cause says why a grade changed.
type Cause string

// The causes.
const (
	Stated  Cause = "stated"  // somebody said when the company buys
	ByTime  Cause = "time"    // the window came nearer, or passed
	Carried Cause = "carried" // a conversion brought the history of the prospect
)

// GradeChange is one change of an opportunity grade. It is never changed.
type GradeChange struct {
	ID          uuid.UUID
	SubjectType string
	SubjectID   uuid.UUID
	At          time.Time
	ChangedOn   time.Time
	Previous    *Grade
	Grade       Grade
	From        *time.Time `gorm:"column:expected_from"`
	To          *time.Time `gorm:"column:expected_to"`
	Cause       Cause
	ChangedBy   *uuid.UUID
}

// TableName is for GORM.
func (GradeChange) TableName() string { return "opportunity_grade_changes" }

// bounds are the last days by which a purchase is still of grade A, B and C, seen from today.
type bounds struct{ today, a, b, c time.Time }

func newBounds(today time.Time, a, b, c int) bounds {
	return bounds{today, clock.AddMonths(today, a), clock.AddMonths(today, b), clock.AddMonths(today, c)}
}

// grade is CUS-07: A buys within one month, B in two to three, C in three to six, D is only planning. What counts is the end of
// the window: by then they are expected to have bought. A window that has passed without a new word says nothing any more.
func (b bounds) grade(to *time.Time) Grade {
	switch {
	case to == nil || to.Before(b.today):
		return GradeD
	case !to.After(b.a):
		return GradeA
	case !to.After(b.b):
		return GradeB
	case !to.After(b.c):
		return GradeC
	}
	return GradeD
}

func readBounds(tx pg.Tx, rules *rulebook.Service, today time.Time) (bounds, error) {
	var months [3]int
	for i, name := range []string{"opportunity.grade_a_months", "opportunity.grade_b_months", "opportunity.grade_c_months"} {
		n, err := rules.Int(tx, name)
		if err != nil {
			return bounds{}, err
		}
		months[i] = n
	}
	return newBounds(today, months[0], months[1], months[2]), nil
}

// Expectation is what a caller says about when a company buys: a span of dates, or a number of months from today, or nothing.
type Expectation struct {
	From, To     *time.Time
	WithinMonths *int
}

// dates returns the span. Returns ErrWindow for one that ends before it begins or before today.
func (e Expectation) dates(today time.Time) (from, to *time.Time, err error) {
	from, to = e.From, e.To
	if e.WithinMonths != nil {
		end := clock.AddMonths(today, *e.WithinMonths)
		from, to = &today, &end
	}
	if from != nil && to == nil || from != nil && from.After(*to) || to != nil && to.Before(today) {
		return nil, nil, ErrWindow.At("/purchase_window")
	}
	return from, to, nil
}
