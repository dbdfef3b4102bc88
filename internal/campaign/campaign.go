package campaign

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/errs"
)

// State is where a campaign stands. The names are the API's.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Approved  State = "approved"
	Running   State = "running"
	Closed    State = "closed"
	Cancelled State = "cancelled"
)

// Verb is what is done to a campaign.
type Verb string

// The verbs, named as the contract's operations begin.
const (
	Update Verb = "update"
	Submit Verb = "submit"
	Decide Verb = "decide" // the approval's outcome
	Start  Verb = "start"
	Close  Verb = "close"
	Cancel Verb = "cancel"
	Link   Verb = "link" // a lead, or take one off
)

// Can reports whether a verb is possible in a state (CUS-17): nothing runs that wasn't approved, and only a draft's plan changes.
func (s State) Can(v Verb) bool {
	switch s {
	case Draft:
		return v == Update || v == Submit || v == Cancel
	case Submitted:
		return v == Decide
	case Approved:
		return v == Start || v == Cancel
	case Running:
		return v == Close || v == Cancel || v == Link
	case Closed:
		return v == Link
	case Cancelled:
	}
	return false
}

// Campaign is a sales activity.
type Campaign struct {
	ID             uuid.UUID
	Number         string
	Name           string
	Kind           string
	State          State
	OwnerID        uuid.UUID
	StartsOn       time.Time
	EndsOn         time.Time
	Place          string
	Plan           string
	Budget         decimal.Decimal
	Currency       string
	ApprovalID     *uuid.UUID
	ReturnedReason string
	StartedAt      *time.Time
	Cost           *decimal.Decimal
	Result         string
	ClosedAt       *time.Time
	CancelReason   string
	CreatedBy      *uuid.UUID
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64

	People      []uuid.UUID             `gorm:"-"`
	Attachments []attachment.Attachment `gorm:"-"`
}

// Profile is the plan as a caller says it.
type Profile struct {
	Name     string
	Kind     string
	StartsOn time.Time
	EndsOn   time.Time
	Place    string
	Plan     string
	Budget   decimal.Decimal
	People   []uuid.UUID
}

// apply writes the plan on the campaign. Returns ErrDates and ErrFigures.
func (p Profile) apply(c *Campaign, now time.Time) error {
	switch {
	case p.EndsOn.Before(p.StartsOn):
		return ErrDates.At("/ends_on")
	case p.Budget.IsNeg():
		return ErrFigures.At("/budget")
	}
	c.Name, c.Kind, c.StartsOn, c.EndsOn, c.Place, c.Plan, c.Budget = p.Name, p.Kind, p.StartsOn, p.EndsOn, p.Place, p.Plan, p.Budget
	c.People, c.UpdatedAt = p.People, now
	return nil
}

// profile is what apply wrote.
func (c Campaign) profile() Profile {
	return Profile{Name: c.Name, Kind: c.Kind, StartsOn: c.StartsOn, EndsOn: c.EndsOn, Place: c.Place, Plan: c.Plan, Budget: c.Budget, People: c.People}
}

// must returns ErrState unless the verb is possible, and errs.ErrStale for another version than the caller read.
func (c Campaign) must(v Verb, version *int64) error {
	if version != nil && *version != c.Version {
		return errs.ErrStale
	}
	if !c.State.Can(v) {
		return ErrState.With("state", c.State)
	}
	return nil
}

// OverBudget reports whether it cost more than was approved.
func (c Campaign) OverBudget() bool { return c.Cost != nil && c.Cost.Cmp(c.Budget) > 0 }

// submission is the plan as the approval engine sees it: matter campaign.plan.
func (c Campaign) submission() approval.Submission {
	return approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: c.ID, Number: c.Number, OwnerID: &c.OwnerID,
		TitleEN: "Sales activity: " + c.Name, TitleZH: "营销活动:" + c.Name,
		Facts: map[string]any{
			"kind": c.Kind, "budget": c.Budget, "currency": c.Currency, "starts_on": c.StartsOn.Format(time.DateOnly),
			"ends_on": c.EndsOn.Format(time.DateOnly), "place": c.Place, "people": len(c.People), "plan": c.Plan,
		},
		Content: approval.ContentHash(c.profile()),
	}
}

// trace is the campaign as its events show it.
func (c Campaign) trace() map[string]any {
	return map[string]any{
		"number": c.Number, "name": c.Name, "kind": c.Kind, "state": c.State, "budget": c.Budget, "cost": c.Cost, "result": c.Result,
		"starts_on": c.StartsOn.Format(time.DateOnly), "ends_on": c.EndsOn.Format(time.DateOnly), "people": c.People,
		"returned_reason": c.ReturnedReason, "cancel_reason": c.CancelReason, "version": c.Version,
	}
}

// Lead is something that came of a campaign: one of the three.
type Lead struct {
	ID            uuid.UUID
	CampaignID    uuid.UUID
	ProspectID    *uuid.UUID
	OpportunityID *uuid.UUID
	CustomerID    *uuid.UUID
	Note          string
	LinkedBy      *uuid.UUID
	LinkedAt      time.Time
}

// TableName implements gorm's Tabler.
func (Lead) TableName() string { return "campaign_leads" }
