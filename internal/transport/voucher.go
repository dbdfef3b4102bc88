package transport

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// The states of a freight voucher.
const (
	Issued = "issued" // at loading; not signed by both sides yet
	Signed = "signed" // by warehouse and carrier (SHP-08): it can be settled
	Dead   = "cancelled"
)

// Voucher is a freight voucher (运费结算凭证): what a carrier is owed for what left with one delivery note. It is never edited.
type Voucher struct {
	ID                uuid.UUID
	Number            string
	TransportNoticeID uuid.UUID
	TripID            uuid.UUID
	DeliveryNoteID    uuid.UUID
	CarrierID         uuid.UUID
	CustomerID        uuid.UUID
	State             string
	Vehicle           string
	Driver            string
	ShippedOn         time.Time
	RateID            *uuid.UUID       // nil: not priced by a rate
	Km                *decimal.Decimal // nil: unknown
	Tonnes            *decimal.Decimal // nil: unknown
	Amount            decimal.Decimal  // tax included
	Adjusted          decimal.Decimal  // Σ of its adjusting documents
	TaxRate           decimal.Decimal
	Computation       []decision.Check `gorm:"serializer:json"`
	StateReason       string
	SettlementID      *uuid.UUID
	CreatedBy         *uuid.UUID
	CreatedAt         time.Time
	UpdatedAt         time.Time
	Version           int64

	CarrierName     string       `gorm:"->"`
	CustomerName    string       `gorm:"->"`
	TransportNumber string       `gorm:"->"`
	DeliveryNumber  string       `gorm:"->"`
	Adjustments     []Adjustment `gorm:"-"`
	Signature       *Signature   `gorm:"-"`
}

// TableName is where vouchers are kept.
func (Voucher) TableName() string { return "freight_vouchers" }

// Total is what the carrier gets for it.
func (v Voucher) Total() decimal.Decimal { return money.Add(v.Amount, v.Adjusted) }

// Tax is the tax inside the total.
func (v Voucher) Tax() decimal.Decimal { return money.IncludedTax(v.Total(), v.TaxRate) }

// Priced reports whether somebody has said the freight: a rate, or an adjusting document.
func (v Voucher) Priced() bool { return v.RateID != nil || !v.Adjusted.IsZero() }

func (v *Voucher) snapshot() map[string]any {
	return map[string]any{
		"number": v.Number, "state": v.State, "vehicle": v.Vehicle, "driver": v.Driver, "shipped_on": v.ShippedOn.Format(time.DateOnly),
		"rate_id": v.RateID, "tonnes": v.Tonnes, "km": v.Km, "amount": v.Amount, "adjusted": v.Adjusted, "reason": v.StateReason,
		"settlement_id": v.SettlementID, "version": v.Version,
	}
}

// AdjustmentKinds say why freight is adjusted.
const (
	AdjustPricing = "pricing" // no rate said it
	AdjustWeight  = "weight"  // what really arrived
	AdjustWaiting = "waiting" // waiting fees
	AdjustDamage  = "damage"
	AdjustOther   = "other"
)

// Adjustment is an adjusting document of a voucher (运费调整单).
type Adjustment struct {
	ID           uuid.UUID
	Number       string
	VoucherID    uuid.UUID
	CarrierID    uuid.UUID
	Kind         string
	Amount       decimal.Decimal // tax included; negative takes off
	Reason       string
	AdjustedOn   time.Time
	SettlementID *uuid.UUID
	CreatedBy    *uuid.UUID
	CreatedAt    time.Time
}

// TableName is where adjusting documents are kept.
func (Adjustment) TableName() string { return "freight_adjustments" }

// Adjust changes what a voucher comes to by another document with a reason, also after it was settled: the difference then is in a later
// settlement (SHP-18). Files are its proof. Returns ErrNoAdjustment for 0, ErrBelow for more than is left, ErrUnloaded for a voucher that is dead,
// ErrReason, ErrTooMany, attachment.ErrUnknown. Locks the voucher.
func (s *Service) Adjust(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, a Adjustment, files ...uuid.UUID) (Voucher, error) {
	v, err := lockVoucher(tx, id, version)
	if err != nil {
		return Voucher{}, err
	}
	a.Reason, a.Amount = strings.TrimSpace(a.Reason), a.Amount.Pad(money.AmountScale)
	switch {
	case v.State == Dead:
		return Voucher{}, ErrUnloaded
	case a.Amount.IsZero():
		return Voucher{}, ErrNoAdjustment.At("/amount")
	case a.Reason == "":
		return Voucher{}, ErrReason.At("/reason")
	case money.Add(v.Total(), a.Amount).IsNeg():
		return Voucher{}, ErrBelow.With("left", v.Total()).At("/amount")
	}
	if err := mayAdjust(tx, id); err != nil {
		return Voucher{}, err
	}
	a.ID, a.VoucherID, a.CarrierID, a.AdjustedOn = uuid.Must(uuid.NewV7()), id, v.CarrierID, clock.Today(tx.Now)
	a.CreatedBy, a.CreatedAt = tx.By.Actor(), tx.Now
	before := v.snapshot()
	v.Adjusted = money.Add(v.Adjusted, a.Amount)
	if err := s.files.Bind(tx, who, SubjectVoucher, id, files...); err != nil {
		return Voucher{}, err
	}
	if err := storeVoucher(tx, &v); err != nil {
		return Voucher{}, err
	}
	if a.Number, err = pg.NextNumber(tx, "FA", tx.Now.In(clock.Shanghai)); err != nil {
		return Voucher{}, err
	}
	if err := pg.Insert(tx, &a); err != nil {
		return Voucher{}, err
	}
	after := v.snapshot()
	after["adjustment"] = map[string]any{"number": a.Number, "kind": a.Kind, "amount": a.Amount, "reason": a.Reason}
	if err := audit.Record(tx, audit.Entry{Action: "adjustFreightVoucher", SubjectType: SubjectVoucher, SubjectID: id, Before: before, After: after}); err != nil {
		return Voucher{}, err
	}
	return s.GetVoucher(tx, id)
}

// GetVoucher returns a voucher with its adjusting documents and its signatures.
func (s *Service) GetVoucher(tx pg.Tx, id uuid.UUID) (Voucher, error) {
	v, err := takeVoucher(tx, id)
	if err != nil {
		return Voucher{}, err
	}
	if v.Adjustments, err = adjustmentsOf(tx, id); err != nil {
		return Voucher{}, err
	}
	v.Signature, err = signatureOf(tx, SubjectVoucher, id)
	return v, err
}

// VoucherSeen is GetVoucher for attachments: whoever may read vouchers sees all of them.
func (s *Service) VoucherSeen(tx pg.Tx, _ identity.Principal, id uuid.UUID) error {
	_, err := pg.Take[Voucher](tx, "id = ?", id)
	return err
}

// Attachments returns the files of a document whose signatures or vouchers this module keeps.
func (s *Service) Attachments(tx pg.Tx, subject string, id uuid.UUID) ([]attachment.Attachment, error) {
	of, err := s.files.Of(tx, subject, id)
	return of[id], err
}

func lockVoucher(tx pg.Tx, id uuid.UUID, version *int64) (Voucher, error) {
	v, err := pg.TakeForUpdate[Voucher](tx, "id = ?", id)
	if err == nil && version != nil && *version != v.Version {
		err = errs.ErrStale
	}
	return v, err
}

// computation is how a voucher's words are written into the database.
func computation(lines []decision.Check) (string, error) {
	b, err := json.Marshal(lines)
	return string(b), err
}
