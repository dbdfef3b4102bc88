// Package pricing owns price authority, the initial prices of new products, and the gate that every sale's prices pass.
//
// It does not own products and their costs (catalog), base prices and the lists that set them (pricelist), requests for other prices and
// reviews (priceadjust); nor quotes and contracts, or orders: those ask Check. It does not own approvals: it submits price.authority, and
// is told the outcome.
//
// The gate reads the base prices in force by a statement of its own, together with all else that it needs: every reader of base prices
// reads valid_base_prices, where rows of published lists never change and at every instant exactly one price of a product holds
// (PRC-01, PRC-07). A new product is a standard one for the gate from the instant of its first base price on. What the others have to
// hear is told to Watchers.
//
// # Price authority (PRC-09)
//
// A table says for a role, and a product, a category or all products, how many percent below and above the base price the
// role may sell. It is replaced as a whole. The nearest entry counts: product before category before all. A role without
// an entry may sell at the base price and no other. The general manager can't be bounded.
//
// # The gate (PRC-10, PRC-12)
//
// Each line is judged at its net price, that is less its share of the header discount, and all lines together besides; so
// neither a discount on the whole nor a free line slips under. Comparisons are exact, without rounding: -2 % is within
// -2 %, -2.0001 % is not. What the submitter's authority doesn't cover goes to the lowest role whose does. A net price
// below the floor price needs the general manager. A product that is dormant, or has no price in force, can't be sold at all.
//
// # Initial prices (PRC-03)
//
// A new product is sold by its initial price: what the general manager approved of a new-product request (newproduct), which this
// package keeps in initial_prices, append-only, from the decision on. It counts until a base price takes over, and no longer when
// the product has gone out of production since (PRC-02). No authority has been set for it until the price committee does so
// (PRC-04): every role of sales may sell at it or above, only the general manager below; an entry of the authority table
// for that very product is such a word of the committee and counts. The entries for categories and for all products don't.
//
// # Versions
//
// A price authority table and a base price list are both a Revision: one version on its way from draft into force, by approval.
// What they have in common is here, since pricelist imports this package.
//
//	draft ──submit──► submitted ──approved──► published (scheduled, in force, superseded: by the clock)
//	  ▲                  │ ├─────rejected───► rejected
//	  └─edit, returned,──┘ └─────cancel─────► cancelled
//	    withdrawn                           (from draft too)
//
// An edit of a submitted one voids its approval request. The version in force at an instant is the published one with the latest effective
// time up to it; a unique index makes it exactly one. None takes effect in the past: one that is approved after its time takes effect at
// the approval. Two for one instant come a microsecond apart, and the one approved later counts. Of lists only there are two states more,
// approved and recalled.
//
// Prices of a time to come are shown to those who compare base price lists, and to nobody else (SeesAhead, PricesAt).
//
// # Locks
//
// Approval request → table. Publishing takes the advisory lock of its table, so that two never get one instant; no check and no order
// takes it.
package pricing
