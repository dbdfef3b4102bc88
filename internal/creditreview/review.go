package creditreview

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
)

// Subject is what events and timelines call a review.
const Subject = "credit_review"

// Kind says what opened a review.
type Kind string

// The kinds.
const (
	HalfYear Kind = "half_year" // a batch (CRD-09)
	First    Kind = "first"     // a new customer after its first months of trade (CRD-02)
	Due      Kind = "due"       // the next review that was approved, or confirmed, has come (SHP-12)
)

// State is where a review stands. The names are the API's.
type State string

// The states. The first three wait for an answer.
const (
	Open       State = "open"
	Overdue    State = "overdue"
	Requested  State = "requested" // a credit limit request is being decided
	Confirmed  State = "confirmed"
	Changed    State = "changed"
	Superseded State = "superseded"
)

// Review is one review of one payer. All but the answer is frozen when it is opened.
type Review struct {
	ID                  uuid.UUID
	BatchID             *uuid.UUID
	Kind                Kind
	CustomerID          uuid.UUID
	OwnerID             uuid.UUID
	State               State
	AsOf                time.Time
	DueOn               time.Time
	Grade               credit.Grade // in force then
	LimitKind           credit.LimitKind
	LimitAmount         *decimal.Decimal
	ProposedGrade       credit.Grade
	ProposedLimitKind   credit.LimitKind
	ProposedLimitAmount *decimal.Decimal
	Change              Change
	NeedsJudgement      bool
	OverdueAmount       decimal.Decimal
	OverdueDays         int
	Risk                int
	Figures             credit.Figures   `gorm:"serializer:json"`
	Checks              []decision.Check `gorm:"serializer:json"`
	PendingRequestID    *uuid.UUID
	RequestID           *uuid.UUID
	AnsweredBy          *uuid.UUID
	AnsweredAt          *time.Time
	Reason              string
	NextReview          *time.Time
	OpenedAt            time.Time
	Version             int64

	CustomerCode string `gorm:"->"` // read with it
	CustomerName string `gorm:"->"`
}

// TableName implements gorm's Tabler.
func (Review) TableName() string { return "credit_reviews" }

// Live reports whether the review waits for its answer.
func (r Review) Live() bool { return slices.Contains([]State{Open, Overdue, Requested}, r.State) }

// mayAnswer returns ErrAnswered unless the review can be confirmed or led to a change now: an overdue one still can.
func (r Review) mayAnswer() error {
	switch r.State {
	case Open, Overdue:
		return nil
	case Requested, Confirmed, Changed, Superseded:
	}
	return ErrAnswered.With("state", string(r.State))
}

// waiting is the state of a review that has no answer: overdue after its day (CRD-09).
func (r Review) waiting(now time.Time) State {
	if clock.Today(now).After(r.DueOn) {
		return Overdue
	}
	return Open
}

// Limit returns the limit in force when the review was opened.
func (r Review) Limit() credit.Limit { return limitOf(r.LimitKind, r.LimitAmount) }

// ProposedLimit returns the limit that the review proposes.
func (r Review) ProposedLimit() credit.Limit {
	return limitOf(r.ProposedLimitKind, r.ProposedLimitAmount)
}

func limitOf(kind credit.LimitKind, amount *decimal.Decimal) credit.Limit {
	if amount != nil {
		return credit.LimitOf(*amount)
	}
	return credit.Limit{Kind: kind}
}

// newReview makes the review of a payer from its figures.
func newReview(p payer, kind Kind, batch *uuid.UUID, f credit.Figures, rules Parameters, now, due time.Time) Review {
	proposed := Propose(f, rules)
	return Review{
		ID: uuid.Must(uuid.NewV7()), BatchID: batch, Kind: kind, CustomerID: p.ID, OwnerID: p.OwnerID, State: Open, AsOf: f.AsOf, DueOn: due,
		Grade: f.Profile.Grade, LimitKind: kindOf(f.Profile.Limit), LimitAmount: f.Profile.Limit.Shown(),
		ProposedGrade: proposed.Grade, ProposedLimitKind: kindOf(proposed.Limit), ProposedLimitAmount: proposed.Limit.Shown(),
		Change: proposed.Change, NeedsJudgement: proposed.NeedsJudgement, OverdueAmount: f.Overdue, OverdueDays: f.OverdueDays(),
		Risk: proposed.Risk, Figures: f, Checks: proposed.Checks, PendingRequestID: p.Pending, OpenedAt: now, Version: 1,
	}
}

func kindOf(l credit.Limit) credit.LimitKind {
	if l.Kind == "" {
		return credit.LimitNone
	}
	return l.Kind
}

// trace is the review as its opening event shows it; figures and checks stay in the review, which keeps them for ever.
func (r Review) trace() map[string]any {
	return map[string]any{
		"kind": r.Kind, "batch_id": r.BatchID, "customer_id": r.CustomerID, "state": r.State, "due_on": day(r.DueOn), "grade": r.Grade,
		"proposed_grade": r.ProposedGrade, "proposed_limit_kind": r.ProposedLimitKind, "proposed_limit_amount": r.ProposedLimitAmount,
		"change": r.Change,
	}
}

// answer is what an event says of an answer.
func (r Review) answer() map[string]any {
	shown := map[string]any{"state": r.State, "request_id": r.RequestID, "reason": r.Reason, "version": r.Version}
	if r.NextReview != nil {
		shown["next_review"] = day(*r.NextReview)
	}
	return shown
}
