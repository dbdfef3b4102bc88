// Package pricelist owns base prices and floor prices: the lists that set them, from draft into force, and what a list would change.
//
// It does not own the gate that judges by them, nor price authority (pricing); requests for other prices and the quarterly review
// (priceadjust), which it asks and tells as Requests and Reviews; products and their costs (catalog). It does not own approvals: it
// submits price.base_list, and is told the outcome.
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
// gate sees that from the instant on; SettleLists writes it down, and tells Reviews.
//
// Until a list is in force only those see it, its lines and the prices of its time who may compare lists: who prepares and decides
// them. A rep reads what holds and what held.
//
// A scheduled list can be called back by the general manager, who approved it; nobody is asked again, since what holds goes on
// holding. Its rows stay, and count no more than if they had never been.
//
// A draft remembers the last publication or recall that its author has seen, by a number in the order of commits. When one came
// since that touches its products it can't be submitted, nor approved, before the author says that the differences were looked at anew: who
// approves has seen these differences. Lists that are approved for one instant come one after the other, a microsecond apart, and the one
// approved later counts.
//
// # Files
//
// A price list from a file becomes a draft (ImportPrices). Its hash makes it one draft, until that is decided. The event says how many
// lines it has; the lines themselves are kept for good and aren't in the event log.
//
// # States of a list
//
//	draft ──submit──► submitted ──approved──► published (scheduled, in force, superseded: by the clock)
//	  ▲                  │ ├─────rejected───► rejected       │ ▲
//	  └─edit, returned,──┘ └─────cancel─────► cancelled      │ │ (long lists: approved while they are rolled out)
//	    withdrawn                           (from draft too) └─┴─recall, before its time──► recalled
//
// An edit of a submitted one voids its approval request. What it has in common with a price authority table is pricing.Revision.
//
// # Locks
//
// Approval request → list → adoptions (newproduct) → price requests, reviews (priceadjust) → products. Publishing and recalling take the
// advisory lock of the lists, so that two never get one instant; no check and no order takes it.
package pricelist
