package shipping

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
)

// Flow is one of the four ways of shipping (SHP-01).
type Flow string

// The flows.
const (
	Credit      Flow = "credit"       // 常规
	Prepaid     Flow = "prepaid"      // 款到
	COD         Flow = "cod"          // 货到收款
	NewCustomer Flow = "new_customer" // 新客户
)

// SubjectNotice is what events, decisions and approvals call a shipping notice.
const SubjectNotice = "shipping_notice"

// Matter is the matter of the authority matrix that releases.
const Matter = "shipment.release"

// Notice is a shipping notice (发货通知单): goods of one customer's orders that are to leave on a date.
type Notice struct {
	ID               uuid.UUID
	Number           string
	CustomerID       uuid.UUID
	PayerID          uuid.UUID // who carries the exposure
	OwnerID          uuid.UUID // of the customer (ORG-06)
	Flow             Flow
	State            State
	Priority         int        // 1 is served first; by the customer's grade (CUS-15, SHP-19)
	PriorityReason   string     // why the sales manager has it served otherwise; "" when nobody does
	PrioritySetBy    *uuid.UUID // who
	ShipDate         time.Time
	ShortLeadReason  string // why it ships sooner than shipping.lead_days from now (SHP-02)
	OverdueReason    string // why it should ship although something is overdue (SHP-05)
	Vehicle          string
	Carrier          string
	Driver           string
	DriverPhone      string
	Remarks          string
	Currency         string
	Amount           decimal.Decimal // tax included; what it counts in the exposure
	DispatchedAmount decimal.Decimal
	CoveredAmount    decimal.Decimal // by prepayments reserved for it (SHP-10)
	Figures          *Figures        `gorm:"serializer:json"`
	CheckedBy        *uuid.UUID
	CheckedAt        *time.Time
	FiguresHash      []byte
	SubmittedBy      *uuid.UUID
	SubmitterKind    string
	SubmittedAt      *time.Time
	ApprovalID       *uuid.UUID
	SpecialReleaseID *uuid.UUID // that it was released under (CRD-13)
	EmergencyID      *uuid.UUID // the same (SHP-15)
	ReleasedBy       *uuid.UUID
	ReleasedAt       *time.Time
	PassedAt         *time.Time // when the gate last let it pass: at its release, or when an old check was found to hold (SHP-03)
	EndedReason      string
	Revision         int
	CreatedBy        *uuid.UUID
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Version          int64

	Lines []Line `gorm:"-"`

	// largest is the amount of the largest other notice of the payer that waits for credit, 0 for none; read when it is peeked at.
	largest decimal.Decimal
}

// TableName is for GORM.
func (Notice) TableName() string { return "shipping_notices" }

// Line is a quantity of one order line on a notice.
type Line struct {
	ID                 uuid.UUID
	NoticeID           uuid.UUID
	PositionNo         int
	OrderID            uuid.UUID
	OrderLineID        uuid.UUID
	OrderRevision      int // of the order when the line was written
	ProductID          uuid.UUID
	ProductCode        string
	ProductName        string
	Unit               string
	Quantity           decimal.Decimal
	Price              decimal.Decimal // net of its share of the order's discount, tax included; for display
	TaxRate            decimal.Decimal
	Amount             decimal.Decimal
	DispatchedQuantity decimal.Decimal
	DispatchedAmount   decimal.Decimal
}

// TableName is for GORM.
func (Line) TableName() string { return "shipping_notice_lines" }

// Rest is what of the line hasn't left.
func (l Line) Rest() decimal.Decimal { return money.Sub(l.Quantity, l.DispatchedQuantity) }

