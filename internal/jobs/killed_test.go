package jobs_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// killed leaves jobs as a server does that is killed amid them so long ago, and returns how many these are.
func killed(t *testing.T, db *pg.DB, which, name string, ago time.Duration) int64 {
	t.Helper()
	var n int64
	err := db.Tx(context.Background(), by, func(tx pg.Tx) error {
		res := tx.Exec(`UPDATE river_job SET state = 'running', attempt = 1, finalized_at = NULL, attempted_by = '{killed}', attempted_at = now() - ? * interval '1 second'
			WHERE `+which, ago.Seconds(), name)
		n = res.RowsAffected
		return res.Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A job whose server was killed is run again by another one as soon as no living server can be at it any more: jobs end after two minutes.
func TestAJobOfAKilledServerIsRunAgain(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	for name, ago := range map[string]time.Duration{"two minutes": 2 * time.Minute, "four minutes": 4 * time.Minute} {
		if err := db.Tx(context.Background(), by, func(tx pg.Tx) error { return jobs.InsertTx(tx, greet{name}) }); err != nil {
			t.Fatal(err)
		}
		killed(t, db, "args->>'name' = ?", name, ago)
	}
	r := jobs.New(db, slog.New(slog.DiscardHandler))
	ran := make(chan string, 10)
	jobs.Handle(r, func(_ context.Context, g greet) error { ran <- g.Name; return nil })
	start(t, r)
	select {
	case name := <-ran:
		if name != "four minutes" {
			t.Errorf("what began %s ago may still be under way, and is run again", name)
		}
	case <-time.After(20 * time.Second):
		t.Error("the job isn't run again")
	}
}

// A sweep whose server was killed amid it comes round again: neither is its round waited for, nor are the next ones.
func TestASweepOfAKilledServerComesAgain(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	var rounds atomic.Int64
	count := func(context.Context) error { rounds.Add(1); return nil }
	first := jobs.New(db, slog.New(slog.DiscardHandler))
	first.Every("count", time.Hour, count)
	if err := first.Start(context.Background(), 2); err != nil {
		t.Fatal(err)
	}
	eventually(t, "first round", func() bool { return rounds.Load() == 1 })
	if err := first.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := killed(t, db, "kind = ?", "sweep", 4*time.Minute); n != 1 {
		t.Fatalf("%d sweeps", n)
	}
	second := jobs.New(db, slog.New(slog.DiscardHandler))
	second.Every("count", time.Hour, count)
	start(t, second)
	eventually(t, "second round", func() bool { return rounds.Load() == 2 })
}
