package shipping

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// Delta is by how much a line of a delivery note was wrong: below 0 less left than it says.
type Delta struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal
	Amount   decimal.Decimal // filled in by Correct
}

// Correct books by how much a delivery note was wrong, on behalf of a correcting document (SHP-14): what didn't leave is open again on its order, and no
// more shipped in the exposure; what left beyond the note counts on both, as far as the order has it open. What the note says stays. It fills in the
// amounts of deltas and returns their sum.
//
// What of it is invoiced already is credited (Invoices). An order that is over stays so, and has shipped what really left.
//
// Returns ErrNoteCancelled, ErrNoLine, ErrCorrectsTooMuch for more than left and hasn't come back, and order.ErrNotOpen. Stock is what really left as well.
// Locks account, orders, notice, stock levels and delivery note, then what Invoices locks.
func (s *Service) Correct(tx pg.Tx, who identity.Principal, noteID, correction uuid.UUID, deltas []Delta) (decimal.Decimal, error) {
	peek, err := s.GetDelivery(tx, who, noteID)
	if err != nil {
		return decimal.Zero, err
	}
	h, err := s.hold(tx, who, peek.NoticeID, true)
	if err != nil {
		return decimal.Zero, err
	}
	if _, err := s.Preparations.LockShipped(tx, noteID); err != nil {
		return decimal.Zero, err
	}
	locked, err := s.LockDeliveryNotes(tx, []uuid.UUID{noteID})
	if err != nil {
		return decimal.Zero, err
	}
	note := &locked[0]
	before := note.snapshot(h.notice.Number)
	if err := s.uninvoice(tx, who, h, note, correction, deltas); err != nil {
		return decimal.Zero, err
	}
	sum, err := note.correct(deltas)
	if err != nil {
		return decimal.Zero, err
	}
	if err := s.reorder(tx, h, note, deltas); err != nil {
		return decimal.Zero, err
	}
	if err := s.credit.Post(tx, h.account, credit.CorrectMove(correction, note.ID, sum)); err != nil {
		return decimal.Zero, err
	}
	if err := s.Stock.Correct(tx, note.NoticeID, note.ID, note.Number, note.parts(deltas)); err != nil {
		return decimal.Zero, err
	}
	if err := correctLines(tx, note, deltas); err != nil {
		return decimal.Zero, err
	}
	if err := s.fitCover(tx, &h.notice); err != nil {
		return decimal.Zero, err
	}
	return sum, note.record(tx, "correctDeliveryNote", before, h.notice.Number)
}

// Invoices takes goods off invoices; package receivable does.
type Invoices interface {
	// CreditShort posts credit notes (cause quantity) for parts of delivery lines that turned out not to have left, on the newest invoices that have
	// them, on behalf of a correcting document: they are to be invoiced again. The payer's account and the delivery notes are locked. Locks the invoices.
	CreditShort(tx pg.Tx, who identity.Principal, correction uuid.UUID, reason string, parts []Invoiced) error
}

// uninvoice takes off invoices what they have of goods that didn't leave. Account and note are locked, and read again where they had something.
func (s *Service) uninvoice(tx pg.Tx, who identity.Principal, h *held, d *DeliveryNote, correction uuid.UUID, deltas []Delta) error {
	var parts []Invoiced
	for _, delta := range deltas {
		l := d.line(delta.LineID)
		if l == nil || d.State == NoteCancelled {
			continue // correct says so
		}
		over := sub(add(l.InvoicedQuantity, l.ReturnedQuantity), add(l.Real(), delta.Quantity))
		if over.IsPos() && over.Cmp(l.InvoicedQuantity) <= 0 {
			parts = append(parts, Invoiced{LineID: l.ID, Quantity: over})
		}
	}
	if len(parts) == 0 || s.Invoices == nil {
		return nil
	}
	if err := s.Invoices.CreditShort(tx, who, correction, "送货单 "+d.Number+" 更正 / delivery note "+d.Number+" corrected", parts); err != nil {
		return err
	}
	var err error
	if h.account, err = s.credit.Lock(tx, h.notice.PayerID); err != nil {
		return err
	}
	again, err := s.LockDeliveryNotes(tx, []uuid.UUID{d.ID})
	if err == nil {
		*d = again[0]
	}
	return err
}

