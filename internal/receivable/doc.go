// Package receivable owns what customers owe and what they paid: invoices, receipts, and which receipt pays which
// invoice.
//
// It does not own the exposure (package credit, to which every posting here adds movements), the delivery notes that are
// invoiced (shipping), or payment terms (credit).
//
// # Documents
//
// Invoices, receipts and allocations are posted when they are made and never edited (ARV-06): a mistake is corrected by
// reversal, which is a document of its own for an invoice and a state for the other two. The database refuses
// anything else.
//
//	invoice     posted → reversed (by a reversal, whose amounts are negative)
//	receipt     posted → reversed (the bill bounced, the transfer was another's)
//	allocation  posted → reversed (the money is a prepayment again)
//
// An invoice takes quantities from delivery notes, at most what left and isn't invoiced yet; what left can always be
// invoiced: no gate stands between. An opening invoice brings an open item of the books before salesgate.
//
// A receipt is the payer's. What is not allocated to invoices is a prepayment (ARV-01), and part of that may be set aside
// for a payment-first notice (SHP-10), which shipping asks for through Cover.
//
// # Invariants
//
//   - paid of an invoice = Σ its posted allocations ≤ total; open = total − paid ≥ 0
//   - allocated + covering of a receipt ≤ amount: nothing is allocated twice, under any race
//   - credit's receivable of a payer = Σ open of its posted invoices; credit's prepaid = Σ (amount − allocated) of its
//     posted receipts
//
// # Locks
//
// Credit account of the payer first, then delivery notes, invoices and receipts, each in id order, then the number series.
// With the account locked nobody else moves this payer's invoices or receipts, so those of one payer can't deadlock.
package receivable
