package approval

// leaveMatters are those of leave.
var leaveMatters = []Matter{
	{Name: "hr.leave", Gate: "leave", Facts: []Fact{
		{Name: "days", Kind: FactInt, Direction: HigherIsWorse}, // working days
		{Name: "sudden", Kind: FactBool, Direction: HigherIsWorse},
		{Name: "days_ahead", Kind: FactInt, Optional: true, Direction: LowerIsWorse},
		{Name: "kind", Kind: FactText, Optional: true},
		{Name: "handover", Kind: FactBool, Optional: true}, // a finished handover was needed, and is there
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
}
