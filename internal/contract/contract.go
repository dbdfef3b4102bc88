package contract

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

// Currency of all contracts.
const Currency = "CNY"

// Contract is what is agreed with a customer for a period. Amounts are in CNY and include tax.
type Contract struct {
	ID              uuid.UUID
	Number          string
	CustomerID      uuid.UUID
	OwnerID         uuid.UUID // the customer's owner (ORG-06)
	State           State
	Revision        int // 1, and one more with each revise or amendment
	QuotationID     *uuid.UUID
	StartsOn        time.Time         // a date
	EndsOn          time.Time         // its last date
	IsLong          bool              // CON-01, by the period
	IsStandard      bool              // CON-01, by the products
	Settlement      credit.Settlement // the payment terms
	TermsDays       int
	HeaderDiscount  decimal.Decimal // off the sum of the lines
	Gross           decimal.Decimal // Σ line amounts
	Total           decimal.Decimal // gross − header discount
	Tax             decimal.Decimal // contained in the total
	Currency        string
	DeliveryPlace   string
	Packing         string
	Transport       string
	Remarks         string
	StateReason     string     // why it came back, was terminated …
	Content         []byte     // hash of what the gate judged last
	ApprovalID      *uuid.UUID // the last submission's request
	SubmittedBy     *uuid.UUID
	SubmittedAt     *time.Time
	ApprovedAt      *time.Time
	DemandRound     int // 1, and one more each time production is asked for more than was approved
	PriceRound      int // the same of prices
	PeriodRound     int // the same of the period
	ConditionRound  int // the same of the other conditions
	Signature       `gorm:"embedded"`
	InForceAt       *time.Time
	EndedAt         *time.Time
	FiledAt         *time.Time      // the rep has filed the signed original (CON-07)
	CalledAmount    decimal.Decimal // by orders (CON-09)
	ExpiryWarnedAt  *time.Time
	UsedWarnedAt    *time.Time
	PriceBaseGoneAt *time.Time // since when the quotation that its prices come from is known to be approved by nobody (QUO-06)
	CopiedFromID    *uuid.UUID
	CreatedBy       *uuid.UUID
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Version         int64

	Lines []Line `gorm:"-"`
}

// Terms are the payment terms that the contract is about.
func (c *Contract) Terms() credit.Terms {
	return credit.Terms{Settlement: c.Settlement, Days: c.TermsDays}
}

// Left returns the amount that orders may still call off.
func (c *Contract) Left() decimal.Decimal { return less(c.Total, c.CalledAmount) }

// Line returns the line with this id, nil when there is none.
func (c *Contract) Line(id uuid.UUID) *Line {
	for i := range c.Lines {
		if c.Lines[i].ID == id {
			return &c.Lines[i]
		}
	}
	return nil
}

// IsLong reports whether a period is a long one (CON-01): it runs the months or more, first and last day included. 1 January to
// 30 June are six months, and so are 31 August to 27 February, since six months after 31 August is the last of February.
func IsLong(startsOn, endsOn time.Time, months int) bool {
	return !clock.AddMonths(startsOn, months).After(endsOn.AddDate(0, 0, 1))
}

// compute fills in the amounts of the lines and the contract. The header discount is spread over the lines in proportion to their
// amounts, to the fen and without a remainder. Returns ErrDiscount and ErrTooLarge.
func (c *Contract) compute() error {
	c.Gross = decimal.Zero.Pad(money.AmountScale)
	for i := range c.Lines {
		l := &c.Lines[i]
		var err error
		if l.Amount, err = money.Amount(l.Price, l.Quantity); err != nil {
			return ErrTooLarge.Wrap(err)
		}
		if c.Gross, err = money.Sum(c.Gross, l.Amount); err != nil || c.Gross.Cmp(largest) > 0 {
			return ErrTooLarge.With()
		}
	}
	if c.HeaderDiscount.IsNeg() || c.HeaderDiscount.Cmp(c.Gross) > 0 {
		return ErrDiscount.At("/header_discount")
	}
	c.Total = less(c.Gross, c.HeaderDiscount)
	return c.spread()
}

