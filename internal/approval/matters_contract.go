package approval

// contractMatters are those of contracts. demand, prices, period and conditions count how often a submission asked for more than what had been
// approved: of production, of the customer's favour, of time, of place, transport and remarks. So an amendment is asked about again by whom that concerns only.
var contractMatters = []Matter{
	{Name: "contract.sign", Gate: "contract", Facts: []Fact{
		{Name: "total", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "currency", Kind: FactText},
		{Name: "department_authority", Kind: FactBool, Direction: LowerIsWorse}, // every price is within the sales department's authority (CON-02)
		{Name: "standard", Kind: FactBool, Direction: LowerIsWorse, Open: true}, // CON-01: only products with a base price
		{Name: "special_terms", Kind: FactBool, Direction: HigherIsWorse},       // CON-06
		{Name: "terms_rank", Kind: FactInt, Direction: HigherIsWorse, ForDeciders: true},
		{Name: "demand", Kind: FactInt, Direction: HigherIsWorse, Open: true}, // CON-05
		{Name: "prices", Kind: FactInt, Direction: HigherIsWorse},
		{Name: "period", Kind: FactInt, Direction: HigherIsWorse, Open: true},
		{Name: "conditions", Kind: FactInt, Direction: HigherIsWorse, Open: true},
		{Name: "gm_amount", Kind: FactDecimal, Parameter: "contract.gm_amount", Direction: LowerIsWorse},
		{Name: "required_role", Kind: FactText, Optional: true, Direction: Irrelevant}, // the lowest role that covers all prices
		{Name: "long", Kind: FactBool, Optional: true, Direction: HigherIsWorse, ForDeciders: true, Open: true},
		{Name: "terms", Kind: FactText, Optional: true, Direction: Irrelevant},
		{Name: "customer_grade", Kind: FactText, Optional: true, Direction: Irrelevant},
		{Name: "starts_on", Kind: FactText, Optional: true, Direction: Irrelevant, Open: true}, // dates
		{Name: "ends_on", Kind: FactText, Optional: true, Direction: Irrelevant, Open: true},
		{Name: "revision", Kind: FactInt, Optional: true, Direction: Irrelevant, Open: true},
		{Name: "reason", Kind: FactText, Optional: true, Direction: Irrelevant},
	}},
	{Name: "contract.terminate", Gate: "contract", Facts: []Fact{
		{Name: "total", Kind: FactDecimal, Direction: HigherIsWorse},
		{Name: "called_amount", Kind: FactDecimal, Optional: true, Direction: LowerIsWorse},
		{Name: "by", Kind: FactText, Enum: []string{"us", "customer", "both"}, Open: true},
		{Name: "reason", Kind: FactText, NonEmpty: true, Direction: Irrelevant},
		{Name: "ends_on", Kind: FactText, Optional: true, Direction: Irrelevant, Open: true},
		{Name: "gm_amount", Kind: FactDecimal, Parameter: "contract.gm_amount", Direction: LowerIsWorse},
	}},
}
