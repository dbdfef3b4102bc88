package order

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
)

// Channel is how an order reached us (ORD-01).
type Channel string

// The channels.
const (
	ChannelAPI   Channel = "api"
	ChannelEmail Channel = "email"
	ChannelFax   Channel = "fax"
	ChannelMail  Channel = "mail"
	ChannelPhone Channel = "phone"
	ChannelVisit Channel = "visit"
	ChannelOther Channel = "other"
)

// Currency of all orders.
const Currency = "CNY"

// Order is what a customer ordered. Amounts are in CNY and include tax.
type Order struct {
	ID              uuid.UUID
	Number          string
	CustomerID      uuid.UUID
	OwnerID         uuid.UUID // the customer's owner (ORG-06)
	State           State
	Revision        int // 1, and one more with each revise
	Channel         Channel
	ReceivedAt      *time.Time // nil: when it was written (ORD-01)
	CustomerOrderNo string
	Handling
	QuotationID    *uuid.UUID        // whose prices its lines may name (QUO-05)
	ContractID     *uuid.UUID        // likewise, and which they call off (CON-09)
	Settlement     credit.Settlement // the payment terms that are asked for
	TermsDays      int
	HeaderDiscount decimal.Decimal // off the sum of the lines
	Gross          decimal.Decimal // Σ line amounts
	Total          decimal.Decimal // gross − header discount
	Tax            decimal.Decimal // contained in the total
	Currency       string
	Remarks        string
	StateReason    string     // why it came back, was cancelled or closed
	Content        []byte     // hash of what the gate judged last
	ApprovalID     *uuid.UUID // the request that people decide, of the last submission; nil when nobody was asked
	SubmittedBy    *uuid.UUID
	SubmittedAt    *time.Time
	ConfirmedAt    *time.Time
	UntoldSince    *time.Time // confirmed, and Follower not told yet
	EndedAt        *time.Time // closed or cancelled
	CopiedFromID   *uuid.UUID
	Originals      int  // files of the customer's own order (ORD-01)
	ReviewOpen     int  // points of the review that the customer has to settle (ORD-02)
	ReviewAsked    bool // and nobody has reviewed it since
	CreatedBy      *uuid.UUID
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64

	Lines []Line `gorm:"-"`
}

// Terms are the payment terms that the order asks for.
func (o *Order) Terms() credit.Terms {
	return credit.Terms{Settlement: o.Settlement, Days: o.TermsDays}
}

// Line returns the line with this id, nil when there is none.
func (o *Order) Line(id uuid.UUID) *Line {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return &o.Lines[i]
		}
	}
	return nil
}

// moved reports whether anything is shipped or on a live notice.
func (o *Order) moved() bool {
	for _, l := range o.Lines {
		if l.moved() {
			return true
		}
	}
	return false
}

// noticed reports whether anything is on a live notice.
func (o *Order) noticed() bool {
	for _, l := range o.Lines {
		if l.Noticed.IsPos() {
			return true
		}
	}
	return false
}

// compute fills in the amounts of the lines and the order. The header discount is spread over the lines in proportion to
// their amounts, to the fen and without a remainder. Returns ErrDiscount, ErrTooLarge, and ErrWorthless for lines that all round to
// nothing though none is free: goods would leave for 0.00, and nobody was asked.
func (o *Order) compute() error {
	o.Gross = decimal.Zero.Pad(money.AmountScale)
	for i := range o.Lines {
		l := &o.Lines[i]
		var err error
		if l.Amount, err = money.Amount(l.Price, l.Quantity); err != nil {
			return ErrTooLarge.Wrap(err)
		}
		if o.Gross, err = money.Sum(o.Gross, l.Amount); err != nil {
			return ErrTooLarge.Wrap(err)
		}
	}
	if o.Gross.IsZero() && !slices.ContainsFunc(o.Lines, func(l Line) bool { return l.Price.IsZero() }) {
		return ErrWorthless.At("/lines")
	}
	if o.HeaderDiscount.IsNeg() || o.HeaderDiscount.Cmp(o.Gross) > 0 {
		return ErrDiscount.At("/header_discount")
	}
	var err error
	if o.Total, err = o.Gross.Sub(o.HeaderDiscount); err != nil {
		return ErrTooLarge.Wrap(err)
	}
	o.Total = money.Fen(o.Total)
	return o.spread()
}

