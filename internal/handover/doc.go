// Package handover owns what happens when customers change hands (CUS-13): one operation that moves one customer, several, or all of a leaving
// person's, with the list of what was open then, and the joint responsibility of both people for the receivables among it.
//
// It does not own the customers, nor any document: package customer moves the owner, and the triggers of orders, notices and delivery notes follow;
// invoices and receipts belong to whoever owns the customer. So every document of a customer moves with it, and the person who had it before sees
// none of them any more: what they still answer for is listed here.
//
// assignCustomer is a handover of one customer: there is one way.
//
// # Joint responsibility
//
// A receivable that was open at a handover is answered for by both until it is collected. Nothing is written when that happens: whether it is open is
// read from the invoice, so a receipt that is reversed because a bill bounced brings the responsibility back by itself.
//
// # Invariants
//
// A handover, its customers and its items never change (triggers). Nobody hands over to somebody who isn't an active person in sales, nor to the one
// who has the customer already.
//
// # Locks
//
// The requests for approval about what moves; who leaves (FOR NO KEY UPDATE: nobody registers a customer for them), who takes the prospects, the
// prospects; then the new owners' rows (shared), the customers FOR UPDATE in id order, then their payers' credit accounts in id order: an order or a
// receipt that is being written belongs to one side of the handover and not to both. Then the follow-ups that move along. The number series comes
// last.
package handover
