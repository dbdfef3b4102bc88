package approval

// campaignMatters are those of sales activities.
var campaignMatters = []Matter{
	{Name: "campaign.plan", Gate: "campaign", Facts: []Fact{ // CUS-17
		{Name: "kind", Kind: FactText, Enum: []string{"exhibition", "promotion", "visit_campaign"}},
		{Name: "budget", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "currency", Kind: FactText, Optional: true},
		{Name: "starts_on", Kind: FactText, Optional: true},
		{Name: "ends_on", Kind: FactText, Optional: true},
		{Name: "place", Kind: FactText, Optional: true},
		{Name: "people", Kind: FactInt, Optional: true, Direction: HigherIsWorse},
		{Name: "plan", Kind: FactText, Optional: true},
	}},
}
