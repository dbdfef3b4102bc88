package migrations_test

import (
	"context"
	"testing"

	"github.com/salesgate/salesgate/internal/testpg"
	"github.com/salesgate/salesgate/migrations"
)

// Every migration can be taken back, all the way, and applied again.
func TestDownAndUpAgain(t *testing.T) {
	t.Parallel()
	db, ctx := testpg.New(t), context.Background()
	p, err := migrations.Provider(db.SQL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	var left int
	err = db.Pool().QueryRow(ctx, `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^goose_'`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d tables, indexes or sequences are left: %v", left, err)
	}
	if err := migrations.Up(ctx, db.SQL()); err != nil {
		t.Fatal(err)
	}
	if behind, err := migrations.Pending(ctx, db.SQL()); err != nil || behind {
		t.Errorf("behind %v: %v", behind, err)
	}
}

// Two processes that migrate at once don't get into each other's way.
func TestConcurrentUp(t *testing.T) {
	t.Parallel()
	db, ctx := testpg.New(t), context.Background()
	p, err := migrations.Provider(db.SQL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 2)
	for range 2 {
		go func() { results <- migrations.Up(ctx, db.SQL()) }()
	}
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
