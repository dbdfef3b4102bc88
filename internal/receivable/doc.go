// Package receivable owns what customers owe and what they paid: invoices, receipts, and which receipt pays which
// invoice.
//
// It does not own the exposure (package credit, to which every posting here adds movements), the delivery notes that are
// invoiced (delivery), payment terms (credit), or when payers are invoiced and the runs that do it (invoicing).
//
// # Documents
//
// Invoices, receipts, allocations and write-offs are posted when they are made and never edited (ARV-06): a mistake is corrected by a
// document of its own or, for receipts and allocations, by a state. The database refuses anything else.
//
//	invoice     posted → reversed (by a reversal, whose amounts are negative)
//	receipt     posted → reversed (the bill bounced, the transfer was another's)
//	allocation  posted → reversed (the money is a prepayment again)
//	write-off   posted; what comes in later is a recovery, which is reversed with its receipt
//	refund      posted → reversed (the bank sent it back)
//	bill        held → endorsed | discounted → settled | bounced; held → cancelled with its receipt
//
// An invoice takes quantities from delivery notes, at most what left and isn't invoiced or returned. What left can be invoiced at once
// unless the payer's invoicing terms have it wait, which Terms says. An opening invoice brings an open item of the books before
// salesgate. A credit note takes back a part of one invoice (price, quantity, return), an adjusting document settles a disputed item:
// both lower their invoice, or an adjustment is owed beside it. What was paid too much by then is a prepayment again. The tax system's
// invoices are recorded beside ours; a red-letter one names the blue one that it takes from.
//
// A receipt is the payer's. What is not allocated to invoices or paid back (refund) is a prepayment (ARV-01), and part of that may be set
// aside: for an order, until that is cancelled or nothing of it is left to invoice,
// or for a payment-first notice (SHP-10), which shipping asks for through Cover and which takes the deposits of its orders first. What is
// free pays the invoice of a cash delivery when that is posted, the oldest money first and no more than those goods come to (SHP-11); of any
// other invoice somebody says what pays it.
//
// # Invariants
//
//   - paid of an invoice = its posted allocations + credited + written off ≤ total; open = total − paid ≥ 0. A document that lowers another
//     has paid = total, so that sums of open never count it twice
//   - allocated = Σ posted allocations + refunds; allocated + covering of a receipt ≤ amount: nothing is allocated twice, under any race
//   - shipped, not invoiced = delivered − invoiced − returned, by delivery line, in quantity and in amount (SHP-20)
//   - credit's receivable of a payer = Σ open of its posted invoices; credit's prepaid = Σ (amount − allocated) of its
//     posted receipts
//
// # Locks
//
// Credit account of the payer first, then delivery notes, invoices, receipts, write-offs and bills, each in id order, then the number
// series, immediately before the document is inserted: who says something about an invoice (a promise, a dispute) holds it without the account,
// and must not have all receipts of the company wait. Receipts are locked under their payer's account only. A receipt
// that is reversed has its bank line freed last, and lets a job take back the releases that it covered.
package receivable
