package customer

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
)

// RequestState is where an application or a change request stands. The names are the API's.
type RequestState string

// The states. An application is pending → approved | rejected | returned | withdrawn; a change request goes on from approved:
// → applied at its date, or stale when the value that it was to replace isn't there any more.
const (
	RequestPending   RequestState = "pending"
	RequestApproved  RequestState = "approved"
	RequestApplied   RequestState = "applied"
	RequestRejected  RequestState = "rejected"
	RequestReturned  RequestState = "returned" // for rework: hand in anew
	RequestWithdrawn RequestState = "withdrawn"
	RequestStale     RequestState = "stale"
)

// outcome maps what the engine says; void can't be told to a subject, and means no.
func outcome(s approval.State) RequestState {
	switch s {
	case approval.Approved:
		return RequestApproved
	case approval.Returned:
		return RequestReturned
	case approval.Withdrawn:
		return RequestWithdrawn
	case approval.Rejected, approval.Void, approval.Pending:
	}
	return RequestRejected
}

// Application is the new-customer application that a customer's first business needs (CUS-05). Only the outcome is written
// later.
type Application struct {
	ID            uuid.UUID
	Number        string
	CustomerID    uuid.UUID
	State         RequestState
	Needs         string // what the customer wants to buy
	MonthlyTonnes *decimal.Decimal
	Remarks       string
	HandedInOn    time.Time // Shanghai date
	Late          bool      // after customer.application_day of its month
	CreditedFrom  time.Time // first date whose volume is the rep's (COM-08)
	OwnerID       uuid.UUID // of the customer then
	ApprovalID    uuid.UUID
	RequestedBy   uuid.UUID
	RequestedAt   time.Time
	DecidedAt     *time.Time
	Version       int64

	CustomerCode string `gorm:"->"` // read with it
	CustomerName string `gorm:"->"`
}

// TableName is for GORM.
func (Application) TableName() string { return "customer_applications" }

// ApplicationDraft is what a rep applies with.
type ApplicationDraft struct {
	Needs         string
	MonthlyTonnes *decimal.Decimal
	Remarks       string
}

// credited says from which date the volume of a customer whose application is handed in on a date is the rep's: from the first of
// that month, or of the next when it is after the set day (CUS-05). A day of 28 or more is never passed in a February of 28 days.
func credited(handedIn time.Time, day int) (from time.Time, late bool) {
	y, m, d := handedIn.Date()
	if late = d > day; late {
		m++
	}
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), late
}

func (a Application) trace() map[string]any {
	return map[string]any{
		"number": a.Number, "customer_id": a.CustomerID, "state": a.State, "handed_in_on": a.HandedInOn.Format(time.DateOnly), "late": a.Late,
		"credited_from": a.CreditedFrom.Format(time.DateOnly), "owner_id": a.OwnerID, "approval_id": a.ApprovalID, "version": a.Version,
	}
}

func (a Application) submission() approval.Submission {
	tonnes := decimal.Zero
	if a.MonthlyTonnes != nil {
		tonnes = *a.MonthlyTonnes
	}
	return approval.Submission{
		Matter: MatterApplication, SubjectType: SubjectApplication, SubjectID: a.ID, Number: a.Number, OwnerID: &a.OwnerID,
		TitleEN: "New customer: " + a.CustomerName, TitleZH: "新客户申请:" + a.CustomerName,
		Facts: map[string]any{
			"needs": a.Needs, "monthly_tonnes": tonnes, "late": a.Late, "credited_from": a.CreditedFrom.Format(time.DateOnly), "reason": a.Remarks,
		},
		Content: approval.ContentHash(struct {
			Customer uuid.UUID
			Needs    string
			Tonnes   string
			HandedIn string
		}{a.CustomerID, a.Needs, tonnes.String(), a.HandedInOn.Format(time.DateOnly)}),
	}
}

// Standing is what the order gate asks about a customer's first business (CUS-05).
type Standing struct {
	Opening     bool         // ours before salesgate knew it
	Number      string       // of the last application, "" for none
	State       RequestState // of that
	AppliedFrom *time.Time   // CreditedFrom of that
}

// Approved reports whether the customer may do its first business.
func (s Standing) Approved() bool { return s.Opening || s.State == RequestApproved }
