// Package opportunity owns sales in the making (商机): whom they are with, how much they may bring and when, and how far they
// have come (CUS-16).
//
// It does not own the customer, the prospect, or the orders that a deal becomes: it names them.
//
// # Stages
//
//	lead_found → project (立项) → proposal → deal → collection
//
// Forward by one step or several. Back needs a reason. From any of these to lost or cancelled, with a reason, and from there
// back to the stage it had when it ended (reopened, with a reason). A deal is with a customer: a prospect is converted first.
//
// # Invariants
//
//   - Every step is a row of the history, which is never changed, with the amount at the time.
//   - The owner is that of the customer, or of the prospect while there is none; it follows when they change hands.
//   - An order comes from one opportunity at most, of the same customer, once it is a deal.
//
// # Locks
//
// A change locks the opportunity; nothing is locked after it. Triggers that follow a customer's or a prospect's owner come with
// those locked, so an opportunity comes after both in the lock order.
package opportunity
