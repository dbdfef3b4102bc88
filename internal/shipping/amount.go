package shipping

import (
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// add and sub work on numeric(18,2) and numeric(18,4), which a decimal's 19 digits hold.
func add(a, b decimal.Decimal) decimal.Decimal {
	sum, err := a.Add(b)
	if err != nil {
		panic("shipping: amounts beyond numeric(18): " + err.Error())
	}
	return sum
}

func sub(a, b decimal.Decimal) decimal.Decimal { return add(a, b.Neg()) }

func decimalMax(a, b decimal.Decimal) decimal.Decimal {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

// part returns amount × quantity / of, rounded to the fen.
func part(amount, quantity, of decimal.Decimal) decimal.Decimal {
	if of.IsZero() || quantity.Cmp(of) >= 0 {
		return money.Fen(amount)
	}
	ratio, err := amount.MulExact(quantity, 4)
	if err != nil { // more than 19 digits: divide first
		per, err := amount.Quo(of)
		if err != nil {
			panic("shipping: amounts beyond numeric(18): " + err.Error())
		}
		ratio, err = per.Mul(quantity)
		if err != nil {
			panic("shipping: amounts beyond numeric(18): " + err.Error())
		}
		return money.Fen(ratio)
	}
	quotient, err := ratio.Quo(of)
	if err != nil {
		panic("shipping: amounts beyond numeric(18): " + err.Error())
	}
	return money.Fen(quotient)
}

// next returns what a further quantity of a line comes to, when done of its quantity and given of its amount were dealt with
// before. Counted from the line's beginning, so that all parts add up to the line's amount however it is cut.
func next(amount, of, done, given, quantity decimal.Decimal) decimal.Decimal {
	return decimalMax(sub(part(amount, add(done, quantity), of), given), decimal.Zero.Pad(money.AmountScale))
}
