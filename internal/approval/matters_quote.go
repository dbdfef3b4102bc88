package approval

// quoteMatters are those of quotations.
var quoteMatters = []Matter{
	{Name: "price.quote", Gate: "quote", Facts: []Fact{
		{Name: "total", Kind: FactDecimal, Direction: Irrelevant}, // at the least quantities: prices are judged, not the amount
		{Name: "currency", Kind: FactText},
		{Name: "within_submitter_authority", Kind: FactBool, Direction: LowerIsWorse}, // every price and the whole (PRC-10, QUO-04)
		{Name: "required_role", Kind: FactText},                                       // the lowest role that covers all prices
		{Name: "department_authority", Kind: FactBool, Direction: LowerIsWorse},       // every price is within the sales department's authority
		{Name: "floor_breach", Kind: FactBool, Direction: HigherIsWorse},              // a price is below its floor (PRC-12)
		{Name: "new_customer", Kind: FactBool, Direction: HigherIsWorse},

		// what the one who decides is shown (QUO-03)
		{Name: "volume", Kind: FactText, Optional: true, Direction: Irrelevant},
		{Name: "trade", Kind: FactText, Optional: true, Direction: Irrelevant},
		{Name: "credit", Kind: FactText, Optional: true, Direction: Irrelevant},
		{Name: "last_prices", Kind: FactText, Optional: true, Direction: Irrelevant},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
}
