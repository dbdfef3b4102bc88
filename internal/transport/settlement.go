package transport

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// SettlementState is where a settlement stands.
type SettlementState string

// The states.
const (
	SettlementDraft     SettlementState = "draft"
	SettlementConfirmed SettlementState = "confirmed" // by finance
	SettlementPaid      SettlementState = "paid"
	SettlementCancelled SettlementState = "cancelled"
)

// SettlementStates are all of them.
var SettlementStates = []SettlementState{SettlementDraft, SettlementConfirmed, SettlementPaid, SettlementCancelled}

// SettlementVerbs are what is done to a settlement, by operationId.
var SettlementVerbs = []Verb{VerbRefresh, VerbLeaveOut, VerbBill, VerbConfirm, VerbPay, VerbCancelSettlement}

// The verbs.
const (
	VerbRefresh          Verb = "refreshCarrierSettlement"
	VerbLeaveOut         Verb = "leaveOutOfCarrierSettlement"
	VerbBill             Verb = "recordCarrierBill"
	VerbConfirm          Verb = "confirmCarrierSettlement"
	VerbPay              Verb = "payCarrierSettlement"
	VerbCancelSettlement Verb = "cancelCarrierSettlement"
)

// Can reports whether a verb is possible in a state: what is confirmed is paid as it is.
func (s SettlementState) Can(v Verb) bool {
	switch s {
	case SettlementDraft:
		return v == VerbRefresh || v == VerbLeaveOut || v == VerbBill || v == VerbConfirm || v == VerbCancelSettlement
	case SettlementConfirmed:
		return v == VerbPay
	case SettlementPaid, SettlementCancelled:
	}
	return false
}

// Settlement is what a carrier is paid for a month (承运商对账结算单): signed vouchers up to its end, and adjusting documents of such.
type Settlement struct {
	ID            uuid.UUID
	Number        string
	CarrierID     uuid.UUID
	Month         time.Time // its first day
	State         SettlementState
	Amount        decimal.Decimal  // Σ of its listed lines, tax included
	BillNumber    string           // of the carrier's own bill; "" for none yet
	BilledAmount  *decimal.Decimal // what that comes to
	StateReason   string
	DraftedBy     *uuid.UUID // nil: the monthly job
	ConfirmedBy   *uuid.UUID
	ConfirmedAt   *time.Time
	PaidOn        *time.Time
	BankReference string
	PaidBy        *uuid.UUID
	PaidAt        *time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Version       int64

	CarrierName string `gorm:"->"`
}

// TableName is where settlements are kept.
func (Settlement) TableName() string { return "carrier_settlements" }

// The states of a settlement's line.
const (
	Listed  = "listed"
	LeftOut = "left_out" // it waits for a later settlement
)

// SettlementLine is a voucher or an adjusting document on a settlement.
type SettlementLine struct {
	ID           uuid.UUID
	SettlementID uuid.UUID
	VoucherID    uuid.UUID
	AdjustmentID *uuid.UUID
	Amount       decimal.Decimal
	State        string
	Reason       string
	ChangedBy    *uuid.UUID
	ChangedAt    time.Time

	Number         string    `gorm:"->"` // of the document
	VoucherNumber  string    `gorm:"->"`
	DeliveryNumber string    `gorm:"->"`
	On             time.Time `gorm:"->;column:dated_on"`
	Vehicle        string    `gorm:"->"`
	Kind           string    `gorm:"->"` // of the adjusting document
}

// TableName is where lines are kept.
func (SettlementLine) TableName() string { return "carrier_settlement_lines" }

func (x *Settlement) snapshot() map[string]any {
	m := map[string]any{
		"number": x.Number, "carrier_id": x.CarrierID, "month": x.Month.Format("2006-01"), "state": x.State, "amount": x.Amount, "reason": x.StateReason,
		"bill_number": x.BillNumber, "billed_amount": x.BilledAmount, "confirmed_by": x.ConfirmedBy, "bank_reference": x.BankReference, "version": x.Version,
	}
	if x.PaidOn != nil {
		m["paid_on"] = x.PaidOn.Format(time.DateOnly)
	}
	return m
}

