package production

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The follow-ups about a request. Each department has a kind of its own, so that one can end without the others.
const (
	kindAcknowledge = "production.acknowledge_" // and the department
	kindSchedule    = "production.schedule"
	kindMaterials   = "production.materials"
	kindRisk        = "production.at_risk"
	kindTrouble     = "production.trouble"
)

// recipients says which role each department's task asks, and where it goes when it is overdue (ORD-03).
var recipients = map[Department]struct{ asks, above identity.Role }{
	Production: {identity.ProductionManager, identity.GeneralManager},
	Management: {identity.GeneralManager, identity.SalesManager},
	Finance:    {identity.FinanceClerk, identity.FinanceManager},
}

// departmentsOf are those for which a person acknowledges.
func departmentsOf(who identity.Principal) []Department {
	var of []Department
	if who.Has(identity.ProductionManager) {
		of = append(of, Production)
	}
	if who.Has(identity.GeneralManager) {
		of = append(of, Management)
	}
	if who.Has(identity.FinanceClerk, identity.FinanceManager) {
		of = append(of, Finance)
	}
	return of
}

// ask makes the acknowledgements of the request's revision.
func (s *Service) ask(tx pg.Tx, r *Request) error {
	term, err := s.within(tx, "production.acknowledge_hours")
	if err != nil {
		return err
	}
	due := tx.Calendar().Due(term)
	r.Acknowledgements = nil
	for _, d := range Departments {
		r.Acknowledgements = append(r.Acknowledgements, Acknowledgement{
			RequestID: r.ID, Revision: r.Revision, Department: d, AskedAt: tx.Now, DueAt: due, DueHours: term.Hours,
		})
	}
	return nil
}

// openTasks opens what is to be done about a request: acknowledge it, schedule it, look after its materials.
func (s *Service) openTasks(tx pg.Tx, r *Request) error {
	var tasks []followup.Task
	for _, a := range r.Acknowledgements {
		if a.AcknowledgedAt == nil {
			to := recipients[a.Department]
			t := r.task(kindAcknowledge+string(a.Department), to.asks, to.above, clock.Term{From: a.AskedAt, Hours: a.DueHours})
			t.TitleEN, t.TitleZH = fmt.Sprintf("Acknowledge production request %s, revision %d", r.Number, r.Revision), fmt.Sprintf("签收生产委托单 %s 第 %d 版", r.Number, r.Revision)
			tasks = append(tasks, t)
		}
	}
	if r.Unscheduled > 0 {
		term, err := s.within(tx, "production.schedule_hours")
		if err != nil {
			return err
		}
		t := r.task(kindSchedule, identity.ProductionManager, identity.GeneralManager, term)
		t.TitleEN, t.TitleZH = "Schedule production request "+r.Number, "安排生产委托单 "+r.Number+" 的排期"
		tasks = append(tasks, t)
	}
	if r.MaterialsRevision < r.Revision {
		term, err := s.within(tx, "production.material_hours")
		if err != nil {
			return err
		}
		t := r.task(kindMaterials, identity.Purchasing, identity.ProductionManager, term)
		t.TitleEN, t.TitleZH = "Check the materials of production request "+r.Number, "核对生产委托单 "+r.Number+" 的物料"
		tasks = append(tasks, t)
	}
	return followup.Open(tx, tasks...)
}

func (r *Request) task(kind string, asks, above identity.Role, within clock.Term) followup.Task {
	return followup.Task{Kind: kind, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, Role: asks, EscalateTo: above, Within: &within}
}

// inform tells the departments that have acknowledged a request what became of it.
func (s *Service) inform(tx pg.Tx, r *Request, kind, en, zh string) error {
	told, err := s.Acknowledged(tx, r.OrderID)
	if err != nil {
		return err
	}
	tasks := make([]followup.Task, 0, len(told))
	for _, d := range told {
		tasks = append(tasks, followup.Task{
			Kind: kind, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, Role: recipients[d].asks, Inform: true,
			TitleEN: fmt.Sprintf(en, r.Number), TitleZH: fmt.Sprintf(zh, r.Number),
		})
	}
	return followup.Open(tx, tasks...)
}

