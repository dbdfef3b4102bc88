package stock

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// Kind is what a movement was.
type Kind string

// The kinds of movements. Count is no movement: it becomes the adjustment that it takes.
const (
	Receipt       Kind = "receipt"
	Reservation   Kind = "reservation"
	Unreservation Kind = "unreservation"
	Pick          Kind = "pick" // laid out; moves nothing by itself
	Shipment      Kind = "shipment"
	Unloading     Kind = "unloading" // of what never left the gate
	Return        Kind = "return"    // by a customer
	Transfer      Kind = "transfer"
	Adjustment    Kind = "adjustment"
	Count         Kind = "count"
)

// Movement is one change of a level. OnHand and Reserved are what it changed; Quantity is how much moved.
type Movement struct {
	ID                uuid.UUID
	Kind              Kind
	ProductID         uuid.UUID
	LotID             uuid.UUID
	WarehouseID       uuid.UUID
	Quantity          decimal.Decimal
	OnHand            decimal.Decimal
	Reserved          decimal.Decimal
	Reason            string
	DocumentNo        string
	ExternalNo        string
	NoticeID          *uuid.UUID
	NoticeLineID      *uuid.UUID
	DeliveryNoteID    *uuid.UUID
	PreparationLineID *uuid.UUID
	MovedOn           time.Time
	RecordedAt        time.Time
	RecordedBy        *uuid.UUID
}

// TableName is for GORM.
func (Movement) TableName() string { return "stock_movements" }

// Place names a level.
type Place struct{ Lot, Warehouse uuid.UUID }

// Place is the level that it changes.
func (m Movement) Place() Place { return Place{m.LotID, m.WarehouseID} }

// Effect gives a movement of the quantity what it changes; sign is that of a transfer or an adjustment. held says whether what ships or
// comes back was reserved.
func (m *Movement) Effect(sign int, held bool) {
	none := decimal.Zero.Pad(scale)
	m.OnHand, m.Reserved = none, none
	reserved := none
	if held {
		reserved = m.Quantity
	}
	switch m.Kind {
	case Receipt, Return:
		m.OnHand = m.Quantity
	case Reservation:
		m.Reserved = m.Quantity
	case Unreservation:
		m.Reserved = m.Quantity.Neg()
	case Shipment:
		m.OnHand, m.Reserved = m.Quantity.Neg(), reserved.Neg()
	case Unloading:
		m.OnHand, m.Reserved = m.Quantity, reserved
	case Transfer, Adjustment:
		m.OnHand = m.Quantity
		if sign < 0 {
			m.OnHand = m.Quantity.Neg()
		}
	case Pick, Count:
	}
}

// scale is how many decimals a quantity has.
const scale = 4

func add(a, b decimal.Decimal) decimal.Decimal { return must(a.Add(b)) }
func sub(a, b decimal.Decimal) decimal.Decimal { return must(a.Sub(b)) }

func least(a, b decimal.Decimal) decimal.Decimal {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// must is for sums of quantities that the database has taken: they have room by far.
func must(d decimal.Decimal, err error) decimal.Decimal {
	if err != nil {
		panic("stock: " + err.Error())
	}
	return d
}
