// Package invoicing owns when deliveries are invoiced: the payers' invoicing terms, what is still to be invoiced, and the runs that invoice
// all that is due.
//
// It does not own the invoices: package receivable posts them, by hand or for a run, and asks this one whether the payer's terms let it
// (receivable.Terms). What is confirmed is package statement's, which tells it here.
//
// # Terms
//
// What left can be invoiced at once or, where the payer's terms say so, when the statement that it stands on is confirmed (D2.10): that clears the
// days from its beginning through its end, and none before or after. Somebody may invoice ahead of that who says why. What is free of charge is never
// invoiced, and stands on no list. What is paid on delivery or ahead is always invoiced at once. Nothing else stands between what
// left and its invoice (SHP-20). Terms are versions, each in force until the next; what was in force stays.
//
// # Runs
//
//	run        running → done
//	customer   pending → invoiced | nothing (invoiced by hand meanwhile) | refused
//
// A run lists its customers when it starts and invoices them one in a transaction each, so that a killed server's run goes on where it
// stopped, and what refuses one customer is written down and hinders nobody. One run goes on at a time. People begin one when they want; a job
// begins one each day, for what the gate let out some days ago and nobody has invoiced (invoicing.at_once_days). What is paid on delivery or ahead
// has days of its own (invoicing.cash_days): cash that isn't brought back is a receivable by then, due at once (SHP-11), and
// what was brought back and nobody has allocated pays its invoice in the same transaction (receivable).
//
// # Locks
//
// To set terms and to invoice a customer of a run: the payer's credit account first; then what receivable's PostInvoice locks. Two servers
// that carry out one run meet at the account, and the second finds the customer done.
package invoicing
