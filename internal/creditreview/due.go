package creditreview

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
)

// OpenDue opens individual reviews of at most n payers after one, in id order, and returns the last one looked at, uuid.Nil at the
// end: of customers without a grade after their first months of trade (CRD-02), and of those whose next review has come (SHP-12). A customer
// whose review waits already gets no second one.
func (s *Service) OpenDue(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	rules, err := s.parameters(tx)
	if err != nil {
		return uuid.Nil, err
	}
	today := clock.Today(tx.Now)
	payers, err := duePayers(tx, after, today, rules.FirstReviewMonths, n)
	if err != nil || len(payers) == 0 {
		return uuid.Nil, err
	}
	reviews, err := s.review(tx, tx.Now, today.AddDate(0, 0, rules.ReviewDays), Due, nil, payers)
	if err != nil {
		return uuid.Nil, err
	}
	for i := range reviews {
		if reviews[i].Grade == credit.NoGrade {
			reviews[i].Kind = First
		}
	}
	made, err := s.insert(tx, reviews)
	if err != nil {
		return uuid.Nil, err
	}
	if err := followup.Open(tx, tasks(reviews, payers, made)...); err != nil {
		return uuid.Nil, err
	}
	return payers[len(payers)-1].ID, nil
}

// MarkOverdue turns at most n open reviews whose day has passed into overdue ones, and returns how many it found (CRD-09). They can
// be answered still. Locks the reviews.
func (s *Service) MarkOverdue(tx pg.Tx, n int) (int, error) {
	ids, err := markOverdue(tx, clock.Today(tx.Now), n)
	if err != nil {
		return 0, err
	}
	entries := make([]audit.Entry, len(ids))
	for i, id := range ids {
		entries[i] = audit.Entry{
			Action: "markCreditReviewOverdue", SubjectType: Subject, SubjectID: id,
			Before: map[string]any{"state": Open}, After: map[string]any{"state": Overdue},
		}
	}
	return len(ids), audit.RecordAll(tx, entries)
}

// reasons tells the approvers of a change why the review proposed it.
func reasons(r Review) string {
	var b strings.Builder
	b.WriteString("信用评审建议:")
	for _, c := range r.Checks {
		if c.Result != decision.CheckPassed {
			b.WriteString(c.ZH)
		}
	}
	if r.Change == Up {
		for _, c := range r.Checks {
			if c.Result == decision.CheckPassed {
				b.WriteString(c.ZH)
			}
		}
	}
	return b.String()
}
