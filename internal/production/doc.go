// Package production owns what is asked of the factory for confirmed orders, and what follows until the goods can leave: the
// production request, its schedule, materials, progress and troubles; the check of each promised date; and who gets how much of
// a product of which there isn't enough.
//
// It does not own the order (package order, which tells it what becomes of orders: order.Follower), prices (they are nowhere in
// its data: ORD-03), credit, or what leaves (package shipping, which asks Allowance before it puts goods on a notice).
//
// # The production request (ORD-03, ORD-04)
//
//	open → held (its order became a draft again) → open;  open, held → cancelled, closed
//
// A request has revisions. Each says what the order says since, and how that differs from the revision before; production,
// management and finance acknowledge each anew. Lines have the ids of the order's lines. Production answers with lots, purchasing
// with materials; when a line is expected follows from both (expect.go) and is computed anew with every change. A line that is
// expected after its promise, or waits for material of which nobody knows when it comes, or is behind, is at risk.
//
// # The check of a promise (ORD-07)
//
//	open → on_time;  open → delayed → told → answered;  open, delayed → void (another date, or the order ended)
//
// The days before a promise are counted on the day, by the calendar and the parameter of that day: nothing has to be computed
// anew when they change. A line's date is checked once. A later date that the customer accepts is the line's promise from then on,
// and is checked in its turn; the order keeps the date that was agreed in it until it is changed.
//
// # The shortage allotment (ORD-08, CUS-15, SHP-19)
//
//	proposed → confirmed → ended;  proposed → withdrawn
//
// A proposal serves the open order lines of a product by the priority of their customer's grade, then by promise, then by age,
// each in full before the next. It is frozen with its hash. The sales manager confirms it, with changes and their reasons, as long
// as the orders want what they wanted; else it is stale. From then on a line ships what is allotted to it and no other line of
// the product ships at all, until the allotment ends: used up, past its last date, or by the sales manager. At most one is open for a product.
//
// # Invariants
//
//   - Σ allotted ≤ available, by constraint; who is served before others has all it wants, unless a person changed that with a reason.
//   - What is finished beyond what is planned has a reason. Reports are never changed.
//   - owner_id is the owner of the customer, by trigger.
//
// # Locks
//
// order → production request → delivery check → shipping notice → shortage allotment. A change of anything of a request locks the
// request. Who confirms an allotment locks the orders, in id order, and then the allotment; who releases a notice holds its orders
// and then locks the allotments of its products shared, so that one of the two sees what the other did.
package production
