package approval

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The states of a task.
const (
	taskOpen      = "open"
	taskDone      = "done"
	taskCancelled = "cancelled" // its request ended otherwise
)

// Task asks a role, or one person, for something about a request.
type Task struct {
	ID           uuid.UUID
	RequestID    uuid.UUID
	Step         int
	Slot         int
	Kind         Kind
	Role         *identity.Role
	DepartmentID *uuid.UUID
	UserID       *uuid.UUID
	VerbalID     *uuid.UUID // of a Confirm
	OpenedAt     time.Time
	DueAt        *time.Time
	State        string
	ClosedAt     *time.Time
	ClosedBy     *uuid.UUID
}

// TableName implements gorm's Tabler.
func (Task) TableName() string { return "approval_tasks" }

// openTasks opens the tasks of the step that the request has reached: one for each decider.
func (s *Service) openTasks(tx pg.Tx, r Request) error {
	step := r.Current()
	var due *time.Time
	if step.DueHours > 0 {
		at := clock.AddWorkingHours(tx.Now, time.Duration(step.DueHours)*time.Hour)
		due = &at
	}
	tasks := make([]Task, 0, len(step.Deciders))
	for slot, d := range step.Deciders {
		t := Task{
			ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, Step: r.Step, Slot: slot, Kind: step.Kind,
			DepartmentID: d.DepartmentID, UserID: d.UserID, OpenedAt: tx.Now, DueAt: due, State: taskOpen,
		}
		if d.UserID == nil {
			t.Role = &d.Role
		}
		tasks = append(tasks, t)
	}
	return pg.Insert(tx, &tasks)
}

// MyTask is a task with what a list shows of its request.
type MyTask struct {
	Task        `gorm:"embedded"`
	Matter      string
	SubjectType string
	SubjectID   uuid.UUID
	Number      string
	TitleEN     string `gorm:"column:title_en"`
	TitleZH     string `gorm:"column:title_zh"`
	SubmittedBy uuid.UUID
	SubmittedAt time.Time
	ContentHash []byte
	Version     int64 // of the request: the ETag that deciding takes
}

// TaskFilter narrows the list of tasks.
type TaskFilter struct {
	Matter  string // "" for all
	Kind    Kind   // "" for all
	Overdue bool   // only those that are past due
}

// ListMyTasks returns the open tasks that ask the principal, the oldest first: by name, or by a role of theirs (in their
// department, where the matrix says so). Their own submissions are left out (ORG-03), but for the general manager's own
// after finance's review, and so are steps they have voted on. One statement.
func (s *Service) ListMyTasks(tx pg.Tx, who identity.Principal, f TaskFilter, p pg.Page) ([]MyTask, string, error) {
	cond, args := mine(who)
	q := tx.Table("approval_tasks t JOIN approval_requests r ON r.id = t.request_id").
		Select(`t.*, r.matter, r.subject_type, r.subject_id, r.number, r.title_en, r.title_zh, r.submitted_by, r.submitted_at,
			r.content_hash, r.version`).Where(cond, args)
	if f.Matter != "" {
		q = q.Where("r.matter = ?", f.Matter)
	}
	if f.Kind != "" {
		q = q.Where("t.kind = ?", f.Kind)
	}
	if f.Overdue {
		q = q.Where("t.due_at < ?", tx.Now)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("t.id > ?", last)
	}
	var rows []MyTask
	if err := q.Order("t.id").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(t MyTask) any { return t.ID })
}

// mine is the condition of a task (t) of a request (r) that the principal can act on now.
func mine(who identity.Principal) (string, map[string]any) {
	cond, args := asked(who)
	args["gm"] = identity.GeneralManager
	return `t.state = 'open' AND ` + cond + `
		AND (t.kind = 'confirm' OR r.submitted_by <> @me OR t.role = @gm)
		AND NOT EXISTS (SELECT 1 FROM approval_decisions d WHERE d.request_id = t.request_id AND d.step = t.step
			AND d.decided_by = @me AND d.mode = 'quorum')`, args
}

// TaskCount is what a stream tells of somebody's tasks.
type TaskCount struct {
	Open    int
	Overdue int
	Newest  *uuid.UUID // the task opened last
}

// CountMyTasks counts what ListMyTasks lists.
func (s *Service) CountMyTasks(tx pg.Tx, who identity.Principal) (TaskCount, error) {
	cond, args := mine(who)
	args["now"] = tx.Now
	var c TaskCount
	err := tx.Raw(`SELECT count(*) AS open, count(*) FILTER (WHERE t.due_at < @now) AS overdue,
		(array_agg(t.id ORDER BY t.id DESC))[1] AS newest
		FROM approval_tasks t JOIN approval_requests r ON r.id = t.request_id WHERE `+cond, args).Scan(&c).Error
	return c, err
}
