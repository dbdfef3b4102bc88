package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/errs"
)

// Subject is what events, approvals, decisions and attachments call a sample; Matter is what the authority matrix rules on.
const (
	Subject = "sample"
	Matter  = "sample.request"
	series  = "SMP"
)

// State is where a sample stands. The names are the API's.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Approved  State = "approved" // the factory makes it
	Made      State = "made"
	Signed    State = "signed"
	Sent      State = "sent" // the customer tries it
	Passed    State = "passed"
	Failed    State = "failed"
	Changed   State = "changed" // the customer wants something else
	Rejected  State = "rejected"
	Cancelled State = "cancelled"
)

// States are all of them.
var States = []State{Draft, Submitted, Approved, Made, Signed, Sent, Passed, Failed, Changed, Rejected, Cancelled}

// Verb is what is done to a sample.
type Verb string

// The verbs, named as the contract's operations begin.
const (
	Update Verb = "update"
	Submit Verb = "submit"
	Decide Verb = "decide" // the approval's outcome
	Make   Verb = "make"
	Sign   Verb = "sign"
	Send   Verb = "send"
	Note   Verb = "note"
	Result Verb = "result"
	Cancel Verb = "cancel"
	Refer  Verb = "refer"
)

// Verbs are all of them.
var Verbs = []Verb{Update, Submit, Decide, Make, Sign, Send, Note, Result, Cancel, Refer}

// Can reports whether a verb is possible in a state (SMP-01, SMP-02): nothing is made that isn't approved, sent that isn't signed, or
// a reference that didn't pass.
func (s State) Can(v Verb) bool {
	switch s {
	case Draft:
		return v == Update || v == Submit || v == Cancel
	case Submitted:
		return v == Decide || v == Cancel
	case Approved:
		return v == Make || v == Cancel
	case Made:
		return v == Sign || v == Cancel
	case Signed:
		return v == Send || v == Cancel
	case Sent:
		return v == Note || v == Result
	case Passed:
		return v == Refer
	case Failed, Changed, Rejected, Cancelled:
	}
	return false
}

// Sample is one sample request.
type Sample struct {
	ID          uuid.UUID
	Number      string
	CustomerID  *uuid.UUID
	ProspectID  *uuid.UUID
	OwnerID     uuid.UUID
	State       State
	Purpose     string
	NeededBy    time.Time // business date
	DeliverTo   string
	FollowsID   *uuid.UUID
	ApprovalID  *uuid.UUID
	SubmittedAt *time.Time
	ApprovedAt  *time.Time
	MakeBy      *time.Time
	MadeAt      *time.Time
	MadeBy      *uuid.UUID
	MadeNote    string
	SignedAt    *time.Time
	SignedBy    *uuid.UUID
	SentAt      *time.Time
	SentBy      *uuid.UUID
	SentOn      *time.Time // business date
	Carrier     string
	TrackingNo  string
	FollowFrom  *time.Time
	FollowUpAt  *time.Time
	Result      string
	ResultAt    *time.Time
	StateReason string
	CreatedBy   *uuid.UUID
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64

	Company     string                  `gorm:"->"` // name of the customer, else of the prospect; filled in by reads
	Lines       []Line                  `gorm:"-"`
	Notes       []Remark                `gorm:"-"`
	References  []Reference             `gorm:"-"`
	Attachments []attachment.Attachment `gorm:"-"`
}

// TableName is where samples are kept.
func (Sample) TableName() string { return "samples" }

// Line is one item of a sample: a product, or something new in words.
type Line struct {
	ID          uuid.UUID
	SampleID    uuid.UUID
	LineNo      int
	ProductID   *uuid.UUID
	Description string
	Unit        string
	Quantity    decimal.Decimal
	Remarks     string
}

// TableName is where lines are kept.
func (Line) TableName() string { return "sample_lines" }

// Remark is what the customer said on the way.
type Remark struct {
	ID         uuid.UUID
	SampleID   uuid.UUID
	Note       string
	NextAt     *time.Time
	RecordedAt time.Time
	RecordedBy *uuid.UUID
}

// TableName is where remarks are kept.
func (Remark) TableName() string { return "sample_notes" }

// Input is what sales states.
type Input struct {
	CustomerID, ProspectID *uuid.UUID
	Purpose                string
	NeededBy               time.Time
	DeliverTo              string
	FollowsID              *uuid.UUID
	Lines                  []Line // ids and numbers are given here
}

// Overdue reports whether somebody is late with it: the factory, or who asks for the result.
func (s Sample) Overdue(now time.Time) bool {
	return s.State == Approved && s.MakeBy != nil && s.MakeBy.Before(now) || s.State == Sent && s.FollowUpAt != nil && s.FollowUpAt.Before(now)
}

// check refuses what can't be asked for.
func (in Input) check(today time.Time) error {
	switch {
	case len(in.Lines) == 0:
		return ErrNoLines.At("/lines")
	case in.NeededBy.Before(today):
		return ErrPast.At("/needed_by")
	}
	for i, l := range in.Lines {
		at := func(field string) string { return fmt.Sprintf("/lines/%d/%s", i, field) }
		switch {
		case l.ProductID == nil && strings.TrimSpace(l.Description) == "":
			return ErrItem.At(at("description"))
		case !l.Quantity.IsPos():
			return ErrQuantity.At(at("quantity"))
		case l.ProductID == nil && l.Unit == "":
			return ErrUnit.At(at("unit"))
		}
	}
	return nil
}

// must returns ErrState unless the verb is possible, and errs.ErrStale for another version than the caller read.
func (s Sample) must(v Verb, version *int64) error {
	if version != nil && *version != s.Version {
		return errs.ErrStale
	}
	if v == Send && (s.State == Approved || s.State == Made) { // SMP-02
		return ErrUnsigned
	}
	if v == Refer && s.State != Passed { // SMP-01
		return ErrNotPassed.With("state", s.State)
	}
	if !s.State.Can(v) {
		return ErrState.With("state", s.State)
	}
	return nil
}

func (s Sample) trace() map[string]any {
	lines := make([]map[string]any, len(s.Lines))
	for i, l := range s.Lines {
		lines[i] = map[string]any{"product_id": l.ProductID, "description": l.Description, "quantity": l.Quantity, "unit": l.Unit}
	}
	return map[string]any{
		"number": s.Number, "customer_id": s.CustomerID, "prospect_id": s.ProspectID, "owner_id": s.OwnerID, "state": s.State, "purpose": s.Purpose,
		"needed_by": s.NeededBy.Format(time.DateOnly), "deliver_to": s.DeliverTo, "lines": lines, "made_at": s.MadeAt, "signed_by": s.SignedBy,
		"carrier": s.Carrier, "tracking_no": s.TrackingNo, "follow_up_at": s.FollowUpAt, "result": s.Result, "state_reason": s.StateReason,
	}
}
