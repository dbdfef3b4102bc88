// Package bankstatement owns what the company's banks say: its bank accounts, the lines of their statements, and from which accounts
// customers pay. It turns lines into receipts.
//
// It does not own receipts and allocations (receivable), to which every confirmed line becomes a receipt with its allocations, in the
// same transaction; nor payments that leave the company, whose lines are kept and ignored.
//
// # Files
//
// A file of one account is CSV or XLSX. The first row with the headers of a date, an amount and a counter-party begins the table, since
// banks print titles above; headers are Chinese or English, in any order, and columns that mean nothing to us are passed over. The amount
// stands in one column (signed, or with a direction beside it) or in one for each direction. A file is taken whole or, with any
// line that can't be read, not at all: every fault is told by its row. A line that is there already is passed over: known by the bank's own
// transaction id or, where it gives none, by its content and its place among equal lines of the file.
//
// # States
//
//	line  open → booked (as one receipt) | ignored (with a reason)
//	      booked → open, when its receipt was reversed; ignored → open
//
// What the bank said is never changed; the database refuses it.
//
// # Proposals
//
// A proposal says whose money a line is and what it pays, why, and how sure that is: the points of the reasons that hold (parameters
// bank.*), at most 100. The reasons are a number of an open invoice, its tax invoice, order or
// statement in the reference; a known paying
// account; the customer's own name; the exact amount of one open invoice, or of several. It is worked out when it is asked for, from
// the open items of then, and worked out again under the lock when it is confirmed. Two customers with the same points are no proposal
// to be confirmed by itself.
//
// # Locks
//
// Who books a line locks the payer's credit account, then the line, judges it, and only then writes: invoices and receipt are locked after it, by
// PostReceipt. So of two who book one line, or ignore it, the second finds that under the lock and has written nothing. A receipt that is reversed
// frees its line last; since a booked line is let go of at once by whoever wants to book it, nobody waits in a circle.
// Several lines are confirmed in a transaction each.
package bankstatement
