package conduct

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/violation"
)

// Level is who decides about a violation.
type Level string

// The levels.
const (
	Department Level = "department" // the head of sales, within the range of the rule
	Company    Level = "company"    // the general manager, of what was reported
)

// Outcome is what was decided.
type Outcome string

// The outcomes.
const (
	Penalty  Outcome = "penalty"  // an amount
	Noted    Outcome = "noted"    // no amount
	Reported Outcome = "reported" // to the company, which decides
)

// Range is what a penalty may cost.
type Range struct{ Minimum, Maximum decimal.Decimal }

// Case is a violation with what was said and decided about it.
type Case struct {
	violation.Violation
	Range     *Range // nil: the rule names none
	Reported  bool   // to the company
	Answers   []Answer
	Decisions []Decision
}

// Answer is what the person says about it.
type Answer struct {
	ID          uuid.UUID
	ViolationID uuid.UUID
	PersonID    uuid.UUID
	Body        string
	At          time.Time
}

// TableName implements gorm's Tabler.
func (Answer) TableName() string { return "violation_answers" }

// Decision is what was decided about it.
type Decision struct {
	ID          uuid.UUID
	ViolationID uuid.UUID
	PersonID    uuid.UUID
	Level       Level
	Outcome     Outcome
	Amount      *decimal.Decimal
	Minimum     *decimal.Decimal // the range that the department's amount had to lie within
	Maximum     *decimal.Decimal
	Reason      string
	DecidedBy   uuid.UUID
	At          time.Time
}

// TableName implements gorm's Tabler.
func (Decision) TableName() string { return "violation_decisions" }

// penalty says what a rule costs.
type penalty struct{ minimum, maximum string }

// penalties are the rules that name an amount; the figures are parameters.
var penalties = map[string]penalty{
	"QUO-07": {"violation.quote_min", "violation.quote_max"},
	"CON-08": {"violation.contract_min", "violation.contract_max"},
}

// grave reports whether a violation goes to the company as it is recorded: signing a contract beyond authority (CON-08).
func grave(v violation.Violation) bool { return v.Kind == violation.ContractBeyond }

// decided reports whether nothing is left to decide.
func (c Case) decided() bool {
	for _, d := range c.Decisions {
		if d.Outcome != Reported {
			return true
		}
	}
	return false
}

// check finds what is wrong with a decision about the case (QUO-07, CON-08).
func (c Case) check(d Decision) error {
	switch {
	case d.DecidedBy == c.PersonID: // ORG-03
		return ErrOwn
	case c.decided():
		return ErrDecided
	case (d.Outcome == Penalty) != (d.Amount != nil) || d.Amount != nil && !d.Amount.IsPos():
		return ErrAmount.At("/amount")
	case d.Level == Company:
		if d.Outcome == Reported {
			return ErrReportedAlready.At("/outcome")
		}
		return nil
	case c.Reported:
		return ErrReported
	case d.Outcome != Penalty:
		return nil
	case c.Range == nil:
		return ErrNoRange.At("/outcome")
	case d.Amount.Cmp(c.Range.Minimum) < 0 || d.Amount.Cmp(c.Range.Maximum) > 0:
		return ErrRange.With("minimum", c.Range.Minimum, "maximum", c.Range.Maximum).At("/amount")
	}
	return nil
}
