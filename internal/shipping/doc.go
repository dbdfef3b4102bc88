// Package shipping owns the way of goods out of the factory: shipping notices (发货通知单) with finance's frozen check and
// their release, special and emergency releases, and delivery notes (送货单) of what really left.
//
// It does not own the orders whose lines it ships (package order), the exposure that it moves (credit), who may release (approval's
// matrix), the goods and what is laid out of them (stock, preparation), trucks and freight (transport), gate passes (Gate: gate), nor payments: what
// it needs to know of them is the interface Payments.
//
// # States
//
//	notice:        draft → submitted → checked → released → partly_dispatched → dispatched → closed
//	                                   checked → refused    partly_dispatched → closed
//	                       submitted → blocked → checked
//	delivery note: issued → left; issued → cancelled (unloaded again; its gate pass dies, SHP-21)
//
// Submitting hands a notice to finance. The check computes and freezes the figures (SHP-03) and asks those whom the matrix
// names; overdue amounts without the rep's reason block it (SHP-05). Before anything left, every state but closed can be cancelled, or
// revised, which makes it a draft that passes all gates again: exposure, reservation and cover go back at once (SHP-21).
//
// # The four flows (SHP-01)
//
//   - credit: within the limit the sales manager, above it the general manager (SHP-04 to SHP-06, SHP-13);
//   - prepaid: finance names the payments that cover it, each proved; they are reserved for it, and no limit counts (SHP-10). The cover is never
//     more than what is to leave or has left uninvoiced, and what was an order's deposit is so again when it isn't taken;
//   - cod: no limit counts, the general manager decides (SHP-11);
//   - new_customer: the limit counts as 0; by the debt the sales manager or the general manager decides, and a credit review is due (SHP-12).
//
// The gate is judged at the check, and again under the account's lock at the release: what is worse than what was approved is put to approval
// again (CRD-17). What waits is judged anew by a job when its payer's credit changes (Reevaluate), and so is what is released and hasn't left when
// grade or limit are changed or money that had come in is gone (Rejudge). What was let pass counts for shipping.check_valid_days, then it is
// judged again when goods are laid out or loaded; beyond shipping.check_tolerance it goes back to finance, or its rest is closed. It is
// held against its own approval and, for what its payer owes altogether, against what was agreed since of the payer's other notices: who let a later
// one pass above the limit had this one in the figures (SHP-06), so it isn't asked about again for that. A special release
// (特放, CRD-13) lets a named notice pass once, an emergency release (SHP-15) before its papers.
//
// In shortage the notices of a day are served by priority, which follows the grade unless the sales manager says otherwise (SHP-19).
//
// # Invariants
//
//   - nothing leaves that wasn't released, and never more than the notice (SHP-07), but for what left all the same (BookDeparted);
//   - for each payer: released exposure = Σ amount − dispatched of notices released or partly dispatched; shipped exposure =
//     Σ of delivery notes that aren't cancelled, less what is invoiced or came back (CRD-11, SHP-20);
//   - what left can always be invoiced: no gate stands behind a delivery note.
//
// # Locks
//
// approval request → credit account → credit group → orders in id order → notice → special release → transport notice → stock levels →
// delivery note → freight voucher → number series. What changes an exposure takes the account first, and with it everything about that
// payer's notices is one after the other.
package shipping
