package pricing

import (
	"math/big"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// addMargins fills in cost and margin where finance has stated a cost, on the order when it has for every line (PRC-13).
// The caller has made sure that the reader may see them.
func addMargins(a *Answer, costs map[uuid.UUID]decimal.Decimal, keep *big.Rat) error {
	net, cost, all := new(big.Rat), new(big.Rat), true
	for i := range a.Lines {
		l := &a.Lines[i]
		c, ok := costs[l.Product.ID]
		if !ok {
			all = false
			continue
		}
		untaxed := quo(mul(Exact(l.Price), keep), add(one, Exact(l.Product.TaxRate)))
		m, err := margin(untaxed, Exact(c), money.PriceScale)
		if err != nil {
			return err
		}
		l.Margin = m
		quantity := Exact(l.Quantity)
		net, cost = add(net, mul(untaxed, quantity)), add(cost, mul(Exact(c), quantity))
	}
	if !all {
		return nil
	}
	m, err := margin(net, cost, money.AmountScale)
	a.Order.Margin = m
	return err
}

// margin compares a price without tax with a cost without tax.
func margin(untaxed, cost *big.Rat, scale int) (*Margin, error) {
	c, err := Rounded(cost, scale)
	if err != nil {
		return nil, err
	}
	m, err := Rounded(sub(untaxed, cost), scale)
	if err != nil {
		return nil, err
	}
	percent := new(big.Rat)
	if untaxed.Sign() != 0 {
		percent = mul(quo(sub(untaxed, cost), untaxed), hundred)
	}
	p, err := Rounded(percent, 2)
	return &Margin{Cost: c, Amount: m, Percent: p}, err
}

// MarginOf is what stays of a unit's price, tax included, after its cost without tax. The caller has asked catalog.SeesCosts (PRC-13).
func MarginOf(price, taxRate, cost decimal.Decimal) (*Margin, error) {
	return margin(quo(Exact(price), add(one, Exact(taxRate))), Exact(cost), money.PriceScale)
}
