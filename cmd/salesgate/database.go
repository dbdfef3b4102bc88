package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib" // driver of the migration tool
	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/devpg"
	"github.com/salesgate/salesgate/migrations"
)

// database is the flags that say which database a command works on.
type database struct{ url, data string }

func (d *database) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.url, "database", env("SALESGATE_DATABASE_URL", ""), "address of the PostgreSQL database; empty: a private one is run")
	cmd.Flags().StringVar(&d.data, "data", env("SALESGATE_DATA", "data"), "folder of the private database, and of attachments")
}

// open returns the address to connect to and what to call at the end. gone is closed when a private server dies.
func (d *database) open(ctx context.Context, say func(format string, args ...any)) (url string, gone <-chan struct{}, end func(), err error) {
	if d.url != "" {
		return d.url, nil, func() {}, nil
	}
	dir, err := filepath.Abs(d.data)
	if err != nil {
		return "", nil, nil, err
	}
	server, err := devpg.Start(ctx, devpg.Options{Dir: dir, Durable: true, Log: say})
	if err != nil {
		return "", nil, nil, err
	}
	end = func() {
		if err := server.Stop(); err != nil {
			say("%v", err)
		}
	}
	return server.URL(), server.Done(), end, nil
}

// migrate brings the schema of the database at url up to date.
func migrate(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	return migrations.Up(ctx, db)
}

func migrateCommand() *cobra.Command {
	var d database
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the schema of the database up to date", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			url, _, end, err := d.open(cmd.Context(), sayOn(cmd))
			if err != nil {
				return err
			}
			defer end()
			if err := migrate(cmd.Context(), url); err != nil {
				return err
			}
			cmd.Println("The schema is up to date.")
			return nil
		},
	}
	d.flags(cmd)
	return cmd
}

// sayOn tells the operator what takes long, on standard error.
func sayOn(cmd *cobra.Command) func(string, ...any) {
	return func(format string, args ...any) { fmt.Fprintf(cmd.ErrOrStderr(), format+"\n", args...) }
}
