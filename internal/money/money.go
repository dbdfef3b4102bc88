// Package money holds the one rounding rule of salesgate: amounts are rounded to the fen (2 decimals), half away from
// zero (四舍五入), once, at the end of a computation. Prices and quantities keep 4 decimals. Nothing here is a float.
package money

import "github.com/govalues/decimal"

// Scales of the columns that hold money, and of those that hold prices and quantities.
const (
	AmountScale = 2
	PriceScale  = 4
)

// Fen rounds an amount to 2 decimals, half away from zero.
func Fen(d decimal.Decimal) decimal.Decimal { return Round(d, AmountScale) }

// Down cuts off after scale decimals: for what must not be more than the exact figure.
func Down(d decimal.Decimal, scale int) decimal.Decimal { return d.Trunc(scale).Pad(scale) }

// Round rounds d to scale decimals, half away from zero, and pads it to exactly that scale.
func Round(d decimal.Decimal, scale int) decimal.Decimal {
	cut := d.Trunc(scale)
	rest, err := d.Sub(cut)
	if err != nil || rest.IsZero() {
		return cut.Pad(scale)
	}
	unit := decimal.MustNew(1, scale)
	double, err := rest.Abs().Mul(decimal.Two)
	if err == nil && double.Cmp(unit) >= 0 {
		if up, err := cut.Add(unit.CopySign(d)); err == nil {
			cut = up
		}
	}
	return cut.Pad(scale)
}

// Amount returns price × quantity, rounded to the fen. Returns an error when the product has more than 19 digits.
func Amount(price, quantity decimal.Decimal) (decimal.Decimal, error) {
	d, err := price.Mul(quantity)
	if err != nil {
		return decimal.Zero, err
	}
	return Fen(d), nil
}

// Sum adds amounts. Returns an error when the sum has more than 19 digits.
func Sum(amounts ...decimal.Decimal) (decimal.Decimal, error) {
	total := decimal.Zero.Pad(AmountScale)
	var err error
	for _, a := range amounts {
		if total, err = total.AddExact(a, AmountScale); err != nil { // Add would round it
			return decimal.Zero, err
		}
	}
	return total, nil
}

// Add adds two figures of the database, whose columns are far from 19 digits: a sum beyond them is a fault of the program, and it panics.
func Add(a, b decimal.Decimal) decimal.Decimal {
	sum, err := a.Add(b)
	if err != nil {
		panic("money: " + err.Error())
	}
	return sum
}

// Sub subtracts as Add adds.
func Sub(a, b decimal.Decimal) decimal.Decimal { return Add(a, b.Neg()) }

// NotNegative returns d, or 0 when d is below it: a remainder never goes negative.
func NotNegative(d decimal.Decimal) decimal.Decimal {
	if d.IsNeg() {
		return decimal.Zero.Pad(d.Scale())
	}
	return d
}
