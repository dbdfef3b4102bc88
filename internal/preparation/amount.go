package preparation

import "github.com/govalues/decimal"

// scale is how many decimals a quantity has.
const scale = 4

// add and sub work on quantities that the database has taken: their sums have room by far.
func add(a, b decimal.Decimal) decimal.Decimal {
	sum, err := a.Add(b)
	if err != nil {
		panic("preparation: " + err.Error())
	}
	return sum
}

func sub(a, b decimal.Decimal) decimal.Decimal { return add(a, b.Neg()) }

func least(a, b decimal.Decimal) decimal.Decimal {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
