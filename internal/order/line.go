package order

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// Line is one product of an order. Its prices include tax; a price of 0 is a free line.
type Line struct {
	ID         uuid.UUID
	OrderID    uuid.UUID
	LineNo     int // 1, 2, 3 …
	ProductID  uuid.UUID
	Unit       string // of the product when the line was written
	Price      decimal.Decimal
	Quantity   decimal.Decimal
	TaxRate    decimal.Decimal // 0.13 is 13 %
	Amount     decimal.Decimal // price × quantity, to the fen
	NetAmount  decimal.Decimal // the amount less its share of the header discount
	PromisedOn *time.Time      // a date
	Remarks    string
	Handling
	QuotationLineID *uuid.UUID      // of the order's quotation, by which the price stands (QUO-05)
	ContractLineID  *uuid.UUID      // of the order's contract, likewise (CON-09)
	Noticed         decimal.Decimal // on live shipping notices
	Shipped         decimal.Decimal // left
	Short           bool            `gorm:"->"` // an allotment of its product is open (ORD-08); LockOpen says so, nobody else does

	asked string // the unit that the caller meant; "" for the product's
}

// TableName is for GORM.
func (Line) TableName() string { return "order_lines" }

// Open returns what can still be put on a notice: quantity − shipped − on live notices.
func (l Line) Open() decimal.Decimal {
	open, err := l.Quantity.SubAbs(sum(l.Shipped, l.Noticed))
	if err != nil || sum(l.Shipped, l.Noticed).Cmp(l.Quantity) > 0 {
		return decimal.Zero.Pad(money.PriceScale)
	}
	return open
}

// Worth returns the value of a quantity of this line, header discount deducted, after done of it has been valued already:
// all parts of a line add up to NetAmount however it is cut.
func (l Line) Worth(done, quantity decimal.Decimal) decimal.Decimal {
	return money.Portion(l.NetAmount, l.Quantity, done, quantity)
}

func (l Line) moved() bool { return l.Shipped.IsPos() || l.Noticed.IsPos() }

// sum adds two quantities of numeric(18,4), which always fits.
func sum(a, b decimal.Decimal) decimal.Decimal {
	s, err := a.Add(b)
	if err != nil {
		panic("order: quantities overflow: " + err.Error())
	}
	return s
}
