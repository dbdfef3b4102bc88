// Package order owns customers' orders: what was ordered at which price and terms, how far it is shipped, and the order gate that every order passes
// before it counts.
//
// It does not own prices and who may leave them (pricing), the customer's credit (credit), the people who approve (approval) or the shipping notices:
// package shipping takes quantities from an order through LockOpen, Reserve and Unreserve, package delivery through Ship and Left.
//
// # States
//
//	draft → submitted → confirmed → partly_shipped → shipped → closed
//	draft, submitted → cancelled;  confirmed → cancelled (by request);  partly_shipped → closed
//	submitted → draft (returned, rejected, withdrawn, revised);  confirmed, partly_shipped → draft (nobody approved it, its quotation or its contract)
//
// An order that counts is changed and cancelled by requests (package orderchange, ORD-05), which this package judges (Ask) and carries out (Alter,
// CancelApproved): it stays confirmed, with the next revision number. Only an approval that nobody gave makes a draft of it again, be it of the
// order, of the quotation that it or its contract has the prices from, or of that contract: nothing more is put on notices, nothing leaves, and it
// counts again when it has passed the gate again. What is shipped or on a live notice stays as it is: such a line keeps product, price and agreement,
// and its quantity can't go below.
//
// # Review
//
// A draft may be reviewed (ORD-02), by whoever is asked (AskReview) or comes by. Each point that failed goes back to the customer's side, and the
// order isn't submitted before all are settled.
//
// # Who follows
//
// Production is told of orders that count (Follower): of changes, cancellations and drafts in their transaction, of confirmations and of shipped
// orders that are open again right after it, each in a transaction of its own (Tell). untold_since says that this is yet to be done; it goes with the
// order that doesn't count any more, so nobody is told of that.
//
// # The gate
//
// Submitting asks in one pass: is the customer active, do grade and old debt allow these terms (ORD-10), are the prices of each line and of the whole
// order within whose authority (PRC-10, PRC-12), and by the facts thereof the authority matrix (order.confirm: CON-02, CON-03, CON-06). A line may
// name a line of a quotation or a contract, by which its price stands (QUO-05, CON-09); an order that names a contract calls it off from its
// submission on. Each pass writes one decision with all checks. A refused order stays a draft, with its decision. When the approvers decide, the
// order is locked and judged again: the approval must be of exactly this content, and ORD-10 must still hold.
//
// # Files
//
// A closed order is filed by customer and month (ORD-09): the database says in which month, by the business date on which it was closed
// (filed_month), so that no sweep has to. A file is what ListFiles counts together.
//
// # Invariants
//
//   - total = gross − header discount; the lines' net amounts add up to the total, to the fen.
//   - noticed + shipped ≤ quantity on each line, by constraint.
//   - Lines of an order that isn't a draft don't change but with its revision, by trigger; only noticed and shipped move.
//   - content is the hash of what was judged. Whatever was judged and then changed, is judged again.
//   - owner_id is the owner of the customer, by trigger.
//   - An order is filed if and only if it is closed.
//
// # Locks
//
// Approval request → quotation that is named (shared) → contract that is called off → order → production request → notices → number series. Which
// contract that is, a draft says and may be told otherwise meanwhile: then it runs again.
package order
