package receivable_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

// through lets a delivery note's goods pass the gate.
func (s *shop) through(note uuid.UUID) uuid.UUID {
	s.t.Helper()
	s.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE delivery_notes SET state = 'left', left_at = ? WHERE id = ?", tx.Now, note).Error
	})
	return note
}

// billed ships a quantity and invoices it.
func (s *shop) billed(quantity string) (note uuid.UUID, v apitest.Answer) {
	s.t.Helper()
	note = s.through(s.ship(shipping.Credit, quantity))
	return note, s.post(note, nil).Want(201)
}

func (s *shop) credit(invoice string, body object) apitest.Answer {
	if body["reason"] == nil {
		body["reason"] = "更正"
	}
	return s.As("finance").Post("/v1/invoices/"+invoice+"/credit", body)
}

func TestARV06_APriceIsCreditedNeverAboveWhatWasInvoiced(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	_, v := s.billed("100") // 999.00, tax 114.93
	s.As("clerk").Post("/v1/invoices/"+v.ID()+"/credit", object{"cause": "price", "amount": "1.00", "reason": "x"}).Want(403)
	s.credit(v.ID(), object{"cause": "price", "amount": "999.01"}).WantProblem(422, "invoice.more_than_invoiced")
	first := s.credit(v.ID(), object{"cause": "price", "amount": "99.00"}).Want(201)
	if first.String("total") != "-99.00" || first.String("tax_total") != "-11.39" || first.String("corrects_id") != v.ID() || first.String("open") != "0.00" {
		t.Errorf("%s", first.Body)
	}
	s.credit(v.ID(), object{"cause": "price", "amount": "900.01"}).WantProblem(422, "invoice.more_than_invoiced")
	last := s.credit(v.ID(), object{"cause": "price", "lines": []object{{"invoice_line_id": v.String("lines.0.id"), "amount": "900.00"}}}).Want(201)
	if last.String("tax_total") != "-103.54" { // 114.93 in all
		t.Errorf("%s", last.Body)
	}
	s.credit(v.ID(), object{"cause": "price", "amount": "0.01"}).WantProblem(422, "invoice.more_than_invoiced")
	p := s.position()
	want(t, "receivable", p.Account.Receivable, "0.00")
	want(t, "shipped", p.Account.Shipped, "0.00")
	s.agree()
	got := s.As("clerk").Get("/v1/invoices/" + v.ID()).Want(200)
	if got.String("credited") != "999.00" || got.String("paid") != "0.00" || got.String("total") != "999.00" {
		t.Errorf("%s", got.Body)
	}
	if n := s.As("clerk").Get("/v1/invoices?corrects_id=" + v.ID()).Want(200).Len("data"); n != 2 {
		t.Errorf("%d corrections", n)
	}
	s.As("finance").Post("/v1/invoices/"+v.ID()+"/reverse", object{"reason": "x"}).WantProblem(409, "invoice.has_corrections")
	s.As("finance").Post("/v1/invoices/"+first.ID()+"/reverse", object{"reason": "x"}).WantProblem(409, "receivable.is_reversal")
	s.credit(first.ID(), object{"cause": "price", "amount": "1.00"}).WantProblem(409, "invoice.not_correctable")
}

func TestARV06_ACorrectedQuantityIsInvoicedAnewAndAReturnNever(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note, v := s.billed("100")
	line := func(quantity string) []object {
		return []object{{"invoice_line_id": v.String("lines.0.id"), "quantity": quantity}}
	}
	s.credit(v.ID(), object{"cause": "quantity", "lines": line("100.0001")}).WantProblem(422, "invoice.quantity_left")
	s.credit(v.ID(), object{"cause": "quantity", "amount": "5.00"}).WantProblem(422, "invoice.correction_form")
	s.credit(v.ID(), object{"cause": "price", "lines": line("5")}).WantProblem(422, "invoice.correction_form")
	s.credit(v.ID(), object{"cause": "return", "lines": []object{{"invoice_line_id": uuid.New(), "quantity": "1"}}}).WantProblem(422, "invoice.unknown_line")

	s.credit(v.ID(), object{"cause": "quantity", "lines": line("30")}).Want(201)
	want(t, "shipped", s.position().Account.Shipped, "299.70")
	s.agree()
	s.credit(v.ID(), object{"cause": "return", "lines": line("70.0001")}).WantProblem(422, "invoice.quantity_left")
	s.credit(v.ID(), object{"cause": "return", "lines": line("20")}).Want(201)
	want(t, "shipped", s.position().Account.Shipped, "299.70")
	want(t, "receivable", s.position().Account.Receivable, "499.50")
	s.agree()
	s.post(note, object{"lines": []object{{"delivery_line_id": s.deliveryLine(note), "quantity": "30.0001"}}}).WantProblem(422, "invoice.goods_returned")
	again := s.post(note, nil).Want(201)
	if again.String("total") != "299.70" {
		t.Errorf("%s", again.Body)
	}
	s.agree()
}

