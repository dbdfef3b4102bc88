package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/salesgate/salesgate/internal/pg"
)

// Times of calendar work.
const (
	periodLook    = time.Minute      // how late the first server notices that a period has begun
	periodTimeout = 30 * time.Minute // of one round; what is left then goes on with the next
	periodWait    = time.Second      // until a round on demand looks again whether the one before it has ended
	lockWatch     = 5 * time.Second
)

// calendarWork is work that is done once for each period.
type calendarWork struct {
	period Period
	run    func(ctx context.Context, start time.Time) error
}

// periodArgs is the job of one round: do what is due of this work.
type periodArgs struct {
	Name  string `json:"name"`
	Asked bool   `json:"asked,omitempty"`
}

// Kind implements Args.
func (periodArgs) Kind() string { return "period" }

// InsertOpts: a round that fails isn't repeated, the next one comes within periodLook.
func (periodArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1} }

// Period makes fn run once for every period of the calendar, by the database clock's date in Shanghai; start is midnight
// UTC of the period's first date. Periods that were missed while no server ran, or that a sandbox clock jumped over, are
// caught up one after the other in their order; a database that never ran this work begins with the present period.
//
// A period counts as done when fn returns nil. Until then fn runs again, within a minute, on one server at a time; so it
// must do its work in transactions that find what is done already, and must stop when ctx ends.
func (r *Runner) Period(name string, p Period, fn func(ctx context.Context, start time.Time) error) {
	if _, dup := r.calendar[name]; dup {
		panic("jobs: period registered twice: " + name)
	}
	p.Start(time.Time{}) // panics on a period that isn't one
	r.calendar[name] = calendarWork{p, fn}
}

// errHeld says that another server, or another round, is at this work.
var errHeld = errors.New("jobs: another round is at this work")

// catchUp does every period of the work that has begun and isn't done. It holds the work's lock meanwhile, on a connection
// of its own; when that breaks, ctx ends, as another server may then take over.
func (r *Runner) catchUp(ctx context.Context, name string) error {
	w, ok := r.calendar[name]
	if !ok { // queued by a newer server
		return nil
	}
	conn, err := r.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var held bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtextextended($1, 7366))", name).Scan(&held); err != nil {
		return err
	}
	if !held {
		return errHeld
	}
	defer unlock(conn, name)
	ctx, stop := watch(ctx, conn)
	defer stop()
	for {
		start, due, err := r.begin(ctx, name, w.period)
		if err != nil || !due {
			return err
		}
		if err := w.run(ctx, start); err != nil {
			return fmt.Errorf("period %s of %s: %w", start.Format(time.DateOnly), name, err)
		}
		if err := r.complete(ctx, name, start); err != nil {
			return err
		}
	}
}

// begin returns the period that is to be done now, and notes it, so that a clock that jumps doesn't skip it.
func (r *Runner) begin(ctx context.Context, name string, p Period) (start time.Time, due bool, err error) {
	err = r.db.Tx(ctx, pg.System("period"), func(tx pg.Tx) error {
		now := p.Start(tx.Now)
		start, due = now, true
		var last []struct {
			Start time.Time
			Done  bool
		}
		if err := tx.Raw(`SELECT start, completed_at IS NOT NULL AS done FROM job_periods WHERE name = ? ORDER BY start DESC LIMIT 1`, name).Scan(&last).Error; err != nil {
			return err
		}
		if len(last) == 1 && !last[0].Done {
			start = last[0].Start.UTC()
			return nil
		}
		if len(last) == 1 {
			start = p.After(last[0].Start)
		}
		if due = !start.After(now); !due {
			return nil
		}
		return tx.Exec("INSERT INTO job_periods (name, start, begun_at) VALUES (?, ?, ?)", name, start.Format(time.DateOnly), tx.Now).Error
	})
	return start, due, err
}

func (r *Runner) complete(ctx context.Context, name string, start time.Time) error {
	return r.db.Tx(ctx, pg.System("period"), func(tx pg.Tx) error {
		return pg.One(tx.Exec("UPDATE job_periods SET completed_at = ? WHERE name = ? AND start = ? AND completed_at IS NULL",
			tx.Now, name, start.Format(time.DateOnly)))
	})
}

// watch ends the context it returns when the connection, and the lock with it, is gone. stop waits for the watching to
// end: the connection is one goroutine's at a time.
func watch(ctx context.Context, conn *pgxpool.Conn) (watched context.Context, stop func()) {
	watched, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(lockWatch)
		defer tick.Stop()
		for {
			select {
			case <-watched.Done():
				return
			case <-tick.C:
				if !alive(conn) {
					cancel()
					return
				}
			}
		}
	}()
	return watched, func() { cancel(); <-done }
}

func alive(conn *pgxpool.Conn) bool {
	ctx, cancel := context.WithTimeout(context.Background(), lockWatch)
	defer cancel()
	return conn.Ping(ctx) == nil
}

// unlock gives the lock back; a connection that can't is closed, which gives it back too.
func unlock(conn *pgxpool.Conn, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), lockWatch)
	defer cancel()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_unlock(hashtextextended($1, 7366))", name); err != nil {
		_ = conn.Conn().Close(ctx)
	}
}

// periodWorker runs rounds of calendar work.
type periodWorker struct {
	river.WorkerDefaults[periodArgs]
	r *Runner
}

// Timeout implements river.Worker: a review of every customer takes longer than other jobs may.
func (periodWorker) Timeout(*river.Job[periodArgs]) time.Duration { return periodTimeout }

// Work implements river.Worker.
func (w periodWorker) Work(ctx context.Context, job *river.Job[periodArgs]) error {
	err := w.r.catchUp(ctx, job.Args.Name)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errHeld) && job.Args.Asked: // the one at work may have looked at the clock too early
		return river.JobSnooze(periodWait)
	case errors.Is(err, errHeld):
		return nil
	}
	w.r.log.ErrorContext(ctx, "calendar work failed", "work", job.Args.Name, "error", err)
	return err
}
