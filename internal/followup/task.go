package followup

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Task is something to be done or known, as a module opens it. It asks either UserID or Role.
type Task struct {
	Kind         string // "survey.low_score": the module, a dot, what it is
	SubjectType  string
	SubjectID    uuid.UUID
	Number       string // of the subject, for people
	TitleEN      string
	TitleZH      string
	UserID       *uuid.UUID
	Role         identity.Role
	DepartmentID *uuid.UUID // narrows Role
	DueAt        *time.Time
	Within       *clock.Term   // instead of DueAt: a deadline in working time, which follows the calendar
	EscalateTo   identity.Role // whom it reaches when it is past due
	Inform       bool          // only to be read
}

// check finds faults of the program.
func (t Task) check() error {
	switch {
	case (t.UserID == nil) == (t.Role == ""):
		return errors.New("followup: a task asks either a person or a role: " + t.Kind)
	case t.TitleEN == "" || t.TitleZH == "":
		return errors.New("followup: a task needs its titles: " + t.Kind)
	case t.DueAt != nil && t.Within != nil:
		return errors.New("followup: a task is due either at an instant or within working time: " + t.Kind)
	case t.EscalateTo != "" && t.DueAt == nil && t.Within == nil:
		return errors.New("followup: a task that is never past due reaches nobody above: " + t.Kind)
	}
	return nil
}

// State of a follow-up.
type State string

// The states.
const (
	Opened State = "open"
	Done   State = "done"
	Closed State = "closed" // by the module that opened it
)

// FollowUp is a task as it is kept.
type FollowUp struct {
	ID            uuid.UUID
	Kind          string
	SubjectType   string
	SubjectID     uuid.UUID
	Number        string
	TitleEN       string `gorm:"column:title_en"`
	TitleZH       string `gorm:"column:title_zh"`
	Inform        bool
	UserID        *uuid.UUID
	Role          *identity.Role
	DepartmentID  *uuid.UUID
	OpenedAt      time.Time
	DueAt         *time.Time
	DueFrom       *time.Time // with DueDays or DueHours how DueAt was made up (clock.Term)
	DueDays       int
	DueHours      int
	EscalateTo    *identity.Role
	EscalatedAt   *time.Time
	EscalatedFrom *uuid.UUID // the one that was past due
	State         State
	ClosedAt      *time.Time
	ClosedBy      *uuid.UUID
	Note          string
	Version       int64
}

// TableName implements gorm's Tabler.
func (FollowUp) TableName() string { return "follow_ups" }

func (t Task) followUp(tx pg.Tx) FollowUp {
	f := FollowUp{
		ID: uuid.Must(uuid.NewV7()), Kind: t.Kind, SubjectType: t.SubjectType, SubjectID: t.SubjectID, Number: t.Number,
		TitleEN: t.TitleEN, TitleZH: t.TitleZH, Inform: t.Inform, UserID: t.UserID, DepartmentID: t.DepartmentID,
		OpenedAt: tx.Now, DueAt: t.DueAt, State: Opened, Version: 1,
	}
	if t.UserID != nil {
		f.DepartmentID = nil
	} else {
		f.Role = &t.Role
	}
	if t.EscalateTo != "" {
		f.EscalateTo = &t.EscalateTo
	}
	if t.Within != nil {
		due, from := tx.Calendar().Due(*t.Within), t.Within.From.UTC()
		f.DueAt, f.DueFrom, f.DueDays, f.DueHours = &due, &from, t.Within.Days, t.Within.Hours
	}
	return f
}

// asks reports whether the principal is one whom the follow-up asks.
func (f FollowUp) asks(who identity.Principal) bool {
	if who.Kind != identity.KindUser {
		return false
	}
	if f.UserID != nil {
		return *f.UserID == who.ID
	}
	return who.Has(*f.Role) && (f.DepartmentID == nil || who.DepartmentID != nil && *who.DepartmentID == *f.DepartmentID)
}