// DraftSettlement lists what a carrier has signed up to the end of a month and isn't settled (SHP-08, SHP-18). Returns carrier.ErrNoCarrier, ErrMonthAhead,
// ErrMonthSettled when there is one, and ErrNothing. Locks the vouchers and adjusting documents in id order, and the number series.
func (s *Service) DraftSettlement(tx pg.Tx, carrierID uuid.UUID, month time.Time) (Settlement, error) {
	if month.After(clock.Today(tx.Now)) {
		return Settlement{}, ErrMonthAhead.At("/month")
	}
	if _, err := pg.Take[carrier.Carrier](tx, "id = ?", carrierID); err != nil {
		return Settlement{}, notFoundAs(err, carrier.ErrNoCarrier.At("/carrier_id"))
	}
	x := Settlement{
		ID: uuid.Must(uuid.NewV7()), CarrierID: carrierID, Month: month, State: SettlementDraft, Amount: decimal.Zero.Pad(2), DraftedBy: tx.By.Actor(),
		CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	x.Number = x.ID.String() // until it is known that it lists something: numbers are without gaps, and last
	if err := pg.Insert(tx, &x); err != nil {
		return Settlement{}, err
	}
	found, err := listOpen(tx, &x)
	if err != nil {
		return Settlement{}, err
	}
	if found == 0 {
		return Settlement{}, ErrNothing
	}
	if x.Number, err = pg.NextNumber(tx, "CS", tx.Now.In(clock.Shanghai)); err != nil {
		return Settlement{}, err
	}
	if err := storeSettlement(tx, &x); err != nil {
		return Settlement{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "createCarrierSettlement", SubjectType: SubjectSettlement, SubjectID: x.ID, After: x.snapshot()})
	if err != nil {
		return Settlement{}, err
	}
	return takeSettlement(tx, x.ID)
}

// DueSettlements returns the carriers that have something to settle up to the end of a month and no settlement of it, in id order.
func (s *Service) DueSettlements(tx pg.Tx, month time.Time) ([]uuid.UUID, error) {
	return dueSettlements(tx, month)
}

// hold locks a settlement for a verb.
func holdSettlement(tx pg.Tx, id uuid.UUID, version *int64, v Verb) (Settlement, error) {
	x, err := pg.TakeForUpdate[Settlement](tx, "id = ?", id)
	if err != nil {
		return Settlement{}, err
	}
	if version != nil && *version != x.Version {
		return Settlement{}, errs.ErrStale
	}
	if !x.State.Can(v) {
		return Settlement{}, errs.ErrState.With("state", string(x.State))
	}
	return x, nil
}

func (s *Service) settle(tx pg.Tx, x *Settlement, v Verb, before map[string]any) (Settlement, error) {
	x.UpdatedAt = tx.Now
	if err := storeSettlement(tx, x); err != nil {
		return Settlement{}, err
	}
	if v == VerbRefresh || v == VerbLeaveOut || v == VerbBill {
		if err := touched(tx, x.ID); err != nil {
			return Settlement{}, err
		}
	}
	err := audit.Record(tx, audit.Entry{Action: string(v), SubjectType: SubjectSettlement, SubjectID: x.ID, Before: before, After: x.snapshot()})
	if err != nil {
		return Settlement{}, err
	}
	return takeSettlement(tx, x.ID)
}

// Refresh lists on a draft what was signed since. Locks the settlement, vouchers and adjusting documents.
func (s *Service) Refresh(tx pg.Tx, id uuid.UUID, version *int64) (Settlement, error) {
	x, err := holdSettlement(tx, id, version, VerbRefresh)
	if err != nil {
		return Settlement{}, err
	}
	before := x.snapshot()
	if _, err := listOpen(tx, &x); err != nil {
		return Settlement{}, err
	}
	return s.settle(tx, &x, VerbRefresh, before)
}

// LeaveOutLines takes disputed lines off a draft, with a reason: they wait for the next month's (SHP-18). Returns errs.ErrNotFound for a line that
// isn't listed on it, ErrReason. Locks the settlement and what the lines are of.
func (s *Service) LeaveOutLines(tx pg.Tx, id uuid.UUID, version *int64, lines []uuid.UUID, reason string) (Settlement, error) {
	x, err := holdSettlement(tx, id, version, VerbLeaveOut)
	if err != nil {
		return Settlement{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Settlement{}, ErrReason.At("/reason")
	}
	before := x.snapshot()
	if err := leaveOut(tx, &x, lines, reason); err != nil {
		return Settlement{}, err
	}
	return s.settle(tx, &x, VerbLeaveOut, before)
}

// RecordBill keeps what the carrier's own bill comes to, so that the difference shows; a later one takes its place (SHP-18). Returns ErrBillNumber,
// ErrBillAmount. Locks the settlement.
func (s *Service) RecordBill(tx pg.Tx, id uuid.UUID, version *int64, number string, amount decimal.Decimal) (Settlement, error) {
	x, err := holdSettlement(tx, id, version, VerbBill)
	if err != nil {
		return Settlement{}, err
	}
	if number = strings.TrimSpace(number); number == "" {
		return Settlement{}, ErrBillNumber.At("/bill_number")
	}
	if amount.IsNeg() {
		return Settlement{}, ErrBillAmount.At("/amount")
	}
	before := x.snapshot()
	x.BillNumber, x.BilledAmount = number, &amount
	return s.settle(tx, &x, VerbBill, before)
}

// Difference is what the carrier's bill is above the settlement, nil without a bill.
func (x *Settlement) Difference() *decimal.Decimal {
	if x.BilledAmount == nil {
		return nil
	}
	return new(money.Sub(*x.BilledAmount, x.Amount))
}

// ConfirmSettlement is finance's word (SHP-18). Whoever drafted or refreshed it, left lines out, recorded the carrier's bill, or adjusted what it lists doesn't give it (ErrOwnSettlement, ORG-03), and
// nobody confirms a settlement that lists nothing (ErrNothing), or while the carrier's bill says something else (ErrBillDiffers): what is disputed
// is left out, what is owed is adjusted, or the carrier bills anew. Locks the settlement.
func (s *Service) ConfirmSettlement(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Settlement, error) {
	x, err := holdSettlement(tx, id, version, VerbConfirm)
	if err != nil {
		return Settlement{}, err
	}
	count, own, err := listedOn(tx, id, who.ID)
	switch {
	case err != nil:
		return Settlement{}, err
	case own, x.DraftedBy != nil && *x.DraftedBy == who.ID:
		return Settlement{}, ErrOwnSettlement
	case count == 0:
		return Settlement{}, ErrNothing
	case x.BilledAmount != nil && x.BilledAmount.Cmp(x.Amount) != 0:
		return Settlement{}, ErrBillDiffers.With("number", x.BillNumber, "billed", x.BilledAmount, "amount", x.Amount)
	}
	before := x.snapshot()
	x.State, x.ConfirmedBy, x.ConfirmedAt = SettlementConfirmed, &who.ID, &tx.Now
	return s.settle(tx, &x, VerbConfirm, before)
}

// PaySettlement marks a confirmed settlement as paid by a bank transfer. Returns ErrPaidAhead, ErrNoReference, ErrOwed when nothing is to be paid.
// Locks the settlement.
func (s *Service) PaySettlement(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, on time.Time, reference string) (Settlement, error) {
	x, err := holdSettlement(tx, id, version, VerbPay)
	if err != nil {
		return Settlement{}, err
	}
	reference = strings.TrimSpace(reference)
	switch {
	case reference == "":
		return Settlement{}, ErrNoReference.At("/bank_reference")
	case on.After(clock.Today(tx.Now)):
		return Settlement{}, ErrPaidAhead.At("/paid_on")
	case !x.Amount.IsPos():
		return Settlement{}, ErrOwed.With("amount", x.Amount)
	}
	before := x.snapshot()
	x.State, x.PaidOn, x.BankReference, x.PaidBy, x.PaidAt = SettlementPaid, &on, reference, &who.ID, &tx.Now
	return s.settle(tx, &x, VerbPay, before)
}

// CancelSettlement ends a draft; what it listed waits for another. Returns ErrReason. Locks the settlement and what it lists.
func (s *Service) CancelSettlement(tx pg.Tx, id uuid.UUID, version *int64, reason string) (Settlement, error) {
	x, err := holdSettlement(tx, id, version, VerbCancelSettlement)
	if err != nil {
		return Settlement{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Settlement{}, ErrReason.At("/reason")
	}
	before := x.snapshot()
	if err := leaveOut(tx, &x, nil, reason); err != nil {
		return Settlement{}, err
	}
	x.State, x.StateReason = SettlementCancelled, reason
	return s.settle(tx, &x, VerbCancelSettlement, before)
}

// GetSettlement returns one settlement, without its lines.
func (s *Service) GetSettlement(tx pg.Tx, id uuid.UUID) (Settlement, error) {
	return takeSettlement(tx, id)
}
