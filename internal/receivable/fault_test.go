package receivable_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

// written is what a use case of this module may write, in figures: equal before and after, nothing was.
func (b *books) written() string {
	b.t.Helper()
	var s string
	b.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&s}, `SELECT concat_ws('|', (SELECT count(*) || '/' || coalesce(sum(paid), 0) || '/' || coalesce(sum(version), 0) FROM invoices), (SELECT count(*) FROM invoice_lines),
			(SELECT count(*) || '/' || coalesce(sum(allocated + covering), 0) || '/' || coalesce(sum(version), 0) FROM receipts), (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM allocations),
			(SELECT count(*) FROM refunds), (SELECT count(*) FROM goods_returns), (SELECT string_agg(state, ',') FROM acceptance_bills), (SELECT count(*) FROM write_offs),
			(SELECT coalesce(sum(invoiced_quantity), 0) || '/' || coalesce(sum(returned_quantity), 0) FROM delivery_note_lines), (SELECT count(*) FROM credit_movements),
			(SELECT count(*) FROM stock_movements), (SELECT sum(last) FROM number_series), (SELECT count(*) FROM events))`)
	})
	return s
}

// faults fails one statement after the other of a use case, each time wants that nothing was written, and at last lets it through.
func (b *books) faults(do func(tx pg.Tx) error) {
	b.t.Helper()
	before := b.written()
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := b.DB.Tx(ctx, b.clerk.Origin("test"), do)
		if err == nil {
			if n < 8 || b.written() == before {
				b.t.Errorf("only %d statements, or nothing was written", probe.Statements())
			}
			b.agree()
			return
		}
		if !errors.Is(err, pg.ErrInjected) {
			b.t.Fatalf("statement %d: %v", n, err)
		}
		if after := b.written(); after != before {
			b.t.Fatalf("statement %d left something behind:\n%s\n%s", n, before, after)
		}
	}
}

// Whatever statement of an invoice, a credit note, a return, a refund or a write-off fails, nothing of it is there.
func TestFaultAtEveryStatementOfMoney(t *testing.T) {
	t.Parallel()
	t.Run("invoice, credit note, return", func(t *testing.T) {
		t.Parallel()
		s := trade(t, netDays(30))
		if _, err := s.receive("1000.00"); err != nil {
			t.Fatal(err)
		}
		note := s.through(s.ship(shipping.Prepaid, "50")) // paid from what is set aside
		var v receivable.Invoice
		s.faults(func(tx pg.Tx) (err error) {
			v, err = s.svc.PostInvoice(tx, s.clerk, receivable.NewInvoice{DeliveryNoteIDs: []uuid.UUID{note}})
			return err
		})
		s.faults(func(tx pg.Tx) error {
			_, err := s.svc.Credit(tx, s.clerk, receivable.Correction{InvoiceID: v.ID, Cause: receivable.CausePrice, Amount: money("10.00"), Reason: "价"})
			return err
		})
		line := uuid.MustParse(s.deliveryLine(note))
		s.faults(func(tx pg.Tx) error {
			_, err := s.svc.PostReturn(tx, s.clerk, receivable.NewReturn{DeliveryNoteID: note, Quantities: map[uuid.UUID]decimal.Decimal{line: money("5")}, Reason: "退"})
			return err
		})
	})
	t.Run("refund, bounced bill, write-off", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		v := b.owe("1000.00", -10)
		r, err := b.receive("100.00", receivable.Share{InvoiceID: v.ID, Amount: money("40.00")})
		if err != nil {
			t.Fatal(err)
		}
		b.faults(func(tx pg.Tx) error {
			_, err := b.svc.PostRefund(tx, b.clerk, r.ID, nil, receivable.NewRefund{Amount: money("60.00"), Method: receivable.BankTransfer, Reference: "B-9", Reason: "多付"})
			return err
		})
		bill := b.bill("500.00", "BILL-1", object{"invoice_id": v.ID, "amount": "500.00"}).Want(201)
		b.forward(40)
		id := uuid.MustParse(bill.String("bill_id"))
		b.faults(func(tx pg.Tx) error {
			_, err := b.svc.MoveBill(tx, b.clerk, id, nil, receivable.BillBounced, receivable.BillStep{HappenedOn: clock.Today(tx.Now), Note: "拒付"})
			return err
		})
		b.faults(func(tx pg.Tx) error {
			_, err := b.svc.WriteOff(tx, b.clerk, receivable.BadDebt{InvoiceID: v.ID, Amount: money("960.00"), Reason: "破产"})
			return err
		})
	})
}
