package receivable_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// Under any sequence of items, receipts, allocations, reversals and credit notes, documents, ledger and ageing say the same (ARV-01, ARV-06).
func TestARV01_PropertyOfAnySequenceOfMoney(t *testing.T) {
	t.Parallel()
	b := open(t)
	rapid.Check(t, func(r *rapid.T) {
		b.customer = b.company("云岭示例"+uuid.NewString()[:12]+"有限公司", "139"+digits())
		var invoices []uuid.UUID
		var receipts []receivable.Receipt
		cents := rapid.Int64Range(1, 50_000)
		amount := func() decimal.Decimal { return decimal.MustNew(cents.Draw(r, "fen"), 2) }
		try := func(fn func(tx pg.Tx) error) { _ = b.as(fn) } // a refusal is a step, too
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			switch step := rapid.IntRange(0, 5).Draw(r, "step"); {
			case step == 0 || len(invoices) == 0:
				invoices = append(invoices, b.owe(amount().String(), rapid.IntRange(-90, 60).Draw(r, "due in")).ID)
			case step == 1 || len(receipts) == 0:
				share := receivable.Share{InvoiceID: rapid.SampledFrom(invoices).Draw(r, "invoice"), Amount: amount()}
				if booked, err := b.receive(amount().String(), share); err == nil {
					receipts = append(receipts, booked)
				}
			case step == 2:
				id := rapid.SampledFrom(receipts).Draw(r, "receipt").ID
				try(func(tx pg.Tx) error { _, err := b.svc.Allocate(tx, b.clerk, id, nil, nil, ""); return err })
			case step == 3:
				id := rapid.SampledFrom(receipts).Draw(r, "receipt").ID
				try(func(tx pg.Tx) error { _, err := b.svc.ReverseReceipt(tx, b.clerk, id, nil, "错"); return err })
			case step == 4:
				id, off := rapid.SampledFrom(invoices).Draw(r, "invoice"), amount()
				try(func(tx pg.Tx) error {
					_, err := b.svc.Credit(tx, b.clerk, receivable.Correction{InvoiceID: id, Cause: receivable.CausePrice, Amount: off, Reason: "价"})
					return err
				})
			default:
				if x := rapid.SampledFrom(receipts).Draw(r, "receipt"); len(x.Allocations) > 0 {
					try(func(tx pg.Tx) error {
						_, err := b.svc.ReverseAllocation(tx, b.clerk, x.ID, x.Allocations[0].ID)
						return err
					})
				}
			}
		}
		b.agree()
		b.Tx(func(tx pg.Tx) error {
			age, err := b.App.Server.Statements.AgeOf(tx, b.clerk, b.customer.ID, clock.Today(tx.Now))
			p, failed := b.App.Server.Credits.Position(tx, b.customer.ID)
			if err != nil || failed != nil {
				r.Fatal(err, failed)
			}
			sum := decimal.Zero
			for _, part := range []decimal.Decimal{age.NotDue, age.LateFirst, age.LateSecond, age.LateThird, age.LateBeyond} {
				sum, _ = sum.Add(part)
			}
			if !sum.Equal(p.Account.Receivable) || !age.Receivable.Equal(p.Account.Receivable) {
				r.Fatalf("ageing %s and %s, ledger %s", sum, age.Receivable, p.Account.Receivable)
			}
			return nil
		})
	})
}

// digits are eight of a phone number that nobody has yet.
func digits() string {
	n := time.Now().UnixNano() / 100 % 100_000_000
	return decimal.MustNew(100_000_000+n, 0).String()[1:]
}
