package shipping

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
)

// MatterEmergency is the matter of the authority matrix that sanctions an emergency release afterwards, SubjectEmergency what events and approvals call one.
const (
	MatterEmergency  = "shipment.emergency"
	SubjectEmergency = "emergency_release"
)

// Emergency is an emergency release (紧急出货, SHP-15): nobody who is responsible can be reached, so the sales manager releases by phone through the heads
// of warehouse and quality. It counts in the exposure at once. Its papers (finance's check, the sanction of the approvers, and the word of both
// heads) are due within shipping.emergency_days working days.
//
// It takes the place of those who can't be reached and of nobody else: not of a payment that is missing (SHP-10), not for a customer who is suspended or
// closed, or graded D with old debt (CRD-06), not beyond what is open or allotted.
type Emergency struct {
	ID            uuid.UUID
	Number        string
	NoticeID      uuid.UUID
	State         string
	Reason        string
	Tried         []Attempt `gorm:"serializer:json"`
	WarehouseHead uuid.UUID
	QualityHead   uuid.UUID
	WarehouseAt   *time.Time
	QualityAt     *time.Time
	ApprovalID    uuid.UUID
	ApprovedAt    *time.Time
	ReleasedBy    uuid.UUID
	ReleasedAt    time.Time
	DueAt         time.Time
	DueDays       int // working days that the papers were given
	LateAt        *time.Time
	EndedAt       *time.Time
	EndedBy       *uuid.UUID
	EndedReason   string
	Version       int64

	NoticeNumber string    `gorm:"->"` // read with it
	OwnerID      uuid.UUID `gorm:"->"` // of the notice
	Checked      bool      `gorm:"->"` // finance has checked the notice
}

// TableName is for GORM.
func (Emergency) TableName() string { return "emergency_releases" }

// The states of an emergency release.
const (
	EmergencyOpen     = "open"     // papers are missing
	EmergencyComplete = "complete" // all papers are there
	EmergencyDenied   = "denied"   // a head denies it, or the approvers refuse to sanction it
	EmergencyVoid     = "void"     // the notice was taken back before anything left
)

// Attempt is one who should have decided, and what came of calling them.
type Attempt struct {
	PersonID uuid.UUID `json:"person_id"`
	At       time.Time `json:"at"`
	Outcome  string    `json:"outcome"`
}

// EmergencyInput is what the sales manager records.
type EmergencyInput struct {
	Reason        string
	Tried         []Attempt
	WarehouseHead uuid.UUID
	QualityHead   uuid.UUID
}

// needs are those without whom the notice couldn't be released now: each set is of roles of which one must have been tried. None: no emergency.
func (n *Notice) needs(v verdict) [][]identity.Role {
	var sets [][]identity.Role
	if n.Figures == nil {
		sets = append(sets, []identity.Role{identity.FinanceClerk, identity.FinanceManager})
	}
	if v.passage(n.Flow) == GM {
		sets = append(sets, []identity.Role{identity.GeneralManager})
	}
	return sets
}

// untried returns the set of roles of which nobody was tried, nil when all were.
func untried(needs [][]identity.Role, tried []identity.Principal) []identity.Role {
	for _, set := range needs {
		if !slices.ContainsFunc(tried, func(p identity.Principal) bool { return p.Has(set...) }) {
			return set
		}
	}
	return nil
}

// checkedAfter reports whether it has left finance's check out, so that it comes with the papers.
func (n *Notice) checkedAfter() bool {
	return n.EmergencyID != nil && n.Figures == nil && slices.Contains([]State{StateReleased, StatePartlyDispatched, StateDispatched, StateClosed}, n.State)
}

// papers reports whether nothing is missing any more.
func (e *Emergency) papers(n *Notice) bool {
	return n.Figures != nil && e.WarehouseAt != nil && e.QualityAt != nil && e.ApprovedAt != nil
}

func (e Emergency) trace() map[string]any {
	return map[string]any{
		"number": e.Number, "notice_id": e.NoticeID, "state": e.State, "reason": e.Reason, "tried": e.Tried, "warehouse_head": e.WarehouseHead,
		"quality_head": e.QualityHead, "warehouse_at": e.WarehouseAt, "quality_at": e.QualityAt, "approved_at": e.ApprovedAt, "due_at": e.DueAt,
		"late_at": e.LateAt, "ended_reason": e.EndedReason, "version": e.Version,
	}
}

// submission is the emergency release as the approval engine sees it.
func (e Emergency) submission(n *Notice, v verdict) approval.Submission {
	return approval.Submission{
		Matter: MatterEmergency, SubjectType: SubjectEmergency, SubjectID: e.ID, Number: e.Number, OwnerID: &n.OwnerID,
		TitleEN: fmt.Sprintf("Sanction the emergency release of shipping notice %s: %s %s", n.Number, n.Amount, n.Currency),
		TitleZH: fmt.Sprintf("补批紧急出货 %s:%s %s", n.Number, n.Amount, n.Currency),
		Facts: map[string]any{
			"flow": string(n.Flow), "amount": n.Amount, "over_limit": v.OverLimit, "overdue_amount": v.LateAmount(), "exposure_after": v.ExposureAfter,
			"limit": v.Limit, "reason": e.Reason,
		},
		Content: approval.ContentHash([]string{n.ID.String(), fmt.Sprint(n.Revision), n.Amount.String(), strings.TrimSpace(e.Reason)}),
	}
}
