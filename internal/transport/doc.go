// Package transport owns how goods are carried: transport notices (运输通知单) of the trucks that fetch a shipping notice's goods, the comparison of what
// stands before the ramp with them (SHP-07), freight vouchers (运费结算凭证), the signatures of warehouse and carrier (SHP-08), and the carriers' monthly
// settlement (SHP-18).
//
// It does not own carriers and what they ask (package carrier), nor shipping notices (package shipping, which it asks through Shipments) and delivery
// notes (package delivery, which calls it when goods are loaded and unloaded, and which it asks through Deliveries), nor how the goods are picked
// (preparation), nor the gate.
//
// # Freight
//
// Several transport notices can share one truck's trip. What the trip costs is what all its goods cost together; each voucher bears what is not on an
// earlier one, so per trip the first bears all, and the minimum charge is asked once. A voucher that is unloaded leaves the others as they are: what
// is then missing is said by an adjusting document.
//
// A voucher keeps how it was computed, in words. Where no rate answers, or the weight isn't known, it says so and has no freight until an adjusting
// document does. It is never edited.
//
// # States
//
//	transport notice: planned → loaded → done        freight voucher: issued → signed       settlement: draft → confirmed → paid
//	                  planned → cancelled                              issued, signed → cancelled         draft → cancelled
//	                  loaded → planned (unloaded)
//
// A shipping notice that is revised, cancelled or closed cancels what is planned for it.
//
// # Invariants
//
//   - where a shipping notice has transport notices, one that is planned, and nothing else, is loaded (SHP-07);
//   - what is planned is never more than the shipping notice's rest;
//   - a delivery note has at most one voucher that counts, and of a truck that we pay exactly one;
//   - a voucher and an adjusting document stand in one settlement at most, as listed; a settlement's amount is Σ of its listed lines;
//   - what isn't signed by both sides isn't settled (SHP-08).
//
// # Who
//
// Sales and purchasing plan transport; the warehouse, which compares, can't. The warehouse signs vouchers, so it sees freight, which is our cost and
// says nothing of the sale (ORD-03); production, quality and the gate see none of it.
//
// # Locks
//
// shipping notice → transport notices in id order → delivery note → trip (advisory, one in a transaction, and none waits for a document afterwards) →
// carrier settlement → freight vouchers in id order → freight adjustments → number series. Carriers are locked by nobody who holds anything else.
package transport
