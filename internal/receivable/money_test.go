package receivable_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

func (b *books) bill(amount, number string, allocations ...object) apitest.Answer {
	if allocations == nil {
		allocations = []object{}
	}
	return b.As("clerk").Post("/v1/receipts", object{
		"customer_id": b.customer.ID, "amount": amount, "method": "acceptance_bill", "received_on": today(b.Env, 0), "allocations": allocations,
		"bill": object{"number": number, "drawer": "云岭示例纺织有限公司", "acceptor": "示例银行", "issued_on": today(b.Env, -30), "matures_on": today(b.Env, 30)},
	})
}

func (b *books) forward(days int) {
	b.t.Helper()
	b.Tx(func(tx pg.Tx) error { return b.DB.AdvanceClock(tx, tx.Now.AddDate(0, 0, days)) })
}

func TestARV01_ABouncedBillOpensItsInvoicesFromTheirOwnDueDates(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -3)
	r := b.bill("1000.00", "BILL-1", object{"invoice_id": v.ID, "amount": "1000.00"}).Want(201)
	b.bill("1.00", "BILL-1").WantProblem(409, "bill.same_number")
	at := "/v1/acceptance-bills/" + r.String("bill_id")
	finance := b.As("finance")
	finance.Post(at+"/bounce", object{}).WantProblem(422, "bill.not_mature")
	b.forward(29)
	finance.Post(at+"/settle", object{}).WantProblem(422, "bill.not_mature") // the day before
	b.forward(1)
	finance.Post(at+"/endorse", object{"party": "示例化工"}).WantProblem(422, "bill.mature")
	finance.Post(at+"/settle", object{"happened_on": today(b.Env, 1)}).WantProblem(422, "receivable.future_date")
	b.As("clerk").Post(at+"/bounce", object{}).Want(403)
	got := finance.Post(at+"/bounce", object{"note": "出票人账户余额不足"}).Want(200)
	if got.String("state") != "bounced" || got.Len("steps") != 2 {
		t.Errorf("%s", got.Body)
	}
	want(t, "open", b.invoice(v.ID).Open(), "1000.00")
	if days := b.position().OverdueDays(); days != 33 {
		t.Errorf("overdue %d days, want 33: from the original due date", days)
	}
	b.agree()
	for _, verb := range []string{"bounce", "settle", "endorse", "discount"} {
		finance.Post(at+"/"+verb, object{}).WantProblem(409, "bill.wrong_state")
	}
}

// TestARV01_BillsGoTheirWayAndNoOther walks every state and tries every verb there.
func TestARV01_BillsGoTheirWayAndNoOther(t *testing.T) {
	t.Parallel()
	b := open(t)
	finance := b.As("finance")
	n := 0
	fresh := func() string {
		n++
		return "/v1/acceptance-bills/" + b.bill("100.00", "WAY-"+string(rune('A'+n))).Want(201).String("bill_id")
	}
	endorsed, discounted, held, cancelled := fresh(), fresh(), fresh(), fresh()
	finance.Post(discounted+"/discount", object{"cost": "100.00"}).WantProblem(422, "bill.cost")
	finance.Post(discounted+"/discount", object{"party": "示例银行", "cost": "99.99"}).Want(200)
	finance.Post(endorsed+"/endorse", object{"party": "示例化工"}).Want(200)
	for _, at := range []string{endorsed, discounted} {
		finance.Post(at+"/endorse", object{}).WantProblem(409, "bill.wrong_state")
		finance.Post(at+"/discount", object{}).WantProblem(409, "bill.wrong_state")
		finance.Post("/v1/receipts/"+finance.Get(at).String("receipt_id")+"/reverse", object{"reason": "x"}).WantProblem(409, "bill.wrong_state")
	}
	finance.Post("/v1/receipts/"+finance.Get(cancelled).String("receipt_id")+"/reverse", object{"reason": "录错"}).Want(200)
	if s := finance.Get(cancelled).String("state"); s != "cancelled" {
		t.Errorf("a bill booked by mistake is %s", s)
	}
	if n := finance.Get("/v1/acceptance-bills?maturing_until=" + today(b.Env, 30)).Want(200).Len("data"); n != 3 {
		t.Errorf("%d bills mature", n)
	}
	b.forward(30)
	for _, at := range []string{endorsed, discounted, held} {
		finance.Post(at+"/settle", object{}).Want(200)
		finance.Post(at+"/bounce", object{}).WantProblem(409, "bill.wrong_state")
	}
	b.agree()
	for _, stmt := range []string{"UPDATE acceptance_bills SET amount = 1", "DELETE FROM acceptance_bills", "UPDATE acceptance_bills SET state = 'held'"} {
		if err := b.as(func(tx pg.Tx) error { return tx.Exec(stmt).Error }); !errors.Is(err, receivable.ErrImmutable) {
			t.Errorf("%s: %v", stmt, err)
		}
	}
}

