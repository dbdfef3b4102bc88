package creditreview

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Kinds of follow-ups: what reminds people of reviews, and reaches the general manager when their day has passed (CRD-09).
const (
	taskBatch = "credit_review.batch"
	taskDue   = "credit_review.due"
)

// tasks asks the sales department to work through a batch, and finance to look after it.
func (b Batch) tasks() []followup.Task {
	month, due := b.Period.Format("2006-01"), endOfDay(b.DueOn)
	t := followup.Task{
		Kind: taskBatch, SubjectType: BatchSubject, SubjectID: b.ID, Number: month, TitleEN: "Credit reviews of " + month,
		TitleZH: month + " 信用评审", Role: identity.SalesManager, DueAt: &due, EscalateTo: identity.GeneralManager,
	}
	finance := t
	finance.Role = identity.FinanceManager
	return []followup.Task{t, finance}
}

// tasks asks the sales department for individual reviews.
func tasks(reviews []Review, payers []payer, made map[uuid.UUID]bool) []followup.Task {
	var all []followup.Task
	for i, r := range reviews {
		if !made[r.ID] {
			continue
		}
		due := endOfDay(r.DueOn)
		all = append(all, followup.Task{
			Kind: taskDue, SubjectType: Subject, SubjectID: r.ID, Number: payers[i].Code, TitleEN: "Credit review of " + payers[i].Code,
			TitleZH: payers[i].Code + " 信用评审", Role: identity.SalesManager, DueAt: &due, EscalateTo: identity.GeneralManager,
		})
	}
	return all
}

// endOfDay is the first instant after a business date.
func endOfDay(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// settle stores an answer; an individual review that is answered for good reminds nobody any more.
func settle(tx pg.Tx, r *Review) error {
	if err := storeAnswer(tx, r); err != nil || r.Live() || r.BatchID != nil {
		return err
	}
	return followup.Close(tx, taskDue, Subject, r.ID)
}

// supersede ends the older reviews of the customers of a batch that still wait.
func (s *Service) supersede(tx pg.Tx, reviews []Review) error {
	if len(reviews) == 0 || reviews[0].BatchID == nil {
		return nil
	}
	customers := make([]uuid.UUID, len(reviews))
	for i, r := range reviews {
		customers[i] = r.CustomerID
	}
	ended, err := endOlder(tx, reviews[0].BatchID, customers)
	if err != nil {
		return err
	}
	entries := make([]audit.Entry, len(ended))
	for i, id := range ended {
		entries[i] = audit.Entry{Action: "supersedeCreditReview", SubjectType: Subject, SubjectID: id, After: map[string]any{"state": Superseded, "batch_id": reviews[0].BatchID}}
	}
	if err := followup.Close(tx, taskDue, Subject, ended...); err != nil {
		return err
	}
	return audit.RecordAll(tx, entries)
}

// CloseBatches closes the batches whose reviews are all answered, and their follow-ups.
func (s *Service) CloseBatches(tx pg.Tx) error {
	ids, err := closeAnswered(tx)
	if err != nil {
		return err
	}
	if err := followup.Close(tx, taskBatch, BatchSubject, ids...); err != nil {
		return err
	}
	for _, id := range ids {
		e := audit.Entry{
			Action: "closeCreditReviewBatch", SubjectType: BatchSubject, SubjectID: id,
			Before: map[string]any{"state": BatchOpen}, After: map[string]any{"state": BatchClosed},
		}
		if err := audit.Record(tx, e); err != nil {
			return err
		}
	}
	return nil
}
