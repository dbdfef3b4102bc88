// Package conduct owns what becomes of a violation of the rules: the person's answer, and what is decided about it (CND-02, QUO-07, CON-08).
//
// It does not own the violations themselves: whoever finds one records it with package violation, which lists them. Nor does it own
// what is paid: payroll and appraisal read decisions.
//
// # Who decides
//
// A deal below authority without approval (QUO-07) and a contract signed outside the process (CON-08) cost the person an amount within a range
// that the rulebook names; the sales department's head sets it, and nobody for themselves (ORG-03). What is grave they report to the company
// instead; signing a contract beyond authority is reported as it is recorded. The general manager then decides, bound by no range. A violation
// whose rule names no range is noted, or reported.
//
// The range is that of the parameters in force when the violation happened.
//
// # Invariants
//
//   - of a violation there is at most one decision of the department and one of the company (unique index), and none changes (trigger);
//   - nobody decides about themselves, and a department's amount lies within the range it names (checks);
//   - answers are the person's own, and stay.
//
// # Locks
//
// The violation's row, so that of two who decide at once one wins.
package conduct
