package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/verify"
)

var (
	errAltered = errors.New("the event log isn't what was sealed")
	errDiffer  = errors.New("the books differ")
)

func verifyCommand() *cobra.Command {
	var d database
	var noted string
	var keep bool
	cmd := &cobra.Command{
		Use: "verify", Short: "Check the event log against its hash chain, and the books against each other", Args: cobra.NoArgs,
		Long: "Walks the hash chain over the event log, names the first altered, missing or inserted row, and prints the head of\n" +
			"the chain. Note the head in another place and give it as --anchor later: then even somebody who rewrites the\n" +
			"whole chain is found out. Then compares, for every customer, exposure with its movements and with the documents (CRD-11), the\n" +
			"ageing with what is receivable, statements with the ledger and with each other (ARV-02), every order under way with its production\n" +
			"request (ORD-03), and whatever else keeps sums, all as of one moment, and names each difference.",
		RunE: func(cmd *cobra.Command, _ []string) error { return verifyBooks(cmd, d, noted, keep) },
	}
	d.flags(cmd)
	cmd.Flags().StringVar(&noted, "anchor", "", "head that an earlier run printed")
	cmd.Flags().BoolVar(&keep, "keep", false, "store the result, as the nightly run does")
	return cmd
}

func verifyBooks(cmd *cobra.Command, d database, noted string, keep bool) error {
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
	db, err := pg.Open(cmd.Context(), url, pg.Options{MaxConnections: 2}, &clock.Clock{})
	if err != nil {
		return err
	}
	defer db.Close()
	var report audit.Report
	var differ []verify.Difference
	var totals []verify.Total
	var untold int
	began := db.Clock().Now()
	err = db.Snapshot(cmd.Context(), pg.System("verify"), func(tx pg.Tx) error {
		if report, err = audit.Verify(tx, anchor); err != nil {
			return err
		}
		if untold, err = order.CountUntold(tx); err != nil {
			return err
		}
		if err := verify.Patient(tx); err != nil {
			return err
		}
		if totals, err = verify.Totals(tx); err != nil {
			return err
		}
		differ, err = verify.Each(tx, app.Checks())
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
	if untold > 0 {
		cmd.Printf("%d confirmed orders wait for their production request, which a running server makes within seconds\n", untold)
	}
	say(cmd, totals, differ)
	if keep {
		err := db.Tx(cmd.Context(), pg.System("verify"), func(tx pg.Tx) error {
			_, err := app.KeepVerification(tx, began, "command", differ)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(differ) > 0 {
		return errDiffer
	}
	cmd.Printf("the books agree: %d checks\n", len(app.Checks()))
	return nil
}

// say prints what the company comes to, and each difference.
func say(cmd *cobra.Command, totals []verify.Total, differ []verify.Difference) {
	for _, t := range totals {
		cmd.Println("total", t)
	}
	for _, d := range differ {
		cmd.Println(d)
	}
}
