package order

import (
	"math/big"
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
	Noticed    decimal.Decimal // on live shipping notices
	Shipped    decimal.Decimal // left
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

// Worth returns the value of a quantity of this line, header discount deducted, after done of it has been valued already.
// It is rounded along the way up, so that all parts of a line add up to NetAmount however it is cut.
func (l Line) Worth(done, quantity decimal.Decimal) (decimal.Decimal, error) {
	before, err := portion(l.NetAmount, done, l.Quantity)
	if err != nil {
		return decimal.Zero, err
	}
	after, err := portion(l.NetAmount, sum(done, quantity), l.Quantity)
	if err != nil {
		return decimal.Zero, err
	}
	return after.Sub(before)
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

// portion returns whole × part ÷ of to the fen, half away from zero, computed exactly; 0 of nothing. None is negative.
func portion(whole, part, of decimal.Decimal) (decimal.Decimal, error) {
	if of.IsZero() {
		return decimal.Zero.Pad(money.AmountScale), nil
	}
	over := new(big.Int).Mul(units(whole, money.AmountScale), units(part, money.PriceScale))
	under := units(of, money.PriceScale)
	over.Add(over.Lsh(over, 1), under) // (2·over + under) ÷ (2·under) rounds half up
	fen := over.Quo(over, new(big.Int).Lsh(under, 1))
	if !fen.IsInt64() {
		return decimal.Zero, ErrTooLarge
	}
	return decimal.New(fen.Int64(), money.AmountScale)
}

// units is d as a whole number of 10^-scale.
func units(d decimal.Decimal, scale int) *big.Int {
	n := new(big.Int).SetUint64(d.Coef())
	shift := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(0, scale-d.Scale()))), nil)
	n.Mul(n, shift)
	if d.Scale() > scale {
		n.Quo(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale()-scale)), nil))
	}
	return n
}

// taxIn returns the tax that an amount including it contains.
func taxIn(amount, rate decimal.Decimal) (decimal.Decimal, error) {
	factor, err := rate.Add(decimal.One)
	if err != nil {
		return decimal.Zero, err
	}
	net, err := amount.Quo(factor)
	if err != nil {
		return decimal.Zero, ErrTooLarge.Wrap(err)
	}
	tax, err := amount.Sub(money.Fen(net))
	return money.Fen(tax), err
}