func TestARV06_WhatWasPaidTooMuchIsAPrepaymentAgain(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	_, v := s.billed("100")
	first, err := s.receive("600.00", receivable.Share{InvoiceID: uuid.MustParse(v.ID()), Amount: money("600.00")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.receive("399.00", receivable.Share{InvoiceID: uuid.MustParse(v.ID()), Amount: money("399.00")}); err != nil {
		t.Fatal(err)
	}
	s.credit(v.ID(), object{"cause": "price", "amount": "500.00"}).Want(201)
	got := s.As("clerk").Get("/v1/invoices/" + v.ID()).Want(200)
	if got.String("paid") != "499.00" || got.String("credited") != "500.00" || got.String("open") != "0.00" {
		t.Errorf("%s", got.Body)
	}
	p := s.position()
	want(t, "prepaid", p.Account.Prepaid, "500.00")
	want(t, "receivable", p.Account.Receivable, "0.00")
	if r := s.As("clerk").Get("/v1/receipts/" + first.ID.String()).Want(200); r.String("free") != "101.00" { // the newest payment first
		t.Errorf("%s", r.Body)
	}
	s.agree()
}

func TestARV06_AnAdjustingDocumentSettlesADispute(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -3)
	adjust := func(c receivable.Correction) (a receivable.Invoice, err error) {
		c.InvoiceID, c.Reason = v.ID, "争议处理"
		err = b.as(func(tx pg.Tx) error {
			a, err = b.svc.Adjust(tx, b.Principal("finance"), c)
			return err
		})
		return a, err
	}
	for amount, refused := range map[string]error{"1000.01": receivable.ErrOverCredited, "0.00": receivable.ErrNoAmount} {
		if _, err := adjust(receivable.Correction{Cause: receivable.CauseDuplicate, Amount: money(amount)}); !errors.Is(err, refused) {
			t.Errorf("%s: %v", amount, err)
		}
	}
	if _, err := adjust(receivable.Correction{Cause: receivable.CauseReturn, Amount: money("1.00")}); !errors.Is(err, receivable.ErrCause) {
		t.Error(err)
	}
	a, err := adjust(receivable.Correction{Cause: receivable.CauseDuplicate, Amount: money("999.99")})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "adjustment", a.Total, "-999.99")
	want(t, "open", b.invoice(v.ID).Open(), "0.01")
	more, err := adjust(receivable.Correction{Cause: receivable.CausePrice, Amount: money("50.00"), Raise: true})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "owed beside it", more.Open(), "50.00")
	if p := b.position(); p.OverdueDays() != 3 || p.Account.Receivable.String() != "50.01" {
		t.Errorf("%+v", p.Account)
	}
	b.agree()
	if _, err := b.receive("50.00", receivable.Share{InvoiceID: more.ID, Amount: money("50.00")}); err != nil {
		t.Fatal(err)
	}
	b.agree()
}

