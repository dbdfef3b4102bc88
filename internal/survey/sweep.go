package survey

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// OpenDue opens the surveys of at most n delivery notes that left survey.after_days ago or earlier, counted in days of Shanghai, and
// asks their reps (CUS-14). It returns how many notes it saw; fewer than n means that none is left. Locks the sweep's own row.
func (s *Service) OpenDue(tx pg.Tx, n int) (int, error) {
	after, err := s.rules.Int(tx, "survey.after_days")
	if err != nil {
		return 0, err
	}
	ask, err := s.rules.Int(tx, "survey.ask_days")
	if err != nil {
		return 0, err
	}
	from, err := lockSweep(tx)
	if err != nil {
		return 0, err
	}
	notes, err := notesAfter(tx, from, leftBefore(clock.Today(tx.Now), after), n)
	if err != nil || len(notes) == 0 {
		return 0, err
	}
	within := clock.Term{From: tx.Now, Days: ask}
	surveys, tasks, entries := make([]Survey, len(notes)), make([]followup.Task, len(notes)), make([]audit.Entry, len(notes))
	for i, d := range notes {
		surveys[i] = d.survey(tx.Now)
	}
	if err := insertSurveys(tx, surveys); err != nil {
		return 0, err
	}
	for i, d := range notes {
		v := surveys[i]
		tasks[i] = followup.Task{
			Kind: KindAsk, SubjectType: Subject, SubjectID: v.ID, Number: v.NoteNumber,
			TitleEN: fmt.Sprintf("Ask %s about delivery %s", d.CustomerName, d.Number), TitleZH: fmt.Sprintf("回访 %s 对送货单 %s 的满意度", d.CustomerName, d.Number),
			UserID: &v.OwnerID, Within: &within, EscalateTo: identity.SalesManager,
		}
		entries[i] = audit.Entry{Action: "openSurvey", SubjectType: Subject, SubjectID: v.ID, After: v.trace()}
	}
	if err := followup.Open(tx, tasks...); err != nil {
		return 0, err
	}
	if err := audit.RecordAll(tx, entries); err != nil {
		return 0, err
	}
	last := notes[len(notes)-1]
	return len(notes), moveSweep(tx, mark{last.LeftAt, last.ID})
}

// leftBefore is the instant before which a note must have left: the end of the day in Shanghai that is so many days before today.
func leftBefore(today time.Time, after int) time.Time {
	y, m, d := today.AddDate(0, 0, 1-after).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// delivered is a delivery note as the sweep reads it.
type delivered struct {
	ID           uuid.UUID
	Number       string
	LeftAt       time.Time
	CustomerID   uuid.UUID
	OwnerID      uuid.UUID
	CustomerName string
}

func (d delivered) survey(now time.Time) Survey {
	return Survey{
		ID: uuid.Must(uuid.NewV7()), DeliveryNoteID: d.ID, NoteNumber: d.Number, LeftOn: clock.Today(d.LeftAt), CustomerID: d.CustomerID,
		OwnerID: d.OwnerID, State: Open, OpenedAt: now, Version: 1,
	}
}
