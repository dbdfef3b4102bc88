package approval

// limitMatters are those of credit beyond a customer's own limit: groups and special releases.
var limitMatters = []Matter{
	{Name: "credit.group", Gate: "credit", Facts: []Fact{
		{Name: "kind", Kind: FactText, Enum: []string{"create", "change", "close"}},
		{Name: "limit", Kind: FactDecimal},
		{Name: "previous_limit", Kind: FactDecimal, Optional: true},
		{Name: "members", Kind: FactInt, Optional: true},
		{Name: "added", Kind: FactInt, Optional: true},
		{Name: "removed", Kind: FactInt, Optional: true},
		{Name: "exposure", Kind: FactDecimal, Optional: true}, // of the members together
		{Name: "reason", Kind: FactText, Optional: true},
	}},
	{Name: "credit.special_release", Gate: "credit", Facts: []Fact{
		{Name: "amount", Kind: FactDecimal},              // that it may let pass
		{Name: "needed", Kind: FactDecimal},              // what it takes now
		{Name: "reason", Kind: FactText, NonEmpty: true}, // CRD-13
		{Name: "expires_on", Kind: FactText},             // a date
		{Name: "notice_amount", Kind: FactDecimal, Optional: true},
		{Name: "over_limit", Kind: FactBool, Optional: true},
		{Name: "over_by", Kind: FactDecimal, Optional: true},
		{Name: "overdue_amount", Kind: FactDecimal, Optional: true},
		{Name: "overdue_days", Kind: FactInt, Optional: true},
		{Name: "exposure_after", Kind: FactDecimal, Optional: true},
		{Name: "limit", Kind: FactDecimal, Optional: true},
		{Name: "customer_grade", Kind: FactText, Optional: true},
	}},
}
