package delivery

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
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
// Returns ErrNoteCancelled, shipping.ErrNoLine, ErrCorrectsTooMuch for more than left and hasn't come back, and order.ErrNotOpen. Stock is what really left as well.
// Locks account, orders, notice, stock levels and delivery note, then what Invoices locks.
func (s *Service) Correct(tx pg.Tx, who identity.Principal, noteID, correction uuid.UUID, deltas []Delta) (decimal.Decimal, error) {
	peek, err := s.Get(tx, who, noteID)
	if err != nil {
		return decimal.Zero, err
	}
	h, err := s.shipments.Hold(tx, who, peek.NoticeID)
	if err != nil {
		return decimal.Zero, err
	}
	note, _, err := s.lockGoods(tx, noteID)
	if err != nil {
		return decimal.Zero, err
	}
	before := note.snapshot(h.Notice.Number)
	if err := s.uninvoice(tx, who, h, &note, correction, deltas); err != nil {
		return decimal.Zero, err
	}
	sum, err := note.correct(deltas)
	if err != nil {
		return decimal.Zero, err
	}
	if err := s.reorder(tx, h, &note, deltas); err != nil {
		return decimal.Zero, err
	}
	if err := s.credit.Post(tx, h.Account, credit.CorrectMove(correction, note.ID, sum)); err != nil {
		return decimal.Zero, err
	}
	if err := s.Stock.Correct(tx, note.NoticeID, note.ID, note.Number, note.stockParts(deltas)); err != nil {
		return decimal.Zero, err
	}
	if err := correctLines(tx, &note, deltas); err != nil {
		return decimal.Zero, err
	}
	if err := s.shipments.FitCover(tx, &h.Notice); err != nil {
		return decimal.Zero, err
	}
	return sum, note.record(tx, "correctDeliveryNote", before, h.Notice.Number)
}

// uninvoice takes off invoices what they have of goods that didn't leave. Account and note are locked, and read again where they had something.
func (s *Service) uninvoice(tx pg.Tx, who identity.Principal, h *shipping.Held, d *Note, correction uuid.UUID, deltas []Delta) error {
	var parts []Invoiced
	for _, delta := range deltas {
		l := d.line(delta.LineID)
		if l == nil || d.State == NoteCancelled {
			continue // correct says so
		}
		over := money.Sub(money.Add(l.InvoicedQuantity, l.ReturnedQuantity), money.Add(l.Real(), delta.Quantity))
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
	if h.Account, err = s.credit.Lock(tx, h.Notice.PayerID); err != nil {
		return err
	}
	again, err := s.Lock(tx, []uuid.UUID{d.ID})
	if err == nil {
		*d = again[0]
	}
	return err
}

// correct works out what the deltas come to, and puts them on the note.
func (d *Note) correct(deltas []Delta) (decimal.Decimal, error) {
	if d.State == NoteCancelled {
		return decimal.Zero, ErrNoteCancelled
	}
	sum := decimal.Zero.Pad(money.AmountScale)
	for i := range deltas {
		l := d.line(deltas[i].LineID)
		if l == nil {
			return decimal.Zero, shipping.ErrNoLine.At(fmt.Sprintf("/lines/%d/delivery_line_id", i))
		}
		pointer := fmt.Sprintf("/lines/%d/quantity", i)
		rest := money.Add(l.Real(), deltas[i].Quantity)
		if rest.Cmp(l.ReturnedQuantity) < 0 {
			return decimal.Zero, ErrCorrectsTooMuch.With("left", money.Sub(l.Real(), l.ReturnedQuantity)).At(pointer)
		}
		if rest.Cmp(money.Add(l.InvoicedQuantity, l.ReturnedQuantity)) < 0 {
			return decimal.Zero, ErrInvoiced.At(pointer)
		}
		deltas[i].Amount = money.Sub(l.worth(rest), l.RealAmount())
		l.CorrectedQuantity, l.CorrectedAmount = money.Add(l.CorrectedQuantity, deltas[i].Quantity), money.Add(l.CorrectedAmount, deltas[i].Amount)
		sum = money.Add(sum, deltas[i].Amount)
	}
	return sum, nil
}

// worth is what so much of the line comes to: its share, and what is beyond the note at the line's price.
func (l *Line) worth(quantity decimal.Decimal) decimal.Decimal {
	beyond := money.Sub(quantity, l.Quantity)
	if !beyond.IsPos() {
		return money.Share(l.Amount, l.Quantity, quantity)
	}
	more, err := beyond.Mul(l.Price)
	if err != nil {
		panic("delivery: amounts beyond numeric(18): " + err.Error())
	}
	return money.Add(l.Amount, money.Fen(more))
}

// stockParts are the deltas by line of the notice, as stock goes by them.
func (d *Note) stockParts(deltas []Delta) []stock.Part {
	parts := make([]stock.Part, len(deltas))
	for i, delta := range deltas {
		parts[i] = stock.Part{NoticeLineID: d.line(delta.LineID).NoticeLineID, Quantity: delta.Quantity}
	}
	return parts
}

// reorder moves the deltas on the orders: what didn't leave is open again, what left beyond the note is taken of what is open. What had no room on the order
// goes first of what didn't leave.
func (s *Service) reorder(tx pg.Tx, h *shipping.Held, d *Note, deltas []Delta) error {
	less, more := make([]order.Part, 0, len(deltas)), make([]order.Part, 0, len(deltas))
	for _, delta := range deltas {
		l := d.line(delta.LineID)
		part := l.part(delta.Quantity.Abs())
		if !delta.Quantity.IsNeg() {
			more = append(more, part)
			continue
		}
		unordered := part.Quantity.Min(l.UnorderedQuantity)
		l.UnorderedQuantity, part.Quantity = money.Sub(l.UnorderedQuantity, unordered), money.Sub(part.Quantity, unordered)
		if part.Quantity.IsPos() {
			less = append(less, part)
		}
	}
	for _, p := range order.ByOrder(less) {
		if err := s.orders.NotLeft(tx, h.Orders[p.OrderID], p.Lines); err != nil {
			return err
		}
	}
	for _, p := range order.ByOrder(more) {
		over, err := s.orders.Left(tx, h.Orders[p.OrderID], p.Lines)
		if err != nil {
			return err
		}
		for i, q := range over {
			if q.IsPos() {
				return order.ErrNotOpen.With("open", money.Sub(p.Lines[i].Quantity, q))
			}
		}
	}
	return nil
}
