package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

var errAltered = errors.New("the event log isn't what was sealed")

func verifyCommand() *cobra.Command {
	var d database
	var noted string
	cmd := &cobra.Command{
		Use: "verify", Short: "Check the event log against its hash chain", Args: cobra.NoArgs,
		Long: "Walks the hash chain over the event log, names the first altered, missing or inserted row, and prints the head of\n" +
			"the chain. Note the head in another place and give it as --anchor later: then even somebody who rewrites the\n" +
			"whole chain is found out.",
		RunE: func(cmd *cobra.Command, _ []string) error { return verify(cmd, d, noted) },
	}
	d.flags(cmd)
	cmd.Flags().StringVar(&noted, "anchor", "", "head that an earlier run printed")
	return cmd
}

func verify(cmd *cobra.Command, d database, noted string) error {
	var anchor *audit.Anchor
	if noted != "" {
		a, err := audit.ParseAnchor(noted)
		if err != nil {
			return err
		}
		anchor = &a
	}
	url, _, end, err := d.open(cmd.Context(), sayOn(cmd))
	if err != nil {
		return err
	}
	defer end()
	db, err := pg.Open(cmd.Context(), url, 2, &clock.Clock{})
	if err != nil {
		return err
	}
	defer db.Close()
	var report audit.Report
	err = db.Snapshot(cmd.Context(), pg.System("verify"), func(tx pg.Tx) error {
		report, err = audit.Verify(tx, anchor)
		return err
	})
	if err != nil {
		return err
	}
	cmd.Printf("blocks %d, events sealed %d, not yet sealed %d\n", report.Blocks, report.Rows, report.Unsealed)
	if report.Fault != nil {
		return fmt.Errorf("%w: %s", errAltered, report.Fault)
	}
	if report.Blocks > 0 {
		cmd.Printf("unaltered; head %s\n", report.Head)
	}
	return nil
}
