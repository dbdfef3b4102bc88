package credit

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
)

// RequestState is where a credit limit request stands. The names are the API's.
type RequestState string

// The states. All but RequestPending are final.
const (
	RequestPending   RequestState = "pending"
	RequestApproved  RequestState = "approved"
	RequestRejected  RequestState = "rejected"
	RequestReturned  RequestState = "returned" // for rework: apply anew
	RequestWithdrawn RequestState = "withdrawn"
)

// RequestKind tells a first limit (CRD-07) from a change (CRD-08).
type RequestKind string

// The kinds.
const (
	FirstLimit  RequestKind = "first"
	ChangeLimit RequestKind = "change"
)

// Application is what a rep applies for.
type Application struct {
	CustomerID uuid.UUID
	Grade      Grade
	Limit      Limit
	Terms      Terms
	NextReview *time.Time // a date; nil: credit.first_review_months from today
	Reasons    string
	Basis      *Basis      // of monthly settlement where it is new (CRD-14)
	Files      []uuid.UUID // attachments that the caller has uploaded

	// Amend changes the extras that were in force: temporary limit, its end, tolerance. nil leaves them as they are. What has
	// ended, or the new grade doesn't allow, doesn't go on by itself.
	Amend func(*Extras)
}

// extras is what is applied for beyond the limit, on top of what is in force.
func (a Application) extras(p Position, today time.Time) (Extras, error) {
	e := p.Profile.Extras.fitting(a.Grade, a.Limit, today)
	if a.Amend != nil {
		a.Amend(&e)
	}
	e = e.rounded()
	return e, checkExtras(a.Grade, a.Limit, e, today)
}

// LimitRequest is an application for a first limit (CRD-07) or a change of limit, grade or terms (CRD-08), with what the
// approvers are shown frozen in it. Only the outcome is written later.
type LimitRequest struct {
	ID          uuid.UUID
	Number      string
	CustomerID  uuid.UUID
	Kind        RequestKind
	State       RequestState
	Grade       Grade
	LimitKind   LimitKind
	LimitAmount *decimal.Decimal
	Settlement  Settlement
	TermsDays   int
	NextReview  time.Time
	ExtrasRow   extrasRow `gorm:"embedded"`
	Reasons     string
	Basis       *Basis `gorm:"column:monthly_basis;serializer:json"`
	Previous    Terse  `gorm:"serializer:json"` // what was in force
	Record      Record `gorm:"serializer:json"`
	ApprovalID  uuid.UUID
	RequestedBy uuid.UUID
	RequestedAt time.Time
	DecidedAt   *time.Time
	Version     int64

	CustomerCode string `gorm:"->"` // read with it
	CustomerName string `gorm:"->"`
}

// TableName implements gorm's Tabler.
func (LimitRequest) TableName() string { return "credit_limit_requests" }

// Limit returns the limit applied for.
func (r LimitRequest) Limit() Limit { return limitFrom(r.LimitKind, r.LimitAmount) }

// Terms returns the terms applied for.
func (r LimitRequest) Terms() Terms { return Terms{r.Settlement, r.TermsDays} }

// Extras returns what is applied for beyond the limit.
func (r LimitRequest) Extras() Extras { return r.ExtrasRow.of() }

func limitFrom(kind LimitKind, amount *decimal.Decimal) Limit {
	l := Limit{Kind: kind}
	if amount != nil {
		l.Amount = *amount
	}
	return l
}

// Terse is a profile as it is frozen in requests and audit events.
type Terse struct {
	Grade       Grade            `json:"grade"`
	LimitKind   LimitKind        `json:"limit_kind"`
	LimitAmount *decimal.Decimal `json:"limit_amount"`
	Settlement  Settlement       `json:"settlement"`
	TermsDays   int              `json:"terms_days"`
	NextReview  *time.Time       `json:"next_review"`
	ValidFrom   *time.Time       `json:"valid_from"` // nil: nothing was ever approved
	ValidTo     *time.Time       `json:"valid_to"`
	ValidUntil  *time.Time       `json:"valid_until,omitempty"`
	Temporary   *Temporary       `json:"temporary_limit,omitempty"`
	Tolerance   *Tolerance       `json:"overdue_tolerance,omitempty"`
}

func terse(p Profile) Terse {
	t := Terse{
		Grade: p.Grade, LimitKind: kind(p.Limit), LimitAmount: p.Limit.Shown(),
		Settlement: p.Terms.Settlement, TermsDays: p.Terms.Days, NextReview: p.NextReview, ValidTo: p.ValidTo,
		ValidUntil: p.Extras.ValidUntil, Temporary: p.Extras.Temporary, Tolerance: p.Extras.Tolerance,
	}
	if p.ID != uuid.Nil {
		t.ValidFrom = &p.ValidFrom
	}
	return t
}

