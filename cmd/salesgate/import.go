package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/importing"
)

func importCommand() *cobra.Command {
	var d database
	var mode string
	var checkOnly bool
	cmd := &cobra.Command{
		Use: "import customers|products|prices|receivables FILE", Short: "Import a CSV or XLSX file", Args: cobra.ExactArgs(2),
		Long: "Imports a file as POST /v1/imports does, on behalf of the system, and prints what became of its rows.\n" +
			"All rows are checked; atomic writes all or none, partial the good ones. The same file again changes nothing.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.withApp(cmd, func(a *app.App) error {
				return importFile(cmd, a, importing.Upload{
					Kind: importing.Kind(args[0]), Mode: importing.Mode(mode), CheckOnly: checkOnly, FileName: filepath.Base(args[1]),
				}, args[1])
			})
		},
	}
	d.flags(cmd)
	cmd.Flags().StringVar(&mode, "mode", string(importing.Atomic), "atomic: all rows or none; partial: the good rows")
	cmd.Flags().BoolVar(&checkOnly, "check-only", false, "check everything and write nothing")
	return cmd
}

// importFile carries one import out and prints its result; an import that failed is an error.
func importFile(cmd *cobra.Command, a *app.App, u importing.Upload, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	imp, problems, err := a.Imports.RunFile(cmd.Context(), identity.System(), u, f)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	for _, p := range problems {
		fmt.Fprintf(out, "row %d %s: %s %s\n", p.Row, p.Field, p.EN, p.ZH)
	}
	fmt.Fprintf(out, "%s: %d rows, %d created, %d updated, %d unchanged, %d refused %s\n",
		imp.State, imp.RowsTotal, imp.Created, imp.Updated, imp.Unchanged, imp.Refused, imp.Message)
	if imp.State == importing.Failed {
		return errors.New("nothing was imported")
	}
	return nil
}

// withApp runs fn on the joined program without serving, on a migrated database.
func (d *database) withApp(cmd *cobra.Command, fn func(*app.App) error) error {
	ctx := cmd.Context()
	url, _, end, err := d.open(ctx, sayOn(cmd))
	if err != nil {
		return err
	}
	defer end()
	if err := migrate(ctx, url); err != nil {
		return err
	}
	a, err := app.New(ctx, app.Config{DatabaseURL: url, MasterKey: os.Getenv("SALESGATE_MASTER_KEY")})
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(a)
}
