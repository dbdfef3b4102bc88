package receivable

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// State of a posted document.
type State string

// The states.
const (
	Posted   State = "posted"
	Reversed State = "reversed"
)

// Kind of an invoice.
type Kind string

// The kinds.
const (
	KindInvoice    Kind = "invoice"
	KindOpening    Kind = "opening"     // an open item of the books before salesgate
	KindReversal   Kind = "reversal"    // takes an invoice back; its amounts are negative
	KindCreditNote Kind = "credit_note" // takes a part of an invoice back; its amounts are negative
	KindAdjustment Kind = "adjustment"  // settles a disputed item (ARV-06): negative lowers its invoice, positive is owed beside it
)

// Currency of all documents.
const Currency = "CNY"

// Invoice is what a customer is asked to pay. Amounts include tax and are in CNY.
type Invoice struct {
	ID         uuid.UUID
	Number     string
	Kind       Kind
	State      State
	CustomerID uuid.UUID // who was delivered to
	PayerID    uuid.UUID // who owes
	InvoicedOn time.Time
	DueOn      time.Time
	Terms      string // as they were when it was posted
	Currency   string
	Total      decimal.Decimal
	TaxTotal   decimal.Decimal
	Paid       decimal.Decimal // settled: by payments, credit notes, adjustments and write-offs
	Credited   decimal.Decimal // of that, by credit notes and adjustments
	WrittenOff decimal.Decimal // of that, as bad debt
	TaxNumber  string          // of its last tax invoice
	Remarks    string
	ReversesID *uuid.UUID
	CorrectsID *uuid.UUID // the invoice that a credit note or an adjustment is about
	Cause      Cause
	SourceID   *uuid.UUID // what asked for the correction
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
	Version    int64

	CustomerName string       `gorm:"->"` // when it was read or listed
	PayerName    string       `gorm:"->"`
	Lines        []Line       `gorm:"-"`
	TaxInvoices  []TaxInvoice `gorm:"-"`
}

// Open is what is still to be paid: never negative, and 0 for what was reversed.
func (v Invoice) Open() decimal.Decimal {
	if v.State == Reversed || !v.Total.IsPos() {
		return decimal.Zero.Pad(money.AmountScale)
	}
	return money.NotNegative(money.Sub(v.Total, v.Paid))
}

// Received is the part of what is settled that money was.
func (v Invoice) Received() decimal.Decimal {
	if !v.Total.IsPos() {
		return decimal.Zero.Pad(money.AmountScale)
	}
	return money.Sub(money.Sub(v.Paid, v.Credited), v.WrittenOff)
}

// Creditable is what credit notes and adjustments may still take: what was invoiced and neither credited nor written off.
func (v Invoice) Creditable() decimal.Decimal {
	return money.Sub(money.Sub(v.Total, v.Credited), v.WrittenOff)
}

// Line is one product of one delivery line.
type Line struct {
	ID             uuid.UUID
	InvoiceID      uuid.UUID
	LineNo         int
	DeliveryNoteID uuid.UUID
	DeliveryLineID uuid.UUID
	ProductID      uuid.UUID
	Quantity       decimal.Decimal
	Price          decimal.Decimal
	Amount         decimal.Decimal
	TaxRate        decimal.Decimal
	Tax            decimal.Decimal
	CorrectsLineID *uuid.UUID // of a correction: the invoice's line
}

// TableName is for GORM.
func (Line) TableName() string { return "invoice_lines" }

// Method is how money came.
type Method string

// The methods.
const (
	BankTransfer   Method = "bank_transfer"
	Cash           Method = "cash"
	AcceptanceBill Method = "acceptance_bill"
)

// Receipt is money that came from a payer. What isn't allocated is a prepayment (ARV-01).
type Receipt struct {
	ID         uuid.UUID
	Number     string
	State      State
	PayerID    uuid.UUID
	Method     Method
	Reference  string // the bank's
	ReceivedOn time.Time
	Currency   string
	Amount     decimal.Decimal
	Allocated  decimal.Decimal // paid invoices with it, or was paid back
	Covering   decimal.Decimal // set aside for payment-first notices and for orders
	Remarks    string
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
	Version    int64

	PayerName   string       `gorm:"->"` // when it was read or listed
	Allocations []Allocation `gorm:"-"`
	Deposits    []Deposit    `gorm:"-"`
	Refunds     []Refund     `gorm:"-"`
	Bill        *Bill        `gorm:"-"`
}

// Free is what can still be allocated or set aside.
func (r Receipt) Free() decimal.Decimal {
	used, err := r.Allocated.Add(r.Covering)
	if err != nil {
		return decimal.Zero
	}
	free, err := r.Amount.Sub(used)
	if err != nil || r.State == Reversed {
		return decimal.Zero.Pad(money.AmountScale)
	}
	return money.NotNegative(free)
}

// Allocation is the part of a receipt that pays an invoice.
type Allocation struct {
	ID        uuid.UUID
	State     State
	ReceiptID uuid.UUID
	InvoiceID uuid.UUID
	Amount    decimal.Decimal
	CreatedBy *uuid.UUID
	CreatedAt time.Time
	Version   int64
}

// Cover is a part of a receipt set aside for a payment-first notice (SHP-10).
type Cover struct {
	NoticeID  uuid.UUID
	ReceiptID uuid.UUID
	OrderID   *uuid.UUID // whose deposit it was, and is again when the notice doesn't take it (ARV-01); nil for nobody's
	Amount    decimal.Decimal
}

// TableName is for GORM.
func (Cover) TableName() string { return "notice_covers" }
