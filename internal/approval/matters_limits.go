package approval

// limitMatters are those of credit beyond a customer's own limit: groups and special releases.
var limitMatters = []Matter{
	{Name: "credit.group", Gate: "credit", Facts: []Fact{
		{Name: "kind", Kind: FactText, Enum: []string{"create", "change", "close"}},
		{Name: "limit", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "previous_limit", Kind: FactDecimal, Optional: true},
		{Name: "members", Kind: FactInt, Optional: true, Direction: HigherIsWorse},
		{Name: "added", Kind: FactInt, Optional: true, Direction: HigherIsWorse},
		{Name: "removed", Kind: FactInt, Optional: true},
		{Name: "exposure", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true}, // of the members together
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
	{Name: "credit.special_release", Gate: "credit", Facts: []Fact{
		{Name: "amount", Kind: FactDecimal, Direction: HigherIsWorse}, // that it may let pass
		{Name: "needed", Kind: FactDecimal, Direction: HigherIsWorse}, // what it takes now
		{Name: "reason", Kind: FactText, NonEmpty: true},              // CRD-13
		{Name: "expires_on", Kind: FactText},                          // a date
		{Name: "notice_amount", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "over_limit", Kind: FactBool, Optional: true, Direction: HigherIsWorse},
		{Name: "over_by", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "overdue_amount", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "overdue_days", Kind: FactInt, Optional: true, Direction: Irrelevant},
		{Name: "exposure_after", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "limit", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse, ForDeciders: true},
		{Name: "customer_grade", Kind: FactText, Optional: true},
	}},
}
