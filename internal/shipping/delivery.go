package shipping

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
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
	ReportDueAt  *time.Time // SHP-14; nil for notes from before there was a deadline
	ReportedAt   *time.Time // that it left: by the gate's check, or by the warehouse
	ReportedBy   *uuid.UUID
	LateAt       *time.Time // nobody had reported in time
	CancelReason string
	CreatedBy    *uuid.UUID
	CreatedAt    time.Time
	Version      int64

	Lines []DeliveryLine `gorm:"-"`
	Pass  GatePass       `gorm:"-"`
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
func (DeliveryLine) TableName() string { return "delivery_note_lines" }

// OpenQuantity is what is still to be invoiced: what really left − invoiced − returned.
func (l DeliveryLine) OpenQuantity() decimal.Decimal {
	return sub(sub(l.Real(), l.InvoicedQuantity), l.ReturnedQuantity)
}

// Real is what really left, corrections counted.
func (l DeliveryLine) Real() decimal.Decimal { return add(l.Quantity, l.CorrectedQuantity) }

// RealAmount is what that comes to.
func (l DeliveryLine) RealAmount() decimal.Decimal { return add(l.Amount, l.CorrectedAmount) }

// AmountOf is what a further part of the line comes to: the shares of all parts add up to the line's amount exactly.
func (l DeliveryLine) AmountOf(quantity decimal.Decimal) decimal.Decimal {
	return next(l.RealAmount(), l.Real(), add(l.InvoicedQuantity, l.ReturnedQuantity), add(l.InvoicedAmount, l.ReturnedAmount), quantity)
}

// Invoiced is a part of a delivery line that an invoice takes over, or a reversal gives back.
type Invoiced struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal // above 0
	Amount   decimal.Decimal // at least 0
}

// snapshot is the note as its events show it.
func (d *DeliveryNote) snapshot(notice string) map[string]any {
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

// mayUnload says why the goods can't be taken back, nil when they can.
func (d *DeliveryNote) mayUnload(n Notice, version *int64) error {
	if version != nil && *version != d.Version {
		return errs.ErrStale
	}
	switch d.State {
	case NoteLeft:
		return ErrLeft
	case NoteCancelled:
		return errs.ErrState.With("state", d.State)
	}
	for _, l := range d.Lines {
		if l.InvoicedQuantity.IsPos() || l.ReturnedQuantity.IsPos() {
			return ErrInvoiced
		}
	}
	return n.May(VerbUnload)
}

// GetDelivery returns a delivery note with its lines and its gate pass. Returns errs.ErrNotFound for one that the caller may not
// see (ORG-06).
func (s *Service) GetDelivery(tx pg.Tx, who identity.Principal, id uuid.UUID) (DeliveryNote, error) {
	notes, err := s.DeliveryNotes(tx, []uuid.UUID{id})
	if err != nil {
		return DeliveryNote{}, err
	}
	if len(notes) == 0 {
		return DeliveryNote{}, errs.ErrNotFound
	}
	d := notes[0]
	if err := who.MustSee(d.OwnerID); err != nil {
		return DeliveryNote{}, err
	}
	if err := s.showLots(tx, &d); err != nil {
		return DeliveryNote{}, err
	}
	d.Pass, err = pg.Take[GatePass](tx, "delivery_note_id = ?", id)
	return d, err
}

// DeliverySeen returns errs.ErrNotFound unless the caller may see the delivery note: for its timeline and its decisions.
func (s *Service) DeliverySeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	d, err := pg.Take[DeliveryNote](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(d.OwnerID)
}
