package preparation

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/stock"
)

// State is where a preparation list stands; it follows from the list and what its lines hold.
type State string

// The states.
const (
	Open   State = "open"
	Picked State = "picked"
	Done   State = "done"  // nothing is held any more: all of it left
	Ended  State = "ended" // given back
)

// List is a preparation list (备货通知单): what is laid out for a released notice, from which lots in which warehouses.
type List struct {
	ID         uuid.UUID
	Number     string
	NoticeID   uuid.UUID
	Remarks    string
	PreparedAt time.Time
	PreparedBy *uuid.UUID
	PickedAt   *time.Time
	PickedBy   *uuid.UUID
	EndedAt    *time.Time
	EndedBy    *uuid.UUID
	EndReason  string
	Version    int64

	// What follows is read with it.
	State        State      `gorm:"->"`
	NoticeNumber string     `gorm:"->"`
	CustomerName string     `gorm:"->"`
	OwnerID      uuid.UUID  `gorm:"->"` // of the notice (ORG-06)
	ShipDate     time.Time  `gorm:"->"`
	Vehicle      string     `gorm:"->"`
	Carrier      string     `gorm:"->"`
	Lines        []ListLine `gorm:"-"`
}

// TableName is for GORM.
func (List) TableName() string { return "stock_preparations" }

// ListLine is a quantity of a lot on a preparation list.
type ListLine struct {
	ID            uuid.UUID
	PreparationID uuid.UUID
	NoticeID      uuid.UUID
	NoticeLineID  uuid.UUID
	PositionNo    int
	ProductID     uuid.UUID
	LotID         uuid.UUID
	WarehouseID   uuid.UUID
	Quantity      decimal.Decimal
	Reserved      decimal.Decimal // held still

	ProductCode   string           `gorm:"->"`
	ProductName   string           `gorm:"->"`
	Unit          string           `gorm:"->"`
	LotNo         string           `gorm:"->"`
	ExpiresOn     *time.Time       `gorm:"->"`
	Inspection    stock.Inspection `gorm:"->"`
	WarehouseCode string           `gorm:"->"`
	WarehouseName string           `gorm:"->"`
}

// TableName is for GORM.
func (ListLine) TableName() string { return "stock_preparation_lines" }

// snapshot is the list as its events show it.
func (p *List) snapshot() map[string]any {
	lines := make([]string, len(p.Lines))
	for i, l := range p.Lines {
		lines[i] = l.ProductCode + " " + l.LotNo + "@" + l.WarehouseCode + " " + l.Quantity.String()
	}
	return map[string]any{
		"number": p.Number, "shipping_notice_id": p.NoticeID, "remarks": p.Remarks, "lines": lines, "picked_at": p.PickedAt,
		"ended_at": p.EndedAt, "end_reason": p.EndReason,
	}
}
