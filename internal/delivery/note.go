package delivery

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/shipping"
)

// Subject is what events, decisions and attachments call a delivery note.
const Subject = "delivery_note"

// The states of a delivery note.
const (
	NoteIssued    = "issued"    // loaded; the gate hasn't seen it yet
	NoteLeft      = "left"      // the gate let it go
	NoteCancelled = "cancelled" // unloaded again: nothing left
)

// Note is what really left with one vehicle: the warehouse's document, which the invoice is made from.
type Note struct {
	ID           uuid.UUID
	Number       string
	NoticeID     uuid.UUID
	CustomerID   uuid.UUID
	PayerID      uuid.UUID // whose exposure it stands in
	OwnerID      uuid.UUID
	Flow         shipping.Flow
	State        string
	Vehicle      string
	Carrier      string
	Driver       string
	Currency     string
	Amount       decimal.Decimal // tax included
	ShippedOn    time.Time       // business date; due dates count from it when terms say so
	LeftAt       *time.Time
	ReportDueAt  *time.Time // SHP-14; nil for notes from before there was a deadline
	ReportedAt   *time.Time // that it left: by the gate's check, or by the warehouse
	ReportedBy   *uuid.UUID
	LateAt       *time.Time // nobody had reported in time
	CancelReason string
	CreatedBy    *uuid.UUID
	CreatedAt    time.Time
	Version      int64

	Lines []Line   `gorm:"-"`
	Pass  GatePass `gorm:"-"`
}

// TableName is for GORM.
func (Note) TableName() string { return "delivery_notes" }

// line returns the line with this id, nil for none.
func (d *Note) line(id uuid.UUID) *Line {
	for i := range d.Lines {
		if d.Lines[i].ID == id {
			return &d.Lines[i]
		}
	}
	return nil
}

// Line is one product of a delivery note.
type Line struct {
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
	ReturnedQuantity decimal.Decimal // came back: not to be invoiced (SHP-20)
	ReturnedAmount   decimal.Decimal

	// What posted corrections have changed (SHP-14): what the note itself says stays as it is.
	CorrectedQuantity decimal.Decimal
	CorrectedAmount   decimal.Decimal

	// What left although the notice, or the order, had no room for it (BookDeparted).
	UnnoticedQuantity decimal.Decimal
	UnnoticedAmount   decimal.Decimal
	UnorderedQuantity decimal.Decimal

	Lots []preparation.Taken `gorm:"-"` // of one note
}

// TableName is for GORM.
func (Line) TableName() string { return "delivery_note_lines" }

// OpenQuantity is what is still to be invoiced: what really left − invoiced − returned.
func (l Line) OpenQuantity() decimal.Decimal {
	return money.Sub(money.Sub(l.Real(), l.InvoicedQuantity), l.ReturnedQuantity)
}

// Real is what really left, corrections counted.
func (l Line) Real() decimal.Decimal { return money.Add(l.Quantity, l.CorrectedQuantity) }

// RealAmount is what that comes to.
func (l Line) RealAmount() decimal.Decimal { return money.Add(l.Amount, l.CorrectedAmount) }

// AmountOf is what a further part of the line comes to: the shares of all parts add up to the line's amount exactly.
func (l Line) AmountOf(quantity decimal.Decimal) decimal.Decimal {
	return money.NextShare(l.RealAmount(), l.Real(), money.Add(l.InvoicedQuantity, l.ReturnedQuantity), money.Add(l.InvoicedAmount, l.ReturnedAmount), quantity)
}

// part is a quantity of the line of the order that it delivers.
func (l Line) part(quantity decimal.Decimal) order.Part {
	return order.Part{OrderID: l.OrderID, Shipped: order.Shipped{LineID: l.OrderLineID, Quantity: quantity}}
}

// Invoiced is a part of a delivery line that an invoice takes over, or a reversal gives back.
type Invoiced struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal // above 0
	Amount   decimal.Decimal // at least 0
}

// snapshot is the note as its events show it.
func (d *Note) snapshot(notice string) map[string]any {
	lines := make([]string, len(d.Lines))
	for i, l := range d.Lines {
		lines[i] = fmt.Sprintf("%s %s %s", l.ProductCode, l.Quantity, l.Unit)
		for _, t := range l.Lots {
			lines[i] += fmt.Sprintf(" [%s@%s %s]", t.LotNo, t.WarehouseCode, t.Quantity)
		}
	}
	return map[string]any{
		"number": d.Number, "notice": notice, "state": d.State, "vehicle": d.Vehicle, "carrier": d.Carrier, "driver": d.Driver,
		"amount": d.Amount, "shipped_on": d.ShippedOn.Format(time.DateOnly), "lines": lines, "gate_pass": d.Pass.Number,
		"reason": d.CancelReason, "version": d.Version,
	}
}