// Figures are what finance finds and signs at its check (SHP-03). They never change afterwards.
type Figures struct {
	Amount        decimal.Decimal  `json:"amount"` // of this notice
	Receivable    decimal.Decimal  `json:"receivable"`
	Shipped       decimal.Decimal  `json:"shipped"`
	Released      decimal.Decimal  `json:"released"`
	Prepaid       decimal.Decimal  `json:"prepaid"`
	Exposure      decimal.Decimal  `json:"exposure"`
	ExposureAfter decimal.Decimal  `json:"exposure_after"`
	LimitKind     credit.LimitKind `json:"limit_kind"`
	Limit         *decimal.Decimal `json:"limit,omitempty"`          // nil unless the limit is an amount
	HeadroomAfter *decimal.Decimal `json:"headroom_after,omitempty"` // nil when unlimited
	OverdueAmount decimal.Decimal  `json:"overdue_amount"`
	OverdueDays   int              `json:"overdue_days"`
	Grade         credit.Grade     `json:"grade,omitempty"`
	Covered       decimal.Decimal  `json:"covered"`            // by prepayments (SHP-10)
	Receipts      []string         `json:"receipts,omitempty"` // that cover it
	Papers        int              `json:"papers,omitempty"`   // on the notice then: bank slips, bills (SHP-10)
	FirstBusiness bool             `json:"first_business"`     // confirmed by finance (SHP-12)
	Remark        string           `json:"remark,omitempty"`
}

// Value implements driver.Valuer: JSON, null for none.
func (f *Figures) Value() (driver.Value, error) {
	if f == nil {
		return nil, nil
	}
	b, err := json.Marshal(f)
	return string(b), err
}

// content is what an approval is bound to. Whatever of it changes needs another approval.
func (n *Notice) content() []byte {
	type line struct {
		Line             uuid.UUID
		Quantity, Amount string
	}
	lines := make([]line, len(n.Lines))
	for i, l := range n.Lines {
		lines[i] = line{l.OrderLineID, l.Quantity.Trim(0).String(), l.Amount.String()}
	}
	return approval.ContentHash(struct {
		Revision int
		Customer uuid.UUID
		Payer    uuid.UUID
		Flow     Flow
		ShipDate string
		Reason   string
		Amount   string
		Vehicle  string
		Carrier  string
		Lines    []line
	}{n.Revision, n.CustomerID, n.PayerID, n.Flow, n.ShipDate.Format(time.DateOnly), n.OverdueReason, n.Amount.String(), n.Vehicle, n.Carrier, lines})
}

// orders returns the ids of the orders whose goods it ships, sorted, each once.
func (n *Notice) orders() []uuid.UUID { return orderIDs(n.Lines) }

func (n *Notice) mustMatch(version *int64) error {
	if version != nil && *version != n.Version {
		return errs.ErrStale
	}
	return nil
}

// total adds up what its lines come to.
func (n *Notice) total() {
	n.Amount = decimal.Zero.Pad(2)
	for _, l := range n.Lines {
		n.Amount = money.Add(n.Amount, l.Amount)
	}
}

// snapshot is the notice as its events show it.
func (n *Notice) snapshot() map[string]any {
	lines := make([]string, len(n.Lines))
	for i, l := range n.Lines {
		lines[i] = fmt.Sprintf("%s %s/%s %s", l.ProductCode, l.DispatchedQuantity, l.Quantity, l.Unit)
	}
	m := map[string]any{
		"number": n.Number, "state": n.State, "flow": n.Flow, "customer_id": n.CustomerID, "payer_id": n.PayerID, "priority": n.Priority, "priority_reason": n.PriorityReason,
		"ship_date": n.ShipDate.Format(time.DateOnly), "short_lead_reason": n.ShortLeadReason, "overdue_reason": n.OverdueReason,
		"vehicle": n.Vehicle, "carrier": n.Carrier, "driver": n.Driver, "remarks": n.Remarks, "amount": n.Amount,
		"dispatched_amount": n.DispatchedAmount, "covered_amount": n.CoveredAmount, "revision": n.Revision, "approval_id": n.ApprovalID,
		"checked_by": n.CheckedBy, "special_release_id": n.SpecialReleaseID, "emergency_id": n.EmergencyID, "ended_reason": n.EndedReason, "lines": lines, "version": n.Version,
	}
	if n.Figures != nil {
		m["figures"] = n.Figures
	}
	return m
}
