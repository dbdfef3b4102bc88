package approval

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// router turns the stages that apply into the steps of one request: whom each asks, and ORG-03.
type router struct {
	who    identity.Principal
	ladder map[identity.Role]identity.Role
	staff  staffing
}

// staffing says who there is besides the submitter: for each role the departments in which somebody holds it. uuid.Nil
// stands for people without a department.
type staffing map[identity.Role][]uuid.UUID

// anywhere reports whether anybody but the submitter holds the role.
func (s staffing) anywhere(role identity.Role) bool { return len(s[role]) > 0 }

// in reports whether anybody but the submitter holds the role in the department.
func (s staffing) in(role identity.Role, department uuid.UUID) bool {
	return slices.Contains(s[role], department)
}

// steps makes the route. It reads once who holds the roles concerned, and nothing when no stage applies.
func steps(tx pg.Tx, who identity.Principal, ladder map[identity.Role]identity.Role, stages []Stage) ([]Step, error) {
	if len(stages) == 0 {
		return []Step{}, nil
	}
	staff, err := readStaffing(tx, who.ID)
	if err != nil {
		return nil, err
	}
	superiors, err := readSuperiors(tx, who, stages)
	if err != nil {
		return nil, err
	}
	return router{who: who, ladder: ladder, staff: staff}.route(stages, superiors), nil
}

// route is the steps of at least one stage.
func (r router) route(stages []Stage, superiors map[string]uuid.UUID) []Step {
	var route []Step
	for _, st := range stages {
		step := Step{
			Stage: st.Key, TitleEN: st.TitleEN, TitleZH: st.TitleZH, Kind: st.Kind, Mode: st.Mode, Quorum: st.Quorum,
			DueHours: st.DueHours, Escalation: st.Escalation,
		}
		for _, h := range st.Who {
			if st.Mode == Resolution { // a body is no person: it isn't moved up, and its members keep from their own submissions
				step.add(Decider{Role: h.Role})
				continue
			}
			step.add(r.decider(h, superiors))
		}
		route = join(route, step)
	}
	return r.reviewed(route)
}

// add puts a decider into a step unless the step asks them already: two roles may have been moved to the same one.
func (s *Step) add(d Decider) {
	if !slices.ContainsFunc(s.Deciders, d.same) {
		s.Deciders = append(s.Deciders, d)
	}
}

// same reports whether two deciders are the same people, however they came to be asked.
func (d Decider) same(e Decider) bool {
	return d.Role == e.Role && equal(d.DepartmentID, e.DepartmentID) && equal(d.UserID, e.UserID)
}

func equal(a, b *uuid.UUID) bool { return a == b || a != nil && b != nil && *a == *b }

// join appends a step. A step that ORG-03 has moved up to those whom the next one asks anyway isn't walked twice.
func join(route []Step, next Step) []Step {
	if len(route) == 0 {
		return append(route, next)
	}
	last := &route[len(route)-1]
	moved := slices.ContainsFunc(last.Deciders, func(d Decider) bool { return d.MovedFrom != "" })
	if !moved || last.Mode != next.Mode || !slices.EqualFunc(last.Deciders, next.Deciders, Decider.same) {
		return append(route, next)
	}
	if last.Kind == Decide {
		next.Kind = Decide
	}
	next.Joined = append(slices.Clone(last.Joined), last.Stage)
	route[len(route)-1] = next
	return route
}

// decider resolves one holder of a stage.
func (r router) decider(h Holder, superiors map[string]uuid.UUID) Decider {
	if h.Position != "" {
		return r.superior(h.Position, superiors)
	}
	department := r.who.DepartmentID
	if h.Of != OfDepartment {
		department = nil
	}
	role := h.Role
	if role != identity.GeneralManager {
		role = r.up(role)
	}
	d := Decider{Role: role, DepartmentID: department}
	if role != h.Role {
		d.MovedFrom = h.Role
	}
	// A department that has nobody of that role would wait for ever: then the whole company's are asked.
	if department != nil && !r.staff.in(role, *department) && r.staff.anywhere(role) {
		d.DepartmentID = nil
	}
	return d
}

// up returns the role that decides instead of one that the submitter holds: the next one up the ladder that they don't
// hold and that somebody else does (ORG-03). A role above which the ladder has nothing stays as long as the submitter
// has colleagues in it. A role that nobody holds is passed over likewise.
func (r router) up(role identity.Role) identity.Role {
	fallback := role
	for {
		held := r.who.Has(role)
		next, higher := r.ladder[role]
		if !held && r.staff.anywhere(role) || held && !higher && r.staff.anywhere(role) {
			return role
		}
		if !held && fallback != role && r.who.Has(fallback) {
			fallback = role // unstaffed, but at least not their own
		}
		if !higher {
			break
		}
		role = next
	}
	if r.staff.anywhere(identity.GeneralManager) || r.who.Has(fallback) {
		return identity.GeneralManager
	}
	return fallback
}

// superior resolves a position. A leader who is the submitter, or missing, is replaced by the department's head, and the
// head by the general manager.
func (r router) superior(position string, superiors map[string]uuid.UUID) Decider {
	for _, p := range []string{TeamLeader, DepartmentHead} {
		if p == TeamLeader && position == DepartmentHead {
			continue
		}
		if id, ok := superiors[p]; ok && id != r.who.ID {
			d := Decider{Role: identity.Role(p), UserID: &id}
			if p != position {
				d.MovedFrom = identity.Role(position)
			}
			return d
		}
	}
	return Decider{Role: identity.GeneralManager, MovedFrom: identity.Role(position)}
}

// reviewed puts the finance manager's review before whatever the general manager submits (ORG-03).
func (r router) reviewed(route []Step) []Step {
	if !r.who.Has(identity.GeneralManager) || len(route) == 0 {
		return route
	}
	first := route[0]
	if len(first.Deciders) == 1 && first.Deciders[0].same(Decider{Role: identity.FinanceManager}) {
		return route
	}
	return slices.Insert(route, 0, Step{
		Stage: FinanceReview, TitleEN: "Finance manager reviews the general manager's submission",
		TitleZH: "财务部经理审核总经理提交事项", Kind: Review, Mode: Any,
		Deciders: []Decider{{Role: identity.FinanceManager}}, DueHours: first.DueHours,
	})
}
