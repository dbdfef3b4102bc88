// Package creditreview owns credit reviews (信用评审): what the figures of a payer's trade and payments say its grade and
// limit should be, and the work of going through those proposals, every June and December for all of them (CRD-09) and
// individually when one falls due (CRD-02, SHP-12).
//
// It does not own the figures (credit.Figures, computed there once for reviews and approvers alike), the credit profile,
// which changes through an approved credit limit request and nothing else (CRD-10), nor the approval of that request.
//
// # The proposal
//
// Propose is a pure function from figures, the profile in force and the parameters to a grade, a limit and the checks that say
// why. Its ladder, worst first:
//
//	D  no trade for more than credit.grade_d_idle_months, or overdue for more than credit.grade_d_overdue_days (CRD-06)
//	C  credit.grade_c_idle_months without trade, or anything overdue (CRD-05)
//	A  from B only, after more than credit.grade_a_months of trade and without a late payment in that time; a person has to
//	   confirm what figures can't say: all agreements kept, strong (CRD-03, CRD-04)
//	B  everybody else who has, or may have, payment terms
//
// Getting better goes one step at a time (D, C, B, A) and needs payments in time; getting worse goes as far as the figures
// say. An A customer stays A while payments come in time: the months of trade were judged when it became A, maybe on books from before. A
// customer without a grade stays so until credit.first_review_months of trade (CRD-02). Months are calendar months
// between dates; "more than six months" is past the day six months later, "five months without" is on that day already.
//
// A's limit has no bound; C's and D's is 0. B's is the average month's sales of the year (or of the months traded, when
// those are fewer) × credit.limit_volume_months, rounded to credit.limit_rounding; it doesn't rise after late payments of the
// year, and a difference of less than credit.limit_change_percent is no change.
//
// # Reviews
//
//	open → confirmed            the grade and limit stay as they are, until the next review
//	open → requested → changed  a change was asked for (CRD-08) and approved
//	       requested → open     … and rejected, returned or withdrawn
//	open → overdue              not answered by its day; it can be answered still
//	open, overdue, requested → superseded   the next batch has a newer review of the customer
//
// Whatever limit request of the customer is approved while a review waits for its answer ends that review as changed: what it
// proposed was about another profile. Figures, proposal and checks are frozen when the review is opened.
//
// Payers are reviewed: a customer that another one pays for has no credit of its own. Closed customers aren't, nor those
// with neither profile nor trade. Sales leaders and finance answer reviews, each of the customers that they see: the handbook has the
// sales department review and finance keep the register. Reps read those of their customers.
//
// # Batches
//
// A batch is made for a period, once, with the instant of all its figures. Chunks of payers in id order follow, each in one
// transaction that also moves the batch's mark; a batch that is cut off anywhere goes on there, and the database refuses a
// second review of a customer in it.
//
// # Locks
//
// batch → … credit account → credit review, many reviews in id order. Who answers with a change takes the account first, as the
// approval of that change does.
package creditreview
