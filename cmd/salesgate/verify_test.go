package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// salesgate verify ends well on books that agree, names each difference and fails on books that don't, and with --keep stores what it found (CRD-11).
func TestCRD11_VerifyCommandFailsOnDifferences(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs a database; -short leaves it out")
	}
	url := testpg.URL(t)
	out, err := command(t, "verify", "--database", url)
	if err != nil || !strings.Contains(out, "the books agree: ") || !strings.Contains(out, "total receivable: accounts 0.00, movements 0.00, open items 0.00, invoices 0.00") {
		t.Fatalf("%v\n%s", err, out)
	}
	db, err := pg.Open(t.Context(), url, pg.Options{MaxConnections: 2}, &clock.Clock{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	const payer = "019f0000-0000-7000-8000-000000000042"
	err = db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		if err := tx.Exec("SET LOCAL session_replication_role = replica").Error; err != nil {
			return err
		}
		return tx.Exec("INSERT INTO credit_accounts (payer_id, receivable, shipped, released, prepaid, last_seq) VALUES (?, 7, 0, 0, 0, 0)", payer).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err = command(t, "verify", "--database", url, "--keep")
	if !errors.Is(err, errDiffer) {
		t.Errorf("it ends with %v", err)
	}
	for _, want := range []string{
		"total receivable: accounts 7.00, movements 0.00, open items 0.00, invoices 0.00",
		"exposure: customer " + payer + ": receivable: account 7.00, movements 0, open items 0",
		"receivables: customer " + payer + ": receivable: ledger 7.00, documents 0.00",
		"ageing: customer " + payer + ": ageing: account 7.00, buckets 0.00",
		"totals: total: receivable: accounts 7.00",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q\n%s", want, out)
		}
	}
	if strings.Contains(out, "the books agree") {
		t.Errorf("%s", out)
	}
	var kept int
	err = db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Raw("SELECT differences FROM verifications WHERE source = 'command'").Scan(&kept).Error
	})
	if err != nil || kept != 4 {
		t.Errorf("%d differences are kept, %v", kept, err)
	}
}
