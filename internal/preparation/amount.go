package preparation

import "github.com/govalues/decimal"

// scale is how many decimals a quantity has.
const scale = 4

func least(a, b decimal.Decimal) decimal.Decimal {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
