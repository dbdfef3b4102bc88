package receivable_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

type object = map[string]any

// shop is books with a product at 10.00 and a customer on these terms, who has an order of 300 confirmed.
type shop struct {
	*books
	order, line string
}

func trade(t *testing.T, terms credit.Terms) *shop {
	t.Helper()
	s := &shop{books: open(t)}
	var product uuid.UUID
	s.Tx(func(tx pg.Tx) error {
		p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
			Code: "P-1", Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: catalog.LifecycleStandard, TaxRate: money("0.13"),
		})
		if err != nil {
			return err
		}
		product = p.ID
		_, err = s.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), tx.Now.Add(-time.Hour), "opening", []pricelist.PriceLine{{ProductID: product, Price: money("10")}})
		if err != nil {
			return err
		}
		return s.App.Server.Credits.SetOpening(tx, credit.Opening{CustomerID: s.customer.ID, Grade: credit.GradeB, Limit: credit.LimitOf(money("100000")), Terms: terms})
	})
	made := s.As("rep1").Post("/v1/orders", object{
		"customer_id": s.customer.ID, "submit": true, "lines": []object{{"product_id": product, "quantity": "300", "price": "9.99"}},
	}).Want(201)
	s.order, s.line = made.ID(), made.String("lines.0.id")
	if made.String("state") != "confirmed" {
		t.Fatalf("%s", made.Body)
	}
	return s
}

func today(e *apitest.Env, in int) string {
	return clock.Today(e.DB.Clock().Now()).AddDate(0, 0, in).Format(time.DateOnly)
}

const notices = "/v1/shipping-notices/"

// ship sends a quantity out under a flow and returns the delivery note.
func (s *shop) ship(flow shipping.Flow, quantity string) uuid.UUID {
	s.t.Helper()
	return s.dispatch(s.release(flow, quantity), quantity)
}

// release writes a notice and brings it through its gate.
func (s *shop) release(flow shipping.Flow, quantity string) string {
	s.t.Helper()
	n := s.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": s.customer.ID, "flow": flow, "ship_date": today(s.Env, 3),
		"lines": []object{{"order_id": s.order, "order_line_id": s.line, "quantity": quantity}},
	}).Want(201).ID()
	s.As("rep1").Post(notices+n+"/submit", nil).Want(200)
	s.As("clerk").Post(notices+n+"/check", object{}).Want(200)
	switch flow {
	case shipping.Credit:
		s.As("manager").Post(notices+n+"/release", object{}).Want(200)
	case shipping.COD:
		s.As("gm").Post(notices+n+"/release", object{}).Want(200)
	}
	return n
}

// dispatch lets a quantity of a released notice leave and returns the delivery note.
func (s *shop) dispatch(notice, quantity string) uuid.UUID {
	s.t.Helper()
	s.As("keeper").Post(notices+notice+"/dispatch", object{
		"vehicle": "浙A12345", "lines": []object{{"notice_line_id": s.As("keeper").Get(notices + notice).Want(200).String("lines.0.id"), "quantity": quantity}},
	}).Want(201)
	var id uuid.UUID
	s.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT id FROM delivery_notes WHERE notice_id = ? ORDER BY id DESC LIMIT 1", notice).Row().Scan(&id)
	})
	return id
}

func (s *shop) post(note uuid.UUID, extra object) apitest.Answer {
	body := object{"delivery_note_ids": []uuid.UUID{note}}
	maps.Copy(body, extra)
	return s.As("clerk").Post("/v1/invoices", body)
}

func (s *shop) deliveryLine(note uuid.UUID) string {
	var id string
	s.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT id FROM delivery_note_lines WHERE delivery_note_id = ?", note).Row().Scan(&id)
	})
	return id
}

func netDays(n int) credit.Terms { return credit.Terms{Settlement: credit.NetDays, Days: n} }

func TestSHP20_WhatLeftIsInvoicedAndMovesTheExposure(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note := s.ship(shipping.Credit, "100")
	want(t, "shipped", s.position().Account.Shipped, "999.00")
	v := s.post(note, nil).Want(201)
	if v.String("total") != "999.00" || v.String("tax_total") != "114.93" || v.String("open") != "999.00" {
		t.Errorf("%s", v.Body)
	}
	p := s.position()
	want(t, "shipped", p.Account.Shipped, "0.00")
	want(t, "receivable", p.Account.Receivable, "999.00")
	s.agree()
	s.post(note, nil).WantProblem(422, "invoice.nothing_left")
	s.post(uuid.New(), nil).WantProblem(422, "invoice.unknown_delivery_note")
	s.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []uuid.UUID{note, note}}).WantProblem(422, "receivable.named_twice")
}

func TestSHP20_PartialInvoicesLoseNothingToRounding(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note := s.ship(shipping.Credit, "100")
	line := s.deliveryLine(note)
	part := func(quantity string) apitest.Answer {
		return s.post(note, object{"lines": []object{{"delivery_line_id": line, "quantity": quantity}}})
	}
	first := part("33.3333").Want(201).String("total")
	second := part("33.3333").Want(201).String("total")
	part("33.3335").WantProblem(422, "invoice.more_than_delivered")
	third := part("33.3334").Want(201).String("total")
	sum, err := money(first).Add(money(second))
	if err != nil {
		t.Fatal(err)
	}
	if sum, err = sum.Add(money(third)); err != nil {
		t.Fatal(err)
	}
	want(t, "sum", sum, "999.00")
	want(t, "shipped", s.position().Account.Shipped, "0.00")
	s.agree()
}

