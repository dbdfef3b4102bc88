package visit

import (
	"errors"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// limits are the bounds on dates, of the rulebook (CUS-10).
type limits struct{ back, ahead, clock int }

func (s *Service) limits(tx pg.Tx) (l limits, err error) {
	for name, into := range map[string]*int{"visit.report_days": &l.back, "visit.plan_days": &l.ahead, "visit.clock_minutes": &l.clock} {
		if *into, err = s.rules.Int(tx, name); err != nil {
			return l, err
		}
	}
	return l, nil
}

// written refuses what a phone with a fast clock wrote: it would stand above every correction until that time comes.
func (l limits) written(now, at time.Time, pointer string) error {
	if at.After(now.Add(time.Duration(l.clock) * time.Minute)) {
		return ErrClock.With("written_at", at.Format(time.RFC3339)).At(pointer)
	}
	return nil
}

// planned holds a plan's day to the bounds. A day that stands already isn't asked again.
func (l limits) planned(today time.Time, standing *time.Time, day time.Time) error {
	switch {
	case standing != nil && standing.Equal(day):
		return nil
	case daysBetween(today, day) > l.ahead:
		return ErrTooFar.With("days", l.ahead).At("/plan/planned_on")
	case daysBetween(day, today) > l.back:
		return ErrTooOld.With("days", l.back).At("/plan/planned_on")
	}
	return nil
}

// visited holds a report's time to the bounds (CUS-10): not ahead of now, but for what a phone's clock may be fast, and not longer
// ago than may be made up for. A day that stands already isn't asked again, so a report can be corrected later.
func (l limits) visited(now time.Time, standing *time.Time, at time.Time) error {
	day, today := clock.Today(at), clock.Today(now)
	switch {
	case at.After(now.Add(time.Duration(l.clock) * time.Minute)):
		return ErrFuture.At("/report/visited_at")
	case standing != nil && standing.Equal(day):
		return nil
	case daysBetween(day, today) > l.back:
		return ErrTooOld.With("days", l.back).At("/report/visited_at")
	}
	return nil
}

func (s *Service) checkPlan(tx pg.Tx, v Visit, p Plan, at time.Time) error {
	l, err := s.limits(tx)
	if err != nil {
		return err
	}
	if err := l.written(tx.Now, at, "/plan/written_at"); err != nil {
		return err
	}
	return l.planned(clock.Today(tx.Now), v.PlannedOn, p.PlannedOn)
}

func (s *Service) checkReport(tx pg.Tx, v Visit, r Report, at time.Time) error {
	l, err := s.limits(tx)
	if err != nil {
		return err
	}
	if err := l.written(tx.Now, at, "/report/written_at"); err != nil {
		return err
	}
	if err := l.visited(tx.Now, v.VisitedOn, r.VisitedAt); err != nil {
		return err
	}
	return checkForm(tx, r)
}

// checkForm holds the answers to the version of the form that they were filled under (CUS-11).
func checkForm(tx pg.Tx, r Report) error {
	if r.FormVersion == nil {
		if len(r.Answers) > 0 {
			return ErrNoForm.At("/report/form_version")
		}
		return nil
	}
	f, err := form(tx, *r.FormVersion)
	if errors.Is(err, errs.ErrNotFound) {
		return ErrNoForm.At("/report/form_version")
	}
	if err != nil {
		return err
	}
	return f.CheckAnswers(r.Answers, "/report/answers")
}
