package followup

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// subject is what events call a follow-up.
const subject = "follow_up"

// Open opens tasks, and wakes the streams of those whom they ask. One that is open already (same kind, subject, and person or
// role) stays as it is.
func Open(tx pg.Tx, tasks ...Task) error {
	rows := make([]FollowUp, len(tasks))
	for i, t := range tasks {
		if err := t.check(); err != nil {
			return err
		}
		rows[i] = t.followUp(tx)
	}
	return insert(tx, rows)
}

// Close closes the open tasks of a kind about subjects, copies for the role above included: the module has found them done.
// One statement.
func Close(tx pg.Tx, kind, subjectType string, subjectIDs ...uuid.UUID) error {
	if len(subjectIDs) == 0 {
		return nil
	}
	return tx.Exec(`UPDATE follow_ups SET state = ?, closed_at = ?, closed_by = ?, version = version + 1
		WHERE kind = ? AND subject_type = ? AND subject_id IN ? AND state = ?`,
		Closed, tx.Now, tx.By.Actor(), kind, subjectType, subjectIDs, Opened).Error
}

// CloseFor ends the open follow-ups of a kind about a subject that ask one person; those of others stay.
func CloseFor(tx pg.Tx, user uuid.UUID, kind, subjectType string, subject uuid.UUID) error {
	return tx.Exec(`UPDATE follow_ups SET state = ?, closed_at = ?, closed_by = ?, version = version + 1
		WHERE kind = ? AND subject_type = ? AND subject_id = ? AND user_id = ? AND state = ?`,
		Closed, tx.Now, tx.By.Actor(), kind, subjectType, subject, user, Opened).Error
}

// Asked reports whether a task of a kind about a subject is open with this English title.
func Asked(tx pg.Tx, kind, subjectType string, subjectID uuid.UUID, titleEN string) (open bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM follow_ups WHERE kind = ? AND subject_type = ? AND subject_id = ? AND state = ? AND title_en = ?)`,
		kind, subjectType, subjectID, Opened, titleEN).Scan(&open).Error
	return open, err
}

// Complete ends a task for the caller, with a note of what was done, and with it the copy that escalation made, or the one that it
// was made of. version is optional. Returns errs.ErrNotFound unless the task asks the caller, ErrClosed, ErrNote when a task that
// doesn't only inform is answered with nothing, and errs.ErrStale. Locks the task.
func Complete(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, note string) (FollowUp, error) {
	f, err := lock(tx, id, version)
	if err != nil {
		return FollowUp{}, err
	}
	if !f.asks(who) {
		return FollowUp{}, errs.ErrNotFound
	}
	if f.State != Opened {
		return FollowUp{}, ErrClosed
	}
	note = strings.TrimSpace(note)
	if note == "" && !f.Inform {
		return FollowUp{}, ErrNote.At("/note")
	}
	f.State, f.ClosedAt, f.ClosedBy, f.Note = Done, &tx.Now, &who.ID, note
	err = pg.Update(tx, "follow_ups", f.ID, f.Version, map[string]any{
		"state": f.State, "closed_at": f.ClosedAt, "closed_by": f.ClosedBy, "note": f.Note,
	})
	f.Version++
	if err != nil {
		return FollowUp{}, err
	}
	if err := closeTwin(tx, f); err != nil {
		return FollowUp{}, err
	}
	return f, audit.Record(tx, audit.Entry{Action: "completeFollowUp", SubjectType: subject, SubjectID: id, After: f})
}

// Filter narrows a list.
type Filter struct {
	Kind    string // "" for all
	State   State  // "" for the open ones
	Overdue bool   // only those that are past due
}

// ListMine returns the tasks that ask the principal, the oldest first. One statement.
func ListMine(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]FollowUp, string, error) {
	if f.State == "" {
		f.State = Opened
	}
	cond, args := mine(who)
	q := tx.Where(cond, args).Where("f.state = ?", f.State)
	if f.Kind != "" {
		q = q.Where("f.kind = ?", f.Kind)
	}
	if f.Overdue {
		q = q.Where("f.due_at < ?", tx.Now)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("f.id > ?", last)
	}
	var rows []FollowUp
	if err := q.Table("follow_ups f").Order("f.id").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(f FollowUp) any { return f.ID })
}

// Count is what a stream tells of somebody's follow-ups.
type Count struct {
	Open    int
	Overdue int
}

// CountMine counts the open ones that ListMine lists.
func CountMine(tx pg.Tx, who identity.Principal) (Count, error) {
	cond, args := mine(who)
	args["now"] = tx.Now
	var c Count
	err := tx.Raw(`SELECT count(*) AS open, count(*) FILTER (WHERE f.due_at < @now) AS overdue FROM follow_ups f WHERE f.state = 'open' AND `+cond, args).Scan(&c).Error
	return c, err
}
