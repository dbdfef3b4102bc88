package pricelist

import (
	"math/big"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pricing"
)

// Effects are added up as fractions and rounded once, at the end, by the gate's own pricing.Rounded.

var one = big.NewRat(1, 1)

func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func quo(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }

// untaxed is a price without its tax.
func untaxed(price, rate decimal.Decimal) *big.Rat {
	return quo(pricing.Exact(price), add(one, pricing.Exact(rate)))
}
