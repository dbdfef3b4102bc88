package receivable

import (
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// NewInvoice is an invoice to be posted from delivery notes of one customer.
type NewInvoice struct {
	DeliveryNoteIDs []uuid.UUID
	Quantities      map[uuid.UUID]decimal.Decimal // delivery line → quantity; all that is left of all lines when empty
	InvoicedOn      time.Time                     // today when zero
	Tax             *NewTaxInvoice                // of the tax system, where it is known already
	Remarks         string
	Ahead           string // why it is made before the statement is confirmed, where the terms say after (D2.10)
}

// PostInvoice invoices what left with the delivery notes and isn't invoiced yet; no gate stands between (SHP-20). The terms
// of the payer at the time decide the due date (ARV-04); goods sent cash on delivery or paid ahead are due at once
// (SHP-11). Money set aside for the notices pays it in the same transaction (SHP-10), and the payer's free money its cash deliveries. Returns ErrUnknownNote,
// ErrMixedCustomers, ErrOverInvoiced, ErrNothingToInvoice, ErrFuture. Locks the credit account, the delivery notes, and
// the receipts that may pay it.
func (s *Service) PostInvoice(tx pg.Tx, who identity.Principal, in NewInvoice) (Invoice, error) {
	c, payer, err := s.customerOf(tx, who, in.DeliveryNoteIDs)
	if err != nil {
		return Invoice{}, err
	}
	account, err := s.credit.Lock(tx, payer)
	if err != nil {
		return Invoice{}, err
	}
	notes, err := s.deliveries.Lock(tx, in.DeliveryNoteIDs)
	if err != nil {
		return Invoice{}, err
	}
	if slices.ContainsFunc(notes, func(n delivery.Note) bool { return n.State == delivery.NoteCancelled }) {
		return Invoice{}, ErrUnknownNote.At("/delivery_note_ids") // judged under the lock: it may have been cancelled just now
	}
	v := Invoice{
		ID: uuid.Must(uuid.NewV7()), Kind: KindInvoice, State: Posted, CustomerID: c.ID, PayerID: payer,
		InvoicedOn: in.InvoicedOn, Currency: Currency, Paid: decimal.Zero.Pad(money.AmountScale),
		Remarks: in.Remarks, CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
	if err := s.date(tx, &v, notes); err != nil {
		return Invoice{}, err
	}
	if err := s.Terms.MayInvoice(tx, v, notes, in.Ahead); err != nil {
		return Invoice{}, err
	}
	if err := v.take(notes, in.Quantities); err != nil {
		return Invoice{}, err
	}
	if err := s.post(tx, account, &v, notes); err != nil {
		return Invoice{}, err
	}
	if in.Tax != nil {
		if v.TaxInvoices, err = recordTax(tx, &v, *in.Tax); err != nil {
			return Invoice{}, err
		}
	}
	return v, record(tx, "postInvoice", subjectInvoice, v.ID, nil, v)
}

// customerOf reads whose delivery notes these are and who pays them. It is read before anything is locked: the account
// must be the first lock, and a delivery note never changes its customer or payer.
func (s *Service) customerOf(tx pg.Tx, who identity.Principal, ids []uuid.UUID) (customer.Customer, uuid.UUID, error) {
	notes, err := s.deliveries.Notes(tx, ids)
	if err != nil {
		return customer.Customer{}, uuid.Nil, err
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return customer.Customer{}, uuid.Nil, ErrTwice.At(elem("/delivery_note_ids", i))
		}
	}
	if len(notes) != len(ids) {
		return customer.Customer{}, uuid.Nil, ErrUnknownNote.At("/delivery_note_ids")
	}
	for _, n := range notes {
		if n.CustomerID != notes[0].CustomerID || n.PayerID != notes[0].PayerID {
			return customer.Customer{}, uuid.Nil, ErrMixedCustomers.At("/delivery_note_ids")
		}
	}
	c, err := mustSeeCustomer(tx, who, notes[0].CustomerID)
	if errors.Is(err, errs.ErrNotFound) {
		err = ErrUnknownNote.At("/delivery_note_ids")
	}
	return c, notes[0].PayerID, err
}

// date sets the invoice's date and, from the terms, when it is due (CRD-12, ARV-04).
func (s *Service) date(tx pg.Tx, v *Invoice, notes []delivery.Note) error {
	today := clock.Today(tx.Now)
	if v.InvoicedOn.IsZero() {
		v.InvoicedOn = today
	}
	if v.InvoicedOn.After(today) {
		return ErrFuture.At("/invoiced_on")
	}
	if slices.ContainsFunc(notes, func(n delivery.Note) bool { return n.ShippedOn.After(v.InvoicedOn) }) {
		return ErrBeforeDelivery.At("/invoiced_on") // backdated, it would be overdue the day it is written
	}
	terms, err := s.termsOf(tx, v.PayerID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(notes, func(n delivery.Note) bool {
		return n.Flow == shipping.COD || n.Flow == shipping.Prepaid
	}) {
		terms = credit.CashTerms() // SHP-11: what wasn't paid on delivery is due at once
	}
	v.Terms, v.DueOn = terms.String(), terms.DueOn(v.InvoicedOn)
	return nil
}

// take makes the invoice's lines: all that is left of every delivery line, or the quantities asked for.
func (v *Invoice) take(notes []delivery.Note, quantities map[uuid.UUID]decimal.Decimal) error {
	named := 0
	for _, n := range notes {
		for _, d := range n.Lines {
			quantity, asked := quantities[d.ID]
			if asked {
				named++
			} else if len(quantities) == 0 {
				quantity = d.OpenQuantity()
			}
			if !quantity.IsPos() {
				continue
			}
			if err := v.takeLine(n, d, quantity); err != nil {
				return err
			}
		}
	}
	if named != len(quantities) {
		return errs.ErrReferenced.At("/lines")
	}
	if len(v.Lines) == 0 && slices.ContainsFunc(notes, cameBack) {
		return ErrReturned.At("/delivery_note_ids")
	}
	if len(v.Lines) == 0 || !v.Total.IsPos() {
		return ErrNothingToInvoice.At("/delivery_note_ids")
	}
	return nil
}

// cameBack reports whether all that is missing on the invoices of a note is what came back.
func cameBack(n delivery.Note) bool {
	return slices.ContainsFunc(n.Lines, func(l delivery.Line) bool { return l.ReturnedQuantity.IsPos() && l.InvoicedQuantity.IsZero() })
}

// takeLine adds one line. The amounts of all invoices of a delivery line add up to its own: rounding loses nothing.
func (v *Invoice) takeLine(n delivery.Note, d delivery.Line, quantity decimal.Decimal) error {
	left := d.OpenQuantity()
	if quantity.Cmp(left) > 0 && quantity.Cmp(money.Add(left, d.ReturnedQuantity)) <= 0 {
		return ErrReturned.At("/lines")
	}
	if quantity.Cmp(left) > 0 {
		return ErrOverInvoiced.With("left", left).At("/lines")
	}
	amount := d.AmountOf(quantity)
	tax := money.IncludedTax(amount, d.TaxRate)
	v.Lines = append(v.Lines, Line{
		ID: uuid.Must(uuid.NewV7()), InvoiceID: v.ID, LineNo: len(v.Lines) + 1, DeliveryNoteID: n.ID, DeliveryLineID: d.ID,
		ProductID: d.ProductID, Quantity: quantity, Price: d.Price, Amount: amount, TaxRate: d.TaxRate, Tax: tax,
	})
	var err error
	if v.Total, err = money.Sum(v.Total, amount); err != nil {
		return err
	}
	v.TaxTotal, err = money.Sum(v.TaxTotal, tax)
	return err
}

// post writes the invoice, marks the delivery lines, moves the exposure and uses what was set aside.
func (s *Service) post(tx pg.Tx, account *credit.Account, v *Invoice, notes []delivery.Note) error {
	if err := s.deliveries.MarkInvoiced(tx, invoiced(v.Lines)); err != nil {
		return err
	}
	from, err := fromNotes(v.Lines)
	if err != nil {
		return err
	}
	if err := s.credit.Post(tx, account, credit.InvoiceMoves(v.ID, v.Total, v.InvoicedOn, v.DueOn, from...)...); err != nil {
		return err
	}
	if err := hold(tx, v.PayerID, notes); err != nil {
		return err
	}
	if v.Number, err = pg.NextNumber(tx, "INV", tx.Now); err != nil {
		return err
	}
	if err := insertInvoice(tx, v); err != nil {
		return err
	}
	totals, err := noticeTotals(v.Lines, notes)
	if err != nil {
		return err
	}
	if err := s.payFromCovers(tx, account, v, totals); err != nil {
		return err
	}
	if err := s.payFromDeposits(tx, account, v); err != nil {
		return err
	}
	return s.payCash(tx, account, v, notes)
}

// hold locks what of the payer's receipts may pay the invoice, before the number is taken: what is set aside, and for a cash delivery what is free.
func hold(tx pg.Tx, payer uuid.UUID, notes []delivery.Note) error {
	var held []uuid.UUID
	return tx.Raw("SELECT id FROM receipts WHERE payer_id = ? AND state = 'posted' AND (covering > 0 OR ? AND allocated + covering < amount) ORDER BY id FOR UPDATE",
		payer, slices.ContainsFunc(notes, isCash)).Scan(&held).Error
}

// noticeTotal is what an invoice asks for the goods of one notice.
type noticeTotal struct {
	notice uuid.UUID
	amount decimal.Decimal
}

// noticeTotals adds up the lines by notice, in the order of the notes.
func noticeTotals(lines []Line, notes []delivery.Note) ([]noticeTotal, error) {
	from, err := fromNotes(lines)
	if err != nil {
		return nil, err
	}
	var totals []noticeTotal
	for _, n := range notes {
		for _, f := range from {
			if f.Note != n.ID {
				continue
			}
			i := slices.IndexFunc(totals, func(t noticeTotal) bool { return t.notice == n.NoticeID })
			if i < 0 {
				totals = append(totals, noticeTotal{n.NoticeID, f.Amount})
			} else if totals[i].amount, err = money.Sum(totals[i].amount, f.Amount); err != nil {
				return nil, err
			}
		}
	}
	return totals, nil
}

// invoiced tells shipping what was taken from its lines.
func invoiced(lines []Line) []delivery.Invoiced {
	out := make([]delivery.Invoiced, len(lines))
	for i, l := range lines {
		out[i] = delivery.Invoiced{LineID: l.DeliveryLineID, Quantity: l.Quantity, Amount: l.Amount}
	}
	return out
}

// fromNotes adds up the lines by delivery note. Returns an error when a sum has more than 19 digits.
func fromNotes(lines []Line) ([]credit.FromNote, error) {
	var out []credit.FromNote
	for _, l := range lines {
		i := slices.IndexFunc(out, func(f credit.FromNote) bool { return f.Note == l.DeliveryNoteID })
		if i < 0 {
			out = append(out, credit.FromNote{Note: l.DeliveryNoteID, Amount: l.Amount})
			continue
		}
		var err error
		if out[i].Amount, err = money.Sum(out[i].Amount, l.Amount); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ReverseInvoice posts the reversal of an invoice (ARV-06): the goods are shipped-not-invoiced again, and can be invoiced
// anew. Returns the reversal; ErrReversed, ErrIsReversal, ErrHasCredits, and ErrHasPayments while payments are allocated to it. Locks
// the credit account, the delivery notes and the invoice.
func (s *Service) ReverseInvoice(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Invoice, error) {
	v, account, err := s.lockInvoice(tx, who, id)
	switch {
	case err != nil:
		return Invoice{}, err
	case version != nil && *version != v.Version:
		return Invoice{}, errs.ErrStale
	case !v.Total.IsPos():
		return Invoice{}, ErrIsReversal
	case v.State == Reversed:
		return Invoice{}, ErrReversed
	case v.Credited.IsPos() || v.WrittenOff.IsPos():
		return Invoice{}, ErrHasCredits
	case v.Paid.IsPos():
		return Invoice{}, ErrHasPayments
	}
	back := v.reversal(tx, reason)
	if err := pg.Update(tx, "invoices", v.ID, v.Version, map[string]any{"state": Reversed}); err != nil {
		return Invoice{}, err
	}
	if err := s.deliveries.UnmarkInvoiced(tx, invoiced(v.Lines)); err != nil {
		return Invoice{}, err
	}
	from, err := fromNotes(v.Lines)
	if err != nil {
		return Invoice{}, err
	}
	if err := s.credit.Post(tx, account, credit.ReverseInvoiceMoves(back.ID, v.ID, from...)...); err != nil {
		return Invoice{}, err
	}
	if back.Number, err = pg.NextNumber(tx, "INV", tx.Now); err != nil {
		return Invoice{}, err
	}
	if err := insertInvoice(tx, &back); err != nil {
		return Invoice{}, err
	}
	return back, record(tx, "reverseInvoice", subjectInvoice, v.ID, v, map[string]any{"state": Reversed, "reversal": back.Number, "reason": reason})
}

// lockInvoice locks the payer's account, the delivery notes, then the invoice, and reads its lines.
func (s *Service) lockInvoice(tx pg.Tx, who identity.Principal, id uuid.UUID) (Invoice, *credit.Account, error) {
	v, err := s.GetInvoice(tx, who, id)
	if err != nil {
		return Invoice{}, nil, err
	}
	account, err := s.credit.Lock(tx, v.PayerID)
	if err != nil {
		return Invoice{}, nil, err
	}
	var notes []uuid.UUID
	for _, l := range v.Lines {
		if !slices.Contains(notes, l.DeliveryNoteID) {
			notes = append(notes, l.DeliveryNoteID)
		}
	}
	if len(notes) > 0 {
		if _, err := s.deliveries.Lock(tx, notes); err != nil {
			return Invoice{}, nil, err
		}
	}
	lines, taxed := v.Lines, v.TaxInvoices
	v, err = pg.TakeForUpdate[Invoice](tx, "id = ?", id)
	v.Lines, v.TaxInvoices = lines, taxed
	return v, account, err
}

// reversal is the document that takes the invoice back.
func (v Invoice) reversal(tx pg.Tx, reason string) Invoice {
	today := clock.Today(tx.Now)
	back := Invoice{
		ID: uuid.Must(uuid.NewV7()), Kind: KindReversal, State: Posted, CustomerID: v.CustomerID, PayerID: v.PayerID,
		InvoicedOn: today, DueOn: today, Terms: v.Terms, Currency: v.Currency, Total: v.Total.Neg(), TaxTotal: v.TaxTotal.Neg(),
		Paid: decimal.Zero.Pad(money.AmountScale), Remarks: reason, ReversesID: &v.ID, CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
	for _, l := range v.Lines {
		l.ID, l.InvoiceID = uuid.Must(uuid.NewV7()), back.ID
		l.Quantity, l.Amount, l.Tax = l.Quantity.Neg(), l.Amount.Neg(), l.Tax.Neg()
		back.Lines = append(back.Lines, l)
	}
	return back
}
