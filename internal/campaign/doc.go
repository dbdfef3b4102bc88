// Package campaign owns sales activities (营销活动): exhibitions, promotions and visit campaigns, from the plan with its budget to
// cost and result, and which prospects, opportunities and customers came of them (CUS-17).
//
// It does not own those, nor what they bring: package opportunity adds that up.
//
// # States
//
//	draft → submitted → approved → running → closed
//	draft, approved, running → cancelled
//
// A draft that is rejected, returned or withdrawn is a draft again. Only a draft's plan changes, so what runs is what was approved.
//
// # Leads
//
// A running or closed campaign has leads: prospects, opportunities and customers, linked by whom it concerns. Each came from one
// campaign at most. The result counts them, what they cost, and the opportunities and orders that came of them since the
// campaign was started.
//
// # Visibility
//
// A campaign is seen by those who see its owner (ORG-06) and by who takes part in it.
//
// # Locks
//
// A change locks the campaign. The outcome of an approval comes with its request locked and locks the campaign then; nobody who
// holds a campaign waits for a request that is open about it.
package campaign
