package deliverycheck

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Subject is the name under which checks appear in events and follow-ups.
const Subject = "delivery_check"

// Requests are the production requests whose promises are checked.
type Requests interface {
	// Lock locks a request, before its checks.
	Lock(tx pg.Tx, id uuid.UUID) error
	// AgreeDate makes a date that the customer accepted the promise of a line, unless the line is promised for another date meanwhile.
	AgreeDate(tx pg.Tx, id, line uuid.UUID, promised, agreed time.Time) error
}

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules    *rulebook.Service
	requests Requests
}

// New returns the service, which app makes the watcher of production.
func New(rules *rulebook.Service, requests Requests) *Service {
	return &Service{rules: rules, requests: requests}
}

var _ production.Watcher = (*Service)(nil)

// PromisesMoved implements production.Watcher: the unfinished checks of dates that the request's lines aren't promised for any more end.
func (s *Service) PromisesMoved(tx pg.Tx, requestID uuid.UUID, ended bool) error {
	checks, err := voidChecks(tx, requestID, ended)
	if err != nil || len(checks) == 0 {
		return err
	}
	ids := make([]uuid.UUID, len(checks))
	var entries []audit.Entry
	for i, c := range checks {
		ids[i] = c.ID
		entries = append(entries, c.events("voidDeliveryCheck", nil)...)
	}
	for _, kind := range []string{kindCheck, kindTell} {
		if err := followup.Close(tx, kind, Subject, ids...); err != nil {
			return err
		}
	}
	return audit.RecordAll(tx, entries)
}

// RecomputeDeadlines sets the due times of at most n open checks with ids above after anew, by the calendar of now, and returns the last
// id, uuid.Nil at the end. Their tasks follow by themselves. On which day a promise is checked isn't stored, so nothing of that has to
// be computed. Locks the checks.
func (s *Service) RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	rows, err := openBatch(tx, after, n)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, err
	}
	if err := redue(tx, rows); err != nil || len(rows) < n {
		return uuid.Nil, err
	}
	return rows[len(rows)-1].ID, nil
}

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// today is the business date.
func today(tx pg.Tx) time.Time { return clock.Today(tx.Now) }