// Record is the trade record that finance and the general manager decide on (CRD-08), as of the day of the application.
type Record struct {
	AsOf            time.Time       `json:"as_of"`
	FirstTrade      *time.Time      `json:"first_trade"`
	Sales           decimal.Decimal `json:"sales"`             // invoiced in the last 12 months and not reversed
	Payments        decimal.Decimal `json:"payments"`          // received in the last 12 months for invoices, and not reversed
	PaidLate        decimal.Decimal `json:"paid_late"`         // of those payments, what came in after the due date
	MostDaysLate    int             `json:"most_days_late"`    // of payments in the last 12 months
	AverageDaysLate decimal.Decimal `json:"average_days_late"` // weighted by amount; paid in time counts as 0
	Overdue         decimal.Decimal `json:"overdue"`           // now
	OverdueDays     int             `json:"overdue_days"`      // now
	Receivable      decimal.Decimal `json:"receivable"`
	Shipped         decimal.Decimal `json:"shipped"`
	Released        decimal.Decimal `json:"released"`
	Prepaid         decimal.Decimal `json:"prepaid"`
	Exposure        decimal.Decimal `json:"exposure"`
	History         []Terse         `json:"history"` // of grade and limit, newest first
}

func (r Record) at(p Position) Record {
	a := p.Account
	r.FirstTrade, r.Overdue, r.OverdueDays = a.FirstTrade, p.Overdue, p.OverdueDays()
	r.Receivable, r.Shipped, r.Released, r.Prepaid, r.Exposure = a.Receivable, a.Shipped, a.Released, a.Prepaid, p.Exposure()
	return r
}

// newRequest makes the request of an application on top of a position.
func newRequest(a Application, e Extras, p Position, review time.Time) LimitRequest {
	r := LimitRequest{
		ID: uuid.Must(uuid.NewV7()), CustomerID: a.CustomerID, Kind: ChangeLimit, State: RequestPending, Grade: a.Grade,
		LimitKind: a.Limit.Kind, LimitAmount: a.Limit.Shown(), Settlement: a.Terms.Settlement, TermsDays: a.Terms.Days,
		NextReview: review, ExtrasRow: e.row(), Reasons: a.Reasons, Basis: a.Basis, Previous: terse(p.Profile), RequestedAt: p.Now, Version: 1,
	}
	if kind(p.Profile.Limit) == LimitNone { // CRD-07
		r.Kind = FirstLimit
	}
	return r
}

// profile is what the request becomes when it is approved (CRD-10).
func (r LimitRequest) profile(now time.Time) Profile {
	return Profile{
		ID: uuid.Must(uuid.NewV7()), CustomerID: r.CustomerID, Grade: r.Grade, Limit: r.Limit(), Terms: r.Terms(), Extras: r.Extras(),
		NextReview: &r.NextReview, ValidFrom: now, RequestID: &r.ID,
	}
}

// trace is the request as its event shows it; the trade record stays in the request, which is never changed.
func (r LimitRequest) trace() map[string]any {
	return map[string]any{
		"number": r.Number, "customer_id": r.CustomerID, "kind": r.Kind, "state": r.State, "grade": r.Grade, "limit_kind": r.LimitKind,
		"limit_amount": r.LimitAmount, "settlement": r.Settlement, "terms_days": r.TermsDays,
		"next_review": r.NextReview.Format(time.DateOnly), "reasons": r.Reasons, "monthly_basis": r.Basis,
		"valid_until": r.ExtrasRow.ValidUntil, "temporary_limit": r.Extras().Temporary, "overdue_tolerance": r.Extras().Tolerance, "approval_id": r.ApprovalID, "version": r.Version,
	}
}

// submission is the request as the approval engine sees it: matter credit.limit.
func (r LimitRequest) submission(owner uuid.UUID) approval.Submission {
	limit, bounded := r.Limit().Counts()
	before, wasBounded := limitFrom(r.Previous.LimitKind, r.Previous.LimitAmount).Counts()
	en, zh := "Credit limit change: "+r.CustomerName, "信用额度变更:"+r.CustomerName
	if r.Kind == FirstLimit {
		en, zh = "First credit limit: "+r.CustomerName, "首次信用额度:"+r.CustomerName
	}
	facts := map[string]any{
		"first": r.Kind == FirstLimit, "limit": limit, "unlimited": !bounded, "grade": string(r.Grade),
		"previous_limit": before, "previous_unlimited": !wasBounded, "previous_grade": string(r.Previous.Grade),
		"settlement": string(r.Settlement), "terms": r.Terms().String(), "reason": r.Reasons,
	}
	r.Extras().facts(facts)
	if r.Basis != nil {
		facts["monthly_basis"] = string(r.Basis.Kind)
	}
	return approval.Submission{
		Matter: MatterLimit, SubjectType: SubjectRequest, SubjectID: r.ID, Number: r.Number, OwnerID: &owner,
		TitleEN: en, TitleZH: zh,
		Facts: facts,
		Content: approval.ContentHash(struct {
			Customer uuid.UUID
			Grade    Grade
			Kind     LimitKind
			Amount   *decimal.Decimal
			Terms    Terms
			Review   time.Time
			Extras   Extras
			Basis    *Basis
		}{r.CustomerID, r.Grade, r.LimitKind, r.LimitAmount, r.Terms(), r.NextReview, r.Extras(), r.Basis}),
	}
}