func TestARV04_TermsDecideTheDueDate(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	var notes []uuid.UUID // all shipped before anything is overdue, which would stop the next (SHP-05)
	for range 4 {
		notes = append(notes, s.ship(shipping.Credit, "1"))
	}
	s.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE delivery_notes SET shipped_on = shipped_on - 60").Error })
	for i, c := range []struct {
		invoicedIn, dueIn int
		overdue           float64
	}{{0, 30, 0}, {-30, 0, 0}, {-31, -1, 1}} { // CRD-12: on the due date itself nothing is overdue
		v := s.post(notes[i], object{"invoiced_on": today(s.Env, c.invoicedIn)}).Want(201)
		if v.String("due_on") != today(s.Env, c.dueIn) || v.At("overdue_days") != c.overdue || v.String("terms") != "net_days 30" {
			t.Errorf("%+v: %s", c, v.Body)
		}
	}
	s.post(notes[3], object{"invoiced_on": today(s.Env, 1)}).WantProblem(422, "receivable.future_date")
	s.post(notes[3], object{"invoiced_on": today(s.Env, -61)}).WantProblem(422, "invoice.before_delivery")
	s.post(notes[3], object{"invoiced_on": today(s.Env, -60)}).Want(201)
}

func TestSHP11_CashOnDeliveryIsDueAtOnce(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	v := s.post(s.ship(shipping.COD, "1"), nil).Want(201)
	if v.String("due_on") != today(s.Env, 0) || v.String("terms") != "cash" {
		t.Errorf("%s", v.Body)
	}
}

func TestSHP10_MoneyPaidAheadPaysItsInvoice(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	if _, err := s.receive("1000.00"); err != nil {
		t.Fatal(err)
	}
	note := s.ship(shipping.Prepaid, "100")
	v := s.post(note, nil).Want(201)
	if v.String("paid") != "999.00" || v.String("open") != "0.00" {
		t.Errorf("%s", v.Body)
	}
	p := s.position()
	want(t, "receivable", p.Account.Receivable, "0.00")
	want(t, "prepaid", p.Account.Prepaid, "1.00")
	s.agree()
}

func TestSHP10_WhatACoverHasNoUseForIsFreeAgain(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	r, err := s.receive("1000.00")
	if err != nil {
		t.Fatal(err)
	}
	n := s.release(shipping.Prepaid, "100")
	s.post(s.dispatch(n, "60"), nil).Want(201)
	s.As("rep1").Post(notices+n+"/close", object{"reason": "客户不要了"}).Want(200)
	got := s.As("clerk").Get("/v1/receipts/" + r.ID.String()).Want(200)
	if got.String("allocated") != "599.40" || got.String("covering") != "0.00" || got.String("free") != "400.60" {
		t.Errorf("%s", got.Body)
	}
	s.agree()
}

func TestSHP10_ACoverPaysItsOwnNoticeOnly(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	r, err := s.receive("999.00")
	if err != nil {
		t.Fatal(err)
	}
	prepaid := s.release(shipping.Prepaid, "100")
	first, other := s.dispatch(prepaid, "30"), s.ship(shipping.Credit, "70")
	v := s.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []uuid.UUID{first, other}}).Want(201)
	if v.String("total") != "999.00" || v.String("paid") != "299.70" {
		t.Errorf("%s", v.Body)
	}
	if got := s.As("clerk").Get("/v1/receipts/" + r.ID.String()).Want(200); got.String("covering") != "699.30" {
		t.Errorf("%s", got.Body)
	}
	s.agree()
}

func TestSHP20_CancelledDeliveryIsNotInvoiced(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note := s.ship(shipping.Credit, "10")
	s.As("keeper").Post("/v1/delivery-notes/"+note.String()+"/cancel", object{"reason": "车坏了"}).Want(200)
	s.post(note, nil).WantProblem(422, "invoice.unknown_delivery_note")
	s.agree()
}

func TestARV06_ReversedInvoiceCanBeInvoicedAnew(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note := s.ship(shipping.Credit, "100")
	v := s.post(note, nil).Want(201)
	s.As("clerk").Post("/v1/invoices/"+v.ID()+"/reverse", object{"reason": "数量有误"}).Want(403)
	back := s.As("finance").Post("/v1/invoices/"+v.ID()+"/reverse", object{"reason": "数量有误"}).Want(201)
	if back.String("total") != "-999.00" || back.String("reverses_id") != v.ID() {
		t.Errorf("%s", back.Body)
	}
	s.As("finance").Post("/v1/invoices/"+v.ID()+"/reverse", object{"reason": "x"}).WantProblem(409, "receivable.reversed_already")
	s.As("finance").Post("/v1/invoices/"+back.ID()+"/reverse", object{"reason": "x"}).WantProblem(409, "receivable.is_reversal")
	want(t, "shipped", s.position().Account.Shipped, "999.00")
	s.agree()
	s.post(note, nil).Want(201)
	s.agree()
	if n := s.As("clerk").Get("/v1/invoices/" + v.ID() + "/timeline").Want(200).Len("data"); n != 2 {
		t.Errorf("%d entries in the timeline", n)
	}
}

func TestRaceTwoInvoicesOfOneNote(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	note := s.ship(shipping.Credit, "100")
	results := make(chan error, 6)
	for range cap(results) {
		go func() {
			results <- s.as(func(tx pg.Tx) error {
				_, err := s.svc.PostInvoice(tx, s.clerk, receivable.NewInvoice{DeliveryNoteIDs: []uuid.UUID{note}})
				return err
			})
		}()
	}
	won := 0
	for range cap(results) {
		switch err := <-results; {
		case err == nil:
			won++
		case !errors.Is(err, receivable.ErrNothingToInvoice):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d invoices of one note", won)
	}
	s.agree()
}
