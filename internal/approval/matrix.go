package approval

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
)

// Mode says how many of a stage's deciders it takes.
type Mode string

// The modes.
const (
	Any    Mode = "any"    // one of them
	All    Mode = "all"    // each of them
	Quorum Mode = "quorum" // so many different people among them

	// Resolution is the decision of a body in a recorded meeting (PRC-11). No click of a person decides it, see Resolve.
	Resolution Mode = "resolution"
)

// Kind says what a stage asks for. Each holds the route until it is done.
type Kind string

// The kinds of stage and of task.
const (
	Review      Kind = "review"      // look at it and let it pass, or not
	Decide      Kind = "decide"      // decide
	Acknowledge Kind = "acknowledge" // take note: it can't be rejected or returned
	Confirm     Kind = "confirm"     // of a task only: confirm a verbal approval
	Meet        Kind = "meet"        // of a task only: it waits for the body's meeting
)

// Matrix is the authority matrix: who starts, reviews and decides what (ORG-01).
type Matrix struct {
	// Ladder says which role stands above which, for ORG-03. A role that isn't on it has colleagues instead: the others
	// who hold it decide.
	Ladder  map[identity.Role]identity.Role `json:"ladder" yaml:"ladder"`
	Matters []MatterRules                   `json:"matters" yaml:"matters"`
}

// MatterRules are the stages of one matter.
type MatterRules struct {
	Matter   string          `json:"matter" yaml:"matter"`
	TitleEN  string          `json:"title_en" yaml:"title_en"`
	TitleZH  string          `json:"title_zh" yaml:"title_zh"`
	Rules    []string        `json:"rules" yaml:"rules"`       // the rules that it comes from
	Starters []identity.Role `json:"starters" yaml:"starters"` // who may submit
	Verbal   bool            `json:"verbal" yaml:"verbal"`     // may be approved by phone (ORG-05)
	Stages   []Stage         `json:"stages" yaml:"stages"`
}

// Stage is one stage of a matter. It applies when its condition holds; an empty condition always holds.
type Stage struct {
	Key        string   `json:"key" yaml:"key"`
	TitleEN    string   `json:"title_en" yaml:"title_en"`
	TitleZH    string   `json:"title_zh" yaml:"title_zh"`
	Kind       Kind     `json:"kind" yaml:"kind"`
	Mode       Mode     `json:"mode" yaml:"mode"`
	Quorum     int      `json:"quorum,omitempty" yaml:"quorum"`
	Who        []Holder `json:"who" yaml:"who"`
	When       string   `json:"when,omitempty" yaml:"when"` // CEL over the matter's facts
	DueHours   int      `json:"due_hours,omitempty" yaml:"due_hours"`
	Escalation string   `json:"escalation,omitempty" yaml:"escalation"`
}

// bodies are the roles whose holders decide as a body, by resolution.
var bodies = []identity.Role{identity.PriceCommittee}

// Holder names who decides: a role, company-wide or of the submitter's department, or a position relative to them.
type Holder struct {
	Role     identity.Role `json:"role,omitempty" yaml:"role"`
	Of       string        `json:"of,omitempty" yaml:"of"`             // OfDepartment or ""
	Position string        `json:"position,omitempty" yaml:"position"` // DepartmentHead or TeamLeader, instead of a role
}

// The values of Holder.Of and Holder.Position.
const (
	OfDepartment   = "department"
	DepartmentHead = "department_head"
	TeamLeader     = "team_leader"
)

// Version is one version of the matrix.
type Version struct {
	Version     int64
	ID          uuid.UUID
	EffectiveAt time.Time
	Body        Matrix `gorm:"serializer:json"`
	Reason      string
	CreatedBy   *uuid.UUID
	CreatedAt   time.Time
}

// TableName implements gorm's Tabler.
func (Version) TableName() string { return "authority_matrix_versions" }
