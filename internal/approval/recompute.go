package approval

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// RecomputeDeadlines gives the open tasks of pending requests, and the verbal approvals that wait for their confirmation, the
// deadlines that the calendar now makes of their opening and their hours, for at most n requests with ids above after. It
// returns the last id it looked at, uuid.Nil when none is left. A deadline is no part of what is decided, so the requests keep their
// versions. Locks the requests, as who decides them does.
func (s *Service) RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	rows, err := withDeadlines(tx, after, n)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, err
	}
	requests := make(map[uuid.UUID]Request, len(rows))
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		requests[r.ID], ids[i] = r, r.ID
	}
	if err := s.recomputeVerbals(tx, ids); err != nil {
		return uuid.Nil, err
	}
	if err := recomputeTasks(tx, requests, ids); err != nil || len(rows) < n {
		return uuid.Nil, err
	}
	return ids[len(ids)-1], nil
}

func recomputeTasks(tx pg.Tx, requests map[uuid.UUID]Request, ids []uuid.UUID) error {
	tasks, err := tasksDue(tx, ids)
	if err != nil {
		return err
	}
	moved := map[uuid.UUID]time.Time{}
	for _, t := range tasks {
		hours := requests[t.RequestID].Route[t.Step].DueHours
		due := tx.Calendar().Due(clock.Term{From: t.OpenedAt, Hours: hours})
		if hours > 0 && !due.Equal(*t.DueAt) {
			moved[t.ID] = due
		}
	}
	return moveTasks(tx, moved)
}

// recomputeVerbals uses the number of days that was in force when the verbal approval was recorded (ORG-05).
func (s *Service) recomputeVerbals(tx pg.Tx, ids []uuid.UUID) error {
	verbals, err := openVerbals(tx, ids)
	if err != nil {
		return err
	}
	moved := map[uuid.UUID]time.Time{}
	for _, v := range verbals {
		days, err := s.rulebook.IntAt(tx, "approval.verbal_confirm_days", v.RecordedAt)
		if err != nil {
			return err
		}
		if due := tx.Calendar().EndOfWorkingDay(v.RecordedAt, days); !due.Equal(v.ConfirmBy) {
			moved[v.ID] = due
		}
	}
	return moveVerbals(tx, moved)
}
