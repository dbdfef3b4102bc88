package prospect

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// MatterPlan is the approval of a development plan (CUS-01, ORG-02).
const MatterPlan = "customer.development_plan"

// SubjectPlan is what approvals and events call a plan.
const SubjectPlan = "development_plan"

// PlanState is where a plan stands. The names are the API's.
type PlanState string

// The states. Only an approved plan is in effect.
const (
	PlanPending    PlanState = "pending"
	PlanApproved   PlanState = "approved"
	PlanRejected   PlanState = "rejected"
	PlanReturned   PlanState = "returned" // for rework: submit another
	PlanWithdrawn  PlanState = "withdrawn"
	PlanSuperseded PlanState = "superseded" // a later one was approved
)

// Plan is what a rep will do for prospects in a half-year (CUS-01). What it says is never changed.
type Plan struct {
	ID          uuid.UUID
	Number      string
	OwnerID     uuid.UUID
	Half        string // "2026H2"
	State       PlanState
	Note        string
	Reason      string
	SubmittedAt time.Time
	DecidedAt   *time.Time
	Version     int64

	Targets   []Target       `gorm:"-"`
	Prospects []PlanProspect `gorm:"-"`
}

// TableName is for GORM.
func (Plan) TableName() string { return "development_plans" }

// Target is what a plan aims at in a quarter.
type Target struct {
	PlanID  uuid.UUID `gorm:"primaryKey" json:"-"`
	Quarter string    `gorm:"primaryKey" json:"quarter"`
	Figures
}

// TableName is for GORM.
func (Target) TableName() string { return "development_plan_targets" }

// Figures are what development is counted by: prospects registered, prospects contacted, prospects that became customers, and
// what customers won in the same year ordered.
type Figures struct {
	Registered int             `json:"registered"`
	Contacted  int             `json:"contacted"`
	Converted  int             `json:"converted"`
	Amount     decimal.Decimal `json:"amount"`
}

// PlanProspect is a prospect of the list that goes with a plan.
type PlanProspect struct {
	PlanID     uuid.UUID `gorm:"primaryKey"`
	ProspectID uuid.UUID `gorm:"primaryKey"`
	Quarter    string
	Amount     decimal.Decimal
	Aim        string
}

// TableName is for GORM.
func (PlanProspect) TableName() string { return "development_plan_prospects" }

// PlanDraft is a plan to be submitted.
type PlanDraft struct {
	Half      string
	Note      string
	Targets   []Target
	Prospects []PlanProspect
}

// SubmitPlan submits the caller's plan for a half-year, with the list of prospects. It takes effect when the sales manager
// approves, in the place of one that was approved before. Returns ErrPlanHalf, ErrPlanTarget, ErrPlanProspect for one that isn't
// an open prospect of the caller's, and ErrPlanPending.
func (s *Service) SubmitPlan(tx pg.Tx, who identity.Principal, d PlanDraft) (Plan, error) {
	if err := mustSell(tx, who.ID); err != nil {
		return Plan{}, err
	}
	p := Plan{
		ID: uuid.Must(uuid.NewV7()), OwnerID: who.ID, Half: d.Half, State: PlanPending, Note: d.Note, SubmittedAt: tx.Now, Version: 1,
		Targets: d.Targets, Prospects: d.Prospects,
	}
	ahead, err := s.rules.Int(tx, "development.ahead_months")
	if err != nil {
		return Plan{}, err
	}
	if err := p.check(tx, ahead); err != nil {
		return Plan{}, err
	}
	if err := insertPlan(tx, &p); err != nil {
		return Plan{}, err
	}
	if err := p.record(tx, "submitDevelopmentPlan"); err != nil {
		return Plan{}, err
	}
	if err := followup.Close(tx, taskPlanDue, subjectPlanDue, dueID(p.OwnerID, p.Half)); err != nil {
		return Plan{}, err
	}
	r, err := s.approvals.Submit(tx, who, p.submission())
	if err != nil || r.State != approval.Approved {
		return p, err
	}
	return p, s.concludePlan(tx, &p, PlanApproved, "")
}

