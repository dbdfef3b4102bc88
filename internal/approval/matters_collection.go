package approval

// collectionMatters are those of receivables that aren't paid as they stand.
var collectionMatters = []Matter{
	{Name: "receivable.adjust", Gate: "credit", Facts: []Fact{
		{Name: "amount", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "cause", Kind: FactText, Enum: []string{"duplicate", "price", "item", "quantity", "quality"}},
		{Name: "disputed", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
	{Name: "receivable.write_off", Gate: "credit", Facts: []Fact{
		{Name: "amount", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "grounds", Kind: FactText},
		{Name: "items", Kind: FactInt, Optional: true, Direction: HigherIsWorse},
		{Name: "days", Kind: FactInt, Optional: true}, // overdue, of the oldest
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
}
