package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

var by = pg.System("test")

type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "greet" }

func start(t *testing.T, r *jobs.Runner) {
	t.Helper()
	if err := r.Start(context.Background(), 2); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("not in time: " + what)
}

func TestJobRunsAfterCommitOnly(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	r := jobs.New(db, slog.New(slog.DiscardHandler))
	names := make(chan string, 10)
	jobs.Handle(r, func(_ context.Context, g greet) error { names <- g.Name; return nil })
	start(t, r)
	ctx := context.Background()
	refused := errors.New("refused")
	if err := db.Tx(ctx, by, func(tx pg.Tx) error {
		return errors.Join(jobs.InsertTx(tx, greet{"rolled back"}), refused)
	}); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if err := db.Tx(ctx, by, func(tx pg.Tx) error { return jobs.InsertTx(tx, greet{"committed"}) }); err != nil {
		t.Fatal(err)
	}
	select {
	case name := <-names:
		if name != "committed" {
			t.Errorf("%q ran", name)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the job didn't run")
	}
	select {
	case name := <-names:
		t.Errorf("%q ran, too", name)
	case <-time.After(200 * time.Millisecond):
	}
}

func TestInsertTxRefusesAView(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	err := db.View(context.Background(), by, func(tx pg.Tx) error { return jobs.InsertTx(tx, greet{"x"}) })
	if err == nil {
		t.Error("a job was inserted outside a transaction")
	}
}

func TestSweepsRunOnStartAndOnDemand(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	var rounds atomic.Int64
	for range 2 { // two servers, of which one at a time schedules
		r := jobs.New(db, slog.New(slog.DiscardHandler))
		r.Every("count", time.Hour, func(context.Context) error { rounds.Add(1); return nil })
		start(t, r)
		eventually(t, "first round", func() bool { return rounds.Load() > 0 })
		before := rounds.Load()
		if err := db.Tx(context.Background(), by, r.SweepAll); err != nil {
			t.Fatal(err)
		}
		eventually(t, "round on demand", func() bool { return rounds.Load() == before+1 })
	}
}

func TestASweepThatFailsComesAgain(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	r := jobs.New(db, slog.New(slog.DiscardHandler))
	var rounds atomic.Int64
	r.Every("fail", time.Second, func(context.Context) error {
		if rounds.Add(1) == 1 {
			panic("first round")
		}
		return errors.New("later rounds")
	})
	start(t, r)
	eventually(t, "third round", func() bool { return rounds.Load() >= 3 })
}

func TestStopWaitsForRunningJobs(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	r := jobs.New(db, slog.New(slog.DiscardHandler))
	var begun, done atomic.Bool
	jobs.Handle(r, func(context.Context, greet) error {
		begun.Store(true)
		time.Sleep(300 * time.Millisecond)
		done.Store(true)
		return nil
	})
	if err := r.Start(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(context.Background(), by, func(tx pg.Tx) error { return jobs.InsertTx(tx, greet{"slow"}) }); err != nil {
		t.Fatal(err)
	}
	eventually(t, "job begins", begun.Load)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil || !done.Load() {
		t.Errorf("stopped with the job done = %v: %v", done.Load(), err)
	}
}

func TestStopWithoutStart(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	if err := jobs.New(db, slog.New(slog.DiscardHandler)).Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestPurgeKeepsSevenDays(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	ctx := context.Background()
	_, err := db.Pool().Exec(ctx, `INSERT INTO idempotency_keys (actor_id, key, operation, request_hash, status, answer, created_at)
		SELECT gen_random_uuid(), age, 'x', '', 200, '', now() - age::interval
		FROM unnest(ARRAY['1 day', '167 hours', '169 hours', '30 days']) AS age`)
	if err != nil {
		t.Fatal(err)
	}
	if err := jobs.PurgeIdempotencyKeys(ctx, db); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := db.Pool().QueryRow(ctx, `SELECT count(*) FROM idempotency_keys WHERE key IN ('1 day', '167 hours')`).Scan(&left); err != nil || left != 2 {
		t.Errorf("%d of the 2 young keys are left: %v", left, err)
	}
	if err := db.Pool().QueryRow(ctx, `SELECT count(*) FROM idempotency_keys`).Scan(&left); err != nil || left != 2 {
		t.Errorf("%d keys are left: %v", left, err)
	}
}
