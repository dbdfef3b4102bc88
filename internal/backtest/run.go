package backtest

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Kind says what is tried.
type Kind string

// The kinds.
const (
	KindMatrix         Kind = "matrix"          // an authority matrix, over approval requests
	KindLimitRule      Kind = "limit_rule"      // credit figures, over the shipment gate's decisions
	KindPriceAuthority Kind = "price_authority" // a price authority table, over the price gate's decisions
)

// runners says who runs which kind. The permission backtest.run lets in whoever runs any.
var runners = map[Kind][]identity.Role{
	KindMatrix: {identity.Admin, identity.Auditor, identity.GeneralManager},
	KindLimitRule: {
		identity.Admin, identity.Auditor, identity.GeneralManager, identity.SalesManager, identity.SalesDirector, identity.FinanceManager,
	},
	KindPriceAuthority: {identity.Admin, identity.Auditor, identity.GeneralManager, identity.SalesManager, identity.SalesDirector},
}

// mayRun reports whether somebody runs backtests of the kind.
func (k Kind) mayRun(who identity.Principal) bool {
	return who.Kind == identity.KindSystem || who.Has(runners[k]...)
}

// State is where a run stands.
type State string

// The states.
const (
	Queued  State = "queued"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// ended reports whether nothing more happens to the run.
func (s State) ended() bool { return s == Done || s == Failed }

// Run is one backtest.
type Run struct {
	ID         uuid.UUID
	Kind       Kind
	Title      string
	State      State
	StartedBy  uuid.UUID
	Owners     owners `gorm:"serializer:json"`
	FromAt     time.Time
	ToAt       time.Time
	Draft      Draft `gorm:"serializer:json"`
	Total      int   // cases in the period, as counted at the beginning
	Scanned    int
	Replayed   int
	Differing  int
	Stricter   int
	Looser     int
	Other      int
	Skipped    int
	Mark       approval.Mark `gorm:"serializer:json"`
	Message    string        // why it failed
	CreatedAt  time.Time
	FinishedAt *time.Time
	Version    int64
}

// TableName is for GORM.
func (Run) TableName() string { return "backtest_runs" }

// Draft is what is tried.
type Draft struct {
	Matters       []string         `json:"matters,omitempty"` // of KindMatrix: only these
	MatrixVersion int64            `json:"matrix_version,omitempty"`
	Matrix        *approval.Matrix `json:"matrix,omitempty"`
	LimitRule     *LimitRule       `json:"limit_rule,omitempty"`
	Authority     *Authority       `json:"authority,omitempty"`
}

// Authority is a price authority table that is tried.
type Authority struct {
	TableID *uuid.UUID      `json:"table_id,omitempty"` // where the entries come from
	Entries []pricing.Entry `json:"entries"`
}

// LimitRule is credit figures that are tried: other values of parameters, other limits for the customers of a grade.
type LimitRule struct {
	Parameters map[string]decimal.Decimal `json:"parameters,omitempty"`
	Limits     []GradeLimit               `json:"limits,omitempty"`
}

// GradeLimit is the limit that customers of a grade would have: exactly one of the three.
type GradeLimit struct {
	Grade     string           `json:"grade"`            // A to D; "none" for those without
	Factor    *decimal.Decimal `json:"factor,omitempty"` // of the approved amount, rounded to the fen
	Amount    *decimal.Decimal `json:"amount,omitempty"`
	Unlimited bool             `json:"unlimited,omitempty"`
}

// Result is one case that would have been decided otherwise.
type Result struct {
	No          int
	CaseID      uuid.UUID // of the approval request, or of the gate's decision
	Matter      string
	SubjectType string
	SubjectID   uuid.UUID
	Number      string
	CustomerID  *uuid.UUID
	OwnerID     uuid.UUID
	TeamID      *uuid.UUID
	Grade       string
	At          time.Time
	Direction   approval.Change
	Before      Way    `gorm:"serializer:json"`
	After       Way    `gorm:"serializer:json"`
	WhyEN       string `gorm:"column:why_en"`
	WhyZH       string `gorm:"column:why_zh"`
}

// Way is how a case is decided: the outcome, and for a matrix who is asked.
type Way struct {
	Outcome string    `json:"outcome"`
	Steps   []WayStep `json:"steps,omitempty"`
}

// WayStep is one step of a route, in short.
type WayStep struct {
	Stage  string          `json:"stage"`
	Kind   approval.Kind   `json:"kind"`
	Mode   approval.Mode   `json:"mode"`
	Quorum int             `json:"quorum,omitempty"`
	Roles  []identity.Role `json:"roles"`
}

// Count is what came of the cases of one matter, grade or team.
type Count struct {
	Dimension string
	Key       string
	Label     string `gorm:"-"`
	Replayed  int
	Stricter  int
	Looser    int
	Other     int
}

// Differing is how many of them differ.
func (c Count) Differing() int { return c.Stricter + c.Looser + c.Other }

// Skipped is how many cases couldn't be replayed for one reason.
type Skipped struct {
	Reason approval.Skip
	Detail string
	Count  int
}

// Summary is a run with its counts.
type Summary struct {
	Run
	Counts []Count
	Skips  []Skipped
}

// event is the run as events show it: without the draft, which the run keeps.
func (r Run) event() map[string]any {
	return map[string]any{"kind": r.Kind, "title": r.Title, "from": r.FromAt, "to": r.ToAt, "state": r.State, "version": r.Version}
}

func text(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
