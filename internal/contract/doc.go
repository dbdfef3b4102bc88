// Package contract owns sales contracts: what is agreed with a customer for a period, who signed it, who holds the papers, and how much of it orders
// have called off.
//
// It does not own prices and who may leave them, or the initial prices of new products (pricing), quotations (quote), the customer's credit (credit),
// the people who approve (approval) or orders: package order calls a contract off through Lock and CallOff.
//
// # What kind of contract (CON-01)
//
// Long or short follows from the period, standard or non-standard from the products. Nobody types either.
//
// # States
//
//	draft → submitted → approved → in_force → expired | terminated | closed
//	submitted → draft (returned, rejected, withdrawn);  submitted, approved → draft (revised);  draft, submitted, approved → cancelled
//
// A contract is in force when it is approved and both sides have signed just that, in whichever order. Signing before the approval is outside the
// process: it is recorded by the system itself as a violation of who records it (CON-08) and brings nothing in force. A signature is of a content, by
// its hash: a change takes it away. Who signs what is approved must be one who may (CON-02, CON-03).
//
// # The gate
//
// Submitting asks: is all of CON-10 there, may the customer have these terms, has every non-standard product its initial price (CON-04), who may sell
// at these prices. The facts thereof go to the authority matrix (contract.sign): production confirms quantity and dates (CON-05), of a non-standard
// contract too, which goes the usual way once it has its initial prices (CON-04); finance decides on special terms (CON-06); the sales manager signs
// up to the bound and within the department's authority (CON-02), else the general manager (CON-03). Each pass writes one decision with all checks.
//
// # Amendments
//
// An amendment is the next revision on its way: draft → submitted → approved → in_force, or cancelled. Meanwhile the contract as it is stays in force
// and is called off. The gate is asked again for what became worse only: demand, prices, period, special terms, and what no figure shows (place,
// transport, remarks). The price of a line of which no more is agreed than before stands as agreed in the revision in force when it is no lower, by
// the same quotation as then and within the quantities that it is for, whatever has become of that and of the price list. So a contract rests on the
// approvals of its earlier revisions, back to the one that decided all its prices: a denial of any of them is a denial of its own. An amendment comes
// in force when both sides have signed it; at that instant no line may be below what is called off. Lines keep their ids through revisions. When a
// denied verbal approval takes the contract itself out of force, its amendment and its termination end, and the orders that call it off are taken
// back (Watcher).
//
// # Prices from a quotation
//
// When the quotation turns out to be approved by nobody (QUO-06), what isn't in force is a draft again; a contract in force stays so, but
// price_base_gone_at stops call-offs until an amendment with prices that were decided on is in force, and orders that call off what it has from the
// quotation are taken back (package order). An amendment that waits for signatures is a draft again, if it is the amendment only that names the
// quotation. An approval is held against the quotation again when it comes.
//
// # Invariants
//
//   - of each line called_quantity ≤ quantity, of the contract called_amount ≤ total, by constraint (CON-09); both are the sums of
//     contract_call_offs.
//   - Lines change in a draft, or with the next revision as a whole, by trigger. Revisions are append-only.
//   - In force means approved and signed by both, and what was signed is what was judged, by constraint.
//   - Nothing is called off before the first day, after the last one, or of a contract that is over; the dates decide, not the job.
//   - content is the hash of what was judged. Whatever was judged and then changed, is judged again.
//   - owner_id is the owner of the customer, by trigger.
//
// # Locks
//
// A change locks the contract's row, after its approval requests and the quotation that it names (shared), and before orders. The rows that hang on
// it (lines, amendments, papers, terminations) are guarded by that lock. The number series comes last.
package contract
