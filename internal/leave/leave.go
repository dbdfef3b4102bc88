package leave

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
)

// State is where a leave stands.
type State string

// The states.
const (
	StateHandover  State = "handover"  // waits for the deputy's word that the handover is finished
	StateSubmitted State = "submitted" // waits for the superior
	StateApproved  State = "approved"  // planned, or running
	StateRejected  State = "rejected"
	StateReturned  State = "returned"
	StateCancelled State = "cancelled"
	StateEnded     State = "ended"
)

// Counts reports whether the person is away by this leave, or will be.
func (s State) Counts() bool {
	switch s {
	case StateHandover, StateSubmitted, StateApproved:
		return true
	case StateRejected, StateReturned, StateCancelled, StateEnded:
	}
	return false
}

// Leave is one leave of one person.
type Leave struct {
	ID           uuid.UUID
	Number       string
	PersonID     uuid.UUID
	DepartmentID *uuid.UUID
	DeputyID     uuid.UUID
	Kind         string
	Reason       string
	FirstDay     time.Time // business dates
	LastDay      time.Time
	Days         int // working days
	Sudden       bool
	Handover     bool // a finished handover is needed
	HandoverNote string
	HandoverAt   *time.Time
	PapersAt     *time.Time
	State        State
	ApprovalID   *uuid.UUID
	AppliedAt    time.Time
	EndedAt      *time.Time
	EndReason    string
	Version      int64
}

// TableName implements gorm's Tabler.
func (Leave) TableName() string { return "leaves" }

// Starts is the instant at which the person is away.
func (l Leave) Starts() time.Time { return midnight(l.FirstDay) }

// Ends is the instant from which on the person is back.
func (l Leave) Ends() time.Time { return midnight(l.LastDay.AddDate(0, 0, 1)) }

// midnight is the instant at which a business date begins in Shanghai.
func midnight(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// notices are the figures of HRA-01.
type notices struct {
	shortDays, shortNotice, mediumDays, mediumNotice, longNotice, suddenHour, handoverDays int
}

// needed is how many days ahead leave of so many working days is applied for.
func (n notices) needed(days int) int {
	switch {
	case days <= n.shortDays:
		return n.shortNotice
	case days <= n.mediumDays:
		return n.mediumNotice
	}
	return n.longNotice
}

// maxDays bounds a leave, in calendar days.
const maxDays = 366

// inTime checks days and notice (HRA-01). It fills in the working days and whether a handover is needed.
func (l *Leave) inTime(cal clock.Calendar, now time.Time, n notices) *errs.Error {
	today := clock.Today(now)
	switch {
	case l.FirstDay.Before(today) || l.LastDay.Before(l.FirstDay):
		return ErrPast.At("/first_day")
	case l.LastDay.Sub(l.FirstDay) >= maxDays*24*time.Hour:
		return ErrTooLong.At("/last_day")
	}
	l.Days = cal.WorkingDaysBetween(l.FirstDay.AddDate(0, 0, -1), l.LastDay)
	l.Handover = l.Days > n.handoverDays && !l.Sudden // who falls ill hands over what they can
	if l.Days == 0 {
		return ErrNoDays.At("/last_day")
	}
	if l.Sudden {
		if !l.FirstDay.Equal(today) || now.After(midnight(today).Add(time.Duration(n.suddenHour)*time.Hour)) {
			return ErrSudden.With("hour", n.suddenHour).At("/sudden")
		}
		return nil
	}
	ahead := int(l.FirstDay.Sub(today) / (24 * time.Hour))
	if needed := n.needed(l.Days); ahead < needed {
		return ErrNotice.With("days", l.Days, "needed", needed, "ahead", ahead).At("/first_day")
	}
	return nil
}

// standing are the leaves of other people that bear on an application: those in which the deputy is away, and those
// in which the applicant acts for somebody.
func (l Leave) standing(others []Leave) (hard *errs.Error, standsIn []Leave) {
	for _, o := range others {
		switch {
		case o.ID == l.ID || !o.State.Counts() || o.LastDay.Before(l.FirstDay) || l.LastDay.Before(o.FirstDay):
		case o.PersonID == l.DeputyID && o.DeputyID == l.PersonID:
			return ErrCircle.At("/deputy_id"), nil
		case o.PersonID == l.DeputyID:
			return ErrAway.At("/deputy_id"), nil
		case o.DeputyID == l.PersonID:
			standsIn = append(standsIn, o)
		}
	}
	return nil, standsIn
}

// snapshot is what events keep.
func (l Leave) snapshot() map[string]any {
	return map[string]any{
		"number": l.Number, "person_id": l.PersonID, "deputy_id": l.DeputyID, "kind": l.Kind, "first_day": l.FirstDay.Format(time.DateOnly),
		"last_day": l.LastDay.Format(time.DateOnly), "days": l.Days, "sudden": l.Sudden, "state": l.State, "handover_at": l.HandoverAt,
		"papers_at": l.PapersAt, "ended_at": l.EndedAt, "end_reason": l.EndReason, "version": l.Version,
	}
}
