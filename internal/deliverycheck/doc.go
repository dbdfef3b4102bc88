// Package deliverycheck owns the check of each promised date with production, some working days before it, and what follows of a delay: the
// customer is told beforehand, and answers (ORD-07).
//
// It does not own promises: those are the order's, and, where the customer accepted another, the production request's (Requests).
//
// # States
//
//	open → on_time;  open → delayed → told → answered;  open, delayed → void (another date, or the order ended)
//
// The days before a promise are counted on the day, by the calendar and the parameter of that day: nothing has to be computed
// anew when they change. A line's date is checked once. A later date that the customer accepts is the line's promise from then on,
// and is checked in its turn; the order keeps the date that was agreed in it until it is changed.
//
// A delay is told before the promised day begins. Later it is told with the reason why it is late.
//
// # Locks
//
// production request → delivery check → follow-up.
package deliverycheck
