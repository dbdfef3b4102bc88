// Package testpg gives each test a PostgreSQL database of its own: a clone of a template that has every migration.
//
// The server is the one that SALESGATE_TEST_DATABASE_URL names, which make test starts. Without PostgreSQL a test
// fails with a line that says what to do; only -short skips.
package testpg

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // database/sql driver for the migration tool

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/migrations"
)

// Patient are the limits of tests: a race of fifty on a machine that does much else is about who wins, not about who waited a second.
// Tests of what a busy server answers open their own pool with pg.Default.
var Patient = pg.Options{AcquireWait: time.Minute, LockWait: time.Minute, StatementTime: 2 * time.Minute}

// New returns a migrated, empty database with its own clock; it is dropped when the test ends.
func New(t testing.TB) *pg.DB {
	t.Helper()
	o := Patient
	o.MaxConnections = 20
	db, err := pg.Open(context.Background(), URL(t), o, &clock.Clock{})
	if err != nil {
		t.Fatalf("testpg: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

// URL returns the address of a migrated, empty database for a test that opens it itself.
func URL(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs PostgreSQL; -short leaves it out")
	}
	server := os.Getenv("SALESGATE_TEST_DATABASE_URL")
	if server == "" {
		t.Fatal("no PostgreSQL for tests: run `make test`, or set SALESGATE_TEST_DATABASE_URL to a server whose user may create databases")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	template, err := prepared(ctx, server)
	if err != nil {
		t.Fatalf("testpg: template: %v", err)
	}
	name := "t_" + random()
	if err := admin(ctx, server, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY FILE_COPY"); err != nil {
		t.Fatalf("testpg: clone: %v", err)
	}
	t.Cleanup(func() {
		_ = admin(context.Background(), server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	return withDatabase(server, name)
}

var (
	templateOnce sync.Once
	templateName string
	errTemplate  error
)

// prepared makes the template once per fingerprint of the migrations, also when several test processes start at once.
func prepared(ctx context.Context, server string) (string, error) {
	templateOnce.Do(func() { templateName, errTemplate = makeTemplate(ctx, server) })
	return templateName, errTemplate
}

func makeTemplate(ctx context.Context, server string) (string, error) {
	print, err := migrations.Fingerprint()
	if err != nil {
		return "", err
	}
	name := "template_" + print
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(7365)"); err != nil { // one process makes it, the others wait
		return "", err
	}
	var ready bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)", name).Scan(&ready)
	if err != nil || ready {
		return name, err
	}
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	if err := migrate(ctx, withDatabase(server, name)); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+name+" IS_TEMPLATE true")
	return name, err
}

func migrate(ctx context.Context, target string) error {
	db, err := sql.Open("pgx", target)
	if err != nil {
		return err
	}
	defer db.Close()
	return migrations.Up(ctx, db)
}

func admin(ctx context.Context, server, stmt string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, stmt)
	return err
}

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(fmt.Sprintf("testpg: SALESGATE_TEST_DATABASE_URL: %v", err))
	}
	u.Path = "/" + name
	return u.String()
}

func random() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