// spread gives each line its part of the total, and of the tax in it.
func (o *Order) spread() error {
	done := decimal.Zero.Pad(money.AmountScale)
	o.Tax = decimal.Zero.Pad(money.AmountScale)
	for i := range o.Lines {
		l := &o.Lines[i]
		l.NetAmount = money.Portion(o.Total, o.Gross, done, l.Amount)
		var err error
		if done, err = done.Add(l.Amount); err != nil {
			return ErrTooLarge.Wrap(err)
		}
		if o.Tax, err = o.Tax.Add(money.IncludedTax(l.NetAmount, l.TaxRate)); err != nil {
			return ErrTooLarge.Wrap(err)
		}
	}
	return nil
}

// contentLine is a line of what an approval is bound to. What was added to orders later is left out where it says nothing, so that
// the hash of an older order stays what it was.
type contentLine struct {
	Product  uuid.UUID
	Price    string
	Quantity string
	Tax      string
	Promised string
	*Handling
	Quoted     *uuid.UUID `json:",omitempty"`
	Contracted *uuid.UUID `json:",omitempty"`
}

// contentHash is the hash of the protected fields.
func (o *Order) contentHash() []byte {
	lines := make([]contentLine, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = contentLine{
			l.ProductID, text(l.Price, 4), text(l.Quantity, 4), text(l.TaxRate, 4), day(l.PromisedOn),
			l.orNil(), l.QuotationLineID, l.ContractLineID,
		}
	}
	return approval.ContentHash(struct {
		Customer uuid.UUID
		Terms    string
		Discount string
		Total    string
		Lines    []contentLine
		*Handling
		Quotation *uuid.UUID `json:",omitempty"`
		Contract  *uuid.UUID `json:",omitempty"`
	}{o.CustomerID, o.Terms().String(), text(o.HeaderDiscount, 2), text(o.Total, 2), lines, o.orNil(), o.QuotationID, o.ContractID})
}

func text(d decimal.Decimal, scale int) string { return money.Round(d, scale).String() }

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// mustMatch returns errs.ErrStale unless version is nil or the order's.
func (o *Order) mustMatch(version *int64) error {
	if version != nil && *version != o.Version {
		return errs.ErrStale
	}
	return nil
}

// snapshot is the order as its events show it.
func (o *Order) snapshot() map[string]any {
	lines := make([]map[string]any, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = map[string]any{
			"product_id": l.ProductID, "price": l.Price, "quantity": l.Quantity, "amount": l.Amount, "promised_on": day(l.PromisedOn),
			"noticed": l.Noticed, "shipped": l.Shipped,
		}
		l.trace(lines[i])
		trace(lines[i], "quotation_line_id", l.QuotationLineID)
		trace(lines[i], "contract_line_id", l.ContractLineID)
	}
	shot := map[string]any{
		"number": o.Number, "customer_id": o.CustomerID, "state": o.State, "revision": o.Revision, "channel": o.Channel,
		"customer_order_no": o.CustomerOrderNo, "terms": o.Terms().String(), "header_discount": o.HeaderDiscount,
		"total": o.Total, "remarks": o.Remarks, "reason": o.StateReason, "lines": lines, "version": o.Version,
	}
	o.trace(shot)
	trace(shot, "quotation_id", o.QuotationID)
	trace(shot, "contract_id", o.ContractID)
	return shot
}

func trace(shot map[string]any, name string, id *uuid.UUID) {
	if id != nil {
		shot[name] = *id
	}
}
