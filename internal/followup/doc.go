// Package followup owns what somebody must do or know that is no approval: survey a customer, answer a review, read that a
// shipment was released.
//
// Modules open tasks (Open) and close them when they find them done (Close), in the transaction of what gives rise to them; people
// complete theirs with a note. It does not own what the task is about: kind, subject, titles and due time are the module's.
//
// A task asks one person, or everybody of a role (of a department, where it says so), of whom one does it. It is seen by whom it
// asks and by nobody else (ORG-06); the subject has its own visibility.
//
// # States
//
// open → done (completed by somebody whom it asks; with a note, unless it only informs) or closed (by the module).
// Of a kind and a subject at most one task is open for the same person or role; the database guards that.
//
// # Nobody forgets
//
// A task that is past due is opened a second time, once, for the role that it names for that (Escalate); the first one stays. The
// two end together. So does, at once, a task of a person who has been deactivated; when it names no role, the one above the
// person's. A person on leave keeps theirs: what is pressing has a due time and goes to the role by that.
//
// # Locks
//
// Follow-up rows, in id order, after everything but number series.
package followup
