package receivable_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

func TestARV01_WhatIsNotAllocatedIsAPrepayment(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", 10)
	r, err := b.receive("1500.00", receivable.Share{InvoiceID: v.ID, Amount: money("600.00")})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "free", r.Free(), "900.00")
	want(t, "open", b.invoice(v.ID).Open(), "400.00")
	p := b.position()
	want(t, "receivable", p.Account.Receivable, "400.00")
	want(t, "prepaid", p.Account.Prepaid, "900.00")
	want(t, "exposure", p.Exposure(), "-500.00")
	b.agree()
}

func TestARV01_AllocationAtBelowAndAboveWhatIsOpen(t *testing.T) {
	t.Parallel()
	for amount, refused := range map[string]error{"999.99": nil, "1000.00": nil, "1000.01": receivable.ErrOverPaid} {
		b := open(t)
		v := b.owe("1000.00", 10)
		_, err := b.receive("5000.00", receivable.Share{InvoiceID: v.ID, Amount: money(amount)})
		if !errors.Is(err, refused) {
			t.Errorf("%s: %v", amount, err)
		}
		b.agree()
	}
	for amount, refused := range map[string]error{"499.99": nil, "500.00": nil, "500.01": receivable.ErrNotFree} {
		b := open(t)
		v := b.owe("1000.00", 10)
		if _, err := b.receive("500.00", receivable.Share{InvoiceID: v.ID, Amount: money(amount)}); !errors.Is(err, refused) {
			t.Errorf("%s of 500: %v", amount, err)
		}
		b.agree()
	}
}

