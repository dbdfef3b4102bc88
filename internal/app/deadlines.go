package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/salesgate/salesgate/internal/pg"
)

// deadlinesJob computes the deadlines of all that is open anew, after a change of the calendar. Not unique: one that runs may be
// past what a later change moves.
type deadlinesJob struct{}

// Kind implements jobs.Args.
func (deadlinesJob) Kind() string { return "recompute_deadlines" }

// InsertOpts puts deadlines before the sweeps that look at them.
func (deadlinesJob) InsertOpts() river.InsertOpts { return river.InsertOpts{Priority: 1} }

// deadlines is how a module computes its open deadlines anew: at most n of its documents with ids above after, which it locks as who
// changes them does. It returns the last id that it looked at, uuid.Nil when none is left.
type deadlines struct {
	name string
	some func(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error)
}

// atOnce is for a module whose open deadlines are few: all in one transaction.
func atOnce(all func(tx pg.Tx) error) func(pg.Tx, uuid.UUID, int) (uuid.UUID, error) {
	return func(tx pg.Tx, _ uuid.UUID, _ int) (uuid.UUID, error) { return uuid.Nil, all(tx) }
}

// RecomputeDeadlines goes through the modules in batches, each a transaction of its own. Repeating it moves nothing a second time,
// so a job that was killed begins anew. A change of the calendar meanwhile waits for the batch in hand and queues another job.
func (a *App) RecomputeDeadlines(ctx context.Context) error {
	for _, d := range a.deadlines {
		for after, first := uuid.Nil, true; first || after != uuid.Nil; first = false {
			err := a.DB.Tx(ctx, pg.System("recompute_deadlines"), func(tx pg.Tx) (err error) {
				last, err := d.some(tx, after, batch)
				if err == nil {
					after = last
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("deadlines of %s: %w", d.name, err)
			}
		}
	}
	return nil
}
