package approval

var salesFlows = []string{"credit", "prepaid", "cod", "new_customer"}

// shipmentMatters are those of shipping.
var shipmentMatters = []Matter{
	{Name: "shipment.release", Gate: "shipment", Facts: []Fact{
		{Name: "flow", Kind: FactText, Enum: salesFlows}, // SHP-01
		{Name: "over_limit", Kind: FactBool},             // exposure after this notice is above the limit, or there is none
		{Name: "overdue_amount", Kind: FactDecimal},
		{Name: "new_customer_over", Kind: FactBool},          // SHP-12: debt after this notice is above shipping.new_customer_debt
		{Name: "over_group", Kind: FactBool, Optional: true}, // above the limit of the customer's credit group; over_limit is true then
		{Name: "group_limit", Kind: FactDecimal, Optional: true},
		{Name: "group_exposure_after", Kind: FactDecimal, Optional: true},
		{Name: "overdue_tolerated", Kind: FactDecimal, Optional: true}, // overdue, but within the tolerance: not in overdue_amount
		{Name: "unlimited", Kind: FactBool, Optional: true},
		{Name: "limit", Kind: FactDecimal, Optional: true},
		{Name: "exposure_after", Kind: FactDecimal, Optional: true},
		{Name: "debt_after", Kind: FactDecimal, Optional: true},
		{Name: "overdue_days", Kind: FactInt, Optional: true},
		{Name: "amount", Kind: FactDecimal, Optional: true},
		{Name: "currency", Kind: FactText, Optional: true},
		{Name: "customer_grade", Kind: FactText, Optional: true},
		{Name: "reason", Kind: FactText, Optional: true}, // SHP-05: why it should ship although something is overdue
	}},
}
