// Package dispute owns disputed items: an invoice, or a line of one, that a customer says isn't right, and how that is settled (ARV-06).
//
// It does not own the invoice, which stays as it was posted, nor the adjusting document that corrects it: those are package receivable's.
// What rests of the dunning meanwhile is package collection's to know; what is disputed on a monthly statement is package statement's.
//
// # States
//
//	open → deciding → adjusted, or back to open when the approval was refused
//	open → rejected (the invoice is right) | withdrawn (by the customer)
//
// The rep is asked to find out what is right as long as it is open. Who may adjust is the authority matrix's to say; when they agree,
// receivable posts the adjusting document in the same transaction.
//
// # Invariants
//
//   - Σ disputed of an invoice, of what is open or being decided, ≤ what was open of it when the last was opened
//   - no more is taken off than was disputed; each adjusting document settles one disputed item
//   - the exposure (package credit) falls with the adjusting document, never with the dispute
//
// # Locks
//
// To open one: the invoice, then the number series. To settle one: its approval request, the payer's credit account, the disputed
// item, and what receivable's Adjust locks. An approval's outcome comes with its request locked, and takes the rest in the same order. Nobody who
// holds an invoice waits for a disputed item, so that it is locked before the invoice here stops nobody.
package dispute
