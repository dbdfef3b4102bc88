package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/demo"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/testpg"
)

// The demo company is loaded once, whatever interrupts it, and its ledger is what its documents say (CRD-11).
func TestDemoLoadsOnceAndGoesOnAfterAnInterruption(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	short, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := app.LoadDemo(short, app.Config{DatabaseURL: url}, demo.AllDays, t.Logf); err != nil {
		t.Logf("interrupted: %v", err)
	}
	var events [2]int
	for i := range events {
		if err := app.LoadDemo(context.Background(), app.Config{DatabaseURL: url}, demo.AllDays, t.Logf); err != nil {
			t.Fatal(err)
		}
		events[i] = count(t, url, "SELECT count(*) FROM events")
	}
	if events[0] != events[1] {
		t.Errorf("the second load made %d events", events[1]-events[0])
	}
	reconcile(t, url)
	for query, want := range map[string]int{
		"SELECT count(*) FROM users":                                                    41,
		"SELECT count(*) FROM customers":                                                300,
		"SELECT count(*) FROM products":                                                 120,
		"SELECT count(*) FROM base_price_lists":                                         3,
		"SELECT count(*) FROM customers WHERE created_at > now() - interval '300 days'": 0,
	} {
		if got := count(t, url, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

func reconcile(t *testing.T, url string) {
	t.Helper()
	db, err := pg.Open(context.Background(), url, pg.Options{MaxConnections: 2}, &clock.Clock{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Snapshot(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		ledger, err := credit.Reconcile(tx)
		if err != nil {
			return err
		}
		documents, err := receivable.Reconcile(tx)
		for _, d := range ledger {
			t.Errorf("%+v", d)
		}
		for _, d := range documents {
			t.Errorf("%+v", d)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A real company is never mixed with the demo's.
func TestDemoRefusesADatabaseWithPeople(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	err := app.LoadDemo(context.Background(), app.Config{DatabaseURL: e.DB.Pool().Config().ConnString()}, demo.AllDays, t.Logf)
	if !errors.Is(err, demo.ErrNotEmpty) {
		t.Errorf("loading beside other people: %v", err)
	}
}

func count(t *testing.T, url, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
