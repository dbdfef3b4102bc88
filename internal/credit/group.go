package credit

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/money"
)

// Group is several payers that share a limit (集团额度). Each keeps its own beside it: a gate checks both.
type Group struct {
	ID          uuid.UUID
	Number      string
	Name        string
	LimitAmount decimal.Decimal
	State       GroupState
	RequestID   uuid.UUID // that made it what it is
	ChangedAt   time.Time
	Version     int64

	Exposure decimal.Decimal `gorm:"-"` // of the members together
	Members  []GroupMember   `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Group) TableName() string { return "credit_groups" }

// GroupState is where a group stands. The names are the API's.
type GroupState string

// The states.
const (
	GroupActive GroupState = "active"
	GroupClosed GroupState = "closed" // it has no members and no limit any more
)

// GroupMember is a payer in a group.
type GroupMember struct {
	PayerID  uuid.UUID
	Code     string
	Name     string
	Exposure decimal.Decimal
	Since    time.Time
}

// GroupRequestKind says what is asked for.
type GroupRequestKind string

// The kinds.
const (
	CreateGroup GroupRequestKind = "create"
	ChangeGroup GroupRequestKind = "change"
	CloseGroup  GroupRequestKind = "close"
)

// GroupApplication is what somebody applies for. What a change leaves out stays.
type GroupApplication struct {
	GroupID *uuid.UUID // nil: a new group
	Close   bool
	Name    *string
	Limit   *decimal.Decimal
	Members *[]uuid.UUID // all of them, payers
	Reasons string
	Files   []uuid.UUID // attachments that the caller has uploaded
}

// GroupRequest is an application for a group, a change of its limit, name or members, or its end. Only the outcome is
// written later.
type GroupRequest struct {
	ID          uuid.UUID
	Number      string
	GroupID     uuid.UUID
	Kind        GroupRequestKind
	State       RequestState
	Name        string
	LimitAmount decimal.Decimal
	Members     []uuid.UUID `gorm:"serializer:json"` // sorted
	Reasons     string
	Previous    TerseGroup      `gorm:"serializer:json"` // what was in force
	Exposure    decimal.Decimal // of the members together when it was asked
	ApprovalID  uuid.UUID
	RequestedBy uuid.UUID
	RequestedAt time.Time
	DecidedAt   *time.Time
	Version     int64
}

// TableName implements gorm's Tabler.
func (GroupRequest) TableName() string { return "credit_group_requests" }

// TerseGroup is a group as it is frozen in requests and events.
type TerseGroup struct {
	Name    string           `json:"name"`
	Limit   *decimal.Decimal `json:"limit"` // nil: there was none
	Members []uuid.UUID      `json:"members"`
}

// newGroupRequest makes the request of an application on top of what is in force; none for a new group.
func newGroupRequest(a GroupApplication, now Group, at time.Time) (GroupRequest, error) {
	r := GroupRequest{
		ID: uuid.Must(uuid.NewV7()), GroupID: now.ID, Kind: ChangeGroup, State: RequestPending, Name: now.Name, LimitAmount: now.LimitAmount,
		Members: now.payers(), Reasons: a.Reasons, Previous: now.terse(), RequestedAt: at, Version: 1,
	}
	if a.GroupID == nil {
		r.Kind, r.GroupID, r.LimitAmount = CreateGroup, uuid.Must(uuid.NewV7()), decimal.Zero.Pad(money.AmountScale)
	}
	if a.Close {
		r.Kind, r.Members = CloseGroup, []uuid.UUID{}
		return r, nil
	}
	if a.Name != nil {
		r.Name = *a.Name
	}
	if a.Limit != nil {
		r.LimitAmount = money.Fen(*a.Limit)
	}
	if a.Members != nil {
		r.Members = sorted(*a.Members)
		if len(r.Members) < len(*a.Members) {
			return r, ErrGroupForm.At("/members")
		}
	}
	return r, r.check(a)
}

// check returns ErrGroupForm for a group that can't be.
func (r GroupRequest) check(a GroupApplication) error {
	switch {
	case r.Name == "":
		return ErrGroupForm.At("/name")
	case r.Kind == CreateGroup && a.Limit == nil, r.LimitAmount.IsNeg():
		return ErrGroupForm.At("/limit")
	case len(r.Members) == 0:
		return ErrGroupForm.At("/members")
	}
	return nil
}

// Headroom is what is left of the limit; negative above it.
func (g Group) Headroom() decimal.Decimal { return money.Sub(g.LimitAmount, g.Exposure) }

func (g Group) payers() []uuid.UUID {
	ids := make([]uuid.UUID, len(g.Members))
	for i, m := range g.Members {
		ids[i] = m.PayerID
	}
	return sorted(ids)
}

func (g Group) terse() TerseGroup {
	if g.ID == uuid.Nil {
		return TerseGroup{Members: []uuid.UUID{}}
	}
	return TerseGroup{Name: g.Name, Limit: &g.LimitAmount, Members: g.payers()}
}

// sorted returns the ids in order, each once.
func sorted(ids []uuid.UUID) []uuid.UUID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// without returns those of a that aren't in b.
func without(a, b []uuid.UUID) []uuid.UUID {
	return slices.DeleteFunc(slices.Clone(a), func(id uuid.UUID) bool { return slices.Contains(b, id) })
}

// touched are the members, those who leave included, in lock order.
func (r GroupRequest) touched() []uuid.UUID {
	return sorted(slices.Concat(r.Members, r.Previous.Members))
}

func (r GroupRequest) trace() map[string]any {
	return map[string]any{
		"number": r.Number, "group_id": r.GroupID, "kind": r.Kind, "state": r.State, "name": r.Name, "limit": r.LimitAmount,
		"members": r.Members, "reasons": r.Reasons, "approval_id": r.ApprovalID, "version": r.Version,
	}
}

// submission is the request as the approval engine sees it: matter credit.group.
func (r GroupRequest) submission() approval.Submission {
	before := decimal.Zero.Pad(money.AmountScale)
	if r.Previous.Limit != nil {
		before = *r.Previous.Limit
	}
	return approval.Submission{
		Matter: MatterGroup, SubjectType: SubjectGroupRequest, SubjectID: r.ID, Number: r.Number,
		TitleEN: "Credit group: " + r.Name, TitleZH: "集团额度:" + r.Name,
		Facts: map[string]any{
			"kind": string(r.Kind), "limit": r.LimitAmount, "previous_limit": before, "members": len(r.Members),
			"added": len(without(r.Members, r.Previous.Members)), "removed": len(without(r.Previous.Members, r.Members)),
			"exposure": r.Exposure, "reason": r.Reasons,
		},
		Content: approval.ContentHash(struct {
			Group   uuid.UUID
			Kind    GroupRequestKind
			Name    string
			Limit   string
			Members []uuid.UUID
		}{r.GroupID, r.Kind, r.Name, r.LimitAmount.String(), r.Members}),
	}
}
