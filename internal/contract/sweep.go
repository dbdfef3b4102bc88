package contract

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
)

// ExpireDue writes the end of at most limit contracts whose last day is over. It changes nothing about what can be called off, which the
// dates decide. One with an amendment or a termination on its way is left alone: the amendment may be what prolongs it. Returns how many.
// Locks the contracts.
func (s *Service) ExpireDue(tx pg.Tx, limit int) (int, error) {
	rows, err := lockOver(tx, clock.Today(tx.Now), limit)
	if err != nil {
		return 0, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		c := &rows[i]
		if err := attachLines(tx, c); err != nil {
			return 0, err
		}
		before := c.snapshot()
		ids[i] = c.ID
		c.end(tx, StateExpired, "CON-09: "+c.EndsOn.Format(time.DateOnly))
		if err := s.store(tx, c, string(VerbExpire), before); err != nil {
			return 0, err
		}
	}
	return len(rows), closeWarnings(tx, ids...)
}

// WarnDue reminds the owners of at most limit contracts that end within contract.expiry_warn_days, or of which contract.used_warn_percent
// is called off: once for each revision. Returns how many. Locks the contracts.
func (s *Service) WarnDue(tx pg.Tx, limit int) (int, error) {
	days, err := s.rules.Int(tx, "contract.expiry_warn_days")
	if err != nil {
		return 0, err
	}
	percent, err := s.rules.Int(tx, "contract.used_warn_percent")
	if err != nil {
		return 0, err
	}
	today := clock.Today(tx.Now)
	rows, err := lockEnding(tx, today, today.AddDate(0, 0, days), percent, limit)
	if err != nil {
		return 0, err
	}
	tasks := make([]followup.Task, len(rows))
	for i, w := range rows {
		tasks[i] = w.task(tx.Now)
	}
	if len(tasks) == 0 {
		return 0, nil
	}
	return len(rows), followup.Open(tx, tasks...)
}

// warning is a contract of which the owner is to be reminded.
type warning struct {
	ID      uuid.UUID
	Number  string
	OwnerID uuid.UUID
	EndsOn  time.Time
	Used    bool // nearly used up; else it ends soon
}

func (w warning) task(now time.Time) followup.Task {
	t := followup.Task{
		Kind: FollowExpiring, SubjectType: Subject, SubjectID: w.ID, Number: w.Number, UserID: &w.OwnerID,
		TitleEN: fmt.Sprintf("Contract %s ends on %s: prolong it or let it end", w.Number, w.EndsOn.Format(time.DateOnly)),
		TitleZH: fmt.Sprintf("合同 %s 将于 %s 到期,请决定续签或到期终止", w.Number, w.EndsOn.Format(time.DateOnly)),
	}
	if w.Used {
		t.Kind, t.TitleEN, t.TitleZH = FollowUsed, fmt.Sprintf("Contract %s is nearly used up", w.Number), fmt.Sprintf("合同 %s 即将执行完毕", w.Number)
		return t
	}
	due := w.EndsOn
	if due.Before(now) {
		due = now
	}
	t.DueAt = &due
	return t
}