// correct works out what the deltas come to, and puts them on the note.
func (d *DeliveryNote) correct(deltas []Delta) (decimal.Decimal, error) {
	if d.State == NoteCancelled {
		return decimal.Zero, ErrNoteCancelled
	}
	sum := decimal.Zero.Pad(money.AmountScale)
	for i := range deltas {
		l := d.line(deltas[i].LineID)
		if l == nil {
			return decimal.Zero, ErrNoLine.At(fmt.Sprintf("/lines/%d/delivery_line_id", i))
		}
		pointer := fmt.Sprintf("/lines/%d/quantity", i)
		rest := add(l.Real(), deltas[i].Quantity)
		if rest.Cmp(l.ReturnedQuantity) < 0 {
			return decimal.Zero, ErrCorrectsTooMuch.With("left", sub(l.Real(), l.ReturnedQuantity)).At(pointer)
		}
		if rest.Cmp(add(l.InvoicedQuantity, l.ReturnedQuantity)) < 0 {
			return decimal.Zero, ErrInvoiced.At(pointer)
		}
		deltas[i].Amount = sub(l.worth(rest), l.RealAmount())
		l.CorrectedQuantity, l.CorrectedAmount = add(l.CorrectedQuantity, deltas[i].Quantity), add(l.CorrectedAmount, deltas[i].Amount)
		sum = add(sum, deltas[i].Amount)
	}
	return sum, nil
}

// worth is what so much of the line comes to: its share, and what is beyond the note at the line's price.
func (l *DeliveryLine) worth(quantity decimal.Decimal) decimal.Decimal {
	beyond := sub(quantity, l.Quantity)
	if !beyond.IsPos() {
		return money.Share(l.Amount, l.Quantity, quantity)
	}
	more, err := beyond.Mul(l.Price)
	if err != nil {
		panic("shipping: amounts beyond numeric(18): " + err.Error())
	}
	return add(l.Amount, money.Fen(more))
}

// parts are the deltas by line of the notice, as stock goes by them.
func (d *DeliveryNote) parts(deltas []Delta) []stock.Part {
	parts := make([]stock.Part, len(deltas))
	for i, delta := range deltas {
		parts[i] = stock.Part{NoticeLineID: d.line(delta.LineID).NoticeLineID, Quantity: delta.Quantity}
	}
	return parts
}

// TakeBack brings goods of a delivery note that came back into the warehouse, to be inspected (CMP-08): quantities by delivery line. number is the
// return's. What isn't invoiced of them was marked as returned before, and needs no cover any more. The payer's account is locked.
func (s *Service) TakeBack(tx pg.Tx, d *DeliveryNote, number string, quantities map[uuid.UUID]decimal.Decimal) error {
	var parts []stock.Part
	for _, l := range d.Lines {
		if q := quantities[l.ID]; q.IsPos() {
			parts = append(parts, stock.Part{NoticeLineID: l.NoticeLineID, Quantity: q})
		}
	}
	if err := s.Stock.TakeBack(tx, d.NoticeID, d.ID, d.Number, number, parts); err != nil || d.Flow != Prepaid {
		return err
	}
	n, err := pg.Take[Notice](tx, "id = ?", d.NoticeID)
	if err != nil {
		return err
	}
	return s.fitCover(tx, &n)
}

func (d *DeliveryNote) line(id uuid.UUID) *DeliveryLine {
	for i := range d.Lines {
		if d.Lines[i].ID == id {
			return &d.Lines[i]
		}
	}
	return nil
}

// reorder moves the deltas on the orders: what didn't leave is open again, what left beyond the note is taken of what is open. What had no room on the order
// goes first of what didn't leave.
func (s *Service) reorder(tx pg.Tx, h *held, d *DeliveryNote, deltas []Delta) error {
	less, more := make([]Line, 0, len(deltas)), make([]Line, 0, len(deltas))
	for _, delta := range deltas {
		l := d.line(delta.LineID)
		part := Line{OrderID: l.OrderID, OrderLineID: l.OrderLineID, Quantity: delta.Quantity.Abs()}
		if !delta.Quantity.IsNeg() {
			more = append(more, part)
			continue
		}
		unordered := part.Quantity.Min(l.UnorderedQuantity)
		l.UnorderedQuantity, part.Quantity = sub(l.UnorderedQuantity, unordered), sub(part.Quantity, unordered)
		if part.Quantity.IsPos() {
			less = append(less, part)
		}
	}
	for _, p := range byOrder(less, wholeLine) {
		if err := s.orders.NotLeft(tx, h.orders[p.order], p.parts); err != nil {
			return err
		}
	}
	for _, p := range byOrder(more, wholeLine) {
		over, err := s.orders.Left(tx, h.orders[p.order], p.parts)
		if err != nil {
			return err
		}
		for i, q := range over {
			if q.IsPos() {
				return order.ErrNotOpen.With("open", sub(p.parts[i].Quantity, q))
			}
		}
	}
	return nil
}
