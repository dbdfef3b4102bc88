package shipping

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// The states of a delivery note.
const (
	NoteIssued    = "issued"    // loaded; the gate hasn't seen it yet
	NoteLeft      = "left"      // the gate let it go
	NoteCancelled = "cancelled" // unloaded again: nothing left
)

// DeliveryNote is what really left with one vehicle: the warehouse's document, which the invoice is made from.
type DeliveryNote struct {
	ID           uuid.UUID
	Number       string
	NoticeID     uuid.UUID
	CustomerID   uuid.UUID
	PayerID      uuid.UUID // whose exposure it stands in
	OwnerID      uuid.UUID
	Flow         Flow
	State        string
	Vehicle      string
	Carrier      string
	Driver       string
	Currency     string
	Amount       decimal.Decimal // tax included
	ShippedOn    time.Time       // business date; due dates count from it when terms say so
	LeftAt       *time.Time
	CancelReason string
	CreatedBy    *uuid.UUID
	CreatedAt    time.Time
	Version      int64

	Lines []DeliveryLine `gorm:"-"`
}

// DeliveryLine is one product of a delivery note.
type DeliveryLine struct {
	ID               uuid.UUID
	DeliveryNoteID   uuid.UUID
	PositionNo       int
	NoticeLineID     uuid.UUID
	OrderID          uuid.UUID
	OrderLineID      uuid.UUID
	ProductID        uuid.UUID
	ProductCode      string
	ProductName      string
	Unit             string
	Quantity         decimal.Decimal
	Price            decimal.Decimal // net of its share of the order's discount, tax included; 4 decimals
	TaxRate          decimal.Decimal
	Amount           decimal.Decimal // what the line counts in the exposure; invoice this for the whole quantity
	InvoicedQuantity decimal.Decimal
	InvoicedAmount   decimal.Decimal
}

// TableName is for GORM.
func (DeliveryLine) TableName() string { return "delivery_note_lines" }

// OpenQuantity is what is not invoiced yet.
func (l DeliveryLine) OpenQuantity() decimal.Decimal { return sub(l.Quantity, l.InvoicedQuantity) }

// OpenAmount is what is not invoiced yet, never below 0.
func (l DeliveryLine) OpenAmount() decimal.Decimal {
	return decimalMax(sub(l.Amount, l.InvoicedAmount), decimal.Zero)
}

// AmountOf is what a further part of the line comes to: the shares of all parts add up to the line's amount exactly.
func (l DeliveryLine) AmountOf(quantity decimal.Decimal) decimal.Decimal {
	return share(l.Amount, l.Quantity, l.InvoicedQuantity, quantity)
}

// Invoiced is a part of a delivery line that an invoice takes over, or a reversal gives back.
type Invoiced struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal // above 0
	Amount   decimal.Decimal // at least 0
}
