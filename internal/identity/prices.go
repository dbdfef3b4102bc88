package identity

// SeesPrices reports whether prices, amounts and terms of sale are shown to the principal: to sales, finance and those who oversee
// them, and to programs; not to production, purchasing, warehouse, quality and the gate (ORD-03).
func SeesPrices(p Principal) bool {
	return p.Kind == KindMachine || p.Kind == KindSystem || Allowed(p, "sales_price.read")
}
