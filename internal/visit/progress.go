package visit

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Scope is whose progress is asked for.
type Scope string

// The scopes.
const (
	ByRep      Scope = "rep"
	ByTeam     Scope = "team"
	ByCustomer Scope = "customer"
)

// Question asks how many visits were done of those due in the period around a day.
type Question struct {
	Scope      Scope
	Period     Period
	Day        time.Time // a business date; the zero time for today
	RepID      *uuid.UUID
	TeamID     *uuid.UUID
	CustomerID *uuid.UUID
	Unmet      bool // only where less was done than due
}

// Line is the progress of a rep, a team or a customer. Due is nil where the rulebook sets no quota: a rep has one for the
// week, a customer one for the week (key customers) or the half month (ordinary ones).
type Line struct {
	ID           uuid.UUID
	Name         string
	Code         string     // of a customer or a team
	RepID        *uuid.UUID // of a customer, on the period's first day
	TeamID       *uuid.UUID // of a rep
	Due          *int
	Done         int
	Late         int // of those done, reported late
	ToProspects  int // of those done
	CustomersDue int // with a quota of their own in this kind of period
	CustomersMet int
}

// Progress is done against due (CUS-10).
type Progress struct {
	From, To time.Time
	Lines    []Line
	Next     string
}

// quotas are the figures of a period: for each rep, and for each customer that has one in this kind of period.
type quotas struct {
	rep      *int
	customer int
}

// Progress answers a question about people and customers that the caller sees (ORG-06), by id. Two statements at most.
func (s *Service) Progress(tx pg.Tx, who identity.Principal, q Question, p pg.Page) (Progress, error) {
	if q.Day.IsZero() {
		q.Day = clock.Today(tx.Now)
	}
	from, to := q.Period.Around(q.Day)
	due, err := s.quotas(tx, q.Period, to)
	if err != nil {
		return Progress{}, err
	}
	out := Progress{From: from, To: to}
	read := map[Scope]func(pg.Tx, identity.Principal, Question, span, pg.Page) ([]Line, error){
		ByRep: linesOfReps, ByTeam: linesOfTeams, ByCustomer: linesOfCustomers,
	}[q.Scope]
	if out.Lines, err = read(tx, who, q, span{from, to, due}, p); err != nil {
		return out, err
	}
	out.Lines, out.Next, err = pg.Cut(p, out.Lines, func(l Line) any { return l.ID })
	return out, err
}

// span is a period with its quotas.
type span struct {
	from, to time.Time
	quotas   quotas
}

// quotas are those in force at the period's end, or now while it runs.
func (s *Service) quotas(tx pg.Tx, p Period, to time.Time) (q quotas, err error) {
	at := endOf(to).Add(-time.Microsecond)
	if at.After(tx.Now) {
		at = tx.Now
	}
	if p == HalfMonth {
		q.customer, err = s.rules.IntAt(tx, "visit.ordinary_half_monthly", at)
		return q, err
	}
	weekly, err := s.rules.IntAt(tx, "visit.weekly_total", at)
	if err != nil {
		return q, err
	}
	q.rep = &weekly
	q.customer, err = s.rules.IntAt(tx, "visit.key_customer_weekly", at)
	return q, err
}