// check holds a plan to its half-year, from so many months ahead, and its list to the rep's own prospects.
func (p Plan) check(tx pg.Tx, ahead int) error {
	half, ok := parseSpan(p.Half)
	if !ok || len(half.quarters()) != 2 {
		return ErrPlanHalf.At("/half")
	}
	if !half.open(tx.Now, ahead) {
		return ErrPlanHalf.With("months", ahead).At("/half")
	}
	seen := map[string]bool{}
	for i := range p.Targets {
		t := &p.Targets[i]
		t.PlanID = p.ID
		if seen[t.Quarter] || !slices.Contains(half.quarters(), t.Quarter) {
			return ErrPlanTarget.At("/targets")
		}
		seen[t.Quarter] = true
	}
	ids := make([]uuid.UUID, len(p.Prospects))
	for i := range p.Prospects {
		x := &p.Prospects[i]
		x.PlanID, ids[i] = p.ID, x.ProspectID
		if !slices.Contains(half.quarters(), x.Quarter) {
			return ErrPlanTarget.At("/prospects")
		}
	}
	found, err := Briefs(tx, ids...)
	if err != nil {
		return err
	}
	if len(found) != len(ids) {
		return ErrPlanProspect.At("/prospects")
	}
	for _, x := range found {
		if x.OwnerID != p.OwnerID || x.mustBe(Active, PendingPermission) != nil {
			return ErrPlanProspect.At("/prospects")
		}
	}
	return nil
}

// total is what the plan aims at in all.
func (p Plan) total() Figures {
	var f Figures
	for _, t := range p.Targets {
		f = f.plus(t.Figures)
	}
	return f
}

func (p Plan) submission() approval.Submission {
	f := p.total()
	return approval.Submission{
		Matter: MatterPlan, SubjectType: SubjectPlan, SubjectID: p.ID, Number: p.Number, OwnerID: &p.OwnerID,
		TitleEN: "Development plan " + p.Half, TitleZH: p.Half + " 客户开发计划",
		Facts: map[string]any{
			"half": p.Half, "prospects": len(p.Prospects), "registered": f.Registered, "contacted": f.Contacted,
			"converted": f.Converted, "amount": f.Amount, "note": p.Note,
		},
		Content: approval.ContentHash(struct {
			Half      string
			Targets   []Target
			Prospects []PlanProspect
		}{p.Half, p.Targets, p.Prospects}),
	}
}

func (p Plan) record(tx pg.Tx, action string) error {
	f := p.total()
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectPlan, SubjectID: p.ID, After: map[string]any{
		"number": p.Number, "owner_id": p.OwnerID, "half": p.Half, "state": p.State, "reason": p.Reason, "prospects": len(p.Prospects),
		"registered": f.Registered, "contacted": f.Contacted, "converted": f.Converted, "amount": f.Amount, "version": p.Version,
	}})
}

// planDecided is the outcome of a plan's approval.
func (s *Service) planDecided(tx pg.Tx, r approval.Request) error {
	p, err := pg.TakeForUpdate[Plan](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if err := attachPlans(tx, &p); err != nil {
		return err
	}
	state := map[approval.State]PlanState{
		approval.Approved: PlanApproved, approval.Returned: PlanReturned, approval.Withdrawn: PlanWithdrawn,
	}[r.State]
	if state == "" {
		state = PlanRejected
	}
	return s.concludePlan(tx, &p, state, r.CloseReason)
}

// concludePlan writes the outcome; an approved plan takes the place of the one before, after any other the rep is asked again.
func (s *Service) concludePlan(tx pg.Tx, p *Plan, state PlanState, reason string) error {
	if state == PlanApproved {
		if err := supersede(tx, p.OwnerID, p.Half); err != nil {
			return err
		}
	}
	p.State, p.Reason, p.DecidedAt = state, reason, &tx.Now
	if err := updatePlan(tx, p); err != nil {
		return err
	}
	if state != PlanApproved {
		if err := s.askAgain(tx, *p); err != nil {
			return err
		}
	}
	return p.record(tx, "decideDevelopmentPlan")
}

// GetPlan returns a plan with its targets and prospects. Returns errs.ErrNotFound for one of somebody whose documents the caller
// may not see (ORG-06).
func (s *Service) GetPlan(tx pg.Tx, who identity.Principal, id uuid.UUID) (Plan, error) {
	p, err := pg.Take[Plan](tx, "id = ?", id)
	if err != nil {
		return Plan{}, err
	}
	if err := who.MustSee(p.OwnerID); err != nil {
		return Plan{}, err
	}
	return p, attachPlans(tx, &p)
}

// PlanFilter narrows a list.
type PlanFilter struct {
	OwnerID *uuid.UUID
	Half    string
	State   PlanState
}

// ListPlans returns plans of people whose documents the caller sees, the latest first, without their prospects.
func (s *Service) ListPlans(tx pg.Tx, who identity.Principal, f PlanFilter, p pg.Page) ([]Plan, string, error) {
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	rows, err := listPlans(tx, who, f, found, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(p Plan) any { return p.ID })
}
