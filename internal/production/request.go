package production

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// State is where a production request stands.
type State string

// The states.
const (
	Open      State = "open"
	Held      State = "held" // its order is a draft again
	Closed    State = "closed"
	Cancelled State = "cancelled"
)

// Department is who acknowledges a production request (ORD-03).
type Department string

// The departments.
const (
	Production Department = "production"
	Management Department = "management"
	Finance    Department = "finance"
)

// Departments are all of them.
var Departments = []Department{Production, Management, Finance}

// Request is what a confirmed order asks of production (生产委托单). There are no prices in it (ORD-03).
type Request struct {
	ID                uuid.UUID
	Number            string
	OrderID           uuid.UUID
	OrderNumber       string
	CustomerID        uuid.UUID
	CustomerName      string `gorm:"->"`
	OwnerID           uuid.UUID
	State             State
	StateReason       string
	Revision          int
	OrderRevision     int
	Unscheduled       int // lines whose lots don't cover them
	MaterialsRevision int // of which purchasing has answered; 0 for none
	Short             int // materials that are short
	AtRisk            int // lines whose promise is at risk
	ExpectedOn        *time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time
	EndedAt           *time.Time
	Version           int64

	Lines            []Line            `gorm:"-"`
	Materials        []Material        `gorm:"-"`
	Acknowledgements []Acknowledgement `gorm:"-"` // of the latest revision
}

// TableName is for GORM.
func (Request) TableName() string { return "production_requests" }

// Line is one line of the order as production makes it. Its id is the order line's.
type Line struct {
	ID             uuid.UUID
	RequestID      uuid.UUID
	CustomerID     uuid.UUID
	OwnerID        uuid.UUID
	LineNo         int
	ProductID      uuid.UUID
	ProductCode    string `gorm:"->"`
	ProductName    string `gorm:"->"`
	Unit           string
	Quantity       decimal.Decimal
	PromisedOn     *time.Time // by the order
	AgreedOn       *time.Time // a later date that the customer accepted (ORD-07)
	WantedOn       time.Time  `gorm:"->"` // the one that counts; the end of time for none
	DeliveryPlace  string
	Packing        string
	Transport      string
	SpecialDemands string
	Removed        bool // the order has it no more
	Live           bool // to be made
	Planned        decimal.Decimal
	PlannedStart   *time.Time
	PlannedFinish  *time.Time
	Finished       decimal.Decimal
	FinishedOn     *time.Time
	MaterialShort  bool
	MaterialOn     *time.Time
	ExpectedOn     *time.Time
	Risk           Risk
	CheckedFor     *time.Time

	Lots []Lot `gorm:"-"`
}

// TableName is for GORM.
func (Line) TableName() string { return "production_lines" }

// promise is the date that counts; nil for a line without one.
func (l Line) promise() *time.Time {
	if l.AgreedOn != nil {
		return l.AgreedOn
	}
	return l.PromisedOn
}

// done reports whether all of the line is finished.
func (l Line) done() bool { return l.Finished.Cmp(l.Quantity) >= 0 }

// Lot is a part of a line that is made in one go (ORD-04).
type Lot struct {
	ID        uuid.UUID
	RequestID uuid.UUID
	LineID    uuid.UUID
	StartOn   time.Time
	FinishOn  time.Time
	Quantity  decimal.Decimal
	Note      string
}

// TableName is for GORM.
func (Lot) TableName() string { return "production_lots" }

// Acknowledgement says that a department has seen a revision of a request, or has to.
type Acknowledgement struct {
	RequestID      uuid.UUID
	Revision       int
	Department     Department
	AskedAt        time.Time
	DueAt          time.Time
	DueHours       int // working hours
	Superseded     bool
	AcknowledgedAt *time.Time
	AcknowledgedBy *uuid.UUID
	Note           string
}

// TableName is for GORM.
func (Acknowledgement) TableName() string { return "production_acknowledgements" }

// Line returns the line with this id, nil when there is none that counts.
func (r *Request) Line(id uuid.UUID) *Line {
	for i := range r.Lines {
		if r.Lines[i].ID == id {
			return &r.Lines[i]
		}
	}
	return nil
}

// add works on numeric(18,4), which a decimal's 19 digits hold.
// quantity is a quantity as it is stored.
func quantity(d decimal.Decimal) decimal.Decimal { return money.Round(d, money.PriceScale) }

// none is a quantity of nothing.
func none() decimal.Decimal { return decimal.Zero.Pad(money.PriceScale) }

// later returns the later of two dates; nil is earlier than any.
func later(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

func sameDay(a, b *time.Time) bool { return day(a) == day(b) }
