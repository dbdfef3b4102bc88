package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// at reads "2026-06-01 00:00" as an instant in Shanghai.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestPeriodsOfTheCalendar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p               jobs.Period
		now, start, end string // the instant, its period's first date, the next one's
	}{
		{jobs.Daily, "2026-12-31 23:59", "2026-12-31", "2027-01-01"},
		{jobs.Daily, "2028-02-28 12:00", "2028-02-28", "2028-02-29"}, // leap day
		{jobs.Daily, "2027-02-28 12:00", "2027-02-28", "2027-03-01"},
		{jobs.Weekly, "2026-11-22 23:59", "2026-11-16", "2026-11-23"}, // a Sunday belongs to the Monday before
		{jobs.Weekly, "2026-11-23 00:00", "2026-11-23", "2026-11-30"},
		{jobs.Weekly, "2028-03-01 00:00", "2028-02-28", "2028-03-06"},
		{jobs.HalfMonthly, "2026-11-01 00:00", "2026-11-01", "2026-11-16"},
		{jobs.HalfMonthly, "2026-11-15 23:59", "2026-11-01", "2026-11-16"},
		{jobs.HalfMonthly, "2026-11-16 00:00", "2026-11-16", "2026-12-01"},
		{jobs.HalfMonthly, "2026-12-31 23:59", "2026-12-16", "2027-01-01"}, // the 31st has no half of its own
		{jobs.HalfMonthly, "2028-02-29 12:00", "2028-02-16", "2028-03-01"},
		{jobs.Monthly, "2026-10-31 23:59", "2026-10-01", "2026-11-01"},
		{jobs.Monthly, "2028-02-29 23:59", "2028-02-01", "2028-03-01"},
		{jobs.Quarterly, "2026-03-31 23:59", "2026-01-01", "2026-04-01"},
		{jobs.Quarterly, "2026-04-01 00:00", "2026-04-01", "2026-07-01"},
		{jobs.Quarterly, "2026-12-31 23:59", "2026-10-01", "2027-01-01"},
		{jobs.HalfYearly, "2026-05-31 23:59", "2025-12-01", "2026-06-01"},
		{jobs.HalfYearly, "2026-06-01 00:00", "2026-06-01", "2026-12-01"},
		{jobs.HalfYearly, "2026-11-30 23:59", "2026-06-01", "2026-12-01"},
		{jobs.HalfYearly, "2026-12-01 00:00", "2026-12-01", "2027-06-01"},
		{jobs.HalfYearly, "2027-01-15 12:00", "2026-12-01", "2027-06-01"},
	} {
		start := c.p.Start(at(c.now))
		if got := start.Format(time.DateOnly); got != c.start || start.Location() != time.UTC || start.Hour() != 0 {
			t.Errorf("%s at %s starts %s, want %s", c.p, c.now, start, c.start)
		}
		if got := c.p.After(start).Format(time.DateOnly); got != c.end {
			t.Errorf("%s after %s: %s, want %s", c.p, c.start, got, c.end)
		}
	}
}

// Periods follow each other without gap or overlap: the day before the next one is in this one.
func TestPeriodsCoverEveryDay(t *testing.T) {
	t.Parallel()
	for _, p := range []jobs.Period{jobs.Daily, jobs.Weekly, jobs.HalfMonthly, jobs.Monthly, jobs.Quarterly, jobs.HalfYearly} {
		for day := at("2027-12-01 12:00"); day.Before(at("2029-01-31 12:00")); day = day.AddDate(0, 0, 1) {
			start := p.Start(day)
			next := p.After(start)
			if today := clock.Today(day); start.After(today) || !next.After(today) || !p.Start(next.Add(-9*time.Hour)).Equal(start) || !p.Start(next).Equal(next) {
				t.Fatalf("%s: %s is in %s to %s", p, day, start, next)
			}
		}
	}
}

// world is a database whose clock stands at an instant.
func world(t *testing.T, now string) (*pg.DB, *clock.Clock) {
	t.Helper()
	db := testpg.New(t)
	setClock(db.Clock(), now)
	return db, db.Clock()
}

func setClock(c *clock.Clock, now string) { c.SetOffset(time.Until(at(now))) }

// diary notes which periods were worked on.
type diary struct {
	mu  sync.Mutex
	did []string
}

func (d *diary) note(start time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.did = append(d.did, start.Format(time.DateOnly))
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.did)
}

func (d *diary) want(t *testing.T, dates ...string) {
	t.Helper()
	if got := d.all(); !slices.Equal(got, dates) {
		t.Errorf("worked on %v, want %v", got, dates)
	}
}