// tellRisk tells the customer's owner that a promise has come to be at risk (ORD-04), once, until none is any more.
func (r *Request) tellRisk(tx pg.Tx, was int) error {
	switch {
	case r.AtRisk == 0 && was > 0:
		return followup.Close(tx, kindRisk, Subject, r.ID)
	case r.AtRisk == 0 || was > 0 || r.State != Open:
		return nil
	}
	owner := r.OwnerID
	expected := day(r.ExpectedOn)
	en, zh := "not known when", "时间待定"
	if expected != "" {
		en, zh = expected, expected
	}
	return followup.Open(tx, followup.Task{
		Kind: kindRisk, SubjectType: Subject, SubjectID: r.ID, Number: r.OrderNumber, UserID: &owner, Inform: true,
		TitleEN: fmt.Sprintf("Order %s may not be ready as promised; expected: %s", r.OrderNumber, en),
		TitleZH: fmt.Sprintf("订单 %s 可能无法按期完成,预计:%s", r.OrderNumber, zh),
	})
}

// Acknowledge says that the caller's department has seen the latest revision of a request (ORD-03); department may be "" for a
// person of one. version is optional. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrNotRecipient and ErrAcknowledged.
// Locks the request.
func (s *Service) Acknowledge(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, department Department, note string) (Request, error) {
	d, err := chosen(who, department)
	if err != nil {
		return Request{}, err
	}
	r, err := s.hold(tx, who, id, version, Open, Held)
	if err != nil {
		return Request{}, err
	}
	return r, s.acknowledge(tx, who, &r, d, note)
}

// AcknowledgeAll is Acknowledge of several requests at once, for the caller's department; those that it has acknowledged already, and
// those that are over, are left as they are. Returns how many it acknowledged. Locks the requests in id order.
func (s *Service) AcknowledgeAll(tx pg.Tx, who identity.Principal, ids []uuid.UUID, department Department) (int, error) {
	d, err := chosen(who, department)
	if err != nil {
		return 0, err
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	n := 0
	for _, id := range slices.Compact(ids) {
		r, err := s.hold(tx, who, id, nil, Open, Held, Closed, Cancelled)
		if err != nil {
			return 0, err
		}
		if a := r.acknowledgement(d); a == nil || a.AcknowledgedAt != nil || r.EndedAt != nil {
			continue
		}
		if err := s.acknowledge(tx, who, &r, d, ""); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

func chosen(who identity.Principal, department Department) (Department, error) {
	of := departmentsOf(who)
	if who.Kind != identity.KindUser || len(of) == 0 || department != "" && !slices.Contains(of, department) {
		return "", ErrNotRecipient
	}
	if department == "" {
		department = of[0]
	}
	return department, nil
}

func (s *Service) acknowledge(tx pg.Tx, who identity.Principal, r *Request, d Department, note string) error {
	a := r.acknowledgement(d)
	if a == nil || a.AcknowledgedAt != nil {
		return ErrAcknowledged.With("department", string(d))
	}
	a.AcknowledgedAt, a.AcknowledgedBy, a.Note = &tx.Now, &who.ID, strings.TrimSpace(note)
	if err := storeAcknowledgement(tx, *a); err != nil {
		return err
	}
	if err := touch(tx, r); err != nil {
		return err
	}
	if err := followup.Close(tx, kindAcknowledge+string(d), Subject, r.ID); err != nil {
		return err
	}
	return r.record(tx, "acknowledgeProductionRequest", nil)
}

func (r *Request) acknowledgement(d Department) *Acknowledgement {
	for i := range r.Acknowledgements {
		if r.Acknowledgements[i].Department == d {
			return &r.Acknowledgements[i]
		}
	}
	return nil
}

// Acknowledged returns the departments that have acknowledged a production request of the order, in any revision, in the order of
// Departments: whom a change of it is announced to (ORD-05). One statement.
func (s *Service) Acknowledged(tx pg.Tx, orderID uuid.UUID) ([]Department, error) {
	found, err := acknowledgedBy(tx, orderID)
	return slices.DeleteFunc(slices.Clone(Departments), func(d Department) bool { return !slices.Contains(found, d) }), err
}

// RecomputeDeadlines sets the due times of the open acknowledgements of at most n requests with ids above after anew, by the calendar of
// now, and returns the last id, uuid.Nil at the end. Their tasks follow by themselves. Locks the acknowledgements.
func (s *Service) RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	rows, last, err := unacknowledged(tx, after, n)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, err
	}
	return last, redue(tx, rows)
}

// today is the business date.
func today(tx pg.Tx) time.Time { return clock.Today(tx.Now) }
