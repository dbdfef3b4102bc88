// Package collection owns the chasing of what is due: the overdue list, what was said to whom, promises to pay, dunning, who pays at the customer,
// and the weekly report about all that.
//
// It does not own the documents it speaks of: invoices, receipts, adjusting documents and write-offs are package receivable's, and nothing here
// changes one. What comes of an item that isn't paid is decided elsewhere: whether it was right (package dispute, ARV-06), whether it is given up
// (package baddebt, ARV-07); the lists here say so, and dunning leaves out what is disputed. The exposure is package credit's: neither a dispute nor
// a promise lowers it.
//
// # Items
//
// An invoice has one due date, by the payer's terms when it was posted (ARV-04). So each invoice is one instalment, and an item of all the lists here
// is an invoice with what is open of it. Days overdue are calendar days after the due date: on the due date itself it is none.
//
// Whoever sees the customer who was delivered to sees its items (ORG-06). Promises, contacts and dunnings are about who pays, and are seen by whoever
// sees the payer.
//
// # States
//
//	promise     open → kept | partly_kept | broken | lapsed (nothing was left to pay), each as receipts say; open → withdrawn
//	dunning     proposed → sent | cancelled
//	paying staff of a customer come and go; a change is never changed
//
// Whether a promise was kept is computed from receipts, by the day on which the money came, and looked at again for some weeks: a bill that bounces
// breaks a promise, a receipt booked late keeps it.
//
// # Dunning
//
// Once a day every payer with overdue items gets a proposal of the next step, which is computed anew each day until finance sends it or calls it off.
// An item takes part with what is neither disputed nor promised for today or later, unless it was dunned a few days ago; a payer takes part unless
// paused. Promises and pauses end within days that parameters say. Each item climbs the steps one by one, when it is overdue as long as the step
// says, and no step twice. The letter is frozen and numbered when it is sent.
//
// # Locks
//
// Invoices (where something is said about their open amount), then the rows of this package, by id; the number series last.
package collection
