// Package committee owns the price committee: who belongs to it from when to when, its meetings with agenda, attendance and votes, and the
// resolutions that come of them (PRC-11).
//
// It does not own what is put before it. A base price list or a price authority table comes as an approval request whose open step is the
// committee's (mode resolution); other modules bring subjects of their own through a Kind, which app registers: the quarterly price review and
// products that sell by their initial price. The ordinary meeting of a quarter is called with all that waits on its agenda. Nor does it own what follows:
// a resolution decides the committee's step of the approval request, and the request goes on by the authority matrix to the general manager.
//
// # Members
//
// Membership is data with dates. In a company that has never named anybody, those who hold the positions of PRC-11 when the first meeting is
// opened are named: the general manager, the sales manager, the finance manager, the auditor, and of the sales staff those who hold the role
// price_committee. The roster is frozen when a meeting is opened: "the members" are those of then, whatever happens to memberships meanwhile.
//
// # Majority
//
// A resolution needs the votes of more than half of the members, not of those present: it is adopted when more than half voted for it,
// rejected when more than half voted against it, and otherwise the item stays undecided and waits for another meeting. So a tie decides
// nothing, and neither does a meeting that fewer attend. Only who attends votes, and changes the vote until the meeting is closed. Nobody votes
// on what they have submitted themselves (ORG-03); they count among the members all the same, and somebody else closes that meeting.
//
// # What was put to the vote
//
// An item carries the hash of its subject as it was put on the agenda. When that has changed by the time the meeting is closed, or the request has
// ended, the item has lapsed: votes about something else count for nothing.
//
// # States
//
//	planned → open → closed
//	   └───────┴───► cancelled
//
// # Invariants
//
//   - a resolution's counts are those of the votes, and a majority of the roster (trigger and check);
//   - a vote is of a member who attends, never on their own submission (keys);
//   - nothing of a meeting that is closed or cancelled ever changes (triggers);
//   - of a quarter there is at most one ordinary meeting that isn't cancelled (unique index), and nobody is a member twice at a time.
//
// # Locks
//
// Approval requests of the agenda in id order → meeting → what is resolved about. Everything that writes about a meeting locks its row first, and
// raises its version.
package committee
