// Package shipping owns what lets goods go: shipping notices (发货通知单) with finance's frozen check and their release, special and emergency releases,
// and the order in which they are served.
//
// It does not own the orders whose lines it ships (package order), the exposure that it moves (credit), who may release (approval's matrix), the
// goods and what is laid out of them (stock, preparation), trucks and freight (transport), what really left and when (delivery, which stands behind
// it and asks for a notice: Hold, HoldToShip), nor payments. What it needs to know of the last two are the interfaces Payments and Deliveries.
//
// # States
//
//	notice: draft → submitted → checked → released → partly_dispatched → dispatched → closed
//	                            checked → refused    partly_dispatched → closed
//	                submitted → blocked → checked
//
// Submitting hands a notice to finance. The check computes and freezes the figures (SHP-03) and asks those whom the matrix names; overdue amounts
// without the rep's reason block it (SHP-05). Before anything left, every state but closed can be cancelled, or revised, which makes it a draft that
// passes all gates again: exposure, reservation and cover go back at once (SHP-21). Loading takes a notice on (Notice.Load), unloading takes it back
// (Notice.Unload), unless it was closed meanwhile (FreeUnloaded).
//
// # The four flows (SHP-01)
//
//   - credit: within the limit the sales manager, above it the general manager (SHP-04 to SHP-06, SHP-13);
//   - prepaid: finance names the payments that cover it, each proved; they are reserved for it, and no limit counts (SHP-10). The cover is never
//     more than what is to leave or has left uninvoiced, and what was an order's deposit is so again when it isn't taken;
//   - cod: no limit counts, the general manager decides (SHP-11);
//   - new_customer: the limit counts as 0; by the debt the sales manager or the general manager decides, and a credit review is due (SHP-12).
//
// The gate is judged at the check, and again under the account's lock at the release: what is worse than what was approved is put to approval again
// (CRD-17). What waits is judged anew by a job when its payer's credit changes (Reevaluate), and so is what is released and hasn't left when grade or
// limit are changed or money that had come in is gone (Rejudge). What was let pass counts for shipping.check_valid_days, then it is judged again when
// goods are laid out or loaded; beyond shipping.check_tolerance it goes back to finance, or its rest is closed. It is held against its own approval
// and, for what its payer owes altogether, against what was agreed since of the payer's other notices: who let a later one pass above the limit had
// this one in the figures (SHP-06), so it isn't asked about again for that. A special release (特放, CRD-13) lets a named notice pass once, an
// emergency release (SHP-15) before its papers.
//
// In shortage the notices of a day are served by priority, which follows the grade unless the sales manager says otherwise (SHP-19).
//
// # Invariants
//
//   - nothing is loaded of a notice that isn't released, and never more than it says (SHP-07);
//   - for each payer: released exposure = Σ amount − dispatched of notices released or partly dispatched (CRD-11).
//
// # Locks
//
// approval request → credit account → credit group → orders in id order → notice → special release → emergency release → transport notice → stock
// levels → number series. What changes an exposure takes the account first, and with it everything about that payer's notices is one after the other.
package shipping
