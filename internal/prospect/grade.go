package prospect

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// customerSubject is what customers are called where prospects and customers stand together.
const customerSubject = "customer"

// StateWindow writes what somebody says about when a prospect or a customer buys; the grade follows (CUS-07). Returns ErrWindow,
// errs.ErrNotFound for a company that the caller may not see, and errs.ErrState for a prospect that is settled. Locks the
// prospect, or the customer, then the window.
func (s *Service) StateWindow(tx pg.Tx, who identity.Principal, subjectType string, id uuid.UUID, e Expectation) (Window, error) {
	if err := lockCompany(tx, who, subjectType, id); err != nil {
		return Window{}, err
	}
	before, err := lockWindow(tx, subjectType, id)
	if err != nil {
		return Window{}, err
	}
	after, err := s.state(tx, subjectType, id, e, before)
	if err != nil {
		return Window{}, err
	}
	if subjectType == Subject {
		if err := Touch(tx, id, tx.Now); err != nil {
			return Window{}, err
		}
	}
	return after, audit.Record(tx, audit.Entry{
		Action: "statePurchaseWindow", SubjectType: subjectType, SubjectID: id, Before: before.trace(), After: after.trace(),
	})
}

// lockCompany locks the row that a window belongs to.
func lockCompany(tx pg.Tx, who identity.Principal, subjectType string, id uuid.UUID) error {
	if subjectType == customerSubject {
		c, err := pg.TakeForUpdate[customer.Customer](tx, "id = ?", id)
		if err != nil {
			return err
		}
		return who.MustSee(c.OwnerID)
	}
	x, err := pg.TakeForUpdate[Prospect](tx, "id = ?", id)
	if err != nil {
		return err
	}
	if err := x.MustBeSeenBy(who); err != nil {
		return err
	}
	return x.mustBe(Active, PendingPermission)
}

// trace is the window as events show it.
func (w Window) trace() map[string]any {
	m := map[string]any{"grade": w.Grade, "expected_from": nil, "expected_to": nil}
	if w.From != nil {
		m["expected_from"] = w.From.Format(time.DateOnly)
	}
	if w.To != nil {
		m["expected_to"] = w.To.Format(time.DateOnly)
	}
	return m
}

// GradeHistory returns the window of a prospect or customer as it stands, and every change of its grade, the oldest first.
// Returns errs.ErrNotFound for a company that the caller may not see.
func (s *Service) GradeHistory(tx pg.Tx, who identity.Principal, subjectType string, id uuid.UUID) (Window, []GradeChange, error) {
	if err := s.seesCompany(tx, who, subjectType, id); err != nil {
		return Window{}, nil, err
	}
	w, err := takeWindow(tx, subjectType, id)
	if err != nil {
		return Window{}, nil, err
	}
	changes, err := gradeChanges(tx, id)
	return w, changes, err
}

func (s *Service) seesCompany(tx pg.Tx, who identity.Principal, subjectType string, id uuid.UUID) error {
	if subjectType == customerSubject {
		c, err := customer.Brief(tx, id)
		if err != nil {
			return err
		}
		return who.MustSee(c.OwnerID)
	}
	_, err := s.Mine(tx, who, id)
	return err
}

// WeeklyChange is a change of grade as the week's report shows it.
type WeeklyChange struct {
	GradeChange
	Name    string
	OwnerID uuid.UUID
}

// ChangesOfWeek returns the changes of grade in the week (Monday to Sunday, in Shanghai) that a day lies in, of companies that
// the caller may see, the latest first (CUS-07). One statement.
func (s *Service) ChangesOfWeek(tx pg.Tx, who identity.Principal, day time.Time, owner *uuid.UUID, p pg.Page) ([]WeeklyChange, string, error) {
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	rows, err := changesBetween(tx, who, monday, monday.AddDate(0, 0, 6), owner, found, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(c WeeklyChange) any { return c.ID })
}

// Regrade gives at most limit companies the grade that today's date asks for (CUS-07): their windows came nearer, or passed. It
// returns how many it changed; call it until that is less than limit. Repeating it changes nothing.
func (s *Service) Regrade(tx pg.Tx, limit int) (int, error) {
	b, err := readBounds(tx, s.rules, clock.Today(tx.Now))
	if err != nil {
		return 0, err
	}
	due, err := lockDue(tx, b, limit)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	changes := make([]GradeChange, len(due))
	entries := make([]audit.Entry, len(due))
	byGrade := map[Grade][]uuid.UUID{}
	for i, w := range due {
		after := w
		after.Grade = b.grade(w.To)
		byGrade[after.Grade] = append(byGrade[after.Grade], w.SubjectID)
		changes[i] = GradeChange{
			ID: uuid.Must(uuid.NewV7()), SubjectType: w.SubjectType, SubjectID: w.SubjectID, At: tx.Now, ChangedOn: b.today,
			Previous: &due[i].Grade, Grade: after.Grade, From: w.From, To: w.To, Cause: ByTime,
		}
		entries[i] = audit.Entry{Action: "regradeOpportunity", SubjectType: w.SubjectType, SubjectID: w.SubjectID, Before: w.trace(), After: after.trace()}
	}
	if err := pg.Insert(tx, &changes); err != nil {
		return 0, err
	}
	for grade, ids := range byGrade {
		if err := setGrade(tx, grade, b.today, ids); err != nil {
			return 0, err
		}
	}
	return len(due), audit.RecordAll(tx, entries)
}
