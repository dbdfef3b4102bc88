package approval

// prospectMatters are those of prospects.
var prospectMatters = []Matter{
	{Name: "prospect.outside_territory", Gate: "prospect", Facts: []Fact{ // CUS-09
		{Name: "industry", Kind: FactText},
		{Name: "region", Kind: FactText},
		{Name: "reason", Kind: FactText, NonEmpty: true},
	}},
	{Name: "customer.development_plan", Gate: "prospect", Facts: []Fact{ // CUS-01
		{Name: "half", Kind: FactText, NonEmpty: true}, // "2026H2"
		{Name: "prospects", Kind: FactInt, Direction: LowerIsWorse},
		{Name: "registered", Kind: FactInt, Optional: true, Direction: LowerIsWorse},
		{Name: "contacted", Kind: FactInt, Optional: true, Direction: LowerIsWorse},
		{Name: "converted", Kind: FactInt, Optional: true, Direction: LowerIsWorse},
		{Name: "amount", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse},
		{Name: "note", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
}
