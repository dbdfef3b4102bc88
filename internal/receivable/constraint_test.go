package receivable_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/invoicing"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

// Whatever gets past the code, the database refuses, in words: each row is a copy of a good one with something wrong.
func TestConstraintsOfReceivables(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	_, v := s.billed("100")
	s.As("clerk").Post("/v1/invoices/"+v.ID()+"/tax-invoices", object{"kind": "digital", "number": "12345678901234567890"}).Want(201)
	r := s.bill("500.00", "BILL-1").Want(201)
	s.As("clerk").Post("/v1/receipts/"+r.ID()+"/deposits/"+s.order, object{"amount": "10.00"}).Want(200)
	cash, err := s.receive("50.00", receivable.Share{InvoiceID: uuid.MustParse(v.ID()), Amount: money("1.00")})
	if err != nil {
		t.Fatal(err)
	}
	s.As("finance").Post("/v1/receipts/"+cash.ID.String()+"/refunds", object{"amount": "1.00", "method": "cash", "reason": "退"}).Want(200)
	s.Tx(func(tx pg.Tx) error {
		_, err := s.svc.WriteOff(tx, s.clerk, receivable.BadDebt{InvoiceID: uuid.MustParse(v.ID()), Amount: money("2.00"), Reason: "x"})
		return err
	})
	s.ship(shipping.Credit, "1")
	s.Tx(func(tx pg.Tx) error {
		s.App.Server.Invoicing.Enqueue = nil
		_, err := s.App.Server.Invoicing.StartRun(tx, clock.Today(tx.Now))
		return err
	})
	for _, c := range []struct {
		table  string
		change object
		want   error
	}{
		{"invoices", object{"paid": "1000000.00"}, receivable.ErrOverPaid},
		{"invoices", object{"written_off": "999999.00", "paid": "1.00"}, receivable.ErrOverPaid},
		{"receipts", object{"allocated": "1000000.00"}, receivable.ErrNotFree},
		{"write_offs", object{"recovered": "2.01"}, receivable.ErrOverRecovered},
		{"write_offs", object{"recovered": "-0.01"}, receivable.ErrOverRecovered},
		{"acceptance_bills", object{"matures_on": "2000-01-01"}, receivable.ErrBillDates},
		{"acceptance_bills", object{"id": uuid.New(), "receipt_id": cash.ID}, receivable.ErrBillTwice},
		{"receipts", object{"id": uuid.New(), "number": "RC-X", "reference": cash.Reference, "method": "bank_transfer"}, receivable.ErrSameReference},
		{"tax_invoices", object{"id": uuid.New()}, receivable.ErrTaxTwice},
		{"tax_invoices", object{"id": uuid.New(), "number": "123"}, receivable.ErrTaxForm},
		{"tax_invoices", object{"id": uuid.New(), "number": "12345678901234567891", "amount": "-1.00"}, receivable.ErrTaxRed},
		{"tax_invoices", object{"id": uuid.New(), "number": "12345678901234567892", "state": "void"}, errs.ErrConstraint},
		{"order_deposits", object{"amount": "-0.01"}, errs.ErrConstraint},
		{"refunds", object{"amount": "0.00"}, receivable.ErrNoAmount},
		{"refunds", object{"reason": " "}, receivable.ErrRefundReason},
		{"refunds", object{"id": uuid.New()}, errs.ErrDuplicate},
		{"invoice_runs", object{"state": "done"}, errs.ErrConstraint},
		{"invoice_runs", object{"id": uuid.New(), "number": "IR-X"}, invoicing.ErrRunOpen},
	} {
		if err := s.copied(c.table, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s %v: %v, want %v", c.table, c.change, err, c.want)
		}
	}
	for _, q := range []string{
		"UPDATE invoices SET total = total + 1", "DELETE FROM receipts", "UPDATE refunds SET amount = 2", "DELETE FROM write_offs", "UPDATE allocations SET amount = 2",
	} {
		err := s.as(func(tx pg.Tx) error { return tx.Exec(q).Error })
		if !errors.Is(err, receivable.ErrImmutable) {
			t.Errorf("%s: %v", q, err)
		}
	}
	if err := s.as(func(tx pg.Tx) error { return tx.Exec("UPDATE acceptance_bills SET amount = 1").Error }); !errors.Is(err, receivable.ErrImmutable) {
		t.Errorf("a bill is changed: %v", err)
	}
}

// An invoice is reversed once, whatever the code says.
func TestConstraintAnInvoiceIsReversedOnce(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	_, v := s.billed("10")
	s.As("finance").Post("/v1/invoices/"+v.ID()+"/reverse", object{"reason": "错"})
	err := s.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO invoices SELECT (jsonb_populate_record(CAST(NULL AS invoices), to_jsonb(x) || jsonb_build_object('id', gen_random_uuid(), 'number', 'INV-X'))).*
			FROM (SELECT * FROM invoices WHERE reverses_id IS NOT NULL) x`).Error
	})
	if !errors.Is(err, receivable.ErrReversed) {
		t.Errorf("%v", err)
	}
}

// copied inserts a copy of a row with other values.
func (b *books) copied(table string, change object) error {
	b.t.Helper()
	text, err := json.Marshal(change)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return pg.One(tx.Exec("INSERT INTO "+table+" SELECT (jsonb_populate_record(CAST(NULL AS "+table+"), to_jsonb(x) || CAST(? AS jsonb))).* FROM (SELECT * FROM "+table+" LIMIT 1) x", string(text)))
	})
}