func TestARV07_BadDebtLowersTheExposureAndComesBackWithAReceipt(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -300)
	finance := b.Principal("finance")
	write := func(amount string) (w receivable.WriteOff, err error) {
		err = b.as(func(tx pg.Tx) error {
			w, err = b.svc.WriteOff(tx, finance, receivable.BadDebt{InvoiceID: v.ID, Amount: money(amount), Reason: "破产"})
			return err
		})
		return w, err
	}
	if _, err := write("1000.01"); !errors.Is(err, receivable.ErrOverPaid) {
		t.Error(err)
	}
	w, err := write("800.00")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := write("200.01"); !errors.Is(err, receivable.ErrOverPaid) {
		t.Error(err)
	}
	want(t, "receivable", b.position().Account.Receivable, "200.00")
	want(t, "written off", b.invoice(v.ID).WrittenOff, "800.00")
	b.agree()
	r, err := b.receive("900.00")
	if err != nil {
		t.Fatal(err)
	}
	recover := func(amount string) error {
		return b.as(func(tx pg.Tx) error {
			w, err = b.svc.Recover(tx, finance, w.ID, r.ID, money(amount))
			return err
		})
	}
	for amount, refused := range map[string]error{"800.01": receivable.ErrOverRecovered, "0.00": receivable.ErrOverRecovered} {
		kept := w
		if err := recover(amount); !errors.Is(err, refused) {
			t.Errorf("%s: %v", amount, err)
		}
		w = kept
	}
	if err := recover("300.00"); err != nil {
		t.Fatal(err)
	}
	want(t, "left", w.Left(), "500.00")
	got := b.invoice(v.ID)
	want(t, "received", got.Received(), "300.00")
	want(t, "open", got.Open(), "200.00")
	want(t, "prepaid", b.position().Account.Prepaid, "600.00")
	b.agree()
	if err := b.as(func(tx pg.Tx) error { // the bill bounced
		_, err := b.svc.ReverseReceipt(tx, finance, r.ID, nil, "退票")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	got = b.invoice(v.ID)
	want(t, "written off again", got.WrittenOff, "800.00")
	want(t, "open", got.Open(), "200.00")
	b.agree()
	for _, stmt := range []string{"UPDATE write_offs SET amount = 1", "DELETE FROM write_offs", "UPDATE recoveries SET amount = 1"} {
		if err := b.as(func(tx pg.Tx) error { return tx.Exec(stmt).Error }); !errors.Is(err, receivable.ErrImmutable) {
			t.Errorf("%s: %v", stmt, err)
		}
	}
	if err := b.as(func(tx pg.Tx) error { return tx.Exec("UPDATE write_offs SET recovered = 800.01").Error }); !errors.Is(err, receivable.ErrOverRecovered) {
		t.Error(err)
	}
	if err := b.as(func(tx pg.Tx) error { return tx.Exec("UPDATE invoices SET credited = 0.01 WHERE id = ?", v.ID).Error }); !errors.Is(err, receivable.ErrOverPaid) {
		t.Error(err)
	}
}

func TestARV07_RaceOfWriteOffsPaymentsAndCredits(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -30)
	r, err := b.receive("5000.00")
	if err != nil {
		t.Fatal(err)
	}
	finance := b.Principal("finance")
	commands := []func(tx pg.Tx) error{
		func(tx pg.Tx) error {
			_, err := b.svc.WriteOff(tx, finance, receivable.BadDebt{InvoiceID: v.ID, Amount: money("300.00"), Reason: "破产"})
			return err
		},
		func(tx pg.Tx) error {
			_, err := b.svc.Allocate(tx, finance, r.ID, nil, []receivable.Share{{InvoiceID: v.ID, Amount: money("300.00")}}, "")
			return err
		},
	}
	var wg sync.WaitGroup
	seen := make([]error, 12)
	for i := range seen {
		wg.Go(func() { seen[i] = b.as(commands[i%2]) })
	}
	wg.Wait()
	won := 0
	for _, err := range seen {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, receivable.ErrOverPaid):
			t.Error(err)
		}
	}
	if won != 3 {
		t.Errorf("%d of 300 on 1000, want 3", won)
	}
	want(t, "open", b.invoice(v.ID).Open(), "100.00")
	b.agree()
}

