// Package statement owns what a customer is told of its account and says to it: statements (对账单) with their disputes, and the views that come of the
// same ledger: ageing, usage per product and month, the monthly overview (ARV-03), and reps' figures (ARV-08).
//
// It does not own the documents and the ledger that all of this is read from (delivery, receivable, credit), nor what corrects them (receivable's
// credit notes and reversals), nor chasing (collection, which reads the ageing's bounds and leaves disputed documents alone).
//
// # A statement (ARV-02)
//
// It is the payer's: of all customers that the payer pays for. Its balance is receivable + shipped − prepaid, that is the exposure without what was
// released and hasn't left. Its lines aren't copied: they are the movements of the payer's ledger with from_seq < seq ≤ to_seq, which never change.
//
// What was booked (by the instant, Shanghai's midnight) up to the last day of the range is on it. A document that was booked after the month was
// closed is on the next one, however old its business date is, and is marked late there. So a statement says the same whenever it is made, and
// nothing is on two statements or on none.
//
//	opening + brought + delivered + invoice difference + adjusted − credited − received − written off = closing   (CHECK)
//	the next monthly opening = the last closing, and begins where that ends                                     (FOREIGN KEY)
//	Σ ageing buckets = closing receivable                                                                       (CHECK)
//
// The job makes the statements of a month when it is over, batch by batch, each batch by one statement of SQL; a run goes on where it was cut off.
// One whose ledger contradicts itself is skipped and named by verify; the others aren't kept waiting. The first statement of a customer opens with
// the ledger as it was. One made by hand covers any dates and is outside the chain. Who had neither balance nor movement gets none: there is nothing
// to reconcile. The overview lists them with zeros, and by hand one is made that says so.
//
// # States
//
//	draft → sent → confirmed → settled
//	        sent → disputed → confirmed
//	               disputed → superseded (and its next revision is a draft)
//
// Sending makes a signed link or notes how else it went. The customer's side confirms the whole or disputes lines, by the link or through a rep or
// clerk who attaches the stamped paper. A dispute asks the rep and finance to resolve it: accepted by an adjusting document, which corrects the
// disputed one and is in the ledger after to_seq (ARV-06; of what is said to be paid the payment that was allotted to it), or rejected with a reason.
// A disputed document that is paid in full meanwhile ends its dispute as paid: who pays has withdrawn it. When none is open any more the statement is
// confirmed by resolution or, if any was accepted, superseded by a revision that names the adjustments and the agreed balance. The closing balance
// itself never changes: the adjustment is a movement of the month in which it was booked.
//
// A confirmed statement is settled when nothing that was owed at its end is left, invoices made since of its deliveries included.
//
// # Links
//
// A link holds a token that we signed (audience "statement"), kept by its hash only. It is good until it expires, is replaced, or its statement is
// superseded; after the answer it still lets read.
//
// # Reps' figures (ARV-08)
//
// draft (made with the month's statements) → given (by finance) → objected → final, or given → final when the working day is over. They add up the
// month's statements of the customers that are the rep's when they are made, and stay frozen; a corrected figure is another revision.
//
// # Locks
//
// statement run → statement → link → dispute → rep figures → follow-ups → number series. Nothing here takes a credit account: a batch reads one
// snapshot, and a ledger's movements commit in the order of their seq.
package statement
