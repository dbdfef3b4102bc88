package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"
)

// The job queue's tables come from River's own migrations, pinned to one version; a later version of River that needs a
// newer schema gets another migration here, with its own number.
const (
	riverMigration = 24
	riverSchema    = 7
)

// river returns the migration that brings the job queue's tables to riverSchema. River runs each of its steps in a
// transaction and remembers where it is, so a run that was cut off goes on.
func river() *goose.Migration {
	up := func(ctx context.Context, db *sql.DB) error {
		return riverTo(ctx, db, rivermigrate.DirectionUp, riverSchema)
	}
	down := func(ctx context.Context, db *sql.DB) error {
		return riverTo(ctx, db, rivermigrate.DirectionDown, -1)
	}
	return goose.NewGoMigration(riverMigration, &goose.GoFunc{RunDB: up}, &goose.GoFunc{RunDB: down})
}

func riverTo(ctx context.Context, db *sql.DB, way rivermigrate.Direction, version int) error {
	m, err := rivermigrate.New(riverdatabasesql.New(db), nil)
	if err != nil {
		return fmt.Errorf("river: %w", err)
	}
	if _, err := m.Migrate(ctx, way, &rivermigrate.MigrateOpts{TargetVersion: version}); err != nil {
		return fmt.Errorf("river: %w", err)
	}
	return nil
}
