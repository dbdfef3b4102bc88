// Package baddebt owns the applications to write debt off: who asked for which invoices and on what grounds, what was decided, and what
// came in after all (ARV-07).
//
// It does not own the write-offs and recoveries, which are documents of package receivable, nor the exposure (package credit), which falls
// with them. Whom to go on chasing is package collection's; an item with an application under way stays on its list, marked.
//
// # States
//
//	pending → approved → written_off
//	pending → rejected | withdrawn; approved → withdrawn
//	pending, approved → stale (something was paid or corrected meanwhile)
//
// A rep applies with evidence, the superior and then the general manager decide, finance writes off: one document for each invoice.
//
// # Invariants
//
//   - an invoice is in one application at a time, and for no more than is open of it
//   - the approval is bound to the items and to what was open of each: when that has moved, nothing is written off, and what is left needs an
//     application of its own
//   - what is recovered of an invoice ≤ what was written off of it; receivable holds to that
//
// # Locks
//
// To apply: the invoices in id order, then the number series. For the rest: the approval request, the payer's credit account, the
// application, and what receivable's WriteOff and Recover lock. With the account locked nobody else moves what is open.
package baddebt