func TestSHP20_GoodsThatCameBackAreNotInvoiced(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	back := func(note uuid.UUID, quantity string) apitest.Answer {
		return s.As("finance").Post("/v1/goods-returns", object{
			"delivery_note_id": note, "reason": "色差", "lines": []object{{"delivery_line_id": s.deliveryLine(note), "quantity": quantity}},
		})
	}
	note := s.ship(shipping.Credit, "100")
	back(note, "1").WantProblem(409, "goods_return.not_left")
	s.through(note)
	back(note, "100.0001").WantProblem(422, "goods_return.more_than_delivered")
	g := back(note, "40").Want(201)
	if g.String("lines.0.amount") != "399.60" || g.Len("credit_notes") != 0 {
		t.Errorf("%s", g.Body)
	}
	want(t, "shipped", s.position().Account.Shipped, "599.40")
	s.agree()
	v := s.post(note, nil).Want(201)
	if v.String("total") != "599.40" {
		t.Errorf("%s", v.Body)
	}
	back(note, "60.0001").WantProblem(422, "goods_return.more_than_delivered")
	g = back(note, "25").Want(201)
	if g.Len("credit_notes") != 1 || g.String("credit_notes.0.total") != "-249.75" || g.String("credit_notes.0.corrects_id") != v.ID() {
		t.Errorf("%s", g.Body)
	}
	want(t, "receivable", s.position().Account.Receivable, "349.65")
	s.agree()
	s.post(note, nil).WantProblem(422, "invoice.nothing_left")
	whole := s.through(s.ship(shipping.Credit, "10"))
	back(whole, "10").Want(201)
	s.post(whole, nil).WantProblem(422, "invoice.goods_returned")
	s.As("rep1").Get("/v1/goods-returns/" + g.ID()).Want(200)
	if n := s.As("rep1").Get("/v1/goods-returns?customer_id=" + s.customer.ID.String()).Want(200).Len("data"); n != 3 {
		t.Errorf("%d returns", n)
	}
	s.As("rep3").Get("/v1/goods-returns/"+g.ID()).WantProblem(404, "resource.not_found")
}

// What came back after it was invoiced didn't stay with the customer: it counts in no usage, volume, or list, whether by a goods return or a credit
// note alone; and verify knows what took it off.
func TestSHP14_WhatCameBackAfterItsInvoiceCountsNowhere(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note := s.through(s.ship(shipping.Credit, "100"))
	v := s.post(note, nil).Want(201)
	count := func(quantity, amount string) {
		t.Helper()
		now := s.DB.Clock().Now()
		month := clock.Today(now).Format("2006-01")
		if u := s.As("clerk").Get("/v1/usage?from=" + month + "&to=" + month).Want(200); u.String("data.0.quantity") != quantity+".0000" || u.String("data.0.amount") != amount {
			t.Errorf("%s, want %s for %s", u.Body, quantity, amount)
		}
		if d := s.As("clerk").Get("/v1/delivery-notes").Want(200); d.String("data.0.amount") != amount {
			t.Errorf("%s, want %s", d.Body, amount)
		}
		s.Tx(func(tx pg.Tx) error {
			sums, err := s.App.Server.Deliveries.ShippedQuantities(tx, now.AddDate(0, 0, -2), now.AddDate(0, 0, 2), nil)
			if err != nil {
				return err
			}
			for product, q := range sums {
				months, err := delivery.ShippedByMonth(tx, []uuid.UUID{product}, []time.Time{now.AddDate(0, 0, -2)})
				if err != nil || len(sums) != 1 || !q.Equal(money(quantity)) || len(months) != 1 || !months[0].Quantity.Equal(money(quantity)) {
					t.Errorf("%v %v %v, want %s", sums, months, err, quantity)
				}
			}
			return nil
		})
		s.agree()
	}
	count("100", "999.00")
	s.As("finance").Post("/v1/goods-returns", object{
		"delivery_note_id": note, "reason": "色差", "lines": []object{{"delivery_line_id": s.deliveryLine(note), "quantity": "25"}},
	}).Want(201)
	count("75", "749.25")
	s.As("finance").Post("/v1/invoices/"+v.ID()+"/credit", object{
		"cause": "return", "reason": "色差", "lines": []object{{"invoice_line_id": v.String("lines.0.id"), "quantity": "5"}},
	}).Want(201)
	count("70", "699.30")

	s.Tx(func(tx pg.Tx) error {
		return pg.One(tx.Exec("UPDATE delivery_note_lines SET returned_quantity = 29.9999 WHERE delivery_note_id = ?", note))
	})
	var found []receivable.Difference
	s.Tx(func(tx pg.Tx) (err error) { found, err = receivable.Reconcile(tx); return err })
	if len(found) != 1 || !strings.HasPrefix(found[0].Part, "returned of ") || !found[0].Documents.Equal(money("30")) {
		t.Errorf("%+v", found)
	}
}

