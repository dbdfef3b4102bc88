// Package delivery owns what really left: delivery notes (送货单), one for what one vehicle carries, which the invoice is made from, and what became of
// their lines since: invoiced, come back, corrected. They are written at the ramp (Dispatch), end when they are unloaded before the gate
// (Cancel) or leave (Leave), and are corrected when they were wrong (Correct).
//
// It does not own the notices that goods leave on (package shipping, which lends them locked and keeps what a notice itself says of its lines), the
// orders (order), the exposure that it moves (credit), the lots (stock, preparation), the trucks (transport), gate passes and the guard's checks
// (gate: the interface Gate), who reports, proposes and proves (departure), nor invoices and returns (receivable: Invoices, MarkInvoiced,
// MarkReturned, TakeBack).
//
// # States
//
//	issued → left
//	issued → cancelled (unloaded again; its gate pass dies, SHP-21)
//
// It has to be reported that what is issued has left, by the gate's check or by the warehouse, within shipping.departure_hours of the next
// working day (SHP-14). A cancelled note stays so: what left with its pass all the same is booked on a new one (BookDeparted).
//
// # What a line counts
//
// What the note says never changes. What really left is its quantity with what posted corrections changed (Line.Real), what stayed with the customer is
// that without what came back (ReallyLeft): usage, volumes and lists count by nothing else. Shares of a line are counted from its beginning, so that all
// parts add up to its amount to the fen (money.NextShare).
//
// What left although notice or order had no room for it stands on the line (unnoticed, unordered) and on neither of them.
//
// # Invariants
//
//   - nothing leaves that wasn't released, of an order that doesn't count, of a lot that hasn't passed, on another vehicle than was ordered, and never
//     more than the notice (SHP-07, SHP-16), but for what left all the same (BookDeparted);
//   - dispatched of a notice's line = Σ of its notes that aren't cancelled, without the unnoticed; shipped of an order's line = the same with corrections,
//     without the unordered (ReconcileGoods);
//   - for each payer: shipped exposure = Σ of notes that aren't cancelled, corrected, less what is invoiced or came back (CRD-11, SHP-20; Reconcile);
//   - what left can always be invoiced, and no more of it than really left: no gate stands behind a delivery note.
//
// # Locks
//
// credit account → orders in id order → notice → transport notice → stock levels → delivery note → freight voucher → number series; a
// correction then what Invoices locks. The gate takes delivery note and pass alone (LockPassed): a vehicle waits before it.
package delivery
