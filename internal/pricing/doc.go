// Package pricing owns base prices, floor prices and price authority, and the gate that every sale's prices pass.
//
// It does not own products and their costs (catalog), requests for other prices and reviews (priceadjust), which it tells what becomes
// of a list; nor quotes and contracts, or orders: those ask Check. It does not own
// approvals: it submits price.base_list and price.authority, and is told the outcome.
//
// # Base prices (PRC-01, PRC-05, PRC-07)
//
// A base price list is a set of changes with one effective time and one reason; what it doesn't name stays as it was.
// Publishing writes its lines into base_prices, whose rows of published lists never change: the price of a product at an instant is its latest
// row up to that instant, so any price as of any past date can be read, with the list that set it and who asked for it,
// approved it and why. The list in force at an instant is the published one with the latest effective time up to it; a
// unique index makes it exactly one. A list can't take effect in the past: one that is approved after its time takes
// effect at the approval.
//
// A row of base_prices counts when its list is published, and every reader reads valid_base_prices, which says so. A list of up to
// 2,000 lines is written by the transaction that publishes it. A longer one is only approved by that: its lines are written in batches
// ahead of an instant some seconds later (RollOut), and the list's own row puts them in force, all or none, also after a crash; a
// roll-out that misses its instant begins anew for a later one. So at every instant exactly one price holds. A list without an
// effective time holds from the moment of its publication on, taken last: a check that began before it keeps the price it was given.
// Who wants an instant that is the same for everybody to the microsecond names one.
//
// New products of a list become standard when it takes effect, not when it is approved: until then their initial price goes on. The
// gate sees that from the instant on; SettleLists writes it down, and answers open reviews.
//
// Until a list is in force only those see it, its lines and the prices of its time who may compare lists: who prepares and decides
// them. A rep reads what holds and what held.
//
// A scheduled list can be called back by the general manager, who approved it; nobody is asked again, since what holds goes on
// holding. Its rows stay, and count no more than if they had never been.
//
// A draft remembers the last publication or recall that its author has seen, by a number in the order of commits. When one came
// since that touches its products it can't be submitted, nor approved, before the author says that the differences were looked at anew: who
// approves has seen these differences. Lists that
// are approved for one instant come one after the other, a microsecond apart, and the one approved later counts.
//
// # Files
//
// A price list from a file becomes a draft (ImportPrices). Its hash makes it one draft, until that is decided. The event says how many
// lines it has; the lines themselves are kept for good and aren't in the event log.
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
// # States of a list and of a table
//
//	draft ──submit──► submitted ──approved──► published (scheduled, in force, superseded: by the clock)
//	  ▲                  │ ├─────rejected───► rejected       │ ▲
//	  └─edit, returned,──┘ └─────cancel─────► cancelled      │ │ (long lists: approved while they are rolled out)
//	    withdrawn                           (from draft too) └─┴─recall, before its time──► recalled
//
// An edit of a submitted one voids its approval request.
//
// # Locks
//
// Approval request → list or table → adoptions (newproduct) → price requests and reviews (priceadjust) → products. Publishing and recalling take the advisory lock of their
// table, so that two never get one instant; no check and no order takes it.
package pricing
