package pricing

import (
	"math/big"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// Prices are compared as fractions, so that no rounding decides who may sell: a price exactly at the bound is within it,
// and one that is below by any amount is not.

var (
	one     = big.NewRat(1, 1)
	hundred = big.NewRat(100, 1)
)

// powers are the powers of ten up to the largest scale that a decimal has.
var powers = func() (p [decimal.MaxScale + 1]*big.Int) {
	for i := range p {
		p[i] = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(i)), nil)
	}
	return p
}()

// Exact returns d as a fraction.
func Exact(d decimal.Decimal) *big.Rat {
	num := new(big.Int).SetUint64(d.Coef())
	if d.IsNeg() {
		num.Neg(num)
	}
	return new(big.Rat).SetFrac(num, powers[d.Scale()])
}

func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func quo(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }

// Rounded returns r to scale decimals, half away from zero as money.Round does. Returns ErrTooLarge beyond 19 digits.
func Rounded(r *big.Rat, scale int) (decimal.Decimal, error) {
	d, err := decimal.ParseExact(r.FloatString(scale), scale)
	if err != nil {
		return decimal.Zero, ErrTooLarge.Wrap(err)
	}
	return d, nil
}

// percentScale is how many decimals a deviation is shown with.
const percentScale = 4

// widest is the deviation that is shown for all beyond it.
var widest = decimal.MustNew(999_999_999_9999, percentScale)

// deviation returns how far net is from base in percent, rounded away from zero: a deviation that is shown as -2.0000 is
// not beyond -2. For people; nothing is decided by it.
func deviation(net, base *big.Rat) decimal.Decimal {
	if base.Sign() == 0 {
		return decimal.Zero.Pad(percentScale)
	}
	pct := mul(quo(sub(net, base), base), big.NewRat(100*10_000, 1))
	whole, rest := new(big.Int).QuoRem(pct.Num(), pct.Denom(), new(big.Int))
	if rest.Sign() != 0 {
		whole.Add(whole, big.NewInt(int64(pct.Sign())))
	}
	if whole.CmpAbs(big.NewInt(int64(widest.Coef()))) > 0 {
		return widest.CopySign(decimal.MustNew(int64(pct.Sign()), 0))
	}
	return decimal.MustNew(whole.Int64(), percentScale)
}

// DeviationOf returns how far a price is from another in percent, as the gate shows it.
func DeviationOf(price, base decimal.Decimal) decimal.Decimal {
	return deviation(Exact(price), Exact(base))
}

// amount is a line's amount as documents charge it: rounded to the fen.
func amount(price, quantity decimal.Decimal) (decimal.Decimal, error) {
	a, err := money.Amount(price, quantity)
	if err != nil {
		return decimal.Zero, ErrTooLarge.Wrap(err)
	}
	return a, nil
}
