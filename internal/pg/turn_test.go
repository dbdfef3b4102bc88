package pg_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// crowd lets 40 transactions raise one counter behind one row at once, and returns what became of them.
func crowd(db *pg.DB, hold time.Duration) chan error {
	all := make(chan error, 40)
	for range cap(all) {
		go func() {
			all <- db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				if err := tx.Turn("XX"); err != nil {
					return err
				}
				if _, err := pg.NextNumber(tx, "XX", tx.Now); err != nil {
					return err
				}
				time.Sleep(hold)
				return nil
			})
		}()
	}
	return all
}

// However many want one row, there are connections for others, none of the crowd is told that the server is busy, and each is served once.
func TestRaceForOneRowLeavesConnections(t *testing.T) {
	t.Parallel()
	limits := pg.Options{MaxConnections: 6, AcquireWait: time.Second, LockWait: time.Minute, StatementTime: time.Minute}
	db := opened(t, testpg.URL(t), limits)
	all := crowd(db, 50*time.Millisecond) // two seconds for the last one, twice what anybody waits for a connection
	for done := 0; done < cap(all); {
		select {
		case err := <-all:
			if done++; err != nil {
				t.Fatal(err)
			}
		case <-time.After(10 * time.Millisecond):
			if err := db.Tx(t.Context(), pg.System("other"), func(tx pg.Tx) error { return tx.Exec("SELECT 1").Error }); err != nil {
				t.Fatalf("somebody who wants another row: %v", err)
			}
		}
	}
	var last int
	err := db.View(t.Context(), pg.System("test"), func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&last}, "SELECT last FROM number_series WHERE series = 'XX'")
	})
	if err != nil || last != cap(all) {
		t.Errorf("%d of %d: %v", last, cap(all), err)
	}
}

// Who waits in line too long is told that the server is busy, and who goes away leaves the line.
func TestTurnHasAnEnd(t *testing.T) {
	t.Parallel()
	db := opened(t, testpg.URL(t), pg.Options{MaxConnections: 6, LockWait: 300 * time.Millisecond})
	seated, done := make(chan struct{}, 2), make(chan struct{})
	ended := make(chan error, 2)
	for range 2 { // as many as may wait with a connection
		go func() {
			ended <- db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				err := tx.Turn("XX")
				seated <- struct{}{}
				<-done
				return err
			})
		}()
	}
	<-seated
	<-seated
	var runs atomic.Int64
	turn := func(ctx context.Context) error {
		return db.Tx(ctx, pg.System("test"), func(tx pg.Tx) error {
			runs.Add(1)
			return tx.Turn("XX")
		})
	}
	if err := turn(t.Context()); !errors.Is(err, errs.ErrBusy) || runs.Load() != 1 {
		t.Errorf("%v after %d runs", err, runs.Load())
	}
	gone, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := turn(gone); !errors.Is(err, errs.ErrTimeout) {
		t.Errorf("who goes away: %v", err)
	}
	close(done)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if err := turn(t.Context()); err != nil {
		t.Errorf("an empty line: %v", err)
	}
}

// Two rows in the opposite order: nobody in line holds what another in line waits for, so all come to their end.
func TestRaceOfTurnsInAnyOrder(t *testing.T) {
	t.Parallel()
	db := opened(t, testpg.URL(t), pg.Options{MaxConnections: 6, AcquireWait: time.Minute, LockWait: time.Minute})
	all := make(chan error, 60)
	for i := range cap(all) {
		go func() {
			all <- db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				rows := []any{"A", "B"}
				for j := range rows {
					if err := tx.Turn(rows[(i+j)%2]); err != nil {
						return err
					}
					time.Sleep(time.Millisecond)
				}
				return nil
			})
		}()
	}
	for range cap(all) {
		if err := <-all; err != nil {
			t.Fatal(err)
		}
	}
}
