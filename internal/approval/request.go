package approval

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// State is where a request stands.
type State string

// The states of a request.
const (
	Pending   State = "pending"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Returned  State = "returned"  // for rework; the document is submitted anew
	Withdrawn State = "withdrawn" // by the submitter
	Void      State = "void"      // what was submitted has changed
)

// Ended reports whether nothing is left to decide.
func (s State) Ended() bool { return s != Pending }

// Subject is a module that submits documents. It is registered for its matters with Service.Register.
type Subject interface {
	// ApprovalDecided tells the outcome: r.State is Approved, Rejected, Returned or Withdrawn. It runs in the transaction
	// of the final decision, after the request's row was locked and written; an error undoes the decision. The subject
	// locks its document, checks its gate again, and may submit anew (Resubmit). It is not called when Submit itself
	// decides: the submitter sees that in the request it gets.
	ApprovalDecided(tx pg.Tx, r Request) error
}

// VerbalDenier is a Subject that can take back what an approval brought about which its giver then denies (ORG-05). It is
// called when the request was approved already; a request still pending is rejected through ApprovalDecided.
type VerbalDenier interface {
	VerbalApprovalDenied(tx pg.Tx, r Request) error
}

// Submission is what a module submits.
type Submission struct {
	Matter      string // "order.confirm"; one of the declared matters
	SubjectType string // "order"
	SubjectID   uuid.UUID
	Number      string // the document's number, for people
	TitleEN     string // what is asked, in a line
	TitleZH     string

	// Facts are what the matrix judges by: each fact that the matter declares, of its kind. Amounts are decimal.Decimal.
	Facts map[string]any

	// Content is what the approval is bound to: ContentHash of the protected fields. Request.Covers compares it later.
	Content []byte

	// OwnerID is the person whose document it is, when that isn't the submitter: they and their superiors see the request.
	OwnerID *uuid.UUID

	// Renews is an earlier request about the same document that was approved. Steps that have no reason to look again
	// keep its approval (see doc.go, Renewal).
	Renews *uuid.UUID
}

// Request is one submission on its way.
type Request struct {
	ID              uuid.UUID
	Matter          string
	SubjectType     string
	SubjectID       uuid.UUID
	Number          string
	TitleEN         string `gorm:"column:title_en"`
	TitleZH         string `gorm:"column:title_zh"`
	SubmittedBy     uuid.UUID
	SubmitterKind   string
	SubmitterRoles  identity.Roles
	DepartmentID    *uuid.UUID
	TeamID          *uuid.UUID
	SubmittedAt     time.Time
	OwnerID         *uuid.UUID
	Renews          *uuid.UUID
	MatrixVersion   int64
	Facts           map[string]any `gorm:"serializer:json"` // amounts are decimal strings
	Route           []Step         `gorm:"serializer:json"`
	Content         []byte
	ContentHash     []byte // of all that the deciders are shown; a decision may name it
	State           State
	Step            int // index into Route of the step that is open; len(Route) when all are done
	FinalDecisionID *uuid.UUID
	ClosedAt        *time.Time
	ClosedBy        *uuid.UUID
	CloseReason     string
	Version         int64
}

// TableName implements gorm's Tabler.
func (Request) TableName() string { return "approval_requests" }

// Covers reports whether the approval is of this content: of what ContentHash made of the protected fields.
func (r Request) Covers(content []byte) bool { return bytes.Equal(r.Content, digest(content)) }

// AtOnce reports whether the request needed nobody: it was approved when it was submitted, by authority of the matrix or
// because every step keeps an earlier approval.
func (r Request) AtOnce() bool {
	return r.State == Approved && !slices.ContainsFunc(r.Route, func(st Step) bool { return !st.Carried })
}

// Submitter returns the submitter as they were at submission: the principal for submitting anew on their behalf. It sees
// nothing, so it is of no use for reading.
func (r Request) Submitter() identity.Principal {
	return identity.Principal{
		ID: r.SubmittedBy, Kind: r.SubmitterKind, Roles: slices.Clone(r.SubmitterRoles),
		DepartmentID: r.DepartmentID, TeamID: r.TeamID,
	}
}

// Current returns the step that is open, nil when the request has ended.
func (r Request) Current() *Step {
	if r.State != Pending || r.Step >= len(r.Route) {
		return nil
	}
	return &r.Route[r.Step]
}

// Step is one stage of the matrix as it applies to one request.
type Step struct {
	Stage      string    `json:"stage"` // the stage's key, or FinanceReview
	TitleEN    string    `json:"title_en"`
	TitleZH    string    `json:"title_zh"`
	Kind       Kind      `json:"kind"`
	Mode       Mode      `json:"mode"`
	Quorum     int       `json:"quorum,omitempty"`
	Deciders   []Decider `json:"deciders"`
	DueHours   int       `json:"due_hours,omitempty"` // working hours from the opening of the step
	Escalation string    `json:"escalation,omitempty"`
	Joined     []string  `json:"joined,omitempty"`  // stages that it stands for too, since they ask the same people
	Carried    bool      `json:"carried,omitempty"` // it keeps the approval of the request that this one renews
}

// Decider is one slot of a step: a role, bound to a department or not, or one person.
type Decider struct {
	Role         identity.Role `json:"role"`
	DepartmentID *uuid.UUID    `json:"department_id,omitempty"`
	UserID       *uuid.UUID    `json:"user_id,omitempty"`
	MovedFrom    identity.Role `json:"moved_from,omitempty"` // the matrix's role, when ORG-03 moved the step up
}

// Decision is what one person said about one step.
type Decision struct {
	ID              uuid.UUID
	RequestID       uuid.UUID
	SubmittedBy     uuid.UUID
	Step            int
	Slot            int
	Mode            Mode
	Stage           string
	Role            identity.Role
	Outcome         Verb
	Comment         string
	DecidedBy       uuid.UUID
	OnBehalfOf      *uuid.UUID // the absent person, for a deputy (ORG-04)
	Verbal          bool
	RecordedBy      uuid.UUID
	DeputationID    *uuid.UUID // by which a deputy acted
	EscalationID    *uuid.UUID // by which the role was asked, when not by the route
	ResolutionID    *uuid.UUID // the resolution that it is, of a body's step; DecidedBy has recorded it
	CarriedFrom     *uuid.UUID // the decision on an earlier request that counts again (Submission.Renews)
	FinanceReviewID *uuid.UUID // the review that lets the general manager decide their own submission (ORG-03)
	ContentHash     []byte
	DecidedAt       time.Time
}

// TableName implements gorm's Tabler.
func (Decision) TableName() string { return "approval_decisions" }

// Comment is a remark on a request.
type Comment struct {
	ID        uuid.UUID
	RequestID uuid.UUID
	AuthorID  uuid.UUID
	Body      string
	At        time.Time
}

// TableName implements gorm's Tabler.
func (Comment) TableName() string { return "approval_comments" }

// Verb is what is done to a pending request.
type Verb string

// The verbs.
const (
	Approve  Verb = "approve"
	Reject   Verb = "reject"
	Return   Verb = "return"
	Withdraw Verb = "withdraw"
)

// Verdict is what the one who decides sends along.
type Verdict struct {
	Comment     string // mandatory for reject and return
	ContentHash []byte // when given, must be the request's: the decision is about what was shown
	Version     *int64 // If-Match; when given, must be the request's
}
