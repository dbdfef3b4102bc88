package pg_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

func advance(db *pg.DB, by time.Duration) error {
	return db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return db.AdvanceClock(tx, tx.Now.Add(by)) })
}

func TestAdvanceClockIsPersistentAndForwardOnly(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	open := func() *pg.DB {
		db, err := pg.Open(context.Background(), url, pg.Options{MaxConnections: 3}, &clock.Clock{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		return db
	}
	db := open()
	const day = 24 * time.Hour
	for range 2 {
		if err := advance(db, 30*day); err != nil {
			t.Fatal(err)
		}
	}
	if ahead := db.Clock().Offset(); ahead < 60*day-time.Second || ahead > 60*day+time.Second {
		t.Errorf("%s ahead", ahead)
	}
	if err := advance(db, -time.Second); !errors.Is(err, pg.ErrClockBack) {
		t.Errorf("backwards: %v", err)
	}
	if err := advance(db, 4000*day); !errors.Is(err, pg.ErrClockFar) {
		t.Errorf("too far: %v", err)
	}
	if _, err := db.Pool().Exec(context.Background(), `UPDATE sandbox_clock SET ahead_us = 0`); err == nil {
		t.Error("the database let the clock go back")
	}
	again := open()
	if err := again.LoadClock(context.Background()); err != nil {
		t.Fatal(err)
	}
	if again.Clock().Offset() != db.Clock().Offset() {
		t.Errorf("after a restart %s ahead instead of %s", again.Clock().Offset(), db.Clock().Offset())
	}
}

func TestAfterCommitRunsOnCommitOnly(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	ran := 0
	refused := errors.New("refused")
	_ = db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { tx.AfterCommit(func() { ran++ }); return refused })
	if ran != 0 {
		t.Error("ran after a rollback")
	}
	if err := db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { tx.AfterCommit(func() { ran++ }); return nil }); err != nil || ran != 1 {
		t.Errorf("ran %d times after a commit: %v", ran, err)
	}
}
