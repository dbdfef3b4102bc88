package visit

import (
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// State is where a visit stands. The names are the API's.
type State string

// The states.
const (
	Planned   State = "planned"
	Cancelled State = "cancelled"
	Done      State = "done"
	Missed    State = "missed" // the rep went, or should have gone, and met nobody
)

// Result is what came of a visit.
type Result string

// The results.
const (
	ResultDone   Result = "done"
	ResultMissed Result = "missed"
)

// Plan is what a rep means to do.
type Plan struct {
	PlannedOn time.Time `json:"planned_on"` // a business date
	Purpose   string    `json:"purpose,omitempty"`
	Cancelled bool      `json:"cancelled,omitempty"`
	Reason    string    `json:"reason,omitempty"` // of the cancellation
}

// Report is what happened. Answers are by the keys of the form's fields, in the version named (CUS-11).
type Report struct {
	VisitedAt   time.Time      `json:"visited_at"`
	Result      Result         `json:"result"`
	Summary     string         `json:"summary"`
	People      string         `json:"people,omitempty"`
	Problems    string         `json:"problems,omitempty"`
	NextStep    string         `json:"next_step,omitempty"`
	NextStepOn  *time.Time     `json:"next_step_on,omitempty"`
	FormVersion *int           `json:"form_version,omitempty"`
	Answers     map[string]any `json:"answers,omitempty"`
}

// Visit is one visit of a rep, as far as it is known.
type Visit struct {
	ID              uuid.UUID
	RepID           uuid.UUID
	CustomerID      *uuid.UUID
	ProspectID      *uuid.UUID
	State           State
	PlannedOn       *time.Time
	Plan            *Plan `gorm:"serializer:json"`
	PlanHash        []byte
	PlanWrittenAt   *time.Time
	VisitedOn       *time.Time // the day in Shanghai
	VisitedAt       *time.Time
	Report          *Report `gorm:"serializer:json"`
	ReportHash      []byte
	ReportWrittenAt *time.Time
	ReportedAt      *time.Time // when the first report came
	Late            bool
	FormVersion     *int
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Version         int64
}

// Sent is a section as a phone sends it.
type Sent[T any] struct {
	WrittenAt time.Time // by the phone
	Content   T
}

// Input is what a phone says about a visit: a plan, a report, or both.
type Input struct {
	ID         uuid.UUID
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
	Plan       *Sent[Plan]
	Report     *Sent[Report]
}

// Outcome is what became of something that was sent.
type Outcome string

// The outcomes, the strongest first.
const (
	Applied    Outcome = "applied"
	Superseded Outcome = "superseded" // written before what stands, and kept as a revision
	Unchanged  Outcome = "unchanged"  // it stands already
)

// weigh decides what becomes of a section: the same content changes nothing, the later written wins, and of two that claim
// the same time the first that came.
func weigh(standing []byte, standingAt *time.Time, hash []byte, at time.Time) Outcome {
	switch {
	case standing == nil:
		return Applied
	case string(standing) == string(hash):
		return Unchanged
	case at.After(*standingAt):
		return Applied
	}
	return Superseded
}

// stronger returns the outcome that a whole visit has from those of its two sections.
func stronger(a, b Outcome) Outcome {
	for _, o := range []Outcome{Applied, Superseded} {
		if a == o || b == o {
			return o
		}
	}
	return Unchanged
}

// state follows from the sections: a report stands above any plan.
func (v Visit) state() State {
	switch {
	case v.Report != nil && v.Report.Result == ResultMissed:
		return Missed
	case v.Report != nil:
		return Done
	case v.Plan != nil && v.Plan.Cancelled:
		return Cancelled
	}
	return Planned
}

// normal brings a section into the one form that its hash is made of: times in UTC, to the microsecond.
func (p Plan) normal() Plan {
	if !p.Cancelled {
		p.Reason = ""
	}
	return p
}

func (r Report) normal() Report {
	r.VisitedAt = instant(r.VisitedAt)
	if len(r.Answers) == 0 {
		r.Answers = nil
	}
	return r
}

func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// digest is the hash of a section; encoding/json writes a map's keys in order.
func digest(content any) ([]byte, error) {
	b, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// trace is the visit as its events show it: what was learnt stays in the visit and its revisions.
func (v Visit) trace() map[string]any {
	m := map[string]any{
		"state": v.State, "rep_id": v.RepID, "customer_id": v.CustomerID, "prospect_id": v.ProspectID, "late": v.Late, "version": v.Version,
	}
	if v.PlannedOn != nil {
		m["planned_on"] = v.PlannedOn.Format(time.DateOnly)
	}
	if v.VisitedOn != nil {
		m["visited_on"] = v.VisitedOn.Format(time.DateOnly)
	}
	return m
}
