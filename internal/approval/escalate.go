package approval

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Why a step goes to somebody else too.
const (
	Overdue = "overdue" // its due time has passed
	Vacant  = "vacant"  // nobody is left whom it asks
)

// Escalation is somebody whom an open step asks in addition to those of its route. Who is asked already still may decide.
type Escalation struct {
	ID           uuid.UUID
	RequestID    uuid.UUID
	Step         int
	Slot         int
	Reason       string // Overdue or Vacant
	Role         identity.Role
	DepartmentID *uuid.UUID
	UserID       *uuid.UUID
	Replaces     *uuid.UUID // an escalation to somebody who left too
	At           time.Time
}

// TableName implements gorm's Tabler.
func (Escalation) TableName() string { return "approval_escalations" }

func (e Escalation) decider() Decider {
	return Decider{Role: e.Role, DepartmentID: e.DepartmentID, UserID: e.UserID}
}

// slots returns the places of the step in which the escalation lets decide.
func (e Escalation) slots(step *Step) []int {
	if e.Reason == Vacant {
		return []int{e.Slot}
	}
	all := make([]int, len(step.Deciders))
	for i := range all {
		all[i] = i
	}
	return all
}

// EscalateOverdue gives the steps of at most limit requests whose due time has passed to the escalation role of their
// stage too, and returns how many it looked at. Each step goes up once, with an event, and with as much time again. A role
// that is the submitter's own moves up the ladder (ORG-03), and so does one that the step asks already; a step above which
// there is nobody stays where it is. It is for a periodic job; call it until it returns less than limit. Locks the
// requests, and skips those that are being decided.
func (s *Service) EscalateOverdue(tx pg.Tx, limit int) (int, error) {
	rows, err := overdueRequests(tx, limit)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if err := s.escalateOverdue(tx, r); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

func (s *Service) escalateOverdue(tx pg.Tx, r Request) error {
	if err := markEscalated(tx, r); err != nil {
		return err
	}
	step := r.Current()
	if step == nil || step.Escalation == "" {
		return nil
	}
	rt, err := s.routerOf(tx, r)
	if err != nil {
		return err
	}
	to, found := rt.above(*step, identity.Role(step.Escalation))
	if !found {
		return nil
	}
	return s.escalate(tx, &r, Escalation{Slot: 0, Reason: Overdue, Role: to.Role, DepartmentID: to.DepartmentID})
}

// RescueVacant gives the tasks of at most limit requests that ask only people who have left, or a role that nobody holds any
// more, to those who hold the position or the role now, or to the next up the ladder, so that nothing waits for ever for
// somebody who is gone; and again when the stand-in leaves too. It returns how many requests it rescued. As EscalateOverdue otherwise.
func (s *Service) RescueVacant(tx pg.Tx, limit int) (int, error) {
	rows, err := vacantRequests(tx, limit)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range rows {
		rescued, err := s.rescue(tx, r)
		if err != nil {
			return 0, err
		}
		if rescued {
			n++
		}
	}
	return n, nil
}

func (s *Service) rescue(tx pg.Tx, r Request) (bool, error) {
	tasks, err := vacantTasks(tx, r)
	if err != nil || len(tasks) == 0 {
		return false, err
	}
	before, err := escalationsAt(tx, r.ID, r.Step)
	if err != nil {
		return false, err
	}
	rt, err := s.routerOf(tx, r)
	if err != nil {
		return false, err
	}
	rescued := false
	for _, t := range tasks {
		e, found, err := rt.rescuer(tx, r.Current(), t, before)
		if err != nil {
			return false, err
		}
		if !found {
			continue
		}
		if err := markVacated(tx, t.ID); err != nil {
			return false, err
		}
		rescued = true
		if err := s.escalate(tx, &r, e); err != nil {
			return false, err
		}
	}
	return rescued, nil
}

// rescuer returns the escalation of a task that asks nobody who is left: to who stands in, or, when the task was that of an
// escalation to a higher role, further up. There may be nobody yet; a general manager is waited for by name of the role.
func (rt router) rescuer(tx pg.Tx, step *Step, t Task, before []Escalation) (Escalation, bool, error) {
	e := Escalation{Slot: t.Slot, Reason: Vacant, Replaces: t.EscalationID}
	for _, b := range before {
		if t.EscalationID != nil && b.ID == *t.EscalationID && b.Reason == Overdue {
			to, found := rt.above(*step, b.Role)
			e.Reason, e.Role, e.DepartmentID = Overdue, to.Role, to.DepartmentID
			return e, found, nil
		}
	}
	to, err := rt.instead(tx, step, t.Slot)
	e.Role, e.DepartmentID, e.UserID = to.Role, to.DepartmentID, to.UserID
	return e, to.UserID != nil || to.Role == identity.GeneralManager || rt.staff.anywhere(to.Role), err
}

// escalate writes the escalation of the request's open step with its task and its event.
func (s *Service) escalate(tx pg.Tx, r *Request, e Escalation) error {
	step := r.Current()
	e.ID, e.RequestID, e.Step, e.At = uuid.Must(uuid.NewV7()), r.ID, r.Step, tx.Now
	if err := pg.Insert(tx, &e); err != nil {
		return err
	}
	t := Task{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, Step: r.Step, Slot: e.Slot, Kind: step.Kind, DepartmentID: e.DepartmentID,
		UserID: e.UserID, EscalationID: &e.ID, OpenedAt: tx.Now, State: taskOpen,
	}
	if e.UserID == nil {
		t.Role = &e.Role
	}
	if step.DueHours > 0 {
		at := tx.Calendar().AddWorkingHours(tx.Now, time.Duration(step.DueHours)*time.Hour)
		t.DueAt = &at
	}
	if err := pg.Insert(tx, &t); err != nil {
		return err
	}
	if err := touch(tx, r, -1); err != nil {
		return err
	}
	return e.record(tx, *r)
}

// routerOf returns the router for a request that is under way: its submitter as they were, the ladder of its version of
// the matrix, and the people of now.
func (s *Service) routerOf(tx pg.Tx, r Request) (router, error) {
	v, err := pg.Take[Version](tx, "version = ?", r.MatrixVersion)
	if err != nil {
		return router{}, err
	}
	staff, err := readStaffing(tx, r.SubmittedBy)
	return router{who: r.Submitter(), ladder: v.Body.Ladder, staff: staff}, err
}

// above returns whom an overdue step goes to: the role, or the next one up the ladder that isn't the submitter's, has
// somebody, and isn't asked already.
func (rt router) above(step Step, role identity.Role) (Decider, bool) {
	for range len(rt.ladder) + 1 {
		role = rt.up(role)
		asked := slices.ContainsFunc(step.Deciders, func(d Decider) bool { return d.Role == role })
		if !asked && rt.staff.anywhere(role) && !rt.who.Has(role) {
			return rt.bound(step, role), true
		}
		next, higher := rt.ladder[role]
		if !higher {
			return Decider{}, false
		}
		role = next
	}
	return Decider{}, false
}

// bound asks the role in the department of those whom the step asks, where somebody holds it there.
func (rt router) bound(step Step, role identity.Role) Decider {
	for _, d := range step.Deciders {
		if d.DepartmentID != nil && rt.staff.in(role, *d.DepartmentID) {
			return Decider{Role: role, DepartmentID: d.DepartmentID}
		}
	}
	return Decider{Role: role}
}

// instead returns whom a slot asks of which nobody is left: for a position who holds it now, for a role its holders
// elsewhere in the company, or the next role up.
func (rt router) instead(tx pg.Tx, step *Step, slot int) (Decider, error) {
	d := step.Deciders[slot]
	if d.UserID == nil {
		return Decider{Role: rt.up(d.Role)}, nil
	}
	position := string(d.Role)
	superiors, err := readSuperiors(tx, rt.who, []Stage{{Who: []Holder{{Position: position}}}})
	return rt.superior(position, superiors), err
}
