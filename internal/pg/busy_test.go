package pg_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// hold locks a row, and its connection, until the test has seen what that does to others.
func hold(t *testing.T, db *pg.DB) {
	t.Helper()
	locked, done, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			err := tx.Exec("SELECT FROM number_series WHERE series = 'XX' FOR UPDATE").Error
			close(locked)
			<-done
			return err
		})
	}()
	<-locked
	t.Cleanup(func() {
		close(done)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func opened(t *testing.T, url string, o pg.Options) *pg.DB {
	t.Helper()
	db, err := pg.Open(context.Background(), url, o, &clock.Clock{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// Who finds no free connection, or a row locked, is told that the server is busy when the time is up that the pool was opened with, and
// not before.
func TestAServerIsBusyAfterItsOwnTime(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	series := func(tx pg.Tx) error {
		_, err := pg.NextNumber(tx, "XX", tx.Now)
		return err
	}
	first := opened(t, url, pg.Options{})
	if err := first.Tx(context.Background(), pg.System("test"), series); err != nil {
		t.Fatal(err)
	}
	const span = 300 * time.Millisecond
	for name, o := range map[string]pg.Options{
		"no connection is free": {MaxConnections: 1, AcquireWait: span, LockWait: time.Minute},
		"the row is locked":     {MaxConnections: 2, AcquireWait: time.Minute, LockWait: span},
	} {
		t.Run(name, func(t *testing.T) {
			db := opened(t, url, o)
			hold(t, db)
			start := time.Now()
			err := db.Tx(context.Background(), pg.System("test"), series)
			if took := time.Since(start); !errors.Is(err, errs.ErrBusy) || took < span {
				t.Errorf("%v after %s", err, took)
			}
		})
	}
}

// What a pool isn't told is as in pg.Default: the limits that the operators' documentation names.
func TestTheLimitsOfAServer(t *testing.T) {
	t.Parallel()
	want := pg.Options{MaxConnections: 24, AcquireWait: time.Second, LockWait: 3 * time.Second, StatementTime: 10 * time.Second}
	if pg.Default != want {
		t.Errorf("%+v", pg.Default)
	}
	db := opened(t, testpg.URL(t), pg.Options{})
	var lock, statement, jit string
	err := db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Raw("SELECT current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('jit')").Row().Scan(&lock, &statement, &jit)
	})
	if err != nil || lock != "3s" || statement != "10s" || jit != "off" || db.Pool().Config().MaxConns != 24 {
		t.Errorf("lock %s, statement %s, jit %s, %d connections: %v", lock, statement, jit, db.Pool().Config().MaxConns, err)
	}
}
