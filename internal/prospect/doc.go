// Package prospect owns the companies that may become customers: who registered them, what they need and by when, who of our
// people works on them, what was said to whom, and the plans that reps make for them.
//
// It does not own customers (package customer), nor the registry of claims by which a company is recognised (customer.Holder):
// it shares that with them. It does not own visits (package visit), which touch a prospect through Touch, nor opportunities.
//
// # States
//
//	pending_permission → active | refused
//	active → pooled → active
//	active → converted | closed
//
// pending_permission is a registration outside the rep's territory that the sales manager has to allow (CUS-09); it holds the
// company meanwhile. pooled is a prospect that nobody touched for long (customer.pool_after_days): whoever claims it first has
// it. refused and closed give the company free; converted gives its claims to the customer.
//
// # Invariants
//
//   - CUS-08: a company has one owner, be it a prospect or a customer; the key of company_claims decides between two at once.
//   - A prospect has a need, clearly stated, and at least one contact with name, position and phone.
//   - Its opportunity grade is what its purchase window says today (CUS-07); each change is a row that is never changed.
//   - What is logged stays: a mistake is corrected by another entry (CUS-02).
//   - A prospect is converted once (CUS-03).
//
// # Joint rulings
//
// A dispute may be ruled joint. Both then work on a prospect: the claimant is its joint owner, reads and changes it. A customer has
// one owner, whom receivables, commission and handovers go by, so of a customer a joint ruling is only recorded: both sides read it
// and learn of each other, the customer stays with its owner, and the claimant doesn't read it. Who wants more rules that it moves.
// The same holds for a prospect that was converted before the ruling, and for the joint owner of one that is converted after it.
//
// # Locks
//
// A change locks the prospect first, then what the lock order of package pg says: customer, approval request, and so on.
// Prospects come before customers in it. An approval's outcome comes with its request locked and locks the prospect then;
// nobody who holds a prospect waits for a request that is open about it.
package prospect
