package statement_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// Over any history, bookings of days long gone, month ends and the leap day among them: opening and movements come to the closing, each statement
// goes on where the one before it ends, and the last one says what the ledger says (ARV-02).
func TestARV02_PropertyOfAnyHistory(t *testing.T) {
	t.Parallel()
	b := open(t, "2028-02-20 10:00")
	made := 0
	rapid.Check(t, func(r *rapid.T) {
		made++
		c := b.company("云岭示例"+uuid.NewString()[:12]+"有限公司", fmt.Sprintf("138%08d", made+100))
		now := instant(t, "2028-02-20 10:00")
		amount := func() string { return decimal.MustNew(rapid.Int64Range(1, 99_999).Draw(r, "fen"), 2).String() }
		for range rapid.IntRange(1, 6).Draw(r, "bookings") {
			now = now.AddDate(0, 0, rapid.IntRange(0, 6).Draw(r, "days on"))
			b.at(now.In(clock.Shanghai).Format("2006-01-02 15:04"))
			on := clock.Today(now).AddDate(0, 0, -rapid.IntRange(0, 40).Draw(r, "days ago")).Format(time.DateOnly)
			switch rapid.IntRange(0, 2).Draw(r, "kind") {
			case 0:
				b.owe(c, amount(), on, clock.Today(now).Format(time.DateOnly))
			case 1:
				b.receive(c, amount(), on)
			default:
				b.ship(c, amount())
			}
		}
		end := clock.Today(now)
		b.at(now.AddDate(0, 0, 1).In(clock.Shanghai).Format("2006-01-02 15:04"))
		cut := day("2028-02-20").AddDate(0, 0, rapid.IntRange(0, int(end.Sub(day("2028-02-20"))/(24*time.Hour))).Draw(r, "cut"))
		ranges := [][2]time.Time{{day("2028-02-01"), cut}}
		if cut.Before(end) {
			ranges = append(ranges, [2]time.Time{cut.AddDate(0, 0, 1), end})
		}
		closing := money("0.00")
		for _, x := range ranges {
			var v statement.Statement
			b.Tx(func(tx pg.Tx) (err error) { v, err = b.svc.Make(tx, identity.System(), c.ID, x[0], x[1]); return err })
			sum := v.Opening
			for _, part := range []decimal.Decimal{v.Brought, v.Delivered, v.InvoiceDifference, v.Adjusted, v.Credited.Neg(), v.Received.Neg(), v.WrittenOff.Neg()} {
				sum, _ = sum.Add(part)
			}
			if !v.Opening.Equal(closing) || !sum.Equal(v.Closing) {
				r.Fatalf("%s to %s: opening %s after %s, movements come to %s, closing %s", x[0], x[1], v.Opening, closing, sum, v.Closing)
			}
			closing = v.Closing
		}
		b.Tx(func(tx pg.Tx) error {
			p, err := b.App.Server.Credits.Position(tx, c.ID)
			ledger, _ := p.Account.Receivable.Add(p.Account.Shipped)
			ledger, _ = ledger.Sub(p.Account.Prepaid)
			if err != nil || !ledger.Equal(closing) {
				r.Fatalf("closing %s, ledger %s: %v", closing, ledger, err)
			}
			return nil
		})
	})
	b.clean()
}
