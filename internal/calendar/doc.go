// Package calendar owns the company's own exceptions to the working calendar: a day off that isn't a public holiday, a Saturday that
// is worked, and the holidays of a year that this program doesn't know yet.
//
// It does not own the calendar itself: what a working day or hour is, package clock knows (Calendar), China's public holidays
// and make-up days included; transactions get it from pg (Tx.Calendar). It doesn't own any deadline: modules store theirs and export
// how to compute them anew (RecomputeDeadlines); app joins them to the job that a change queues.
//
// # Invariants
//
//   - a day that has passed never changes, so neither does what was overdue; one that has begun can only be declared off. So no
//     deadline moves from the future into the past;
//   - an exception and its removal have a reason and a name, and stay in the history for good (append-only);
//   - no deadline is ever stored by a calendar that has been replaced, unless the recomputing is still queued: who computes one shares
//     a lock until the commit, who changes the calendar takes it alone, and queues the recomputing in the same transaction.
//
// # Every server at once
//
// Each transaction that computes a deadline reads the calendar's version first (one statement by primary key) and only reads the
// exceptions when it has moved. So a change counts for the next transaction on every server, and requests that compute no deadline
// pay nothing.
//
// # Locks
//
// The calendar's lock, alone and before everything else; who changes it waits for nobody while holding it.
package calendar
