package credit_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// The figures say what was known at the instant, by business dates, without what was undone.
func TestCRD08_FiguresAreOfTheInstant(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer := newCustomer(t, db)
	setOpening(t, db, payer, credit.LimitOf(yuan("500")))
	now := db.Clock().Now()
	today := clock.Today(now)
	day := func(ago int) time.Time { return today.AddDate(0, 0, -ago) }
	on := func(ago int, moves ...credit.Movement) { // posted that many days ago
		db.Clock().SetOffset(-time.Duration(ago) * 24 * time.Hour)
		mustPost(t, db, payer, moves...)
		db.Clock().SetOffset(0)
	}
	note, unshipped, invoice, reversed, receipt := id(), id(), id(), id(), id()
	on(400, credit.OpeningMove(id(), yuan("70"), day(390)))
	on(100, credit.ReleaseMove(note, yuan("900")))
	on(99, credit.ShipMoves(note, note, yuan("900"), true)...)
	on(98, credit.InvoiceMoves(invoice, yuan("900"), day(98), day(70), credit.FromNote{Note: note, Amount: yuan("900")})...)
	on(60, credit.PrepayMove(credit.DocReceipt, receipt, receipt, yuan("600")))
	on(60, credit.AllocateMoves(id(), receipt, invoice, yuan("600"), day(60))...)
	on(50, credit.InvoiceMoves(reversed, yuan("5000"), day(50), day(20))...)
	on(49, credit.ReverseInvoiceMoves(id(), reversed)...)
	on(30, credit.ReleaseMove(unshipped, yuan("40")))
	on(30, credit.ShipMoves(unshipped, unshipped, yuan("40"), true)...)
	on(29, credit.UnshipMoves(unshipped, unshipped, yuan("40"))...)
	at := func(ago int) (f credit.Figures) {
		inView(t, db, func(tx pg.Tx) error {
			all, err := service.Figures(tx, tx.Now.Add(-time.Duration(ago)*24*time.Hour), payer, uuid.New())
			f = all[payer]
			return err
		})
		return f
	}
	f := at(0)
	for what, pair := range map[string][2]string{
		"sales": {f.Sales.String(), "900.00"}, "payments": {f.Payments.String(), "600.00"}, "paid late": {f.PaidLate.String(), "600.00"},
		"receivable": {f.Receivable.String(), "370.00"}, "released": {f.Released.String(), "40.00"}, "prepaid": {f.Prepaid.String(), "0.00"},
		"exposure": {f.Exposure().String(), "410.00"}, "highest": {f.HighestExposure.String(), "5370.00"}, "overdue": {f.Overdue.String(), "370.00"},
		"first": {f.FirstTrade.Format(time.DateOnly), day(400).Format(time.DateOnly)}, "last": {f.LastTrade.Format(time.DateOnly), day(98).Format(time.DateOnly)},
		"last late": {f.LastLate.Format(time.DateOnly), day(60).Format(time.DateOnly)}, "average": {f.AverageDaysLate.String(), "10.0"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
	if f.OverdueDays() != 390 || f.MostDaysLate != 10 || f.Shipments != 1 || f.Invoices != 1 || f.Receipts != 1 || f.IdleMonths() != 3 || len(f.History) != 1 {
		t.Errorf("figures %+v", f)
	}
	// As it was 65 days ago: unpaid, one invoice, nothing late yet; the profile came later.
	then := at(65)
	if then.Receivable.String() != "970.00" || then.LastLate != nil || !then.Payments.IsZero() || then.HighestExposure.String() != "970.00" || len(then.History) != 0 || then.OverdueDays() != 325 {
		t.Errorf("65 days ago: %+v", then)
	}
	// Within a posting the parts move one after the other: at no time was more owed than at its end.
	if before := at(99); before.HighestExposure.String() != "970.00" {
		t.Errorf("highest %s", before.HighestExposure)
	}
	if none := at(500); none.FirstTrade != nil || !none.HighestExposure.IsZero() || none.IdleMonths() != 0 {
		t.Errorf("before any trade: %+v", none)
	}
}
