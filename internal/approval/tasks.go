package approval

import (
	"time"

	"github.com/google/uuid"

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
	EscalationID *uuid.UUID // of a task that an escalation opened
	EscalatedAt  *time.Time // when it went up, being overdue
	VacatedAt    *time.Time // when it went to somebody else, nobody being left whom it asks
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
		at := tx.Calendar().AddWorkingHours(tx.Now, time.Duration(step.DueHours)*time.Hour)
		due = &at
	}
	tasks := make([]Task, 0, len(step.Deciders))
	for slot, d := range step.Deciders {
		t := Task{
			ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, Step: r.Step, Slot: slot, Kind: step.Kind,
			DepartmentID: d.DepartmentID, UserID: d.UserID, OpenedAt: tx.Now, DueAt: due, State: taskOpen,
		}
		if step.Mode == Resolution {
			t.Kind = Meet
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
	OnBehalfOf  *uuid.UUID // the absent person whom it asks, for their deputy (ORG-04)
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

// ListMyTasks returns the open tasks that ask the principal, the oldest first: by name, by a role of theirs (in their
// department, where the matrix says so), or in the place of somebody who is away (ORG-04). Their own submissions are left
// out (ORG-03), but for the general manager's own after finance's review, and so are steps they have voted on. One statement.
func (s *Service) ListMyTasks(tx pg.Tx, who identity.Principal, f TaskFilter, p pg.Page) ([]MyTask, string, error) {
	from, args := mine(tx, who)
	cond := ""
	if f.Matter != "" {
		cond, args["matter"] = cond+" AND r.matter = @matter", f.Matter
	}
	if f.Kind != "" {
		cond, args["kind"] = cond+" AND t.kind = @kind", f.Kind
	}
	if f.Overdue {
		cond += " AND t.due_at < @now"
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		cond, args["last"] = cond+" AND t.id > @last", last
	}
	args["limit"] = p.Limit + 1
	var rows []MyTask
	err = tx.Raw(`SELECT DISTINCT ON (t.id) t.*, r.matter, r.subject_type, r.subject_id, r.number, r.title_en, r.title_zh,
			r.submitted_by, r.submitted_at, r.content_hash, r.version
		`+from+cond+` ORDER BY t.id, t.on_behalf_of NULLS FIRST LIMIT @limit`, args).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(t MyTask) any { return t.ID })
}

// mine is the rest of a query, from FROM on, over the open tasks (t) of requests (r) that the principal can act on now. A
// task may come twice: in their own right, and for somebody who is away.
func mine(tx pg.Tx, who identity.Principal) (string, map[string]any) {
	cond, args := asked(who)
	args["gm"], args["now"] = identity.GeneralManager, tx.Now
	return `FROM (
			SELECT t.*, NULL::uuid AS on_behalf_of FROM approval_tasks t WHERE t.state = 'open' AND ` + cond + `
			UNION ALL SELECT t.*, g.absent_id FROM ` + deputed + ` AND t.state = 'open'
		) t JOIN approval_requests r ON r.id = t.request_id
		WHERE (t.kind = 'confirm' OR r.submitted_by <> @me OR t.role = @gm AND t.on_behalf_of IS NULL)
		AND r.submitted_by IS DISTINCT FROM t.on_behalf_of
		AND NOT EXISTS (SELECT 1 FROM approval_decisions d WHERE d.request_id = t.request_id AND d.step = t.step
			AND d.mode = 'quorum' AND (d.decided_by = @me OR coalesce(d.on_behalf_of, d.decided_by) = coalesce(t.on_behalf_of, @me)))`, args
}

// deputed are the tasks (t) that ask somebody for whom the principal acts now (ORG-04): one hop, and never to confirm
// what the absent person said on the phone.
const deputed = `approval_deputations g JOIN users u ON u.id = g.absent_id AND u.active
	JOIN approval_tasks t ON (t.user_id = u.id OR t.role = ANY (u.roles) AND (t.department_id IS NULL OR t.department_id = u.department_id))
	WHERE g.deputy_id = @me AND g.starts_at <= @now AND g.ends_at > @now AND t.kind <> 'confirm'`

// TaskCount is what a stream tells of somebody's tasks.
type TaskCount struct {
	Open    int
	Overdue int
	Newest  *uuid.UUID // the task opened last
}

// CountMyTasks counts what ListMyTasks lists.
func (s *Service) CountMyTasks(tx pg.Tx, who identity.Principal) (TaskCount, error) {
	from, args := mine(tx, who)
	var c TaskCount
	err := tx.Raw(`SELECT count(DISTINCT t.id) AS open, count(DISTINCT t.id) FILTER (WHERE t.due_at < @now) AS overdue,
		(array_agg(t.id ORDER BY t.id DESC))[1] AS newest `+from, args).Scan(&c).Error
	return c, err
}
