package approval

var salesFlows = []string{"credit", "prepaid", "cod", "new_customer"}

// shipmentMatters are those of shipping.
var shipmentMatters = []Matter{
	{Name: "shipment.emergency", Gate: "shipment", Facts: []Fact{ // SHP-15
		{Name: "flow", Kind: FactText, Enum: salesFlows, Open: true},
		{Name: "amount", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "reason", Kind: FactText, NonEmpty: true, Direction: Irrelevant},
		{Name: "over_limit", Kind: FactBool, Optional: true, Direction: HigherIsWorse},
		{Name: "overdue_amount", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse},
		{Name: "exposure_after", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "limit", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse, ForDeciders: true},
	}},
	{Name: "shipment.release", Gate: "shipment", Facts: []Fact{
		{Name: "flow", Kind: FactText, Enum: salesFlows, Open: true},   // SHP-01
		{Name: "over_limit", Kind: FactBool, Direction: HigherIsWorse}, // exposure after this notice is above the limit, or there is none
		{Name: "overdue_amount", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "new_customer_over", Kind: FactBool, Direction: HigherIsWorse},          // SHP-12: debt after this notice is above shipping.new_customer_debt
		{Name: "over_group", Kind: FactBool, Optional: true, Direction: HigherIsWorse}, // above the limit of the customer's credit group; over_limit is true then
		{Name: "group_limit", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse, ForDeciders: true},
		{Name: "group_exposure_after", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "overdue_tolerated", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse}, // overdue, but within the tolerance: not in overdue_amount
		{Name: "unlimited", Kind: FactBool, Optional: true, Direction: LowerIsWorse, ForDeciders: true},
		{Name: "limit", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse, ForDeciders: true},
		{Name: "exposure_after", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "debt_after", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "overdue_days", Kind: FactInt, Optional: true, Direction: Irrelevant},
		{Name: "amount", Kind: FactDecimal, Optional: true, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "currency", Kind: FactText, Optional: true},
		{Name: "customer_grade", Kind: FactText, Optional: true},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant}, // SHP-05: why it should ship although something is overdue
	}},
}