func TestAPeriodIsDoneOnceAndMissedOnesAreCaughtUpInOrder(t *testing.T) {
	t.Parallel()
	db, c := world(t, "2026-05-31 23:00")
	var d diary
	r := jobs.New(db, slog.New(slog.DiscardHandler))
	r.Period("review", jobs.HalfYearly, func(_ context.Context, start time.Time) error { d.note(start); return nil })
	run := func() {
		t.Helper()
		if err := r.RunAll(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	run()
	run()
	d.want(t, "2025-12-01") // a new database begins with the present period
	setClock(c, "2026-06-01 00:00")
	run()
	run()
	d.want(t, "2025-12-01", "2026-06-01")
	setClock(c, "2028-06-02 08:00")
	run()
	d.want(t, "2025-12-01", "2026-06-01", "2026-12-01", "2027-06-01", "2027-12-01", "2028-06-01")
}

// What failed is done before anything later, even when the clock has jumped on.
func TestAPeriodThatFailsComesAgainFirst(t *testing.T) {
	t.Parallel()
	db, c := world(t, "2028-02-29 10:00")
	var d diary
	fail := true
	r := jobs.New(db, slog.New(slog.DiscardHandler))
	r.Period("daily", jobs.Daily, func(_ context.Context, start time.Time) error {
		d.note(start)
		if fail {
			return errors.New("not today")
		}
		return nil
	})
	if err := r.RunAll(context.Background()); err == nil {
		t.Fatal("the failure is lost")
	}
	setClock(c, "2028-03-02 10:00")
	fail = false
	if err := r.RunAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	d.want(t, "2028-02-29", "2028-02-29", "2028-03-01", "2028-03-02")
}

// Two servers, many rounds at a time: no period twice, none at the same time as itself.
func TestRaceOnePeriodUnderTwoRunners(t *testing.T) {
	t.Parallel()
	db, c := world(t, "2026-01-31 12:00")
	var d diary
	var at atomic.Int64
	var runners []*jobs.Runner
	for range 2 {
		r := jobs.New(db, slog.New(slog.DiscardHandler))
		r.Period("monthly", jobs.Monthly, func(_ context.Context, start time.Time) error {
			if at.Add(1) != 1 {
				t.Error("two are at the same work")
			}
			defer at.Add(-1)
			d.note(start)
			time.Sleep(20 * time.Millisecond)
			return nil
		})
		start(t, r)
		runners = append(runners, r)
	}
	eventually(t, "the present period", func() bool { return len(d.all()) == 1 })
	setClock(c, "2026-05-31 12:00")
	ctx := context.Background()
	for range 5 {
		for _, r := range runners {
			if err := db.Tx(ctx, by, r.SweepAll); err != nil {
				t.Fatal(err)
			}
		}
	}
	eventually(t, "the missed periods", func() bool { return len(d.all()) >= 5 })
	time.Sleep(1500 * time.Millisecond) // rounds that found the work held look again
	d.want(t, "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01")
}

// A server that dies in the middle of the work has not done it: the next one does it again, and then goes on.
func TestAPeriodInterruptedInTheMiddleRunsAgain(t *testing.T) {
	t.Parallel()
	db, c := world(t, "2026-06-30 12:00")
	var d diary
	begun := make(chan struct{}, 1)
	first := jobs.New(db, slog.New(slog.DiscardHandler))
	first.Period("quarter", jobs.Quarterly, func(ctx context.Context, start time.Time) error {
		d.note(start)
		begun <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	ctx, kill := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- first.RunAll(ctx) }()
	<-begun
	second := jobs.New(db, slog.New(slog.DiscardHandler))
	second.Period("quarter", jobs.Quarterly, func(_ context.Context, start time.Time) error { d.note(start); return nil })
	if err := second.RunAll(context.Background()); err == nil {
		t.Error("the second server worked beside the first")
	}
	kill()
	if err := <-ended; err == nil {
		t.Error("the interruption is lost")
	}
	setClock(c, "2026-07-01 00:00")
	if err := second.RunAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	d.want(t, "2026-04-01", "2026-04-01", "2026-07-01")
}

// A lock whose connection broke is no lock: the work is told to stop.
func TestAPeriodStopsWhenItsLockIsGone(t *testing.T) {
	t.Parallel()
	db, _ := world(t, "2026-06-30 12:00")
	r := jobs.New(db, slog.New(slog.DiscardHandler))
	r.Period("quarter", jobs.Quarterly, func(ctx context.Context, _ time.Time) error {
		_, err := db.Pool().Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Second):
			t.Error("the work went on without its lock")
			return nil
		}
	})
	if err := r.RunAll(context.Background()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
