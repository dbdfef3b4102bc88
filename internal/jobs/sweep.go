package jobs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/salesgate/salesgate/internal/pg"
)

// sweep is work that comes round.
type sweep struct {
	interval time.Duration
	run      func(context.Context) error
}

// sweepArgs is the job of one round.
type sweepArgs struct {
	Name  string     `json:"name" river:"unique"`
	Asked *time.Time `json:"asked,omitempty" river:"unique"` // of a round on demand, by tx.Now
}

// Kind implements Args.
func (sweepArgs) Kind() string { return "sweep" }

// InsertOpts keeps a periodic round from being queued while one is queued or runs. A round whose server was killed, or that panicked, is repeated once, so
// that work of every hour needn't wait for the next; one that fails isn't.
func (sweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		MaxAttempts: 2,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		}},
	}
}

// Every makes fn run at the interval, on one of the servers, first when a server starts. A round on demand may run
// beside a periodic one.
func (r *Runner) Every(name string, interval time.Duration, fn func(context.Context) error) {
	if _, dup := r.sweeps[name]; dup {
		panic("jobs: sweep registered twice: " + name)
	}
	r.sweeps[name] = sweep{interval, fn}
}

// SweepAll queues one round of every sweep and of all calendar work in the caller's transaction, also beside one that runs:
// that one may have looked at the clock too early.
func (r *Runner) SweepAll(tx pg.Tx) error {
	for _, name := range slices.Sorted(maps.Keys(r.sweeps)) {
		if err := InsertTx(tx, sweepArgs{Name: name, Asked: &tx.Now}); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.calendar)) {
		if err := InsertTx(tx, periodArgs{Name: name, Asked: true}); err != nil {
			return err
		}
	}
	return nil
}

// RunAll does at once, in the caller's goroutine, what SweepAll queues: the sweeps, then the calendar's work, by name. It is
// for programs that run no queue, such as tests. Returns the first error.
func (r *Runner) RunAll(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(r.sweeps)) {
		if err := r.runSweep(ctx, sweepArgs{Name: name}); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.calendar)) {
		if err := r.catchUp(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) periodic() []*river.PeriodicJob {
	var all []*river.PeriodicJob
	for name, s := range r.sweeps {
		round := func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{Name: name}, nil }
		all = append(all, river.NewPeriodicJob(river.PeriodicInterval(s.interval), round, &river.PeriodicJobOpts{RunOnStart: true}))
	}
	for name := range r.calendar {
		round := func() (river.JobArgs, *river.InsertOpts) { return periodArgs{Name: name}, nil }
		all = append(all, river.NewPeriodicJob(river.PeriodicInterval(periodLook), round, &river.PeriodicJobOpts{RunOnStart: true}))
	}
	return all
}

func (r *Runner) runSweep(ctx context.Context, args sweepArgs) error {
	s, ok := r.sweeps[args.Name]
	if !ok { // queued by a newer server
		return nil
	}
	if err := s.run(ctx); err != nil {
		r.log.ErrorContext(ctx, "sweep failed", "sweep", args.Name, "error", err)
		return fmt.Errorf("sweep %s: %w", args.Name, err)
	}
	return nil
}