func TestARV01_RaceOneBillBouncesOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -3)
	id := uuid.MustParse(b.bill("1000.00", "BILL-R", object{"invoice_id": v.ID, "amount": "1000.00"}).Want(201).String("bill_id"))
	b.forward(31)
	finance := b.Principal("finance")
	states := []receivable.BillState{receivable.BillBounced, receivable.BillSettled}
	var wg sync.WaitGroup
	seen := make([]error, 8)
	for i := range seen {
		wg.Go(func() {
			seen[i] = b.as(func(tx pg.Tx) error {
				_, err := b.svc.MoveBill(tx, finance, id, nil, states[i%2], receivable.BillStep{})
				return err
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range seen {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, receivable.ErrBillState):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d ends of one bill", won)
	}
	b.agree()
}

func TestARV01_WhatIsNoReceiptIsRefused(t *testing.T) {
	t.Parallel()
	b := open(t)
	post := func(change object) apitest.Answer {
		body := object{"customer_id": b.customer.ID, "amount": "100.00", "method": "bank_transfer", "received_on": today(b.Env, 0)}
		maps.Copy(body, change)
		return b.As("clerk").Post("/v1/receipts", body)
	}
	post(object{"currency": "USD"}).WantProblem(422, "receipt.other_currency")
	post(object{"currency": "CNY"}).Want(201)
	post(object{"amount": "0.00"}).WantProblem(422, "receipt.no_amount")
	post(object{"received_on": today(b.Env, 1)}).WantProblem(422, "receivable.future_date")
	post(object{"method": "acceptance_bill"}).WantProblem(422, "receipt.bill")
	bill := object{"number": "1", "drawer": "a", "acceptor": "b", "issued_on": today(b.Env, 0), "matures_on": today(b.Env, 1)}
	post(object{"bill": bill}).WantProblem(422, "receipt.bill")
	bill["matures_on"] = today(b.Env, 0)
	post(object{"method": "acceptance_bill", "bill": bill}).WantProblem(422, "bill.dates")
	bill["issued_on"], bill["matures_on"] = today(b.Env, 1), today(b.Env, 2)
	post(object{"method": "acceptance_bill", "bill": bill}).WantProblem(422, "bill.dates")
}

func TestARV01_ARemittanceNamesWhatItPays(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	_, v := s.billed("100")
	other := s.owe("500.00", -20) // older, and not named
	r, err := s.receive("600.00")
	if err != nil {
		t.Fatal(err)
	}
	at := "/v1/receipts/" + r.ID.String() + "/allocate"
	s.As("clerk").Post(at, object{"reference": "货款"}).WantProblem(422, "receipt.nothing_named")
	s.As("clerk").Post(at, object{"reference": "货款 " + v.String("number") + "1"}).WantProblem(422, "receipt.nothing_named") // another number
	got := s.As("clerk").Post(at, object{"reference": "付货款" + v.String("number") + "号"}).Want(200)
	if got.String("allocations.0.invoice_id") != v.ID() || got.String("free") != "0.00" {
		t.Errorf("%s", got.Body)
	}
	order := s.As("clerk").Get("/v1/orders/" + s.order).Want(200).String("number")
	r, err = s.receive("399.00")
	if err != nil {
		t.Fatal(err)
	}
	s.As("clerk").Post("/v1/receipts/"+r.ID.String()+"/allocate", object{"reference": order + " 尾款"}).Want(200)
	if got := s.As("clerk").Get("/v1/invoices/" + v.ID()).Want(200); got.String("open") != "0.00" {
		t.Errorf("%s", got.Body)
	}
	want(t, "not named", s.invoice(other.ID).Open(), "500.00")
	s.agree()
}

func TestARV01_ADepositWaitsForItsOrder(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	r, err := s.receive("500.00")
	if err != nil {
		t.Fatal(err)
	}
	at := "/v1/receipts/" + r.ID.String() + "/deposits/"
	s.As("clerk").Post(at+uuid.NewString(), object{"amount": "1.00"}).WantProblem(422, "receipt.other_order")
	s.As("clerk").Post(at+s.order, object{"amount": "500.01"}).WantProblem(422, "receipt.not_enough_left")
	s.As("clerk").Post(at+s.order, object{"amount": "500.00"}).Want(200)
	s.As("clerk").Post(at+s.order, object{"amount": "300.00"}).Want(200)
	old := s.owe("400.00", 5)
	s.As("clerk").Post("/v1/receipts/"+r.ID.String()+"/allocate", object{}).Want(200) // only what isn't set aside
	want(t, "old", s.invoice(old.ID).Open(), "200.00")
	_, v := s.billed("100")
	if v.String("paid") != "300.00" || v.String("open") != "699.00" {
		t.Errorf("%s", v.Body)
	}
	if got := s.As("clerk").Get("/v1/receipts/" + r.ID.String()).Want(200); got.String("covering") != "0.00" || got.String("allocated") != "500.00" {
		t.Errorf("%s", got.Body)
	}
	s.agree()
}

func TestSHP10_ADepositCoversTheNoticeOfItsOrderFirst(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	other, err := s.receive("999.00") // older, and nobody's in particular
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.receive("400.00")
	if err != nil {
		t.Fatal(err)
	}
	s.As("clerk").Post("/v1/receipts/"+r.ID.String()+"/deposits/"+s.order, object{"amount": "400.00"}).Want(200)
	note := s.ship(shipping.Prepaid, "100")
	if got := s.As("clerk").Get("/v1/receipts/" + other.ID.String()).Want(200); got.String("covering") != "599.00" {
		t.Errorf("%s", got.Body)
	}
	if v := s.post(note, nil).Want(201); v.String("open") != "0.00" {
		t.Errorf("%s", v.Body)
	}
	s.agree()
}

func TestSHP10_APaymentThatIsReversedTakesItsReleaseBack(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	reverse := func(r receivable.Receipt) {
		t.Helper()
		s.As("finance").Post("/v1/receipts/"+r.ID.String()+"/reverse", object{"reason": "他人款项"}).Want(200)
	}
	state := func(n string) string { return s.As("rep1").Get(notices + n).Want(200).String("state") }
	uncover := func(n string) {
		t.Helper()
		err := s.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return s.App.Server.Shipments.Uncover(tx, uuid.MustParse(n)) })
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.receive("999.00")
	if err != nil {
		t.Fatal(err)
	}
	n := s.release(shipping.Prepaid, "100")
	reverse(r)
	line := s.As("keeper").Get(notices + n).Want(200).String("lines.0.id")
	s.As("keeper").Post(notices+n+"/dispatch", object{
		"vehicle": "浙A12345", "lines": []object{{"notice_line_id": line, "quantity": "100"}},
	}).WantProblem(422, "shipping.not_covered") // before the job has run
	uncover(n)
	if got := state(n); got != "draft" {
		t.Errorf("nothing has left, and the notice is %s", got)
	}
	want(t, "released", s.position().Account.Released, "0.00")
	s.agree()

	if r, err = s.receive("999.00"); err != nil {
		t.Fatal(err)
	}
	part := s.release(shipping.Prepaid, "100")
	note := s.dispatch(part, "40")
	reverse(r)
	uncover(part)
	if got := state(part); got != "closed" {
		t.Errorf("the rest of a notice that has partly left is %s", got)
	}
	p := s.position()
	want(t, "released", p.Account.Released, "0.00")
	want(t, "shipped", p.Account.Shipped, "399.60")
	if v := s.post(note, nil).Want(201); v.String("due_on") != today(s.Env, 0) || v.String("open") != "399.60" {
		t.Errorf("due at once: %s", v.Body)
	}
	s.agree()

	if r, err = s.receive("99.90"); err != nil {
		t.Fatal(err)
	}
	again := s.release(shipping.Prepaid, "10")
	if _, err = s.receive("99.90"); err != nil {
		t.Fatal(err)
	}
	reverse(r)
	uncover(again)
	if got := state(again); got != "released" {
		t.Errorf("another payment is there, and the notice is %s", got)
	}
	s.agree()
}

func TestARV04_DueDatesOfLeapDaysAndMonthEnds(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		terms         credit.Terms
		invoiced, due string
	}{
		{credit.CashTerms(), "2028-02-29", "2028-02-29"},
		{netDays(1), "2028-02-28", "2028-02-29"},
		{netDays(1), "2028-02-29", "2028-03-01"},
		{netDays(1), "2027-02-28", "2027-03-01"},
		{netDays(365), "2028-02-29", "2029-02-28"},
		{netDays(0), "2028-12-31", "2028-12-31"},
		{credit.Terms{Settlement: credit.MonthEndDays}, "2028-02-01", "2028-02-29"},
		{credit.Terms{Settlement: credit.MonthEndDays}, "2028-02-29", "2028-02-29"},
		{credit.Terms{Settlement: credit.MonthEndDays}, "2027-02-28", "2027-02-28"},
		{credit.Terms{Settlement: credit.MonthEndDays, Days: 30}, "2028-01-31", "2028-03-01"},
		{credit.Terms{Settlement: credit.MonthEndDays, Days: 30}, "2027-01-31", "2027-03-02"},
		{credit.Terms{Settlement: credit.MonthEndDays, Days: 1}, "2028-12-31", "2029-01-01"},
		{credit.Terms{Settlement: credit.MonthEndDays, Days: 60}, "2028-12-01", "2029-03-01"},
	} {
		if got := c.terms.DueOn(day(c.invoiced)).Format(time.DateOnly); got != c.due {
			t.Errorf("%s of %s is due %s, want %s", c.terms, c.invoiced, got, c.due)
		}
	}
}

func TestTaxInvoicesAreRecordedOnceAndRedOnesNameTheirBlue(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note := s.through(s.ship(shipping.Credit, "100"))
	s.post(note, object{"tax_number": "123"}).WantProblem(422, "tax_invoice.bad_number")
	v := s.post(note, object{"tax_number": "26332000000000000042", "lines": []object{{"delivery_line_id": s.deliveryLine(note), "quantity": "50"}}}).Want(201)
	blue := v.String("tax_invoices.0.id")
	if v.String("tax_number") != "26332000000000000042" || v.String("tax_invoices.0.amount") != "499.50" || v.String("taxes.0.tax") != v.String("tax_total") {
		t.Errorf("%s", v.Body)
	}
	other := s.post(note, nil).Want(201)
	tax := func(invoice string, body object) apitest.Answer {
		return s.As("clerk").Post("/v1/invoices/"+invoice+"/tax-invoices", body)
	}
	tax(other.ID(), object{"kind": "digital", "number": "26332000000000000042"}).WantProblem(409, "tax_invoice.recorded_already")
	tax(other.ID(), object{"kind": "digital", "number": "2633200000000000004"}).WantProblem(422, "tax_invoice.bad_number")
	tax(other.ID(), object{"kind": "vat_special", "number": "12345678", "code": "123456789"}).WantProblem(422, "tax_invoice.bad_number")
	tax(other.ID(), object{"kind": "vat_special", "number": "12345678", "code": "1234567890", "amount": "499.51"}).WantProblem(422, "tax_invoice.too_much")
	tax(other.ID(), object{"kind": "vat_special", "number": "12345678", "code": "1234567890", "amount": "400.00"}).Want(201)
	tax(other.ID(), object{"kind": "vat_general", "number": "12345678", "code": "123456789012"}).Want(201) // the rest
	tax(other.ID(), object{"kind": "digital", "number": "26332000000000000043"}).WantProblem(422, "tax_invoice.too_much")
	tax(other.ID(), object{"kind": "digital", "number": "26332000000000000043", "red_of_id": blue}).WantProblem(422, "tax_invoice.too_much")

	c := s.credit(v.ID(), object{"cause": "price", "amount": "100.00"}).Want(201)
	tax(c.ID(), object{"kind": "digital", "number": "26332000000000000044"}).WantProblem(422, "tax_invoice.red_letter")
	tax(c.ID(), object{"kind": "digital", "number": "26332000000000000044", "red_of_id": uuid.New()}).WantProblem(422, "tax_invoice.red_letter")
	red := tax(c.ID(), object{"kind": "digital", "number": "26332000000000000044", "red_of_id": blue}).Want(201)
	if red.String("tax_invoices.0.amount") != "-100.00" {
		t.Errorf("%s", red.Body)
	}
	void := func(invoice, id string) apitest.Answer {
		return s.As("clerk").Post("/v1/invoices/"+invoice+"/tax-invoices/"+id+"/void", object{"reason": "录错"})
	}
	void(v.ID(), blue).WantProblem(409, "tax_invoice.has_red")
	void(c.ID(), red.String("tax_invoices.0.id")).Want(200)
	void(c.ID(), red.String("tax_invoices.0.id")).WantProblem(409, "tax_invoice.void")
	tax(c.ID(), object{"kind": "digital", "number": "26332000000000000044", "red_of_id": blue}).Want(201)
	if n := s.As("clerk").Get("/v1/invoices?number=26332000000000000042").Want(200).Len("data"); n != 1 {
		t.Errorf("%d invoices of that tax number", n)
	}
}
