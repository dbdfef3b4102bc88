// Package customer owns who buys from us: the company profile, its contacts and addresses, who of our people owns it,
// and who pays for it.
//
// It does not own the customer's credit (package credit), its prices (pricing) or its documents.
//
// # States
//
// active → suspended → active, and either → closed → active. A suspended customer's open documents go on; new orders are
// refused. A closed one keeps its record and its name: a closed company can't be registered again by someone else.
//
// # Invariants
//
//   - CUS-08: a company is registered once, as a prospect or as a customer. Its unified social credit code, its normalised
//     name and the phones of its contacts are claims in one table, whose key decides between two registrations at the same
//     instant; triggers keep them. Who is refused learns the owner only if they may know.
//     Traditional and simplified characters are not folded: the libraries that would do it link code under the GPL, which this
//     program can't take. NameKey is the one place where it would go, with a step that makes the stored keys anew.
//   - CUS-12: name, status and at least one contact with name, position and phone are always there.
//   - bill_to points at another customer that bills to itself: exposure has one carrier, and no chains.
//   - version rises with every change of the customer, its contacts or its addresses: one ETag for the whole record.
//
// # Locks
//
// A change locks the customer row first, then the payer that it names. Two customers that name each other at once meet as a
// deadlock, which is run again and then refused.
package customer