func TestARV01_OldestDueFirst(t *testing.T) {
	t.Parallel()
	b := open(t)
	late, later, old := b.owe("100.00", 5), b.owe("100.00", 9), b.owe("100.00", -5)
	r, err := b.receive("150.00")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.as(func(tx pg.Tx) error {
		_, err := b.svc.Allocate(tx, b.clerk, r.ID, nil, nil, "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want(t, "old", b.invoice(old.ID).Open(), "0.00")
	want(t, "late", b.invoice(late.ID).Open(), "50.00")
	want(t, "later", b.invoice(later.ID).Open(), "100.00")
	b.agree()
}

func TestARV01_OtherPayersInvoiceIsRefused(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("100.00", 5)
	b.customer = b.company("别家示例有限公司", "13800000077")
	if _, err := b.receive("100.00", receivable.Share{InvoiceID: v.ID, Amount: money("50.00")}); !errors.Is(err, receivable.ErrOtherPayer) {
		t.Error(err)
	}
	if _, err := b.receive("100.00", receivable.Share{InvoiceID: uuid.New(), Amount: money("50.00")}); err == nil {
		t.Error("an unknown invoice was paid")
	}
}

func TestARV06_PostedDocumentsAreCorrectedByReversalOnly(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -3)
	r, err := b.receive("700.00", receivable.Share{InvoiceID: v.ID, Amount: money("700.00")})
	if err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{
		"UPDATE invoices SET total = 1 WHERE kind = 'opening'", "DELETE FROM receipts", "UPDATE receipts SET amount = 1",
		"UPDATE allocations SET amount = 1", "DELETE FROM allocations",
	} {
		err := b.as(func(tx pg.Tx) error { return tx.Exec(stmt).Error })
		if !errors.Is(err, receivable.ErrImmutable) {
			t.Errorf("%s: %v", stmt, err)
		}
	}
	manager := b.Principal("finance")
	reverse := func() error {
		return b.as(func(tx pg.Tx) error {
			_, err := b.svc.ReverseReceipt(tx, manager, r.ID, nil, "退票")
			return err
		})
	}
	if err := b.as(func(tx pg.Tx) error {
		_, err := b.svc.ReverseInvoice(tx, manager, v.ID, nil, "错")
		return err
	}); !errors.Is(err, receivable.ErrHasPayments) {
		t.Errorf("invoice with payments: %v", err)
	}
	if err := reverse(); err != nil {
		t.Fatal(err)
	}
	if err := reverse(); !errors.Is(err, receivable.ErrReversed) {
		t.Errorf("second reversal: %v", err)
	}
	want(t, "open", b.invoice(v.ID).Open(), "1000.00")
	if days := b.position().OverdueDays(); days != 3 {
		t.Errorf("overdue %d days after the bill bounced, want 3", days)
	}
	b.agree()
	if err := b.as(func(tx pg.Tx) error {
		_, err := b.svc.ReverseInvoice(tx, manager, v.ID, nil, "错")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want(t, "receivable", b.position().Account.Receivable, "0.00")
	b.agree()
}

func TestARV01_SameBankReferenceIsBookedOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	book := func(reference string) error {
		return b.as(func(tx pg.Tx) error {
			_, err := b.svc.PostReceipt(tx, b.clerk, receivable.NewReceipt{
				CustomerID: b.customer.ID, Method: receivable.BankTransfer, Reference: reference, ReceivedOn: clock.Today(tx.Now), Amount: money("1.00"),
			})
			return err
		})
	}
	if err := book("BK 17"); err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{"BK 17", "bk 17", " BK 17 ", "BK17", "ＢＫ　１７"} { // as people type it
		if err := book(again); !errors.Is(err, receivable.ErrSameReference) {
			t.Errorf("%q: %v", again, err)
		}
	}
	for _, other := range []string{"BK 18", "BK-17"} {
		if err := book(other); err != nil {
			t.Errorf("%q: %v", other, err)
		}
	}
}

func TestARV01_RaceNothingIsAllocatedTwice(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", 10)
	r, err := b.receive("1000.00")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errsSeen := make([]error, 12)
	for i := range errsSeen {
		wg.Go(func() {
			errsSeen[i] = b.as(func(tx pg.Tx) error {
				_, err := b.svc.Allocate(tx, b.clerk, r.ID, nil, []receivable.Share{{InvoiceID: v.ID, Amount: money("300.00")}}, "")
				return err
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errsSeen {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, receivable.ErrNotFree) && !errors.Is(err, receivable.ErrOverPaid):
			t.Error(err)
		}
	}
	if won != 3 {
		t.Errorf("%d allocations of 300 on 1000, want 3", won)
	}
	b.agree()
}

// TestExposureIsWhatTheDocumentsSay runs any sequence of commands and compares the ledger with the documents after each.
func TestExposureIsWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	b := open(t)
	manager := b.Principal("finance")
	rapid.Check(t, func(rt *rapid.T) {
		var invoices []receivable.Invoice
		var receipts []receivable.Receipt
		amount := func() string {
			return decimal.MustNew(rapid.Int64Range(1, 100_000).Draw(rt, "fen"), 2).String()
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			switch rapid.IntRange(0, 4).Draw(rt, "command") {
			case 0:
				invoices = append(invoices, b.owe(amount(), rapid.IntRange(-9, 9).Draw(rt, "due")))
			case 1:
				if r, err := b.receive(amount()); err == nil {
					receipts = append(receipts, r)
				}
			case 2:
				if len(receipts) > 0 && len(invoices) > 0 {
					r, v := rapid.SampledFrom(receipts).Draw(rt, "r"), rapid.SampledFrom(invoices).Draw(rt, "v")
					share := []receivable.Share{{InvoiceID: v.ID, Amount: money(amount())}}
					_ = b.as(func(tx pg.Tx) error { _, err := b.svc.Allocate(tx, b.clerk, r.ID, nil, share, ""); return err })
				}
			case 3:
				if len(receipts) > 0 {
					r := rapid.SampledFrom(receipts).Draw(rt, "r")
					_ = b.as(func(tx pg.Tx) error { _, err := b.svc.ReverseReceipt(tx, manager, r.ID, nil, "x"); return err })
				}
			case 4:
				if len(invoices) > 0 {
					v := rapid.SampledFrom(invoices).Draw(rt, "v")
					_ = b.as(func(tx pg.Tx) error { _, err := b.svc.ReverseInvoice(tx, manager, v.ID, nil, "x"); return err })
				}
			}
			b.agree()
		}
	})
}

func TestFaultAtEveryStatementOfAReceiptLeavesNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", 10)
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := b.DB.Tx(ctx, b.clerk.Origin("test"), func(tx pg.Tx) error {
			_, err := b.svc.PostReceipt(tx, b.clerk, receivable.NewReceipt{
				CustomerID: b.customer.ID, Method: receivable.Cash, ReceivedOn: clock.Today(tx.Now), Amount: money("500.00"),
				Allocations: []receivable.Share{{InvoiceID: v.ID, Amount: money("500.00")}},
			})
			return err
		})
		if err == nil {
			if n < 8 {
				t.Fatalf("only %d statements", probe.Statements())
			}
			break
		}
		if !errors.Is(err, pg.ErrInjected) {
			t.Fatalf("statement %d: %v", n, err)
		}
		want(t, "open", b.invoice(v.ID).Open(), "1000.00")
		b.agree()
	}
	want(t, "open", b.invoice(v.ID).Open(), "500.00")
	b.agree()
}

func TestReceiptOverHTTP(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", 10)
	today := clock.Today(b.DB.Clock().Now()).Format("2006-01-02")
	body := map[string]any{
		"customer_id": b.customer.ID, "amount": "800.00", "method": "bank_transfer", "reference": "B-1", "received_on": today,
		"allocations": []any{map[string]any{"invoice_id": v.ID, "amount": "300.00"}},
	}
	clerk := b.As("clerk")
	clerk.Do("POST", "/v1/receipts", body).WantProblem(400, "request.invalid") // no Idempotency-Key
	made := clerk.Post("/v1/receipts", body).Want(201)
	if made.String("free") != "500.00" {
		t.Fatalf("%s", made.Body)
	}
	path := "/v1/receipts/" + made.ID()
	b.As("rep1").Get(path).Want(200)
	b.As("rep3").Get(path).WantProblem(404, "resource.not_found")
	b.As("rep1").Post(path+"/allocate", map[string]any{}).Want(403)
	after := clerk.Post(path+"/allocate", map[string]any{}).Want(200)
	if after.String("free") != "0.00" || after.Len("allocations") != 2 {
		t.Fatalf("%s", after.Body)
	}
	clerk.Post(path+"/allocations/"+after.String("allocations.0.id")+"/reverse", nil).Want(200)
	clerk.Post(path+"/reverse", map[string]any{"reason": "x"}).Want(403)
	b.As("finance").Post(path+"/reverse", map[string]any{"reason": "退票"}).Want(200)
	list := clerk.Get("/v1/invoices?open=true&customer_id=" + b.customer.ID.String()).Want(200)
	if list.Len("data") != 1 || list.String("data.0.open") != "1000.00" || !strings.HasPrefix(list.String("data.0.number"), "OLD-") {
		t.Fatalf("%s", list.Body)
	}
}

// Money that came on time and was booked and allocated late was paid on time; a bounced bill is no payment.
func TestCRD08_PaidIsWhenTheMoneyCame(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -10)
	today := clock.Today(b.DB.Clock().Now())
	receive := func(amount string, ago int) (r receivable.Receipt) {
		err := b.as(func(tx pg.Tx) (err error) {
			r, err = b.svc.PostReceipt(tx, b.clerk, receivable.NewReceipt{
				CustomerID: b.customer.ID, Method: receivable.Cash, ReceivedOn: today.AddDate(0, 0, -ago), Amount: money(amount),
				Allocations: []receivable.Share{{InvoiceID: v.ID, Amount: money(amount)}},
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	receive("100.00", 10)
	receive("200.00", 7)
	bounced := receive("300.00", 1)
	rep, manager := b.Principal("rep1"), b.Principal("finance")
	var record credit.Record
	err := b.as(func(tx pg.Tx) error {
		if _, err := b.svc.ReverseReceipt(tx, manager, bounced.ID, nil, "退票"); err != nil {
			return err
		}
		r, err := b.App.Server.Credits.CreateCreditLimitRequest(tx, rep, credit.Application{
			CustomerID: b.customer.ID, Grade: credit.GradeB, Limit: credit.LimitOf(money("1000")), Terms: netDays(30), Reasons: "月用量稳定", Basis: &credit.Basis{Kind: credit.Renowned},
		})
		record = r.Record
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "payments", record.Payments, "300.00")
	want(t, "paid late", record.PaidLate, "200.00")
	if record.MostDaysLate != 3 {
		t.Errorf("%d days late at most, want 3", record.MostDaysLate)
	}
}
