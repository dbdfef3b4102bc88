package statement_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// The clock goes over the end of a leap February: the month is the 29th's, too; what is due on it is late on 1 March; and each booking is on
// one statement.
func TestARV02_TheLeapDayEndsItsMonth(t *testing.T) {
	t.Parallel()
	b := open(t, "2028-01-31 23:50")
	owed := b.owe(b.customer, "1000", "2028-01-30", "2028-02-29")
	b.at("2028-02-29 23:50")
	b.receive(b.customer, "100", "2028-02-29")
	days := func() any { return b.As("clerk").Get("/v1/overdue-items").Want(200).At("data.0.days") }
	if got := days(); got != nil {
		t.Errorf("late by %v on the due date", got)
	}
	if a := b.As("clerk").Get("/v1/ageing").Want(200); a.String("as_of") != "2028-02-29" || a.String("data.0.ageing.not_due") != "1000.00" {
		t.Errorf("%s", a.Body)
	}
	b.at("2028-03-01 00:05")
	b.receive(b.customer, "10", "2028-02-29") // booked in March: late there
	v := b.month("2028-02-01")
	if v.EndsOn != day("2028-02-29") || v.StartsOn != day("2028-02-01") {
		t.Errorf("%v to %v", v.StartsOn, v.EndsOn)
	}
	want(t, "opening", v.Opening, "1000.00") // there is none of January: it opens with the ledger as it was
	want(t, "received", v.Received, "100.00")
	want(t, "not due", v.NotDue, "1000.00")
	if got := days(); got != 1.0 {
		t.Errorf("late by %v on 1 March", got)
	}
	if a := b.As("clerk").Get("/v1/ageing").Want(200); a.String("data.0.ageing.late_first") != "1000.00" {
		t.Errorf("%s", a.Body)
	}
	b.at("2028-03-30 09:00") // 30 days: the last of the first bucket
	if a := b.As("clerk").Get("/v1/ageing").Want(200); a.String("data.0.ageing.late_first") != "1000.00" {
		t.Errorf("%s", a.Body)
	}
	b.at("2028-03-31 23:59")
	if a := b.As("clerk").Get("/v1/ageing").Want(200); a.String("data.0.ageing.late_second") != "1000.00" {
		t.Errorf("%s", a.Body)
	}
	b.dunned(owed, "1000.00")
	b.at("2028-04-01 00:05")
	v = b.month("2028-03-01")
	want(t, "received", v.Received, "10.00")
	if v.LateDocuments != 1 || v.LateSecond.String() != "1000.00" {
		t.Errorf("%+v", v)
	}
	b.clean()
}

// dunned fails the test unless an invoice is proposed to be dunned for an amount.
func (b *books) dunned(v receivable.Invoice, amount string) {
	b.t.Helper()
	b.Tx(func(tx pg.Tx) error {
		_, _, err := b.App.Server.Collection.ProposeDunnings(tx, uuid.Nil, 100)
		return err
	})
	l := b.As("clerk").Get("/v1/dunnings?payer_id=" + b.customer.ID.String()).Want(200)
	if l.Len("data") != 1 || l.String("data.0.amount") != amount {
		b.t.Errorf("%s isn't dunned: %s", v.Number, l.Body)
	}
}

// What was paid back is a receipt less, and a line with its number.
func TestARV02_ARefundIsAReceiptLess(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-05 10:00")
	r := b.receive(b.customer, "500", "2026-10-05")
	b.at("2026-10-20 10:00")
	at := "/v1/receipts/" + r.ID.String() + "/refunds"
	refund := b.As("finance").Post(at, object{"amount": "200.00", "method": "cash", "reason": "多付退回"}).Want(200)
	b.at("2026-11-01 00:10")
	v := b.month("2026-10-01")
	want(t, "received", v.Received, "300.00")
	want(t, "adjusted", v.Adjusted, "0.00")
	want(t, "closing", v.Closing, "-300.00")
	if l := b.lines(v); len(l) != 2 || l[1].Number != refund.String("refunds.0.number") || l[1].Amount.String() != "200.00" || l[1].Kind != "receipt" {
		t.Errorf("%+v", l)
	}
	b.clean()
}
