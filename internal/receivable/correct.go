package receivable

import (
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Credit posts a credit note (贷项、红字) for a part of an invoice: price, quantity, or goods that came back; never more than was
// invoiced, with its tax. What was paid beyond what is left of the invoice is a prepayment again. Returns ErrOverCredited,
// ErrQuantityLeft, ErrLinesNeeded, ErrNotCorrectable. Locks the credit account, the delivery notes, the invoice, and the receipts that
// have paid it.
func (s *Service) Credit(tx pg.Tx, who identity.Principal, c Correction) (Invoice, error) {
	if c.Raise || c.Cause != CausePrice && c.Cause != CauseQuantity && c.Cause != CauseReturn {
		return Invoice{}, ErrCause.At("/cause")
	}
	return s.correct(tx, who, KindCreditNote, c)
}

// Adjust posts an adjusting document (调整单) for a disputed item: a duplicate, a price, an item, a quantity (ARV-06). The posted
// invoice stays as it is; what is open of it falls, or an item of its own is owed beside it (Raise). Returns and locks what Credit does.
func (s *Service) Adjust(tx pg.Tx, who identity.Principal, c Correction) (Invoice, error) {
	if c.Cause == CauseReturn {
		return Invoice{}, ErrCause.At("/cause")
	}
	if c.Raise {
		return s.raise(tx, who, c)
	}
	return s.correct(tx, who, KindAdjustment, c)
}

// correct posts a document that lowers an invoice.
func (s *Service) correct(tx pg.Tx, who identity.Principal, kind Kind, c Correction) (Invoice, error) {
	v, account, err := s.lockInvoice(tx, who, c.InvoiceID)
	if err != nil {
		return Invoice{}, err
	}
	if err := v.mayCorrect(); err != nil {
		return Invoice{}, err
	}
	lines, err := correctedLines(tx, v)
	if err != nil {
		return Invoice{}, err
	}
	d, err := c.work(v, lines)
	if err != nil {
		return Invoice{}, err
	}
	if err := s.giveUp(tx, c.Cause, d); err != nil {
		return Invoice{}, err
	}
	if v, err = s.makeRoom(tx, account, v, d.total); err != nil {
		return Invoice{}, err
	}
	if err := settle(tx, v, "credited", d.total); err != nil {
		return Invoice{}, err
	}
	note := v.correction(tx, kind, c)
	note.Total, note.TaxTotal, note.Paid, note.DueOn = d.total.Neg(), d.tax.Neg(), d.total.Neg(), note.InvoicedOn
	note.Lines = d.lines
	if err := s.credit.Post(tx, account, credit.CreditMoves(documentOf(kind), note.ID, v.ID, d.total, note.InvoicedOn, d.notes()...)...); err != nil {
		return Invoice{}, err
	}
	return note, s.enter(tx, &note)
}

// mayCorrect returns why a document can't be corrected, nil when it can.
func (v Invoice) mayCorrect() error {
	switch {
	case v.State == Reversed:
		return ErrReversed
	case !v.Total.IsPos():
		return ErrNotCorrectable
	}
	return nil
}

// giveUp tells shipping which goods the invoice has no longer.
func (s *Service) giveUp(tx pg.Tx, cause Cause, d draft) error {
	if err := s.deliveries.UnmarkInvoiced(tx, d.parts); err != nil || cause != CauseReturn {
		return err
	}
	return s.deliveries.MarkReturned(tx, d.parts)
}

// makeRoom takes payments off an invoice, the newest first, until an amount of it is open: what was paid too much is a prepayment.
func (s *Service) makeRoom(tx pg.Tx, account *credit.Account, v Invoice, amount decimal.Decimal) (Invoice, error) {
	paid, err := paymentsOf(tx, v.ID)
	if err != nil {
		return v, err
	}
	for _, a := range paid {
		missing := money.Sub(amount, v.Open())
		if !missing.IsPos() {
			break
		}
		r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", a.ReceiptID)
		if err != nil {
			return v, err
		}
		if r.Allocations, err = allocationsOf(tx, r.ID); err != nil {
			return v, err
		}
		i := slices.IndexFunc(r.Allocations, func(o Allocation) bool { return o.ID == a.ID })
		if err := s.takeOff(tx, account, &r, i); err != nil {
			return v, err
		}
		if rest := money.Sub(a.Amount, missing); rest.IsPos() {
			if err := s.allocate(tx, account, &r, []Share{{InvoiceID: v.ID, Amount: rest}}); err != nil {
				return v, err
			}
		}
		lines := v.Lines
		if v, err = pg.TakeForUpdate[Invoice](tx, "id = ?", v.ID); err != nil {
			return v, err
		}
		v.Lines = lines
	}
	return v, nil
}

// raise posts an adjusting document that asks for more: an open item of its own, due by the terms of now.
func (s *Service) raise(tx pg.Tx, who identity.Principal, c Correction) (Invoice, error) {
	v, account, err := s.lockInvoice(tx, who, c.InvoiceID)
	if err != nil {
		return Invoice{}, err
	}
	if err := v.mayCorrect(); err != nil {
		return Invoice{}, err
	}
	amount := money.Fen(c.Amount)
	if len(c.Lines) > 0 || !amount.IsPos() {
		return Invoice{}, ErrNoAmount.At("/amount")
	}
	note := v.correction(tx, KindAdjustment, c)
	note.Total, note.TaxTotal = amount, tax(v, amount)
	terms, err := s.termsOf(tx, v.PayerID)
	if err != nil {
		return Invoice{}, err
	}
	note.Terms, note.DueOn = terms.String(), terms.DueOn(note.InvoicedOn)
	if err := s.credit.Post(tx, account, credit.AdjustMove(note.ID, amount, note.InvoicedOn, note.DueOn)); err != nil {
		return Invoice{}, err
	}
	return note, s.enter(tx, &note)
}

// tax is what an amount contains of tax when it is taxed as the invoice is.
func tax(v Invoice, amount decimal.Decimal) decimal.Decimal {
	if amount.Cmp(v.Total) <= 0 {
		return money.Share(v.TaxTotal, v.Total, amount)
	}
	if len(v.Lines) == 0 {
		return decimal.Zero.Pad(money.AmountScale)
	}
	return money.IncludedTax(amount, v.Lines[0].TaxRate)
}

// correction is the document without its amounts.
func (v Invoice) correction(tx pg.Tx, kind Kind, c Correction) Invoice {
	return Invoice{
		ID: uuid.Must(uuid.NewV7()), Kind: kind, State: Posted, CustomerID: v.CustomerID, PayerID: v.PayerID, InvoicedOn: clock.Today(tx.Now),
		Terms: v.Terms, Currency: v.Currency, Paid: decimal.Zero.Pad(money.AmountScale), Remarks: c.Reason, CorrectsID: &v.ID, Cause: c.Cause,
		SourceID: c.SourceID, CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
}

// enter numbers and writes a correction, with its event and one at the invoice.
func (s *Service) enter(tx pg.Tx, note *Invoice) error {
	action, series := "creditInvoice", "CN"
	if note.Kind == KindAdjustment {
		action, series = "adjustInvoice", "ADJ"
	}
	var err error
	if note.Number, err = pg.NextNumber(tx, series, tx.Now); err != nil {
		return err
	}
	for i := range note.Lines {
		note.Lines[i].InvoiceID = note.ID
	}
	if err := insertInvoice(tx, note); err != nil {
		return err
	}
	if err := record(tx, action, subjectInvoice, note.ID, nil, *note); err != nil {
		return err
	}
	return record(tx, action, subjectInvoice, *note.CorrectsID, nil,
		map[string]any{"number": note.Number, "cause": note.Cause, "total": note.Total, "reason": note.Remarks})
}

// notes lists what is to be invoiced again, by delivery note, in id order.
func (d draft) notes() []credit.FromNote {
	out := make([]credit.FromNote, 0, len(d.again))
	for id, amount := range d.again {
		out = append(out, credit.FromNote{Note: id, Amount: amount})
	}
	slices.SortFunc(out, func(a, b credit.FromNote) int { return slices.Compare(a.Note[:], b.Note[:]) })
	return out
}

func documentOf(kind Kind) string {
	if kind == KindAdjustment {
		return credit.DocAdjustment
	}
	return credit.DocCreditNote
}

// termsOf returns the terms of a payer now (ARV-04).
func (s *Service) termsOf(tx pg.Tx, payer uuid.UUID) (credit.Terms, error) {
	profiles, err := s.credit.Profiles(tx, []uuid.UUID{payer})
	if err != nil {
		return credit.Terms{}, err
	}
	if terms := profiles[payer].Terms; terms.Settlement != "" {
		return terms, nil
	}
	return credit.CashTerms(), nil
}

// settle counts an amount as settled without money, in one of the columns credited and written_off.
func settle(tx pg.Tx, v Invoice, column string, amount decimal.Decimal) error {
	if amount.Cmp(v.Open()) > 0 {
		return ErrOverPaid.With("open", v.Open())
	}
	return pg.One(tx.Exec("UPDATE invoices SET paid = paid + ?, "+column+" = "+column+" + ?, version = version + 1 WHERE id = ?", amount, amount, v.ID))
}

// correctedLines reads what corrections have taken from the lines of an invoice so far. The caller holds the payer's account.
func correctedLines(tx pg.Tx, v Invoice) ([]corrected, error) {
	lines := make([]corrected, len(v.Lines))
	for i, l := range v.Lines {
		lines[i] = corrected{Line: l}
	}
	if len(lines) == 0 || !v.Credited.IsPos() {
		return lines, nil
	}
	var id uuid.UUID
	var quantity, amount, tax decimal.Decimal
	err := pg.ScanRows(tx, []any{&id, &quantity, &amount, &tax}, func() error {
		i := slices.IndexFunc(lines, func(l corrected) bool { return l.ID == id })
		lines[i].TakenQuantity, lines[i].TakenAmount, lines[i].TakenTax = quantity, amount, tax
		return nil
	}, `SELECT o.id, -sum(l.quantity), -sum(l.amount), -sum(l.tax) FROM invoice_lines o JOIN invoice_lines l ON l.corrects_line_id = o.id
		WHERE o.invoice_id = ? GROUP BY o.id`, v.ID)
	return lines, err
}

// paymentsOf returns what pays an invoice, the newest first.
func paymentsOf(tx pg.Tx, invoice uuid.UUID) ([]Allocation, error) {
	var rows []Allocation
	return rows, tx.Where("invoice_id = ? AND state = ?", invoice, Posted).Order("id DESC").Find(&rows).Error
}
