package backtest

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// subject is what events call a backtest.
const subject = "backtest"

// Service holds the use cases.
type Service struct {
	db        *pg.DB
	rules     *rulebook.Service
	approvals *approval.Service
	prices    *pricing.Service
	enqueue   func(tx pg.Tx, id uuid.UUID) error
	atOnce    int // cases of one batch
}

// New returns the service. enqueue inserts the job that calls Run after the commit; app wires it to the queue.
func New(db *pg.DB, rules *rulebook.Service, approvals *approval.Service, prices *pricing.Service, enqueue func(tx pg.Tx, id uuid.UUID) error) *Service {
	return &Service{db: db, rules: rules, approvals: approvals, prices: prices, enqueue: enqueue, atOnce: batchCases}
}

// sees reports whether somebody sees a run: its starter does, and who sees everybody's documents and may run its kind.
func (r Run) sees(who identity.Principal) bool {
	_, all := who.Owners()
	return r.StartedBy == who.ID || all && r.Kind.mayRun(who)
}

// seen returns a run that the caller sees. Returns errs.ErrNotFound.
func (s *Service) seen(tx pg.Tx, who identity.Principal, id uuid.UUID) (Run, error) {
	r, err := pg.Take[Run](tx, "id = ?", id)
	if err == nil && !r.sees(who) {
		err = errs.ErrNotFound
	}
	return r, err
}

// Get returns a run with its counts. Returns errs.ErrNotFound.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Summary, error) {
	r, err := s.seen(tx, who, id)
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{Run: r}
	if sum.Counts, sum.Skips, err = readCounts(tx, id); err != nil {
		return Summary{}, err
	}
	return sum, label(tx, sum.Counts)
}

// label names the teams of counts.
func label(tx pg.Tx, counts []Count) error {
	var ids []uuid.UUID
	for _, c := range counts {
		if id, err := uuid.Parse(c.Key); err == nil && c.Dimension == "team" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := identity.TeamNames(tx, ids)
	for i := range counts {
		if id, bad := uuid.Parse(counts[i].Key); bad == nil {
			counts[i].Label = names[id]
		}
	}
	return err
}

// Operation returns the run alone, for following its progress. Returns errs.ErrNotFound.
func (s *Service) Operation(tx pg.Tx, who identity.Principal, id uuid.UUID) (Run, error) {
	return s.seen(tx, who, id)
}

// Filter narrows the list of runs; zero values don't.
type Filter struct {
	Kind  Kind
	State State
}

// List returns the runs that the caller sees, the last one first.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Run, string, error) {
	rows, err := listRuns(tx, who, f, p)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Run) any { return r.ID })
}

// ResultFilter narrows the list of results; zero values don't.
type ResultFilter struct {
	Direction approval.Change
	Matter    string
	Grade     string
	TeamID    *uuid.UUID
}

// Results returns the cases of a run that differ, in the order of their time: those whose documents the caller sees
// (ORG-06). Returns errs.ErrNotFound for a run that the caller doesn't see.
func (s *Service) Results(tx pg.Tx, who identity.Principal, id uuid.UUID, f ResultFilter, p pg.Page) ([]Result, string, error) {
	if _, err := s.seen(tx, who, id); err != nil {
		return nil, "", err
	}
	rows, err := listResults(tx, who, id, f, p)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Result) any { return r.No })
}

// Delete deletes a run with its results, by its starter or the administrator; one that is under way ends. version is optional.
// Returns errs.ErrNotFound, errs.ErrStale. Locks the run, and so waits for a batch.
func (s *Service) Delete(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) error {
	r, err := pg.TakeForUpdate[Run](tx, "id = ?", id)
	switch {
	case err != nil:
		return err
	case !r.sees(who) || r.StartedBy != who.ID && !who.Has(identity.Admin):
		return errs.ErrNotFound
	case version != nil && *version != r.Version:
		return errs.ErrStale
	}
	if err := deleteRun(tx, id); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "deleteBacktest", SubjectType: subject, SubjectID: id, Before: r.event()})
}
