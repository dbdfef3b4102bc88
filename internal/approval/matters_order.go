package approval

// orderMatters are those of orders.
var orderMatters = []Matter{
	{Name: "order.confirm", Gate: "order", Facts: []Fact{
		{Name: "total", Kind: FactDecimal, Direction: HigherIsWorse}, // of the order, in its currency
		{Name: "currency", Kind: FactText},
		{Name: "within_submitter_authority", Kind: FactBool, Direction: LowerIsWorse},      // every price and the whole (PRC-10)
		{Name: "required_role", Kind: FactText},                                            // the lowest role that covers all prices; "" when none is needed
		{Name: "department_authority", Kind: FactBool, Direction: LowerIsWorse},            // every price is within the sales department's authority (CON-02)
		{Name: "special_terms", Kind: FactBool, Direction: HigherIsWorse},                  // CON-06
		{Name: "contract_covers", Kind: FactBool, Optional: true, Direction: LowerIsWorse}, // every line calls off a signed contract (CON-09)
		{Name: "customer_grade", Kind: FactText, Optional: true},
		{Name: "gm_amount", Kind: FactDecimal, Parameter: "contract.gm_amount", Direction: LowerIsWorse},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
}
