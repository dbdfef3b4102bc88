package pricing

import (
	"math/big"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// NetPrices returns what each line costs with its share of the header discount deducted, cut off after 4 decimals: a price by which the same
// line under the same discount stands when it is agreed (Line.Agreed). Returns ErrTooLarge beyond 19 digits.
func (q Question) NetPrices() ([]decimal.Decimal, error) {
	gross := new(big.Rat)
	for _, l := range q.Lines {
		gross = add(gross, mul(Exact(l.Price), Exact(l.Quantity)))
	}
	keep := share(gross, Exact(q.HeaderDiscount))
	net := make([]decimal.Decimal, len(q.Lines))
	for i, l := range q.Lines {
		x := mul(mul(Exact(l.Price), keep), new(big.Rat).SetInt(powers[money.PriceScale]))
		whole := new(big.Int).Quo(x.Num(), x.Denom())
		if !whole.IsInt64() {
			return nil, ErrTooLarge.With()
		}
		var err error
		if net[i], err = decimal.New(whole.Int64(), money.PriceScale); err != nil {
			return nil, ErrTooLarge.Wrap(err)
		}
	}
	return net, nil
}
