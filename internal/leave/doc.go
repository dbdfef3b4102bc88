// Package leave owns leave (请假): who is away from when to when, and who acts for them meanwhile (代理人).
//
// It does not own the deputy's acting: a leave that is approved writes a deputation with package approval, which shows the
// absent person's tasks to the deputy and lets the deputy decide in their own name for the absent one (ORG-04).
//
// # States
//
//	handover → submitted → approved → ended
//	           submitted → rejected | returned
//	handover | submitted | approved → cancelled
//
// handover waits for the deputy's word that the handover is finished, for leave over leave.handover_days; what isn't handed
// over by the first day is cancelled by the sweep. submitted waits for the direct superior (matter hr.leave: team leader,
// else department head, else general manager; ORG-03). approved is planned or running; it is cancelled before it has begun and
// ended by coming back early, or by the sweep when it is over. rejected, returned, cancelled and ended are the end: who still
// needs leave applies anew.
//
// # Ahead (HRA-01)
//
// Days of a leave are its working days, since nobody takes leave of a Sunday; notice is counted in calendar days from the day
// of the application to the first day off: leave.short_notice up to leave.short_days, leave.medium_notice up to
// leave.medium_days, leave.long_notice above. Sudden illness or need is told on the first day by leave.sudden_hour o'clock;
// its papers follow within leave.papers_days working days after the leave, which a follow-up asks for.
//
// # Deputies
//
// A deputy is an active colleague, not oneself, and not away in that time. So a circle of deputies can't come about: of A for
// B and B for A in the same days the second is refused, at the same instant too. Who acts for somebody in that time can't
// plan leave for it; sudden leave passes, the absent one is told, and their tasks wait for themselves and for escalation.
// Nobody acts for two hops. A deputy needs no role of their own: they act by the absent person's, never about their own
// submissions.
//
// # Invariants
//
//   - leaves of one person that count don't overlap (EXCLUDE), and nobody is their own deputy (CHECK);
//   - while an approved leave runs there is one deputation with its id, which ends when the leave does.
//
// # Locks
//
// approval request → the users of person and deputy in id order → leave. The users' rows are what applications about the same
// people queue on.
package leave
