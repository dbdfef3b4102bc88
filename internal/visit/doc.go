// Package visit owns the visits (拜访) that reps plan and report, mostly from a phone that is offline: what the nine groups of
// a report ask, what was learnt, and how many visits were done of those that were due (CUS-10, CUS-11).
//
// It does not own the customer or the prospect visited, nor the contact log of prospects (package prospect).
//
// # Offline
//
// The phone makes the visit's id (UUIDv7) and writes a time on each of its two sections, plan and report. What it sends may
// come twice, late, or in another order than it was written:
//
//   - the same content again changes nothing and gets the same answer;
//   - of two contents of a section the one written later stands, whichever comes first: a report before its plan, a
//     correction before what it corrects;
//   - what was written earlier and comes later is kept as a revision and changes nothing.
//
// A visit to a prospect that was converted meanwhile is filed under its customer, when the caller looks after that.
//
// Two contents that claim the same time are a conflict: the first that came stands and the other is kept.
//
// # States
//
// A visit is planned or cancelled by its plan, done or missed by its report; a report stands above any plan.
//
// # Counting
//
// Only visits reported as done count, on the day in Shanghai on which they took place, however late the report came; late
// ones are flagged. Weeks run from Monday to Sunday, half months from the 1st to the 15th and from the 16th to the end. What
// is due in a period goes by its first day: whose the customers were, which of them were key customers, and by its end
// (or now): the quotas. So a past period reads the same for ever. Holidays and leave don't lower a quota; change the
// parameter for the weeks concerned. A visit to a prospect counts in the rep's total.
//
// # Locks
//
// A change locks the visit, several in id order, and then touches the prospect. The customer isn't locked.
package visit
