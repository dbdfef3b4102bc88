package approval

// termsMatters are those of settlement terms.
var termsMatters = []Matter{
	{Name: "terms.bridge", Gate: "credit", Facts: []Fact{
		{Name: "terms", Kind: FactText},
		{Name: "customer_grade", Kind: FactText, Optional: true},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
}
