package newproduct

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/attachment"
)

// Kind is which statement.
type Kind string

// The kinds.
const (
	Cost        Kind = "cost"        // by finance
	Feasibility Kind = "feasibility" // by production
)

// What attachments call the statements; the cost's files are for whom catalog.SeesCosts names.
const (
	SubjectCost        = "new_product_cost"
	SubjectFeasibility = "new_product_feasibility"
)

// Statement is one round of what a department is asked, and what it said.
type Statement struct {
	ID              uuid.UUID
	RequestID       uuid.UUID
	Kind            Kind
	Round           int
	AskedAt         time.Time
	DueAt           time.Time
	AskReason       string // why it is asked again
	GivenAt         *time.Time
	GivenBy         *uuid.UUID
	Cost            *decimal.Decimal // per unit, excluding tax; nil for whom PRC-13 doesn't name
	Feasible        *bool
	MonthlyCapacity *decimal.Decimal
	LeadDays        *int
	Note            string

	Attachments []attachment.Attachment `gorm:"-"`
}

// TableName is where statements are kept.
func (Statement) TableName() string { return "new_product_statements" }

// Feasible is what production says.
type Feasible struct {
	Feasible        bool
	MonthlyCapacity *decimal.Decimal
	LeadDays        *int
	Note            string
}

// latest returns the last round of a kind, nil before the first.
func (r Request) latest(k Kind) *Statement {
	var last *Statement
	for i := range r.Statements {
		if s := &r.Statements[i]; s.Kind == k && (last == nil || s.Round > last.Round) {
			last = s
		}
	}
	return last
}

// stated returns the statement that stands: the last round of a kind, once it is given.
func (r Request) stated(k Kind) *Statement {
	if s := r.latest(k); s != nil && s.GivenAt != nil {
		return s
	}
	return nil
}

// settle is where a request stands by its statements.
func (r *Request) settle() {
	r.State = Stating
	if r.stated(Cost) != nil && r.stated(Feasibility) != nil {
		r.State = Drafting
	}
}

// trace is what events keep of a statement: never its cost, nor the note and the files that may speak of it (PRC-13).
func (s Statement) trace() map[string]any {
	t := map[string]any{"statement": s.Kind, "round": s.Round, "due_at": s.DueAt, "ask_reason": s.AskReason, "given_at": s.GivenAt}
	if s.Kind == Feasibility {
		t["feasible"], t["monthly_capacity"], t["lead_days"], t["note"] = s.Feasible, s.MonthlyCapacity, s.LeadDays, s.Note
	}
	return t
}
