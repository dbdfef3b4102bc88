// Package allotment owns who gets how much of a product of which there isn't enough (缺货分配, ORD-08, CUS-15, SHP-19).
//
// It does not own the orders that want the product, when their lines are promised for (package production keeps what customers have agreed
// to), grades, or what leaves: package shipping asks Allowance before it puts goods on a notice.
//
// # States
//
//	proposed → confirmed → ended;  proposed → withdrawn
//
// A proposal serves the open order lines of a product by the priority of their customer's grade, then by promise, then by age,
// each in full before the next. It is frozen with its hash. The sales manager confirms it, with changes and their reasons, as long
// as the orders want what they wanted; else it is stale. From then on a line ships what is allotted to it and no other line of
// the product ships at all, until the allotment ends: used up, past its last date, or by the sales manager. At most one is open for a product.
//
// # Who sees what
//
// Who proposes allotments sees all of them; others such that have a line of theirs. Lines of orders that one doesn't see are left out (ORG-06).
//
// # Invariants
//
//   - Σ allotted ≤ available, by constraint; who is served before others has all it wants, unless a person changed that with a reason.
//   - At most one is open for a product.
//
// # Locks
//
// order → shortage allotment. Who confirms an allotment locks the orders, in id order, and then the allotment; who releases a notice holds
// its orders and then locks the allotments of its products shared, so that one of the two sees what the other did.
package allotment
