// Package stock owns the goods that lie in the warehouses: lots with their inspection reports (质量检验报告), what of each is where and what of it is
// reserved, and every movement that led to that.
//
// It does not own what is laid out and taken for shipping notices (package preparation, which writes its movements with Post), the delivery notes
// that goods leave with and may come back of (package delivery, which calls it), products (catalog), nor what production plans to make (production's
// lots are dates, not goods). It knows no prices.
//
// # Levels and movements
//
// A level is what of a lot lies in a warehouse: on hand, and of that reserved. Every change of a level is a movement, written in the statement that
// makes the change: receipts, returns from customers, transfers and adjustments come from the warehouse or from an ERP (PostMovements), a counted
// level becomes the adjustment that it takes; reservations, picks, shipments and unloadings come from preparing and dispatching. What left without a
// gate's leave is taken out as it is, from the lots that had been loaded. A posted correction of a delivery note is an adjustment of the lots that it
// left from (SHP-14). Movements are never changed.
//
// # Lots and reports (SHP-16)
//
//	pending → passed ⇄ failed
//
// A lot is what its last report says, by the instant of inspection; a report that arrives late but was made before changes nothing. A failed report
// stops what is reserved and hasn't left, and tells the warehouse and the customer's owner. While shipping.inspection_required is true, goods leave
// only from lots that passed; a lot leaves until the day on which it expires, and nothing leaves from a closed warehouse. While it is false, lots
// that wait for inspection count as well, and what isn't in stock here leaves without a lot. What a return brings back of a delivery note is a lot of
// its own, under the return's number, and leaves when it has passed, whatever the parameter says (CMP-08).
//
// # Invariants
//
//   - 0 ≤ reserved ≤ on hand of every level, in SQL;
//   - on hand = Σ movements; reserved = Σ movements = Σ of what preparation lines hold;
//   - a lot, once received, is of one product.
//
// # Locks
//
// stock lots in id order → levels in order of lot and warehouse. Who takes goods locks levels only, after the notice; who makes a level, or changes
// what a lot is, locks the lot first.
package stock
