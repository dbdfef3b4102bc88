package approval

// creditMatters are those of credit limits.
var creditMatters = []Matter{
	{Name: "credit.limit", Gate: "credit", Facts: []Fact{
		{Name: "first", Kind: FactBool}, // the customer's first limit (CRD-07), not a change (CRD-08)
		{Name: "limit", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "unlimited", Kind: FactBool, Optional: true, Direction: HigherIsWorse},
		{Name: "grade", Kind: FactText, Optional: true},
		{Name: "previous_limit", Kind: FactDecimal, Optional: true},
		{Name: "previous_unlimited", Kind: FactBool, Optional: true},
		{Name: "previous_grade", Kind: FactText, Optional: true},
		{Name: "settlement", Kind: FactText, Optional: true},
		{Name: "terms", Kind: FactText, Optional: true},
		{Name: "monthly_basis", Kind: FactText, Optional: true, Direction: Irrelevant}, // kind of the grounds for monthly settlement (CRD-14)
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
		{Name: "valid_until", Kind: FactText, Optional: true}, // a date; "" without end
		{Name: "temporary_limit", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "temporary_from", Kind: FactText, Optional: true},
		{Name: "temporary_until", Kind: FactText, Optional: true},
		{Name: "tolerance_amount", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "tolerance_days", Kind: FactInt, Optional: true, Direction: HigherIsWorse},
	}},
}
