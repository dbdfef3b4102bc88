package money

import (
	"math/big"

	"github.com/govalues/decimal"
)

// Share returns what part of whole comes to of a total: total × part ÷ whole to the fen, half away from zero, computed
// exactly and rounded once. It is 0 below a part of 0, the total from part = whole on, and 0 of a whole of 0. Parts and
// wholes are quantities or amounts, of at most 4 decimals.
func Share(total, whole, part decimal.Decimal) decimal.Decimal {
	return share(total, units(whole, PriceScale), units(part, PriceScale))
}

// Portion returns what a part comes to of a total, after before of the whole has been dealt with: the difference of two
// shares. So the portions of a total add up to it exactly however it is cut, and none has the opposite sign.
func Portion(total, whole, before, part decimal.Decimal) decimal.Decimal {
	of, from := units(whole, PriceScale), units(before, PriceScale)
	upTo := share(total, of, new(big.Int).Add(from, units(part, PriceScale)))
	portion, err := upTo.Sub(share(total, of, from))
	if err != nil {
		panic("money: two shares of one total: " + err.Error()) // both lie between 0 and the total
	}
	return portion
}

// NextShare returns what a further part comes to of a total, after before of the whole has been dealt with and given of the total with it. Counted from
// the beginning and from what was really given (a reversed invoice gives back its own fen), so that all parts add up to the total however it is cut.
// It is never below 0.
func NextShare(total, whole, before, given, part decimal.Decimal) decimal.Decimal {
	return NotNegative(Sub(Share(total, whole, Add(before, part)), given))
}

// IncludedTax returns the tax inside an amount that includes it: amount × rate ÷ (1 + rate) to the fen, half away from
// zero, computed exactly. A rate of 0.13 is 13 %; it is at least 0.
func IncludedTax(amount, rate decimal.Decimal) decimal.Decimal {
	tax := units(rate, rate.Scale())
	return share(amount, new(big.Int).Add(tax, units(decimal.One, rate.Scale())), tax)
}

// share is Share of counted units. It fits a decimal since it is at most the total.
func share(total decimal.Decimal, whole, part *big.Int) decimal.Decimal {
	total = Fen(total)
	switch {
	case whole.Sign() <= 0 || part.Sign() <= 0:
		return decimal.Zero.Pad(AmountScale)
	case part.Cmp(whole) >= 0:
		return total
	}
	over := new(big.Int).Mul(units(total.Abs(), AmountScale), part)
	over.Add(over.Lsh(over, 1), whole) // (2·over + whole) ÷ (2·whole) rounds half up
	fen := over.Quo(over, new(big.Int).Lsh(whole, 1))
	return decimal.MustNew(fen.Int64(), AmountScale).CopySign(total)
}

// units is d as a whole number of 10^-scale; finer decimals are cut off.
func units(d decimal.Decimal, scale int) *big.Int {
	n := new(big.Int).SetUint64(d.Coef())
	if d.IsNeg() {
		n.Neg(n)
	}
	if d.Scale() <= scale {
		return n.Mul(n, power(scale-d.Scale()))
	}
	return n.Quo(n, power(d.Scale()-scale))
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
