// Package departure owns what is known of goods after they were loaded: the report that they left, corrections (发货更正单) of what a delivery
// note says, proof of delivery (签收), and the dispatch register (发送登记簿).
//
// It does not own the delivery note (delivery), nor the gate's check (gate), which is the report in most cases. What a correction moves on
// orders and exposure is delivery's too: delivery.Correct.
//
// # Reports (SHP-14)
//
// What was loaded is reported as left on the day, at latest when the next working day has begun: the gate's check does it, or the
// warehouse where a truck left without one. What nobody reported in time is a violation of whoever issued the note, and the warehouse's thing to do.
//
// # Corrections
//
//	proposed → posted
//	proposed → rejected
//
// A difference between a delivery note and what left or arrived never edits the note. It is proposed: by the warehouse with its report, by the gate when
// a phone let out other goods than the pass says, by a proof of delivery that doesn't fit, or by hand. Finance posts or rejects it, never
// their own (ORG-03). Posted, it moves what really left on orders, exposure and stock, posts the credit notes of what was invoiced
// already (cause quantity), also where the order is closed, and never changes.
//
// # Proofs of delivery
//
// One for each delivery note, which never changes: who signed, when, what arrived and what of it was damaged, with the signed paper or photos. A line that is
// short or damaged is a thing to do for the rep, a short one for finance too. With it the truck's transport notice is done. Where none comes within
// shipping.proof_days of the departure, rep and warehouse are asked for it, and the register lists it.
//
// # Signatures
//
// What left and isn't signed by warehouse and carrier, delivery note and freight voucher, is in the register (Unsigned), and after
// shipping.signature_days the warehouse is asked for it (SHP-08).
//
// # Locks
//
// Credit account → orders → notice → transport notice → delivery note → correction → number series.
package departure