// largest is the largest amount that numeric(18,2) holds.
var largest = decimal.MustParse("9999999999999999.99")

// spread gives each line its part of the total, and of the tax in it.
func (c *Contract) spread() error {
	done := decimal.Zero.Pad(money.AmountScale)
	c.Tax = decimal.Zero.Pad(money.AmountScale)
	for i := range c.Lines {
		l := &c.Lines[i]
		l.NetAmount = money.Portion(c.Total, c.Gross, done, l.Amount)
		var err error
		if done, err = done.Add(l.Amount); err != nil {
			return ErrTooLarge.Wrap(err)
		}
		if c.Tax, err = c.Tax.Add(money.IncludedTax(l.NetAmount, l.TaxRate)); err != nil {
			return ErrTooLarge.Wrap(err)
		}
	}
	return nil
}

// contentLine and contentHash are what an approval is bound to.
type contentLine struct {
	Product    uuid.UUID
	Unit, Spec string
	Price      string
	Quantity   string
	Tax        string
	Remarks    string
	Deliveries []string
}

func (c *Contract) contentHash() []byte {
	lines := make([]contentLine, len(c.Lines))
	for i, l := range c.Lines {
		dates := make([]string, len(l.Deliveries))
		for k, d := range l.Deliveries {
			dates[k] = d.On.Format(time.DateOnly) + " " + text(d.Quantity, money.PriceScale)
		}
		lines[i] = contentLine{l.ProductID, l.Unit, l.Spec, text(l.Price, 4), text(l.Quantity, 4), text(l.TaxRate, 4), l.Remarks, dates}
	}
	return approval.ContentHash(struct {
		Customer                  uuid.UUID
		Period, Terms             string
		Discount, Total           string
		Place, Packing, Transport string
		Remarks                   string
		Lines                     []contentLine
	}{
		c.CustomerID, c.StartsOn.Format(time.DateOnly) + "/" + c.EndsOn.Format(time.DateOnly), c.Terms().String(),
		text(c.HeaderDiscount, 2), text(c.Total, 2), c.DeliveryPlace, c.Packing, c.Transport, c.Remarks, lines,
	})
}

func text(d decimal.Decimal, scale int) string { return money.Round(d, scale).String() }

// mustMatch returns errs.ErrStale unless version is nil or the contract's.
func (c *Contract) mustMatch(version *int64) error {
	if version != nil && *version != c.Version {
		return errs.ErrStale
	}
	return nil
}

func date(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.Format(time.DateOnly)
}

// snapshot is the contract as its events show it.
func (c *Contract) snapshot() map[string]any {
	lines := make([]map[string]any, len(c.Lines))
	for i, l := range c.Lines {
		lines[i] = map[string]any{
			"id": l.ID, "product_id": l.ProductID, "spec": l.Spec, "price": l.Price, "quantity": l.Quantity, "amount": l.Amount,
			"deliveries": l.Deliveries,
		}
	}
	return map[string]any{
		"number": c.Number, "customer_id": c.CustomerID, "state": c.State, "revision": c.Revision, "starts_on": date(&c.StartsOn),
		"ends_on": date(&c.EndsOn), "is_long": c.IsLong, "is_standard": c.IsStandard, "terms": c.Terms().String(),
		"header_discount": c.HeaderDiscount, "total": c.Total, "delivery_place": c.DeliveryPlace, "packing": c.Packing,
		"transport": c.Transport, "remarks": c.Remarks, "reason": c.StateReason, "signed_on": date(c.SignedOn),
		"customer_signed_on": date(c.CustomerSignedOn), "signed_by": c.SignedBy, "filed_at": c.FiledAt, "lines": lines, "version": c.Version,
	}
}
