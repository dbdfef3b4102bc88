package quote

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
)

// Subject is what events, decisions, approvals and attachments call a quotation.
const Subject = "quotation"

// Currency of all quotations.
const Currency = "CNY"

// Quotation is an offer to a customer, or to a company that may become one. Prices include tax.
type Quotation struct {
	ID              uuid.UUID
	Number          string
	CustomerID      *uuid.UUID
	ProspectID      *uuid.UUID // kept when it became a customer
	OwnerID         uuid.UUID  // the customer's, or the prospect's (ORG-06)
	InquiryID       *uuid.UUID
	State           State
	Revision        int
	DiscountPercent decimal.Decimal // off every price
	Total           decimal.Decimal // Σ net price × least quantity
	Currency        string
	ValidFrom       time.Time
	ValidUntil      time.Time // its last day
	Settlement      credit.Settlement
	TermsDays       int
	Delivery        string
	Packing         string
	Freight         string
	Remarks         string
	StateReason     string
	Content         []byte
	ApprovalID      *uuid.UUID
	Unapproved      bool // a deal that nobody with authority approved (QUO-07)
	SubmittedBy     *uuid.UUID
	SubmittedAt     *time.Time
	ApprovedAt      *time.Time
	SentAt          *time.Time // first, of this revision
	AcceptedAt      *time.Time
	AcceptedBy      string // who at the customer's
	AcceptedThrough string // rep or link
	EndedAt         *time.Time
	CopiedFromID    *uuid.UUID
	CreatedBy       *uuid.UUID
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Version         int64

	Lines []Line `gorm:"-"`
}

// TableName is for GORM.
func (Quotation) TableName() string { return "quotations" }

// Line is one product at one price, for a range of quantities.
type Line struct {
	ID          uuid.UUID
	QuotationID uuid.UUID
	LineNo      int
	ProductID   uuid.UUID
	Unit        string
	MinQuantity decimal.Decimal
	MaxQuantity *decimal.Decimal // nil: no bound
	Price       decimal.Decimal
	NetPrice    decimal.Decimal // less the discount
	TaxRate     decimal.Decimal
	LeadDays    *int
	Remarks     string
}

// TableName is for GORM.
func (Line) TableName() string { return "quotation_lines" }

// Terms are the payment terms that it offers.
func (q *Quotation) Terms() credit.Terms {
	return credit.Terms{Settlement: q.Settlement, Days: q.TermsDays}
}

// Over reports whether its last day has passed in Shanghai (QUO-05).
func (q *Quotation) Over(now time.Time) bool { return clock.Today(now).After(q.ValidUntil) }

// InForce reports whether it is the price base of its customer's orders.
func (q *Quotation) InForce(now time.Time) bool {
	return q.State == StateAccepted && !q.Unapproved && !q.Over(now)
}

var hundred = decimal.MustNew(100, 0)

// compute fills in net prices and the total: each price less the discount, to the fourth decimal.
func (q *Quotation) compute() error {
	keep, err := hundred.Sub(q.DiscountPercent)
	if err != nil || q.DiscountPercent.IsNeg() || !keep.IsPos() {
		return ErrDiscount.At("/discount_percent")
	}
	q.Total = decimal.Zero.Pad(money.AmountScale)
	for i := range q.Lines {
		l := &q.Lines[i]
		net, err := l.Price.Mul(keep)
		if err != nil {
			return ErrTooLarge.Wrap(err)
		}
		if net, err = net.Quo(hundred); err != nil {
			return ErrTooLarge.Wrap(err)
		}
		l.NetPrice = money.Round(net, money.PriceScale)
		amount, err := money.Amount(l.NetPrice, l.MinQuantity)
		if err != nil {
			return ErrTooLarge.Wrap(err)
		}
		if q.Total, err = money.Sum(q.Total, amount); err != nil {
			return ErrTooLarge.Wrap(err)
		}
	}
	return nil
}

type contentLine struct {
	Product, Price, Min, Max, Lead string
}

// contentHash is the hash of the protected fields.
func (q *Quotation) contentHash() []byte {
	lines := make([]contentLine, len(q.Lines))
	for i, l := range q.Lines {
		lines[i] = contentLine{l.ProductID.String(), text(l.NetPrice), text(l.MinQuantity), bound(l.MaxQuantity), leadText(l.LeadDays)}
	}
	party := q.CustomerID
	if party == nil {
		party = q.ProspectID
	}
	return approval.ContentHash(struct {
		Party             string
		From, Until       string
		Terms             string
		Delivery, Freight string
		Packing, Discount string
		Lines             []contentLine
	}{party.String(), day(q.ValidFrom), day(q.ValidUntil), q.Terms().String(), q.Delivery, q.Freight, q.Packing, text(q.DiscountPercent), lines})
}

func text(d decimal.Decimal) string { return money.Round(d, money.PriceScale).String() }

func bound(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return text(*d)
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// mustMatch returns errs.ErrStale unless version is nil or the quotation's.
func (q *Quotation) mustMatch(version *int64) error {
	if version != nil && *version != q.Version {
		return errs.ErrStale
	}
	return nil
}

// snapshot is the quotation as its events and its revisions show it.
func (q *Quotation) snapshot() map[string]any {
	lines := make([]map[string]any, len(q.Lines))
	for i, l := range q.Lines {
		lines[i] = map[string]any{
			"product_id": l.ProductID, "unit": l.Unit, "min_quantity": text(l.MinQuantity), "max_quantity": bound(l.MaxQuantity),
			"price": text(l.Price), "net_price": text(l.NetPrice), "lead_days": l.LeadDays, "remarks": l.Remarks,
		}
	}
	return map[string]any{
		"number": q.Number, "customer_id": q.CustomerID, "prospect_id": q.ProspectID, "state": q.State, "revision": q.Revision,
		"discount_percent": text(q.DiscountPercent), "total": q.Total, "valid_from": day(q.ValidFrom), "valid_until": day(q.ValidUntil),
		"terms": q.Terms().String(), "delivery": q.Delivery, "packing": q.Packing, "freight": q.Freight, "remarks": q.Remarks,
		"reason": q.StateReason, "unapproved": q.Unapproved, "accepted_by": q.AcceptedBy, "lines": lines, "version": q.Version,
	}
}
