// Package migrations embeds the SQL migrations and applies them with goose. schema.sql is the golden dump of the
// result; a test fails when it is stale.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// FS holds every NNNN_verb_noun.sql, up and down in one file.
//
//go:embed *.sql
var files embed.FS

// provider reads every migration but the golden dump, which is no migration.
func provider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, onlyMigrations{files},
		goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true), goose.WithGoMigrations(river()))
}

// Up applies every pending migration. Two processes may call it at once: one waits on an advisory lock.
func Up(ctx context.Context, db *sql.DB) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Pending reports whether the schema is behind the program; the server refuses to start when it is.
func Pending(ctx context.Context, db *sql.DB) (bool, error) {
	p, err := provider(db)
	if err != nil {
		return false, err
	}
	return p.HasPending(ctx)
}

// Fingerprint changes whenever any migration does; test databases are keyed by it.
func Fingerprint() (string, error) { return fingerprint(onlyMigrations{files}) }

// onlyMigrations hides schema.sql from goose, which takes every .sql file for a migration.
type onlyMigrations struct{ embed.FS }

// Glob implements fs.GlobFS.
func (o onlyMigrations) Glob(pattern string) ([]string, error) {
	names, err := fs.Glob(o.FS, pattern)
	kept := names[:0]
	for _, n := range names {
		if n != "schema.sql" {
			kept = append(kept, n)
		}
	}
	return kept, err
}
