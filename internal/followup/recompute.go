package followup

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// RecomputeDeadlines gives the open follow-ups that are due in working time the deadlines that the calendar now makes of their terms,
// at most n of those with ids above after. It returns the last id it looked at, uuid.Nil when none is left. Locks the follow-ups.
func RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	rows, err := inWorkingTime(tx, after, n)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, err
	}
	moved := map[uuid.UUID]time.Time{}
	for _, f := range rows {
		due := tx.Calendar().Due(clock.Term{From: *f.DueFrom, Days: f.DueDays, Hours: f.DueHours})
		if !due.Equal(*f.DueAt) {
			moved[f.ID] = due
		}
	}
	if err := moveDue(tx, moved); err != nil || len(rows) < n {
		return uuid.Nil, err
	}
	return rows[len(rows)-1].ID, nil
}
