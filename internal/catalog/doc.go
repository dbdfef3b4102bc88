// Package catalog owns what is sold: products with their unit, kind and lifecycle, the categories they are sorted
// into, what other systems call them, and what they cost.
//
// It does not own prices: base and floor prices, and who may leave them, are pricing's. It does not own stock.
//
// # Lifecycle (PRC-02)
//
//	new ──► standard ──► dormant ──► new
//	 └────────────────────►─┘
//
// A new product was never in regular production; a standard one is regular and has a base price; a dormant one is out
// of production. A dormant product that returns is new again, because it is priced as a new one; nothing leads from
// dormant to standard. A product becomes standard when its base price is published (Standardise) or by hand.
//
// # Invariants
//
//   - The code of a product, and each (source, id) that another system calls it by, belong to one product for ever.
//   - A product is never deleted; Active false keeps it out of new documents.
//   - A unit's weight in tonnes is what somebody stated, else what the unit itself says (kg, t); a new unit that says nothing
//     makes it unknown. Rules in tonnes (PRC-04, QUO-04) can't watch a product without it.
//   - Prices from before a product last went out of production don't count when it returns (PRC-02): DormantAt.
//   - Costs are append-only. The cost on a day is the latest recorded one of those that were effective by then.
//   - A cost is read by finance, sales manager and general manager only (PRC-13). It isn't in the event log, which more
//     people read.
//
// # Locks
//
// A product is locked by itself, last in the order of pg; several in id order.
package catalog
