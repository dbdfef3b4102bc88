package conduct

import (
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/violation"
)

// maxAnswers bounds what one person says about one violation.
const maxAnswers = 20

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules *rulebook.Service
}

// New returns the service.
func New(rules *rulebook.Service) *Service {
	return &Service{rules: rules}
}

// GetViolation returns a violation with its answers and decisions. Returns errs.ErrNotFound also for one that the caller may not see.
func (s *Service) GetViolation(tx pg.Tx, who identity.Principal, id uuid.UUID) (Case, error) {
	v, err := violation.Get(tx, who, id)
	if err != nil {
		return Case{}, err
	}
	return s.open(tx, v)
}

// open reads what was said and decided about a violation.
func (s *Service) open(tx pg.Tx, v violation.Violation) (Case, error) {
	c := Case{Violation: v, Reported: grave(v)}
	if err := tx.Where("violation_id = ?", v.ID).Order("id").Find(&c.Answers).Error; err != nil {
		return Case{}, err
	}
	if err := tx.Where("violation_id = ?", v.ID).Order("id").Find(&c.Decisions).Error; err != nil {
		return Case{}, err
	}
	for _, d := range c.Decisions {
		c.Reported = c.Reported || d.Outcome == Reported
	}
	p, found := penalties[v.Rule]
	if !found || grave(v) {
		return c, nil
	}
	r, err := s.rangeOf(tx, p, v)
	c.Range = &r
	return c, err
}

// rangeOf is what the rule cost when it was broken.
func (s *Service) rangeOf(tx pg.Tx, p penalty, v violation.Violation) (Range, error) {
	low, err := s.rules.DecimalAt(tx, p.minimum, v.At)
	if err != nil {
		return Range{}, err
	}
	high, err := s.rules.DecimalAt(tx, p.maximum, v.At)
	if high.Cmp(low) < 0 {
		low, high = high, low
	}
	return Range{low, high}, err
}

// AnswerViolation adds what the person says about it, as long as it isn't decided. Locks the violation. Returns errs.ErrNotFound, ErrNotYours,
// ErrDecided and ErrTooMany.
func (s *Service) AnswerViolation(tx pg.Tx, who identity.Principal, id uuid.UUID, body string) (Case, error) {
	c, err := s.lock(tx, who, id)
	if err != nil {
		return Case{}, err
	}
	switch {
	case who.ID != c.PersonID:
		return Case{}, ErrNotYours
	case c.decided():
		return Case{}, ErrDecided
	case len(c.Answers) >= maxAnswers:
		return Case{}, ErrTooMany
	}
	a := Answer{ID: uuid.Must(uuid.NewV7()), ViolationID: id, PersonID: who.ID, Body: strings.TrimSpace(body), At: tx.Now}
	if err := pg.Insert(tx, &a); err != nil {
		return Case{}, err
	}
	c.Answers = append(c.Answers, a)
	return c, audit.Record(tx, audit.Entry{Action: "answerViolation", SubjectType: violation.Subject, SubjectID: id, After: a})
}

// Ruling is what somebody decides about a violation.
type Ruling struct {
	Outcome Outcome
	Amount  *decimal.Decimal
	Reason  string
}

// DecideViolation decides about a violation: the head of sales within the range of its rule, and the general manager about what was reported to the
// company, or where the head of sales is the person. Locks the violation. Returns errs.ErrNotFound, ErrOwn, ErrDecided, ErrAmount, ErrRange,
// ErrNoRange, ErrReported and ErrReportedAlready.
func (s *Service) DecideViolation(tx pg.Tx, who identity.Principal, id uuid.UUID, r Ruling) (Case, error) {
	c, err := s.lock(tx, who, id)
	if err != nil {
		return Case{}, err
	}
	d := Decision{
		ID: uuid.Must(uuid.NewV7()), ViolationID: id, PersonID: c.PersonID, Level: Department, Outcome: r.Outcome, Amount: r.Amount,
		Reason: strings.TrimSpace(r.Reason), DecidedBy: who.ID, At: tx.Now,
	}
	if c.Reported && who.Has(identity.GeneralManager) {
		d.Level = Company
	} else if c.Range != nil {
		d.Minimum, d.Maximum = &c.Range.Minimum, &c.Range.Maximum
	}
	if err := c.check(d); err != nil {
		return Case{}, err
	}
	if err := pg.Insert(tx, &d); err != nil {
		return Case{}, err
	}
	c.Decisions, c.Reported = append(c.Decisions, d), c.Reported || d.Outcome == Reported
	if err := c.told(tx, d); err != nil {
		return Case{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "decideViolation", SubjectType: violation.Subject, SubjectID: id, After: d})
}

// told ends what asked for the decision, and lets those know whom it concerns.
func (c Case) told(tx pg.Tx, d Decision) error {
	if err := followup.Close(tx, violation.ToDecide, violation.Subject, c.ID); err != nil {
		return err
	}
	task := followup.Task{
		Kind: "violation.decided", SubjectType: violation.Subject, SubjectID: c.ID, Number: c.Number, UserID: &c.PersonID, Inform: true,
		TitleEN: "A violation of " + c.Rule + " is decided: " + c.Number, TitleZH: "违规(" + c.Rule + ")已处理:" + c.Number,
	}
	if d.Outcome == Reported {
		task.Kind, task.UserID, task.Inform, task.Role = violation.ToDecide, nil, false, identity.GeneralManager
		task.TitleEN, task.TitleZH = "A violation of "+c.Rule+" was reported to the company: "+c.Number, "违规("+c.Rule+")报公司处理:"+c.Number
	}
	return followup.Open(tx, task)
}

// lock locks a violation that the caller sees.
func (s *Service) lock(tx pg.Tx, who identity.Principal, id uuid.UUID) (Case, error) {
	v, err := pg.TakeForUpdate[violation.Violation](tx, "id = ?", id)
	if err != nil {
		return Case{}, err
	}
	if !v.ShownTo(who) {
		return Case{}, errs.ErrNotFound
	}
	return s.open(tx, v)
}
