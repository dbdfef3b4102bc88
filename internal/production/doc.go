// Package production owns what is asked of the factory for confirmed orders, and what follows until the goods are made: the
// production request, its schedule, materials, progress and troubles.
//
// It does not own the order (package order, which tells it what becomes of orders: order.Follower), prices (they are nowhere in
// its data: ORD-03), credit, the check of promised dates (package deliverycheck, which it tells when promises move: Watcher), or who gets
// how much of a short product (package allotment).
//
// # The production request (ORD-03, ORD-04)
//
//	open → held (its order became a draft again) → open;  open, held → cancelled, closed
//	closed → open (its order was shipped, and is open again since less has left)
//
// A request has revisions. Each says what the order says since, and how that differs from the revision before; production,
// management and finance acknowledge each anew. Lines have the ids of the order's lines. Production answers with lots, purchasing
// with materials; when a line is expected follows from both (expect.go) and is computed anew with every change. A line that is
// expected after its promise, or waits for material of which nobody knows when it comes, or is behind, is at risk.
//
// # Invariants
//
//   - What is finished beyond what is planned has a reason. Reports are never changed.
//   - What is planned and finished is within Bounds of what the line asks, and dates are within Bounds of today.
//   - owner_id is the owner of the customer, by trigger.
//
// # Locks
//
// order → production request → delivery check. A change of anything of a request locks the request.
package production
