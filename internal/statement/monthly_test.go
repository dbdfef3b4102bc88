package statement_test

import (
	"testing"

	"github.com/salesgate/salesgate/internal/receivable"
)

// Opening + movements = closing, by kind, and the next month goes on where the last one ended.
func TestARV02_TheNextOpeningIsTheLastClosing(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-05 10:00")
	old := b.owe(b.customer, "80000", "2026-08-01", "2026-09-15")
	b.at("2026-10-12 10:00")
	b.ship(b.customer, "50000")
	b.receive(b.customer, "30000", "2026-10-12", receivable.Share{InvoiceID: old.ID, Amount: money("20000")})
	b.at("2026-11-01 00:10")
	v := b.month("2026-10-01")
	want(t, "opening", v.Opening, "0.00")
	want(t, "brought", v.Brought, "80000.00")
	want(t, "delivered", v.Delivered, "50000.00")
	want(t, "received", v.Received, "30000.00")
	want(t, "closing", v.Closing, "100000.00")
	want(t, "receivable", v.ClosingReceivable, "60000.00")
	want(t, "shipped", v.ClosingShipped, "50000.00")
	want(t, "prepaid", v.ClosingPrepaid, "10000.00")
	want(t, "late by 46 days", v.LateSecond, "60000.00")
	if l := b.lines(v); len(l) != 3 || l[2].Balance.String() != "100000.00" || l[0].Number != old.Number {
		t.Errorf("%+v", l)
	}
	b.at("2026-11-20 10:00")
	b.receive(b.customer, "10000", "2026-11-20")
	b.at("2026-12-01 00:10")
	next := b.month("2026-11-01")
	want(t, "next opening", next.Opening, "100000.00")
	want(t, "next closing", next.Closing, "90000.00")
	if next.PreviousID == nil || *next.PreviousID != v.ID || next.FromSeq != v.ToSeq {
		t.Errorf("%+v doesn't continue %+v", next, v)
	}
	b.clean()
}
