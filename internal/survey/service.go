package survey

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Subject is what events and follow-ups call a survey.
const Subject = "survey"

// The kinds of follow-ups.
const (
	KindAsk      = "survey.ask"
	KindCallBack = "survey.call_back"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	rules  *rulebook.Service
	people *identity.Service // whose keys sign links
}

// New returns the service.
func New(rules *rulebook.Service, people *identity.Service) *Service {
	return &Service{rules: rules, people: people}
}

// Get returns a survey. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Survey, error) {
	v, err := pg.Take[Survey](tx, "id = ?", id)
	if err != nil {
		return Survey{}, err
	}
	return v, who.MustSee(v.OwnerID)
}

// Record writes down what the customer told the rep. version is optional. Returns ErrEnded, ErrScores and errs.ErrStale. Locks the
// survey.
func (s *Service) Record(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, a Answer) (Survey, error) {
	v, err := lock(tx, who, id)
	if err != nil {
		return Survey{}, err
	}
	if err := v.mustBeOpen(version); err != nil {
		return Survey{}, err
	}
	v.Source, v.RecordedBy = ByRep, &who.ID
	if err := revokeLinks(tx, id); err != nil {
		return Survey{}, err
	}
	return v, s.answer(tx, &v, "recordSurvey", a)
}

// Close ends a survey whose customer won't answer. Returns ErrEnded, ErrReason and errs.ErrStale. Locks the survey.
func (s *Service) Close(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Survey, error) {
	v, err := lock(tx, who, id)
	if err != nil {
		return Survey{}, err
	}
	if err := v.mustBeOpen(version); err != nil {
		return Survey{}, err
	}
	if v.ClosedReason = strings.TrimSpace(reason); v.ClosedReason == "" {
		return Survey{}, ErrReason.At("/reason")
	}
	before := v.trace()
	v.State = Closed
	if err := revokeLinks(tx, id); err != nil {
		return Survey{}, err
	}
	return v, settle(tx, &v, "closeSurvey", before)
}

// answer writes an answer on an open survey that is locked (CUS-14). A low score asks the sales manager to call back, and is told to
// whom it may concern by the event reportUnsatisfiedCustomer: the complaint begins with it.
func (s *Service) answer(tx pg.Tx, v *Survey, action string, a Answer) error {
	if err := a.check(); err != nil {
		return err
	}
	bound, err := s.rules.Int(tx, "survey.unsatisfied_at")
	if err != nil {
		return err
	}
	before := v.trace()
	v.State, v.AnsweredAt, v.Unsatisfied = Answered, &tx.Now, a.unsatisfied(bound)
	v.Quality, v.Response, v.Speed, v.Attitude = &a.Quality, &a.Response, &a.Speed, &a.Attitude
	v.Remark, v.AnsweredByName = strings.TrimSpace(a.Remark), strings.TrimSpace(a.Name)
	if err := settle(tx, v, action, before); err != nil || !v.Unsatisfied {
		return err
	}
	err = audit.Record(tx, audit.Entry{
		Action: "reportUnsatisfiedCustomer", SubjectType: Subject, SubjectID: v.ID,
		After: map[string]any{
			"customer_id": v.CustomerID, "delivery_note_id": v.DeliveryNoteID, "note": v.NoteNumber, "lowest": a.lowest(), "bound": bound,
			"remark": v.Remark,
		},
	})
	if err != nil {
		return err
	}
	return s.callBack(tx, *v)
}

// callBack asks the sales manager of the rep's department.
func (s *Service) callBack(tx pg.Tx, v Survey) error {
	days, err := s.rules.Int(tx, "survey.call_back_days")
	if err != nil {
		return err
	}
	c, err := customer.Brief(tx, v.CustomerID)
	if err != nil {
		return err
	}
	owner, err := identity.Take(tx, v.OwnerID)
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: KindCallBack, SubjectType: Subject, SubjectID: v.ID, Number: v.NoteNumber,
		TitleEN: "Call back " + c.Name + ": not satisfied", TitleZH: "回访不满意客户:" + c.Name,
		Role: identity.SalesManager, DepartmentID: owner.DepartmentID, Within: &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.GeneralManager,
	})
}

// settle stores what ended the survey, and ends the rep's task.
func settle(tx pg.Tx, v *Survey, action string, before map[string]any) error {
	if err := update(tx, v); err != nil {
		return err
	}
	if err := followup.Close(tx, KindAsk, Subject, v.ID); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: v.ID, Before: before, After: v.trace()})
}

func lock(tx pg.Tx, who identity.Principal, id uuid.UUID) (Survey, error) {
	v, err := pg.TakeForUpdate[Survey](tx, "id = ?", id)
	if err != nil {
		return Survey{}, err
	}
	return v, who.MustSee(v.OwnerID)
}
