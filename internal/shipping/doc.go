// Package shipping owns the way of goods out of the factory: shipping notices (发货通知单) with finance's frozen check and
// their release, and delivery notes (送货单) of what really left.
//
// It does not own the orders whose lines it ships (package order), the exposure that it moves (credit), who may release
// (approval's matrix), the goods in the warehouses and what is laid out (stock), nor payments: what it needs to know of them is the interface
// Payments. Gate passes (出门证), their keys and the gate's check are package gate's, which stands behind it: Gate.
//
// # States of a notice
//
//	draft → submitted → checked → released → partly_dispatched → dispatched → closed
//	                    checked → refused                        partly_dispatched → closed
//	                  submitted → blocked → checked
//
// Submitting hands it to finance. The check computes and freezes the figures (SHP-03) and asks those whom the matrix
// names; a notice with overdue amounts and no reason of the rep is blocked until the reason is given (SHP-05). Before
// anything left, every state but closed can be cancelled, or revised, which makes it a draft that passes all gates
// again: its exposure, its reservation on the orders and its cover go back at once (SHP-21). partly_dispatched is closed
// when the rest won't be shipped.
//
// # The four flows (SHP-01)
//
//   - credit: within the limit the sales manager, above it the general manager (SHP-04 to SHP-06, SHP-13);
//   - prepaid: finance names the payments that cover it, each proved by its bank reference, its bill or a slip on the notice; they are
//     then reserved for it, and no limit counts (SHP-10);
//   - cod: no limit counts, the general manager decides (SHP-11);
//   - new_customer: the limit counts as 0, finance confirms the first business; by the debt that it leads to the sales
//     manager or the general manager decides, and afterwards a credit review is due (SHP-12).
//
// The gate is judged at the check, and again under the account's lock when it is released. A situation that is worse than what
// was approved is put to approval again with the new facts, and nothing is released (CRD-17).
//
// What was let pass counts for shipping.check_valid_days. An older check is made again when goods are laid out or loaded; what has grown beyond
// shipping.check_tolerance sends the notice back to finance, or closes its rest when some of it has left (released → submitted,
// partly_dispatched → closed).
//
// A special release (特放, CRD-13) lets one named notice pass what credit stops, once: pending → approved → used, or rejected, expired,
// void. The notice carries it until all of it has left.
//
// What waits (checked, blocked) is judged anew when its payer's credit changes (Reevaluate): grade, limit or group, money that comes in or is
// reversed, credit notes and corrections, and other notices that are taken back, or released so that it doesn't fit any more (SHP-03). It is a job of its own, since ending the
// approval under way has to come before the account's lock.
//
// # States of a delivery note
//
//	issued → left
//	issued → cancelled (unloaded again; its gate pass dies, SHP-21)
//
// # Transport
//
// Where transport notices exist for a notice, loading is compared with them, before anything else is written, and they are told what was loaded and
// unloaded (package transport). The notice's own vehicle, carrier and driver are what the rep wishes, and count where there are none.
//
// # Invariants
//
//   - nothing is let out that wasn't released, and never more than the notice (SHP-07); what left all the same is booked as it is (SHP-14), and stands on the
//     delivery note alone where notice and order have no room for it;
//   - for each payer: released exposure = Σ amount − dispatched of notices released or partly dispatched; shipped exposure =
//     Σ of delivery notes that aren't cancelled, less what is invoiced (CRD-11, SHP-20);
//   - what left can always be invoiced: no gate stands behind a delivery note.
//
// # Locks
//
// approval request → credit account → credit group → orders in id order → notice → special release → transport notice → stock levels →
// delivery note → freight voucher →
// number series. What changes an exposure
// takes the account first, and with it everything about that payer's notices is one after the other.
package shipping
