package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/salesgate/salesgate/internal/pg"
)

// Limits of the queue.
const (
	jobTimeout = 2 * time.Minute
	killed     = jobTimeout + time.Minute // when a job that still runs was its server's who is dead; River waits an hour longer
	keepDone   = time.Hour                // a sweep every ten seconds leaves many rows behind
)

// Args is what a kind of job needs to know; River stores it as JSON. Kind() names it for good.
type Args = river.JobArgs

// inserter inserts only, through the connection that GORM has; it never runs a job.
var inserter = sync.OnceValues(func() (*river.Client[*sql.Tx], error) {
	return river.NewClient(riverdatabasesql.New(nil), &river.Config{})
})

// InsertTx adds a job to the caller's transaction. It runs after the commit, and never when that doesn't come.
func InsertTx(tx pg.Tx, args Args) error { return insert(tx, args, nil) }

// InsertAtTx is InsertTx for a job that doesn't run before an instant of real time.
func InsertAtTx(tx pg.Tx, args Args, at time.Time) error {
	return insert(tx, args, &river.InsertOpts{ScheduledAt: at})
}

func insert(tx pg.Tx, args Args, opts *river.InsertOpts) error {
	client, err := inserter()
	if err != nil {
		return err
	}
	conn, ok := tx.Statement.ConnPool.(*sql.Tx)
	if !ok {
		return errors.New("jobs: a job is inserted in a transaction, not in a view")
	}
	if _, err := client.InsertTx(tx.Statement.Context, conn, args, opts); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}

// Runner runs jobs. Register all of them, then Start.
type Runner struct {
	db       *pg.DB
	log      *slog.Logger
	workers  *river.Workers
	sweeps   map[string]sweep
	calendar map[string]calendarWork
	client   *river.Client[pgx.Tx]
}

// New returns a runner on the database's own pool with no jobs registered.
func New(db *pg.DB, log *slog.Logger) *Runner {
	return &Runner{db: db, log: log, workers: river.NewWorkers(), sweeps: map[string]sweep{}, calendar: map[string]calendarWork{}}
}

// Handle registers what runs a kind of job. fn runs again, later and later, until it returns nil, 25 times at most.
func Handle[T Args](r *Runner, fn func(ctx context.Context, args T) error) {
	river.AddWorker(r.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
		return fn(ctx, job.Args)
	}))
}

// Start begins to run jobs, at most parallel at once, until Stop. The end of ctx doesn't stop it.
func (r *Runner) Start(ctx context.Context, parallel int) error {
	Handle(r, func(ctx context.Context, args sweepArgs) error {
		if err := r.runSweep(ctx, args); err != nil {
			return river.JobCancel(err) // the next round comes
		}
		return nil
	})
	river.AddWorker(r.workers, periodWorker{r: r})
	client, err := river.NewClient(riverpgxv5.New(r.db.Pool()), &river.Config{
		Workers:                     r.workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: parallel}},
		PeriodicJobs:                r.periodic(),
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        killed,
		CompletedJobRetentionPeriod: keepDone,
		Logger:                      slog.New(quiet{r.log.Handler()}),
	})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	r.client = client
	return client.Start(context.WithoutCancel(ctx))
}

// Stop takes no new jobs and waits for those that run; when ctx ends first, it cancels them, and they run again on the
// next server.
func (r *Runner) Stop(ctx context.Context) error {
	if r.client == nil {
		return nil
	}
	if err := r.client.Stop(ctx); err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return r.client.StopAndCancel(hard)
}

// quiet leaves out what River says at level info: that it does what it should.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
