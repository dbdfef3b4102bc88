package approval

// orderChangeMatters are changes and cancellations of confirmed orders (ORD-05).
var orderChangeMatters = []Matter{
	{Name: "order.change", Gate: "order", Facts: []Fact{
		{Name: "total", Kind: FactDecimal, Direction: HigherIsWorse}, // as it would be
		{Name: "total_before", Kind: FactDecimal},
		{Name: "currency", Kind: FactText},
		{Name: "raises_total", Kind: FactBool, Direction: HigherIsWorse},
		{Name: "price_worse", Kind: FactBool, Direction: HigherIsWorse},               // a price fell, a product is new, more is taken off
		{Name: "within_submitter_authority", Kind: FactBool, Direction: LowerIsWorse}, // of what got worse (PRC-10)
		{Name: "required_role", Kind: FactText},                                       // for what got worse; "" when nothing did
		{Name: "department_authority", Kind: FactBool, Direction: LowerIsWorse},
		{Name: "special_terms", Kind: FactBool, Direction: HigherIsWorse}, // terms that got more generous (CON-06)
		{Name: "contract_covers", Kind: FactBool, Optional: true, Direction: LowerIsWorse},
		{Name: "customer_grade", Kind: FactText, Optional: true},
		{Name: "gm_amount", Kind: FactDecimal, Parameter: "contract.gm_amount", Direction: LowerIsWorse},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant, Open: true},
	}},
	{Name: "order.cancel", Gate: "order", Facts: []Fact{
		{Name: "total", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "currency", Kind: FactText},
		{Name: "gm_amount", Kind: FactDecimal, Parameter: "contract.gm_amount", Direction: LowerIsWorse},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant, Open: true},
	}},
}
