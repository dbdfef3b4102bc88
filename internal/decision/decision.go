package decision

import (
	"time"

	"github.com/google/uuid"
)

// Outcome is what a gate says.
type Outcome string

// The outcomes.
const (
	Passed           Outcome = "passed"
	ApprovalRequired Outcome = "approval_required" // it stands when those who must have approved
	Refused          Outcome = "refused"
)

// Result is what one check says. The rule's own result: a failed check may lead to an approval instead of a refusal.
type Result string

// The results.
const (
	CheckPassed Result = "passed"
	CheckFailed Result = "failed"
	CheckInfo   Result = "info" // stated for the reader, decides nothing
)

// Decision is one pass through a gate.
type Decision struct {
	ID            uuid.UUID
	Gate          string // "price", "credit", "order", "shipment", "gate"
	SubjectType   string // "order", "shipping_notice" …
	SubjectID     uuid.UUID
	Outcome       Outcome
	Checks        []Check `gorm:"serializer:json"`
	Matter        string  // of the approval that it asks for; "" for none
	MatrixVersion *int64
	ApprovalID    *uuid.UUID
	DecidedBy     *uuid.UUID // nil: the system
	At            time.Time

	// Inputs is all that the gate judged by, when it can be judged again from that: Cases reads it. It is marshalled to a
	// JSON object; nil stores none.
	Inputs any `gorm:"-"`
}

// Check is one rule applied to one case. EN and ZH are whole sentences with the figures in them; Inputs are the same
// figures for machines (decimal strings, dates, ids).
type Check struct {
	Rule   string            `json:"rule"`
	Result Result            `json:"result"`
	Inputs map[string]string `json:"inputs,omitempty"`
	EN     string            `json:"en"`
	ZH     string            `json:"zh"`
}

// New begins a decision of a gate about a subject. Its outcome is Passed until the gate says otherwise.
func New(gate, subjectType string, subjectID uuid.UUID) Decision {
	return Decision{Gate: gate, SubjectType: subjectType, SubjectID: subjectID, Outcome: Passed}
}

// Check adds a check that passed or failed.
func (d *Decision) Check(rule string, passed bool, inputs map[string]string, en, zh string) {
	result := CheckFailed
	if passed {
		result = CheckPassed
	}
	d.Checks = append(d.Checks, Check{Rule: rule, Result: result, Inputs: inputs, EN: en, ZH: zh})
}

// Info adds a statement that decides nothing.
func (d *Decision) Info(rule string, inputs map[string]string, en, zh string) {
	d.Checks = append(d.Checks, Check{Rule: rule, Result: CheckInfo, Inputs: inputs, EN: en, ZH: zh})
}

// Failed returns the checks that failed.
func (d *Decision) Failed() []Check {
	var failed []Check
	for _, c := range d.Checks {
		if c.Result == CheckFailed {
			failed = append(failed, c)
		}
	}
	return failed
}

// Rules returns the ids of the rules whose checks failed, each once, in order.
func (d *Decision) Rules() []string {
	var ids []string
	seen := map[string]bool{}
	for _, c := range d.Failed() {
		if !seen[c.Rule] {
			seen[c.Rule] = true
			ids = append(ids, c.Rule)
		}
	}
	return ids
}
