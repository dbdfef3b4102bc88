package receivable

import (
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// TaxKind is a kind of invoice of the tax system.
type TaxKind string

// The kinds.
const (
	Digital    TaxKind = "digital"     // 数电票: a number of 20 digits
	VATSpecial TaxKind = "vat_special" // 增值税专用发票: a code of 10 or 12 digits and a number of 8
	VATGeneral TaxKind = "vat_general" // 增值税普通发票
)

// The states of a tax invoice.
const (
	TaxRecorded State = "recorded"
	TaxVoid     State = "void" // typed wrongly, or void in the tax system
)

// TaxInvoice is what the tax system issued for an invoice or, in red letters, for a correction.
type TaxInvoice struct {
	ID         uuid.UUID
	State      State
	InvoiceID  uuid.UUID
	Kind       TaxKind
	Code       string
	Number     string
	IssuedOn   time.Time
	Amount     decimal.Decimal // tax included; negative in red letters
	RedOfID    *uuid.UUID      // the blue one that a red one takes from
	VoidReason string
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
	Version    int64
}

// NewTaxInvoice is a number of the tax system to be recorded.
type NewTaxInvoice struct {
	Kind     TaxKind
	Code     string
	Number   string
	IssuedOn time.Time       // the invoice's date when zero
	Amount   decimal.Decimal // above 0; what isn't recorded yet when 0
	RedOfID  *uuid.UUID
}

var (
	digitalNumber = regexp.MustCompile(`^[0-9]{20}$`)
	vatCode       = regexp.MustCompile(`^[0-9]{10}([0-9]{2})?$`)
	vatNumber     = regexp.MustCompile(`^[0-9]{8}$`)
)

// check returns ErrTaxForm for a number that the tax system doesn't issue.
func (n NewTaxInvoice) check() error {
	switch n.Kind {
	case Digital:
		if n.Code == "" && digitalNumber.MatchString(n.Number) {
			return nil
		}
	case VATSpecial, VATGeneral:
		if vatCode.MatchString(n.Code) && vatNumber.MatchString(n.Number) {
			return nil
		}
	}
	return ErrTaxForm.At("/tax_invoice/number")
}

// RecordTaxInvoice records the tax system's invoice of an invoice, or the red-letter one of a credit note, adjustment or reversal, which
// names the blue one that it takes from. An invoice may have several; together they aren't more than its total. Returns ErrTaxForm,
// ErrTaxTwice, ErrTaxTooMuch, ErrTaxRed. Locks the credit account and the invoice.
func (s *Service) RecordTaxInvoice(tx pg.Tx, who identity.Principal, invoiceID uuid.UUID, in NewTaxInvoice) (Invoice, error) {
	v, _, err := s.lockInvoice(tx, who, invoiceID)
	if err != nil {
		return Invoice{}, err
	}
	if v.TaxInvoices, err = recordTax(tx, &v, in); err != nil {
		return Invoice{}, err
	}
	return v, record(tx, "recordTaxInvoice", subjectInvoice, v.ID, nil, v.TaxInvoices[len(v.TaxInvoices)-1])
}

// recordTax writes a tax invoice of an invoice whose payer's account is locked, and returns all of them.
func recordTax(tx pg.Tx, v *Invoice, in NewTaxInvoice) ([]TaxInvoice, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if in.IssuedOn.IsZero() {
		in.IssuedOn = v.InvoicedOn
	}
	if in.IssuedOn.After(clock.Today(tx.Now)) {
		return nil, ErrFuture.At("/tax_invoice/issued_on")
	}
	all, err := taxInvoicesOf(tx, v.ID)
	if err != nil {
		return nil, err
	}
	left := v.Total.Abs()
	for _, t := range all {
		if t.State == TaxRecorded {
			left = money.Sub(left, t.Amount.Abs())
		}
	}
	amount := money.Fen(in.Amount)
	if amount.IsZero() {
		amount = left
	}
	if !amount.IsPos() || amount.Cmp(left) > 0 {
		return nil, ErrTaxTooMuch.With("left", left).At("/tax_invoice/amount")
	}
	if err := checkRed(tx, v, in.RedOfID, amount); err != nil {
		return nil, err
	}
	if v.Total.IsNeg() {
		amount = amount.Neg()
	}
	t := TaxInvoice{
		ID: uuid.Must(uuid.NewV7()), State: TaxRecorded, InvoiceID: v.ID, Kind: in.Kind, Code: in.Code, Number: in.Number, IssuedOn: in.IssuedOn,
		Amount: amount, RedOfID: in.RedOfID, CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &t); err != nil {
		return nil, err
	}
	if err := pg.Update(tx, "invoices", v.ID, v.Version, map[string]any{"tax_number": t.Number}); err != nil {
		return nil, err
	}
	v.TaxNumber, v.Version = t.Number, v.Version+1
	return append(all, t), nil
}

// checkRed holds a red-letter invoice to the blue one of the invoice that is corrected: it takes no more than that has left.
func checkRed(tx pg.Tx, v *Invoice, redOf *uuid.UUID, amount decimal.Decimal) error {
	corrected := v.CorrectsID
	if v.Kind == KindReversal {
		corrected = v.ReversesID
	}
	if v.Total.IsPos() || redOf == nil || corrected == nil {
		if v.Total.IsPos() && redOf == nil {
			return nil
		}
		return ErrTaxRed.At("/tax_invoice/red_of_id")
	}
	blue, err := taxInvoicesOf(tx, *corrected)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(blue, func(t TaxInvoice) bool { return t.ID == *redOf && t.State == TaxRecorded })
	if i < 0 {
		return ErrTaxRed.At("/tax_invoice/red_of_id")
	}
	var taken decimal.Decimal
	err = pg.ScanRow(tx, []any{&taken}, `SELECT coalesce(-sum(amount), 0.00) FROM tax_invoices WHERE red_of_id = ? AND state = 'recorded'`, *redOf)
	if err != nil {
		return err
	}
	if left := money.Sub(blue[i].Amount, taken); amount.Cmp(left) > 0 {
		return ErrTaxTooMuch.With("left", left).At("/tax_invoice/amount")
	}
	return nil
}

// VoidTaxInvoice voids a tax invoice that was typed wrongly, or that is void in the tax system: its number may be recorded again. Returns
// ErrTaxVoid, and ErrTaxHasRed while a red-letter one takes from it. Locks the credit account and the invoice.
func (s *Service) VoidTaxInvoice(tx pg.Tx, who identity.Principal, invoiceID, id uuid.UUID, reason string) (Invoice, error) {
	v, _, err := s.lockInvoice(tx, who, invoiceID)
	if err != nil {
		return Invoice{}, err
	}
	if v.TaxInvoices, err = taxInvoicesOf(tx, v.ID); err != nil {
		return Invoice{}, err
	}
	i := slices.IndexFunc(v.TaxInvoices, func(t TaxInvoice) bool { return t.ID == id })
	if i < 0 {
		return Invoice{}, errs.ErrNotFound
	}
	t := &v.TaxInvoices[i]
	if t.State == TaxVoid {
		return Invoice{}, ErrTaxVoid
	}
	var red int
	if err := pg.ScanRow(tx, []any{&red}, `SELECT count(*) FROM tax_invoices WHERE red_of_id = ? AND state = 'recorded'`, id); err != nil {
		return Invoice{}, err
	}
	if red > 0 {
		return Invoice{}, ErrTaxHasRed
	}
	if err := pg.Update(tx, "tax_invoices", t.ID, t.Version, map[string]any{"state": TaxVoid, "void_reason": reason}); err != nil {
		return Invoice{}, err
	}
	t.State, t.VoidReason, t.Version = TaxVoid, reason, t.Version+1
	if v.TaxNumber == t.Number {
		if err := pg.Update(tx, "invoices", v.ID, v.Version, map[string]any{"tax_number": ""}); err != nil {
			return Invoice{}, err
		}
		v.TaxNumber, v.Version = "", v.Version+1
	}
	return v, record(tx, "voidTaxInvoice", subjectInvoice, v.ID, nil, map[string]any{"number": t.Number, "code": t.Code, "reason": reason})
}

func taxInvoicesOf(tx pg.Tx, invoice uuid.UUID) ([]TaxInvoice, error) {
	var rows []TaxInvoice
	return rows, tx.Where("invoice_id = ?", invoice).Order("id").Find(&rows).Error
}

// TaxShare is what an invoice comes to at one rate of tax.
type TaxShare struct {
	Rate   decimal.Decimal
	Net    decimal.Decimal
	Tax    decimal.Decimal
	Amount decimal.Decimal
}

// Taxes adds the lines up by rate, the lowest first.
func (v Invoice) Taxes() []TaxShare {
	var out []TaxShare
	for _, l := range v.Lines {
		i := slices.IndexFunc(out, func(t TaxShare) bool { return t.Rate.Equal(l.TaxRate) })
		if i < 0 {
			zero := decimal.Zero.Pad(money.AmountScale)
			out, i = append(out, TaxShare{l.TaxRate, zero, zero, zero}), len(out)
		}
		t := &out[i]
		t.Tax, t.Amount = money.Add(t.Tax, l.Tax), money.Add(t.Amount, l.Amount)
		t.Net = money.Sub(t.Amount, t.Tax)
	}
	slices.SortFunc(out, func(a, b TaxShare) int { return a.Rate.Cmp(b.Rate) })
	return out
}
