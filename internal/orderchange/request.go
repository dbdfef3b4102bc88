package orderchange

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// Kind says what is asked for.
type Kind string

// The kinds.
const (
	Change Kind = "change"
	Cancel Kind = "cancel"
)

// State is where a request stands.
type State string

// The states.
const (
	Pending   State = "pending"
	Applied   State = "applied"
	Rejected  State = "rejected"
	Withdrawn State = "withdrawn"
)

// Request asks to change or cancel a confirmed order.
type Request struct {
	ID          uuid.UUID
	Number      string
	OrderID     uuid.UUID
	OrderNumber string
	CustomerID  uuid.UUID
	OwnerID     uuid.UUID // the customer's owner (ORG-06)
	Kind        Kind
	State       State
	Reason      string
	Revision    int                // of the order that it was asked for
	Content     []byte             // its hash
	Facts       map[string]any     `gorm:"-"`               // that its deciders have before them; read with the approval
	Draft       *order.Draft       `gorm:"serializer:json"` // what the order is to say; nil for a cancellation
	Differences []order.Difference `gorm:"serializer:json"`
	TotalBefore decimal.Decimal
	TotalAfter  decimal.Decimal
	DueHours    int // working hours for the consequences
	ApprovalID  *uuid.UUID
	RequestedBy uuid.UUID
	RequestedAt time.Time
	EndedAt     *time.Time
	EndReason   string
	Version     int64

	Consequences []Consequence `gorm:"-"`
}

// TableName is for GORM.
func (Request) TableName() string { return "order_changes" }

// Consequence is what one department says would follow.
type Consequence struct {
	ID        uuid.UUID
	ChangeID  uuid.UUID
	Role      identity.Role
	Text      string
	Cost      *decimal.Decimal
	Leftovers []Leftover `gorm:"serializer:json"`
	StatedBy  *uuid.UUID
	StatedAt  *time.Time
}

// TableName is for GORM.
func (Consequence) TableName() string { return "order_change_consequences" }

// Leftover is goods that the change leaves behind, to be disposed of by the business rep.
type Leftover struct {
	ProductID uuid.UUID       `json:"product_id"`
	Quantity  decimal.Decimal `json:"quantity"`
	Note      string          `json:"note,omitempty"`
}

// DueAt is when the time of the departments ends, by the calendar of now.
func (r *Request) DueAt(tx pg.Tx) time.Time {
	return tx.Calendar().Due(clock.Term{From: r.RequestedAt, Hours: r.DueHours})
}

// open counts the departments that haven't said anything yet.
func (r *Request) open() (n int) {
	for _, c := range r.Consequences {
		if c.StatedAt == nil {
			n++
		}
	}
	return n
}

// snapshot is the request as its events show it.
func (r *Request) snapshot() map[string]any {
	return map[string]any{
		"number": r.Number, "order_id": r.OrderID, "order": r.OrderNumber, "kind": r.Kind, "state": r.State, "reason": r.Reason,
		"differences": r.Differences, "end_reason": r.EndReason, "version": r.Version,
	}
}
