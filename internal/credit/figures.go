package credit

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Figures are what a payer's trade and payments come to as of an instant: what reviews judge (CRD-02 to CRD-06) and what the
// approvers of a limit are shown (CRD-08). They are the one place where these are computed, from the ledger as it was booked
// by that instant; so the same instant gives the same figures for ever.
//
// A trade is goods that left, an invoice, or an opening item; not an order, a released notice or a payment, which a
// customer can have without taking anything. It counts on its business date. What was undone (a delivery note that never left, a reversed
// invoice or payment) doesn't count at all. "Of the year" is since the same day a year before Date.
type Figures struct {
	PayerID uuid.UUID `json:"payer_id"`
	AsOf    time.Time `json:"as_of"` // the instant
	Date    time.Time `json:"date"`  // its business date

	FirstTrade *time.Time `json:"first_trade"` // dates; nil: never
	LastTrade  *time.Time `json:"last_trade"`
	KnownSince *time.Time `json:"known_since"` // when the first profile came into force

	Sales          decimal.Decimal `json:"sales"`  // invoiced, of the year
	Tonnes         decimal.Decimal `json:"tonnes"` // of those invoices, the lines in t and kg
	TonnesComplete bool            `json:"tonnes_complete"`
	Orders         int             `json:"orders"` // confirmed and not cancelled, of the year
	Shipments      int             `json:"shipments"`
	Invoices       int             `json:"invoices"`
	Receipts       int             `json:"receipts"`

	Payments        decimal.Decimal `json:"payments"`          // received for invoices, of the year
	PaidLate        decimal.Decimal `json:"paid_late"`         // of those, after the due date
	MostDaysLate    int             `json:"most_days_late"`    // of payments of the year
	AverageDaysLate decimal.Decimal `json:"average_days_late"` // weighted by amount; paid in time counts as 0
	LastLate        *time.Time      `json:"last_late"`         // when a payment last came late, ever

	Receivable      decimal.Decimal `json:"receivable"`
	Shipped         decimal.Decimal `json:"shipped"`
	Released        decimal.Decimal `json:"released"`
	Prepaid         decimal.Decimal `json:"prepaid"`
	HighestExposure decimal.Decimal `json:"highest_exposure"` // at any time of the year
	Overdue         decimal.Decimal `json:"overdue"`
	OldestDue       *time.Time      `json:"oldest_due"`

	Profile Profile `json:"-"`       // in force at the instant
	History []Terse `json:"history"` // of grade and limit, newest first
}

// Exposure returns receivable + shipped + released − prepaid (CRD-11).
func (f Figures) Exposure() decimal.Decimal {
	return money.Sub(money.Add(money.Add(f.Receivable, f.Shipped), f.Released), f.Prepaid)
}

// MonthsTraded returns the whole months since the first trade; 0 without one.
func (f Figures) MonthsTraded() int {
	if f.FirstTrade == nil {
		return 0
	}
	return clock.WholeMonths(*f.FirstTrade, f.Date)
}

// IdleSince returns the date from which idle months count: of the last trade or, where nothing was ever traded here, when
// the first profile came into force. Nil when there is neither.
func (f Figures) IdleSince() *time.Time {
	if f.LastTrade != nil {
		return f.LastTrade
	}
	return f.KnownSince
}

// IdleMonths returns the whole months without trade (CRD-05).
func (f Figures) IdleMonths() int {
	if since := f.IdleSince(); since != nil {
		return clock.WholeMonths(*since, f.Date)
	}
	return 0
}

// OverdueDays returns the most days that anything is late at the instant, 0 when nothing is (CRD-12).
func (f Figures) OverdueDays() int {
	if f.OldestDue == nil {
		return 0
	}
	return max(0, int(f.Date.Sub(*f.OldestDue)/(24*time.Hour)))
}

// PaidOnTime reports whether nothing is overdue and no payment came late in this many months up to the date, the day so many
// months ago included (CRD-03).
func (f Figures) PaidOnTime(months int) bool {
	return f.OldestDue == nil && (f.LastLate == nil || f.LastLate.Before(clock.AddMonths(f.Date, -months)))
}

// GetCreditFigures returns the figures of the payer of a visible customer, as of the end of a business date or, when that is
// still to come, as of now. Returns errs.ErrNotFound for a customer that the caller doesn't see.
func (s *Service) GetCreditFigures(tx pg.Tx, who identity.Principal, customerID uuid.UUID, asOf *time.Time) (Figures, error) {
	c, err := visibleCustomer(tx, who, customerID)
	if err != nil {
		return Figures{}, err
	}
	at := tx.Now
	if asOf != nil {
		if end := endOf(*asOf).Add(-time.Microsecond); end.Before(at) {
			at = end
		}
	}
	all, err := s.Figures(tx, at, c.PayerID)
	return all[c.PayerID], err
}

// Figures returns the figures of these payers as of an instant, in two statements however many they are. It checks no
// visibility and takes no lock.
func (s *Service) Figures(tx pg.Tx, at time.Time, payers ...uuid.UUID) (map[uuid.UUID]Figures, error) {
	return readFigures(tx, at, payers)
}

// Confirm writes down that a review left the payer's profile as it is, until its next review. The profile doesn't change
// (CRD-10); what Position and the register show as next review does.
func (s *Service) Confirm(tx pg.Tx, reviewID, payerID uuid.UUID, nextReview time.Time) error {
	return insertConfirmation(tx, reviewID, payerID, nextReview)
}

// record is the figures as an application freezes them (CRD-08).
func (f Figures) record() Record {
	return Record{
		AsOf: f.Date, FirstTrade: f.FirstTrade, Sales: f.Sales, Payments: f.Payments, PaidLate: f.PaidLate, MostDaysLate: f.MostDaysLate,
		AverageDaysLate: f.AverageDaysLate, Overdue: f.Overdue, OverdueDays: f.OverdueDays(), Receivable: f.Receivable, Shipped: f.Shipped,
		Released: f.Released, Prepaid: f.Prepaid, Exposure: f.Exposure(), History: f.History,
	}
}
