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

// next returns what a further quantity of a line comes to, when done of its quantity and given of its amount were dealt with
// before. Counted from the line's beginning and from what was really given (a reversed invoice gives back its own fen), so that
// all parts add up to the line's amount however it is cut.
func next(amount, of, done, given, quantity decimal.Decimal) decimal.Decimal {
	return money.NotNegative(sub(money.Share(amount, of, add(done, quantity)), given))
}
