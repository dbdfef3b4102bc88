package receivable

import (
	"strconv"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/money"
)

// Cause is why an invoice is corrected.
type Cause string

// The causes. A credit note is for the first three, an adjusting document (ARV-06) for all but a return.
const (
	CausePrice     Cause = "price"     // too high or too low
	CauseQuantity  Cause = "quantity"  // more was invoiced than is to be: the goods are shipped-not-invoiced again
	CauseReturn    Cause = "return"    // the goods came back and are never invoiced again
	CauseDuplicate Cause = "duplicate" // asked for twice
	CauseItem      Cause = "item"      // another product: its goods are shipped-not-invoiced again
)

// Correction is what a credit note or an adjusting document does to an invoice: by lines, or by one amount that is spread over the lines.
type Correction struct {
	InvoiceID uuid.UUID
	Cause     Cause
	Lines     []CorrectedLine
	Amount    decimal.Decimal // tax included, above 0; without lines only
	Raise     bool            // an adjustment that asks for more: an amount only
	Reason    string
	SourceID  *uuid.UUID // the disputed item or the return that asked for it
}

// CorrectedLine corrects one line of the invoice: a quantity, whose amount follows from what is left of the line, or an amount.
type CorrectedLine struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal
	Amount   decimal.Decimal
}

// corrected is an invoice line with what corrections have taken from it so far.
type corrected struct {
	Line
	TakenQuantity decimal.Decimal
	TakenAmount   decimal.Decimal
	TakenTax      decimal.Decimal
}

// draft collects what a correction comes to.
type draft struct {
	total, tax decimal.Decimal // above 0
	lines      []Line          // negative, as the document has them
	parts      []delivery.Invoiced
	again      map[uuid.UUID]decimal.Decimal // delivery note → amount that is to be invoiced again
}

// byQuantity reports whether the goods of a corrected line leave the invoice.
func (c Cause) byQuantity() bool { return c == CauseQuantity || c == CauseReturn || c == CauseItem }

// work computes the document: never more than was invoiced, tax in proportion, all that is left with the last part.
func (c Correction) work(v Invoice, lines []corrected) (draft, error) {
	d := draft{again: map[uuid.UUID]decimal.Decimal{}}
	switch {
	case len(c.Lines) > 0:
		for i, want := range c.Lines {
			if err := d.line(c, lines, want, i); err != nil {
				return draft{}, err
			}
		}
	case c.Cause == CauseReturn || c.Cause == CauseQuantity:
		return draft{}, ErrLinesNeeded.At("/lines")
	default:
		d.spread(money.Fen(c.Amount), lines)
	}
	if !d.total.IsPos() {
		return draft{}, ErrNoAmount.At("/amount")
	}
	if left := v.Creditable(); d.total.Cmp(left) > 0 {
		return draft{}, ErrOverCredited.With("left", left).At("/amount")
	}
	return d, nil
}

func (d *draft) line(c Correction, lines []corrected, want CorrectedLine, i int) error {
	at := "/lines/" + strconv.Itoa(i)
	var l *corrected
	for k := range lines {
		if lines[k].ID == want.LineID {
			l = &lines[k]
		}
	}
	if l == nil {
		return ErrNoLine.At(at + "/invoice_line_id")
	}
	left := money.Sub(l.Amount, l.TakenAmount)
	if want.Quantity.IsZero() {
		if c.Cause == CauseReturn || c.Cause == CauseQuantity {
			return ErrLinesNeeded.At(at + "/quantity")
		}
		amount := money.Fen(want.Amount)
		if !amount.IsPos() || amount.Cmp(left) > 0 {
			return ErrOverCredited.With("left", left).At(at + "/amount")
		}
		d.take(l, decimal.Zero.Pad(money.PriceScale), amount)
		return nil
	}
	rest := money.Sub(l.Quantity, l.TakenQuantity)
	if !c.Cause.byQuantity() || !want.Amount.IsZero() {
		return ErrLinesNeeded.At(at + "/amount")
	}
	if !want.Quantity.IsPos() || want.Quantity.Cmp(rest) > 0 {
		return ErrQuantityLeft.With("left", rest).At(at + "/quantity")
	}
	part := money.Portion(l.Amount, l.Quantity, l.TakenQuantity, want.Quantity) // of the delivery line, at its own price
	d.parts = append(d.parts, delivery.Invoiced{LineID: l.DeliveryLineID, Quantity: want.Quantity, Amount: part})
	if c.Cause != CauseReturn {
		d.again[l.DeliveryNoteID] = money.Add(d.again[l.DeliveryNoteID], part)
	}
	d.take(l, want.Quantity, money.Share(left, rest, want.Quantity))
	return nil
}

// take counts a part of a line, with its share of the tax.
func (d *draft) take(l *corrected, quantity, amount decimal.Decimal) {
	tax := money.Share(money.Sub(l.Tax, l.TakenTax), money.Sub(l.Amount, l.TakenAmount), amount)
	id := l.ID
	d.lines = append(d.lines, Line{
		ID: uuid.Must(uuid.NewV7()), LineNo: len(d.lines) + 1, DeliveryNoteID: l.DeliveryNoteID, DeliveryLineID: l.DeliveryLineID,
		ProductID: l.ProductID, Quantity: quantity.Neg(), Price: l.Price, Amount: amount.Neg(), TaxRate: l.TaxRate, Tax: tax.Neg(), CorrectsLineID: &id,
	})
	l.TakenQuantity, l.TakenAmount, l.TakenTax = money.Add(l.TakenQuantity, quantity), money.Add(l.TakenAmount, amount), money.Add(l.TakenTax, tax)
	d.total, d.tax = money.Add(d.total, amount), money.Add(d.tax, tax)
}

// spread takes an amount from all lines, by what is left of each; an opening item has no lines.
func (d *draft) spread(amount decimal.Decimal, lines []corrected) {
	if len(lines) == 0 {
		d.total = amount
		return
	}
	whole := decimal.Zero
	for _, l := range lines {
		whole = money.Add(whole, money.Sub(l.Amount, l.TakenAmount))
	}
	if amount.Cmp(whole) > 0 {
		d.total = amount // refused by the caller, which knows what is left
		return
	}
	before := decimal.Zero
	for i := range lines {
		left := money.Sub(lines[i].Amount, lines[i].TakenAmount)
		if part := money.Portion(amount, whole, before, left); part.IsPos() {
			d.take(&lines[i], decimal.Zero.Pad(money.PriceScale), part)
		}
		before = money.Add(before, left)
	}
}
