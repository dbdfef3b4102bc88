package app_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/demo"
	"github.com/salesgate/salesgate/internal/testpg"
)

func TestDemoLoadsOnceWithoutASecondEffect(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	var events [2]int
	for i := range events {
		if err := app.LoadDemo(context.Background(), app.Config{DatabaseURL: url}, t.Logf); err != nil {
			t.Fatal(err)
		}
		events[i] = count(t, url, "SELECT count(*) FROM events")
	}
	if events[0] != events[1] {
		t.Errorf("the second load made %d events", events[1]-events[0])
	}
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

// A real company is never mixed with the demo's.
func TestDemoRefusesADatabaseWithPeople(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	err := app.LoadDemo(context.Background(), app.Config{DatabaseURL: e.DB.Pool().Config().ConnString()}, t.Logf)
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
