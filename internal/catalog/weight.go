package catalog

import (
	"maps"
	"strings"

	"github.com/govalues/decimal"
)

// unitTonnes are the units that say themselves how heavy they are.
var unitTonnes = map[string]decimal.Decimal{
	"t": decimal.One, "吨": decimal.One,
	"kg": decimal.MustNew(1, 3), "千克": decimal.MustNew(1, 3), "公斤": decimal.MustNew(1, 3),
}

// UnitTonnes are the units that say themselves how heavy they are, in lower case, for queries that weigh many lines.
func UnitTonnes() map[string]decimal.Decimal { return maps.Clone(unitTonnes) }

// TonnesOf returns how many tonnes one unit is, where the unit itself says it; nil where somebody has to.
func TonnesOf(unit string) *decimal.Decimal {
	if t, ok := unitTonnes[strings.ToLower(strings.TrimSpace(unit))]; ok {
		return &t
	}
	return nil
}

// Tonnes returns how heavy a quantity of the product is; nil where nobody has said what a unit weighs, or the figure has more
// digits than there are.
func (p Product) Tonnes(quantity decimal.Decimal) *decimal.Decimal {
	if p.TonnesPerUnit == nil {
		return nil
	}
	t, err := quantity.Mul(*p.TonnesPerUnit)
	if err != nil {
		return nil
	}
	return &t
}

// weigh is what a unit of a product weighs after a change: what is stated; else, when the unit changes, what the new one says.
func weigh(p Product, unit *string, stated **decimal.Decimal) *decimal.Decimal {
	switch {
	case stated != nil:
		return *stated
	case unit != nil && *unit != p.Unit:
		return TonnesOf(*unit)
	}
	return p.TonnesPerUnit
}

func sameWeight(a, b *decimal.Decimal) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}
