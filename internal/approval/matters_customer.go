package approval

// customerMatters are those of customers' papers.
var customerMatters = []Matter{
	{Name: "customer.application", Gate: "customer", Facts: []Fact{ // CUS-05
		{Name: "needs", Kind: FactText},
		{Name: "monthly_tonnes", Kind: FactDecimal, Optional: true},
		{Name: "late", Kind: FactBool, Direction: HigherIsWorse}, // after customer.application_day of the month
		{Name: "credited_from", Kind: FactText, Optional: true},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
	{Name: "customer.change", Gate: "customer", Facts: []Fact{ // CUS-06
		{Name: "field", Kind: FactText, Enum: []string{"name", "uscc", "contact", "address"}},
		{Name: "old", Kind: FactText, Optional: true},
		{Name: "new", Kind: FactText, Optional: true},
		{Name: "removal", Kind: FactBool},
		{Name: "effective_on", Kind: FactText, Optional: true},
		{Name: "reason", Kind: FactText, NonEmpty: true, Direction: Irrelevant},
	}},
}
