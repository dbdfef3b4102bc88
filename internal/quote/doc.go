// Package quote owns what comes before a deal: inquiries (询价), the survey of a new customer's demand, and quotations (报价单) from the draft to the
// customer's answer.
//
// It does not own prices and who may leave them (pricing), the people who approve (approval), prospects and customers, nor the contracts and orders
// that come of a quotation: those ask AgreedPrices.
//
// # Inquiries
//
//	open → answered (a quotation that names it was sent) | closed (with a reason)
//
// An inquiry of a new customer has a deadline in working days (QUO-01); past it, the follow-up goes to the sales manager. New is who had no business
// with us when it asked: a prospect, or a customer without a confirmed order, opening data or anything on its account.
//
// # Quotations
//
//	draft → submitted → approved → sent → accepted | declined | expired
//	submitted → draft (returned, rejected, withdrawn);  draft, submitted, approved, sent → cancelled
//	submitted, approved, sent, declined, expired → draft (revised);  draft, submitted → accepted (a deal that nobody approved)
//
// A revision keeps what the quotation said before in quotation_revisions and begins with that as a draft of the next number: the old one is dead from
// then on, its links too. An accepted one isn't revised; copy it. Validity is by date in Shanghai: when the last day is over nothing is sent,
// accepted or ordered by it any more, whether the job has marked it or not.
//
// # The gate
//
// Submitting asks in one pass: is the customer's survey filled (QUO-02), are the prices of each line and the whole within whose authority (PRC-10,
// PRC-12), does the customer's demand let a rep leave the list at all (QUO-04: StableDemand, which contracts and orders ask too), and by that the
// authority matrix (price.quote). Prices are judged net of the discount, at the least quantity of each line; what is judged is what is agreed, to the
// fourth decimal. Terms that an order's gate refuses aren't offered (ORD-10, CRD-16). Sending and accepting ask the gate again: what would need more
// authority by now than it got isn't let pass, nor a customer whom we don't deal with any more. Earlier approvals of a revised quotation count on
// while no price fell and what comes with it (freight, packing, delivery, lead time, terms) is the same.
//
// # A deal without approval
//
// When a customer took a price that nobody with authority approved, that is recorded as what it is (QUO-07): a violation, and no price base. The same
// becomes of an accepted quotation whose verbal approval is denied (QUO-06), and what was built on it is taken back: contracts and orders implement
// Watcher. While the verbal approval is overdue for confirmation it is no price base of anything new.
//
// # The price base
//
// An order or contract that names an accepted quotation stands at its prices (QUO-05), from the customer's yes to the last day, which counts when it
// is submitted. The range of quantities of a line is of one order or contract: what all of its lines take of that line together, and not of several
// orders. AgreedPrices shares a lock on the quotation, so that what it answered can't be taken back before it is used.
//
// # Invariants
//
//   - Sent means approved (CHECK); accepted means sent, or marked unapproved (CHECK).
//   - Lines change in a draft only (trigger). content is the hash of what was judged.
//   - owner_id is the owner of the customer or prospect, by trigger.
//
// # Locks
//
// A change locks the approval request (which Void and the approvers lock first), then the quotation, then its inquiry, then its link. Who is priced
// by a quotation shares it before locking itself (Shared). A denial locks the approvals of all that stands by the quotation, the quotation, then
// contracts, then orders.
package quote
