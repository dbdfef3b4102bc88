// Package credit owns how much a customer may owe and how much it does: the credit profile with its history (the credit
// register), applications for limits, and the exposure ledger. It does not own the documents that move the exposure
// (shipping notices, delivery notes, invoices, receipts): their modules post movements here, inside their own
// transactions, and decide themselves what a stop by the credit gate leads to.
//
// # Exposure (CRD-11)
//
//	exposure = receivable + shipped + released − prepaid
//	headroom = limit − exposure (CRD-12)
//
// The payer (the customer's bill-to, or the customer itself) carries the exposure: one account per payer, one profile
// that counts. Documents therefore store the payer that they were posted to.
//
// Every movement names the document that caused it and the item whose remainder it moves:
//
//	what happens            document        part         item
//	notice released         notice          +released    notice
//	goods left              delivery note   −released    notice
//	                        delivery note   +shipped     delivery note
//	invoiced                invoice         −shipped     delivery note
//	                        invoice         +receivable  invoice, with its due date
//	paid                    receipt         −receivable  invoice
//	paid ahead              receipt         +prepaid     receipt
//	allocated later         allocation      −prepaid     receipt
//	                        allocation      −receivable  invoice
//
// credit_open_items keeps what is left of each item, so nothing takes back more than was given: an over-shipped or
// over-invoiced remainder is clamped there. Hence at any time, for each part of each account:
//
//	account column = Σ movements = Σ open items ≥ 0
//
// which the view credit_differences and Reconcile check. Exposure itself may be negative: a customer who paid ahead.
//
// # Limits
//
// No limit set (null), a limit of 0 and unlimited are three different things. Null counts as 0 (CRD-02) and is shown as
// null. A profile changes through an approved credit limit request and nothing else (CRD-10; the database refuses it
// too), except that the first profile of a customer may come from opening data.
//
// A request is pending → approved | rejected | returned | withdrawn; one pending request per customer.
//
// A limit may end (it counts until its last grace day, then as 0), have a temporary one on top for some dates (the higher counts), and
// an overdue amount may be tolerated, by the company's parameters or the customer's own (Extras). All of that is part of the profile,
// approved with it. Counting says which limit counts on a date, and why.
//
// # Groups
//
// Payers can share a limit beside their own (Group); a payer is in one group at most, and Judge checks both limits. Groups come from
// approved requests too, and keep their history. What a group owes isn't stored: it is the sum of its members' accounts, added up under
// the group's lock (LockGroup). Only judging takes that lock, since only it adds to an exposure on the strength of a limit.
//
// # Locks
//
// The account row is the lock, taken first, then the group's for judging (see pg). Lock, then Position, then Judge, then Post: two requests that fit
// the limit only one at a time can't both pass (CRD-17). A limit changes under the same lock.
package credit