// TestSHP20_ShippedNotInvoicedIsDeliveredLessInvoicedLessReturned runs any sequence of invoices, credit notes, returns and reversals of one
// delivery, and compares after each: the ledger, the delivery note, and what the invoices say.
func TestSHP20_ShippedNotInvoicedIsDeliveredLessInvoicedLessReturned(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	finance := s.Principal("finance")
	note := s.through(s.ship(shipping.Credit, "300"))
	line := uuid.MustParse(s.deliveryLine(note))
	var invoices []receivable.Invoice
	returned := money("0.0000")
	rapid.Check(t, func(rt *rapid.T) {
		quantity := decimal.MustNew(rapid.Int64Range(1, 400_000).Draw(rt, "quantity"), 4)
		pick := func() (receivable.Invoice, bool) {
			if len(invoices) == 0 {
				return receivable.Invoice{}, false
			}
			return rapid.SampledFrom(invoices).Draw(rt, "invoice"), true
		}
		credit := func(c receivable.Correction) error {
			v, ok := pick()
			if !ok {
				return nil
			}
			c.InvoiceID, c.Reason = v.ID, "x"
			for i := range c.Lines {
				c.Lines[i].LineID = v.Lines[0].ID
			}
			return s.as(func(tx pg.Tx) error { _, err := s.svc.Credit(tx, finance, c); return err })
		}
		switch rapid.IntRange(0, 5).Draw(rt, "command") {
		case 0, 1:
			_ = s.as(func(tx pg.Tx) error {
				v, err := s.svc.PostInvoice(tx, finance, receivable.NewInvoice{DeliveryNoteIDs: []uuid.UUID{note}, Quantities: map[uuid.UUID]decimal.Decimal{line: quantity}})
				if err == nil {
					invoices = append(invoices, v)
				}
				return err
			})
		case 2:
			_ = credit(receivable.Correction{Cause: receivable.CauseQuantity, Lines: []receivable.CorrectedLine{{Quantity: quantity}}})
		case 3:
			small := decimal.MustNew(rapid.Int64Range(1, 2000).Draw(rt, "small"), 4)
			if err := s.as(func(tx pg.Tx) error {
				_, err := s.svc.PostReturn(tx, finance, receivable.NewReturn{DeliveryNoteID: note, Quantities: map[uuid.UUID]decimal.Decimal{line: small}, Reason: "x"})
				return err
			}); err == nil {
				returned, _ = returned.Add(small)
			}
		case 4:
			_ = credit(receivable.Correction{Cause: receivable.CausePrice, Amount: money("0.37")})
		case 5:
			if v, ok := pick(); ok {
				_ = s.as(func(tx pg.Tx) error { _, err := s.svc.ReverseInvoice(tx, finance, v.ID, nil, "x"); return err })
			}
		}
		s.agree()
		var ledger, lineSays, documentsSay, back decimal.Decimal
		s.Tx(func(tx pg.Tx) error {
			return pg.ScanRow(tx, []any{&ledger, &lineSays, &back, &documentsSay}, `SELECT a.shipped, l.amount - l.invoiced_amount - l.returned_amount, l.returned_quantity,
				l.quantity - l.returned_quantity - l.invoiced_quantity - (SELECT l.quantity - l.returned_quantity - coalesce(sum(i.quantity), 0)
					FROM invoice_lines i JOIN invoices v ON v.id = i.invoice_id WHERE i.delivery_line_id = l.id AND v.cause <> 'price')
				FROM delivery_note_lines l, credit_accounts a WHERE l.id = ? AND a.payer_id = ?`, line, s.customer.ID)
		})
		if !ledger.Equal(lineSays) || !documentsSay.IsZero() || !back.Equal(returned) {
			rt.Fatalf("ledger %s, line %s, invoices differ by %s, returned %s of %s", ledger, lineSays, documentsSay, back, returned)
		}
	})
}
