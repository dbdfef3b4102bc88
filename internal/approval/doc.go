// Package approval owns the authority matrix, and every request that somebody with authority decide something.
//
// It owns: the matrix in versions, the facts that each matter is judged by, requests with their route, the decisions of people on each step,
// comments, tasks, and verbal approvals. It does not own what is approved: a document belongs to its module, which submits it and is told the
// outcome. Nor does it own the gates: a module decides by its own rules whether something passes, and asks here who must agree.
//
// # How it works
//
// A matter ("order.confirm") has in each version of the matrix ordered stages. A stage names who decides, how many of them (any, all, quorum), what
// is asked of them (review, decide, acknowledge) and a condition in CEL over the matter's typed facts. Submit evaluates the version in force, and
// freezes facts, version, content and the resulting route on the request. A route without steps is approved at once, by authority of the matrix.
// Otherwise the steps are walked one after the other; each opens tasks. The decision that ends the request calls its Subject in the same transaction.
//
// A matrix that is replaced meanwhile changes nothing for a request that is under way (ORG-01).
//
// # Facts
//
// The facts of a matter are declared in matters.go with their kinds. CEL has no decimal, and a double is no money, so amounts are a type of their
// own, "decimal": it compares and adds exactly, also with int, and literals are written decimal("0.05"). Facts that are declared with a parameter are
// filled in from the rulebook.
//
// # Nobody decides their own (ORG-03)
//
// Where a stage's role is one that the submitter holds, the step goes to the next role up the matrix's ladder. The general manager has nobody above:
// a route of theirs begins with the finance manager's review, after which they may decide themselves. A person acts on a step only if they aren't the
// submitter, and constraints on approval_decisions hold the same in the database, the exception included.
//
// # Deputies (ORG-04)
//
// A deputation says who acts for whom from when to when; leave writes it. Meanwhile the tasks that ask the absent person, by name or by a role of
// theirs, also ask the deputy, who decides in their own name: the decision has both. One hop: a deputy doesn't act for those whom the absent person
// acts for. The submitter is nobody's deputy on their own request, and nobody acts for the submitter; where the only holder of a role is away and the
// submitter acts for them, the step moves up when it is submitted. A decision counts by its own instant: one that comes when the leave has ended is
// refused, and the task is still the absent person's. What somebody approved by phone only they confirm.
//
// # Escalation and people who leave
//
// When a step is past due, the escalation role of its stage is asked too, once; a role of the submitter's own, or one that is asked already, moves up
// the ladder of the request's matrix version (ORG-03). A step that asks only people who have left, or a role that nobody holds, goes to who holds the
// position or the role now, else up the ladder. Decisions name the escalation. Nothing is taken from those who were asked.
//
// # Quorum
//
// A quorum counts people: whoever holds two of the roles, or acts for others, votes once, and whoever was represented has voted. Votes against end
// the request when those who are left aren't enough. An acknowledging step takes no no.
//
// # Resolution
//
// A step of the mode resolution is a body's: the price committee's (PRC-11). Nobody decides it by a click, by phone or as a deputy; it isn't
// escalated, moved up or carried over. Its module counts the votes of a recorded meeting and calls Resolve, whose decision names the resolution; a
// key holds decision, request and outcome to that row. Stored matrices in which one person of the role decides go on as they are.
//
// # Renewal
//
// A submission may renew an earlier approved request about the same document. Each fact has a direction: higher, lower, any change, or none is worse.
// A step keeps its approval when its stage is word for word the same, it asks the same people, and nothing that it saw is worse: what its condition
// names, and what no condition names and people look at. A step without a condition saw all. Decisions are carried over as rows of the new request
// that refer to the first, with who and when of then; never the submitter's own, nor those of a phone call that isn't confirmed. While anything is
// worse, the last step is asked.
//
// # States
//
//	pending → approved | rejected | returned | withdrawn | void
//	approved → void
//
// returned asks for rework: the document is changed and submitted anew, which is another request. void is set by the module, when what was approved
// has changed. A request ends once: the row is locked first, so of concurrent decisions one wins and the others are refused with ErrEnded.
//
// # Invariants
//
//   - facts, route, content and matrix version of a request never change (trigger);
//   - approved means: each step of the route has its decisions, or the route is empty (CHECK);
//   - of one matter and subject at most one request is pending (unique index);
//   - the content hash that a decision carries is that of the request it decides, or was made about when carried over;
//   - a decision on behalf of somebody has the deputation by which it was made, which ran then (key and trigger).
//
// # Lock order
//
// The request's row comes first of all locks, before the subject's, customers and prospects included (see pg). A module that voids the approvals of a
// document, or submits it again, calls Lock before it locks the document. A deputation comes last.
package approval
