package approval

// priceMatters are those of base prices and price authority.
var priceMatters = []Matter{
	{Name: "price.base_list", Gate: "price", Facts: []Fact{
		{Name: "reason", Kind: FactText, NonEmpty: true}, // PRC-06
		{Name: "lines", Kind: FactInt, Optional: true, Open: true},
		{Name: "version", Kind: FactInt, Optional: true, Open: true},
		{Name: "effective_at", Kind: FactText, Optional: true, Open: true},
	}},
	{Name: "price.authority", Gate: "price", Facts: []Fact{
		{Name: "reason", Kind: FactText, Optional: true},
		{Name: "lines", Kind: FactInt, Optional: true, Open: true},
		{Name: "version", Kind: FactInt, Optional: true, Open: true},
		{Name: "effective_at", Kind: FactText, Optional: true, Open: true},
	}},
}
