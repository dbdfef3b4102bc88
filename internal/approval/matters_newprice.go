package approval

// newPriceMatters are those of new-product prices and samples. No cost and no margin is among the facts: more people read them (PRC-13).
var newPriceMatters = []Matter{
	{Name: "price.new_product", Gate: "price", Facts: []Fact{ // PRC-03
		{Name: "product", Kind: FactText, NonEmpty: true, Open: true},
		{Name: "lifecycle", Kind: FactText, Open: true},
		{Name: "price", Kind: FactDecimal, Direction: LowerIsWorse},
		{Name: "floor_price", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse},
		{Name: "monthly_quantity", Kind: FactDecimal, Direction: LowerIsWorse, Open: true},
		{Name: "monthly_tonnes", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse, Open: true},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
	{Name: "sample.request", Gate: "sample", Facts: []Fact{ // SMP-01
		{Name: "customer", Kind: FactText, NonEmpty: true},
		{Name: "prospect", Kind: FactBool, Direction: HigherIsWorse}, // not a customer yet
		{Name: "lines", Kind: FactInt, Direction: HigherIsWorse},
		{Name: "new_items", Kind: FactInt, Direction: HigherIsWorse}, // that aren't in the catalogue
		{Name: "tonnes", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "purpose", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
}
