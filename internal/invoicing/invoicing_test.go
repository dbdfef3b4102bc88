package invoicing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/shipping"
)

func TestD210_WhoIsInvoicedAfterTheStatementWaitsForIt(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	at := "/v1/customers/" + s.customer.ID.String() + "/invoicing-terms"
	if got := s.As("clerk").Get(at).Want(200); got.String("mode") != "at_once" {
		t.Errorf("%s", got.Body)
	}
	set := object{"mode": "after_statement", "reason": "客户要求"}
	s.As("clerk").Put(at, `"1"`, set).Want(403)
	s.As("finance").Put(at, `"2"`, set).WantProblem(412, "resource.stale")
	s.As("finance").Put(at, `"1"`, set).Want(200)
	note, cod := s.ship(shipping.Credit, "10"), s.ship(shipping.COD, "1")
	s.post(note, nil).WantProblem(422, "invoice.awaits_statement")
	s.post(cod, nil).Want(201) // paid at once, invoiced at once
	confirm := func(from, through int) {
		s.Tx(func(tx pg.Tx) error {
			today := clock.Today(tx.Now)
			return s.svc.StatementConfirmed(tx, s.customer.ID, today.AddDate(0, 0, from), today.AddDate(0, 0, through), uuid.New())
		})
	}
	list := s.As("rep1").Get("/v1/customers-to-invoice").Want(200)
	if list.Len("data") != 1 || list.String("data.0.amount") != "99.90" || list.String("data.0.due_amount") != "0.00" {
		t.Errorf("%s", list.Body)
	}
	if n := s.As("rep1").Get("/v1/customers-to-invoice?due=true").Want(200).Len("data"); n != 0 {
		t.Errorf("%d customers due", n)
	}
	if n := s.As("rep3").Get("/v1/customers-to-invoice").Want(200).Len("data"); n != 0 {
		t.Error("another's customer is shown")
	}
	confirm(-30, -1) // through the day before, and from two days after: neither has it
	confirm(2, 30)
	s.post(note, nil).WantProblem(422, "invoice.awaits_statement")
	if n := s.As("rep1").Get("/v1/customers-to-invoice?due=true").Want(200).Len("data"); n != 0 {
		t.Errorf("%d customers due", n)
	}
	confirm(0, 0)
	if n := s.As("rep1").Get("/v1/customers-to-invoice?due=true").Want(200).Len("data"); n != 1 {
		t.Errorf("%d customers due", n)
	}
	s.post(note, nil).Want(201)
	late := s.ship(shipping.Credit, "5")
	s.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE delivery_notes SET shipped_on = shipped_on + 1 WHERE id = ?", late).Error
	})
	s.forward(1)
	s.post(late, nil).WantProblem(422, "invoice.awaits_statement")
	s.post(late, object{"ahead_of_statement": "客户年底关账"}).Want(201)
	if n := s.As("clerk").Get(at + "/history").Want(200).Len("data"); n != 1 {
		t.Errorf("%d versions", n)
	}
	s.agree()
}

// Where the terms say "after the statement", its confirmation lets what is on it be invoiced, and nothing that left a day later (ARV-02).
func TestARV02_ConfirmingTheStatementLetsItsDeliveriesBeInvoiced(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	s.As("finance").Put("/v1/customers/"+s.customer.ID.String()+"/invoicing-terms", `"1"`, object{"mode": "after_statement", "reason": "客户要求"}).Want(200)
	note := s.through(s.ship(shipping.Credit, "100"))
	now := s.DB.Clock().Now()
	month := clock.Today(now)
	month = month.AddDate(0, 0, 1-month.Day())
	last := clock.AddMonths(month, 1).AddDate(0, 0, -1)
	s.Tx(func(tx pg.Tx) error { return s.DB.AdvanceClock(tx, clock.AddMonths(month, 1).Add(2*time.Hour)) })
	if err := s.App.MakeStatements(context.Background(), month); err != nil {
		t.Fatal(err)
	}
	s.post(note, nil).WantProblem(422, "invoice.awaits_statement")
	clerk := s.As("clerk")
	list := clerk.Get("/v1/statements?customer_id=" + s.customer.ID.String()).Want(200)
	at := "/v1/statements/" + list.String("data.0.id")
	clerk.Post(at+"/send", object{"via": "visit"}).Want(200)
	s.post(note, nil).WantProblem(422, "invoice.awaits_statement")
	paper := clerk.With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
	clerk.Post(at+"/confirm", object{"name": "陈示例", "attachment_ids": []string{paper}}).Want(200)
	later := s.ship(shipping.Credit, "10")
	s.on(later, last.AddDate(0, 0, 1))
	s.post(later, nil).WantProblem(422, "invoice.awaits_statement")
	s.on(later, last)
	s.post(later, nil).Want(201)
	if v := s.post(note, nil).Want(201); v.String("total") != "999.00" {
		t.Errorf("%s", v.Body)
	}
	s.agree()
}

// on makes a delivery one of another day.
func (s *shop) on(note uuid.UUID, day time.Time) {
	s.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE delivery_notes SET shipped_on = ? WHERE id = ?", day, note).Error
	})
}

func TestSHP20_ARunInvoicesAllThatIsDueAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	for range 3 {
		s.ship(shipping.Credit, "10")
	}
	s.ship(shipping.COD, "5")
	s.As("clerk").Post("/v1/invoice-runs", object{"through": today(s.Env, 1)}).WantProblem(422, "receivable.future_date")
	s.As("clerk").Post("/v1/invoice-runs", object{"through": today(s.Env, -1)}).WantProblem(422, "invoice_run.nothing_due")
	run := s.As("clerk").Post("/v1/invoice-runs", object{}).Want(202)
	s.As("clerk").Post("/v1/invoice-runs", object{}).WantProblem(409, "invoice_run.running")
	at := "/v1/invoice-runs/" + run.ID()
	// Two servers carry it out at once: each customer is invoiced once.
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for more := true; more; {
				err := s.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
					_, more, err = s.svc.ContinueRun(tx, uuid.MustParse(run.ID()))
					return err
				})
				if err != nil {
					return // the other one has finished it
				}
			}
		})
	}
	wg.Wait()
	got := s.As("clerk").Get(at).Want(200)
	if got.String("state") != "done" || got.At("invoiced") != 1.0 || got.String("total") != "349.65" {
		t.Errorf("%s", got.Body)
	}
	items := s.As("clerk").Get(at + "/customers?state=invoiced").Want(200)
	if items.Len("data") != 1 || items.At("data.0.invoices") != 2.0 { // cash on delivery is due at once: an invoice of its own
		t.Errorf("%s", items.Body)
	}
	if n := s.As("clerk").Get("/v1/invoice-runs").Want(200).Len("data"); n != 1 {
		t.Errorf("%d runs", n)
	}
	s.agree()
}

// A statement of one day clears that day; November's clears nothing of October, whose own is disputed still (D2.10).
func TestARV02_AConfirmedStatementClearsItsOwnDaysOnly(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	s.As("finance").Put("/v1/customers/"+s.customer.ID.String()+"/invoicing-terms", `"1"`, object{"mode": "after_statement", "reason": "客户要求"}).Want(200)
	now := s.DB.Clock().Now()
	first := clock.AddMonths(clock.Today(now).AddDate(0, 0, 1-clock.Today(now).Day()), 1)
	s.Tx(func(tx pg.Tx) error { return s.DB.AdvanceClock(tx, first.Add(30*time.Hour)) })
	october := s.through(s.ship(shipping.Credit, "100"))
	s.Tx(func(tx pg.Tx) error { return s.DB.AdvanceClock(tx, clock.AddMonths(first, 1).Add(2*time.Hour)) })
	s.month(first)
	november := s.through(s.ship(shipping.Credit, "10"))
	s.Tx(func(tx pg.Tx) error { return s.DB.AdvanceClock(tx, clock.AddMonths(first, 2).Add(2*time.Hour)) })
	s.month(clock.AddMonths(first, 1))
	list := s.As("clerk").Get("/v1/statements?customer_id=" + s.customer.ID.String()).Want(200)
	s.confirm(list.String("data.0.id"))
	s.post(october, nil).WantProblem(422, "invoice.awaits_statement")
	s.post(november, nil).Want(201)
	// One made by hand clears its day.
	other := s.through(s.ship(shipping.Credit, "10"))
	s.forward(2)
	today := clock.AddMonths(first, 2)
	manual := func(day time.Time) {
		made := s.As("clerk").Post("/v1/statements", object{"customer_id": s.customer.ID, "from": day.Format(time.DateOnly), "to": day.Format(time.DateOnly)}).Want(201)
		s.confirm(made.ID())
	}
	manual(today)
	s.post(october, nil).WantProblem(422, "invoice.awaits_statement")
	s.post(other, nil).Want(201)
	s.confirm(list.String("data.1.id"))
	s.post(october, nil).Want(201)
	s.agree()
}

// month makes the statements of a month.
func (s *shop) month(first time.Time) {
	s.t.Helper()
	if err := s.App.MakeStatements(context.Background(), first); err != nil {
		s.t.Fatal(err)
	}
}

// confirm sends a statement and confirms it with a stamped paper.
func (s *shop) confirm(id string) {
	s.t.Helper()
	clerk, at := s.As("clerk"), "/v1/statements/"+id
	clerk.Post(at+"/send", object{"via": "visit"}).Want(200)
	paper := clerk.With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
	clerk.Post(at+"/confirm", object{"name": "陈示例", "attachment_ids": []string{paper}}).Want(200)
}

// What was given away has no invoice: it stops no run, is on no list of what is to be invoiced, and keeps no order's deposit.
func TestSHP20_WhatIsFreeOfChargeNeedsNoInvoice(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	free := s.ship(shipping.Credit, "5")
	s.free(free)
	if n := s.As("clerk").Get("/v1/customers-to-invoice").Want(200).Len("data"); n != 0 {
		t.Errorf("%d customers with something to invoice", n)
	}
	if n := s.As("clerk").Get("/v1/delivery-notes?open=true").Want(200).Len("data"); n != 0 {
		t.Errorf("%d delivery notes to invoice", n)
	}
	s.As("clerk").Post("/v1/invoice-runs", object{}).WantProblem(422, "invoice_run.nothing_due")
	s.ship(shipping.COD, "1") // cash has an invoice of its own, and the free note none
	run := s.As("clerk").Post("/v1/invoice-runs", object{}).Want(202)
	s.carryOut(run.ID())
	got := s.As("clerk").Get("/v1/invoice-runs/" + run.ID()).Want(200)
	if got.At("invoiced") != 1.0 || got.At("refused") != 0.0 || got.String("total") != "9.99" {
		t.Errorf("%s", got.Body)
	}
}

// free makes a delivery one that nothing is asked for, with what it added to the exposure.
func (s *shop) free(note uuid.UUID) {
	s.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE delivery_note_lines SET price = 0, amount = 0 WHERE delivery_note_id = ?", note).Error
	})
}

func (s *shop) carryOut(run string) {
	s.t.Helper()
	for more := true; more; {
		err := s.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
			_, more, err = s.svc.ContinueRun(tx, uuid.MustParse(run))
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// Cash that the driver doesn't bring back is a receivable due at once, the day after and without anybody's hand; so is what is invoiced at once.
// What the gate hasn't let out, and who waits for the statement, isn't invoiced by the job.
func TestSHP11_CashNotBroughtBackIsAReceivableByTheJob(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	s.through(s.ship(shipping.COD, "2"))
	s.through(s.ship(shipping.Credit, "10"))
	s.ship(shipping.Credit, "3") // stands in the yard
	s.invoiceDay()
	if n := s.As("clerk").Get("/v1/invoices").Want(200).Len("data"); n != 0 {
		t.Fatalf("%d invoices on the day", n)
	}
	s.forward(1)
	s.invoiceDay()
	s.invoiceDay() // again: nothing more
	list := s.As("clerk").Get("/v1/invoices").Want(200)
	if list.Len("data") != 2 {
		t.Fatalf("%s", list.Body)
	}
	due := map[string]string{"99.90": today(s.Env, 30), "19.98": today(s.Env, 0)}
	for i := range 2 {
		at := fmt.Sprintf("data.%d.", i)
		if on, found := due[list.String(at+"total")]; !found || list.String(at+"due_on") != on {
			t.Errorf("%s is due on %s", list.String(at+"total"), list.String(at+"due_on"))
		}
	}
	s.forward(1)
	if n := s.As("rep1").Get("/v1/overdue-items").Want(200).Len("data"); n != 1 {
		t.Errorf("%d items overdue", n)
	}
	runs := s.As("clerk").Get("/v1/invoice-runs").Want(200)
	if runs.Len("data") != 1 || runs.At("data.0.daily") != true {
		t.Errorf("%s", runs.Body)
	}
	s.agree()
}

// Cash that was brought back, and that nobody has allocated when the job comes, pays the job's invoice: nothing is overdue.
func TestSHP11_CashThatIsThereIsNotOverdueByTheJob(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	s.through(s.ship(shipping.COD, "2"))
	s.As("clerk").Post("/v1/receipts", object{
		"customer_id": s.customer.ID, "method": "cash", "received_on": today(s.Env, 0), "amount": "20.00", "remarks": "司机带回",
	}).Want(201)
	s.forward(1)
	s.invoiceDay()
	if v := s.As("clerk").Get("/v1/invoices").Want(200); v.Len("data") != 1 || v.String("data.0.paid") != "19.98" {
		t.Errorf("%s", v.Body)
	}
	s.forward(1)
	if n := s.As("rep1").Get("/v1/overdue-items").Want(200).Len("data"); n != 0 {
		t.Errorf("%d items overdue of which the money is there", n)
	}
	s.agree()
}

// A clerk asks for one customer, a supervisor for one rep's.
func TestWhatIsToBeInvoicedIsFoundByCustomerAndOwner(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	s.ship(shipping.Credit, "10")
	for query, n := range map[string]int{
		"customer_id=" + s.customer.ID.String(): 1, "customer_id=" + uuid.NewString(): 0, "due=true&owner_id=" + s.People["rep1"].String(): 1,
		"owner_id=" + s.People["rep2"].String(): 0,
	} {
		if got := s.As("clerk").Get("/v1/customers-to-invoice?" + query).Want(200); got.Len("data") != n {
			t.Errorf("%s: %s", query, got.Body)
		}
	}
}

// The days are parameters: one below, at, and above.
func TestSHP11_TheDaysUntilTheJobInvoicesAreParameters(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	s.set("invoicing.cash_days", "3")
	s.set("invoicing.at_once_days", "2")
	s.through(s.ship(shipping.COD, "2"))
	s.through(s.ship(shipping.Credit, "10"))
	for _, want := range []int{0, 0, 1, 2, 2} {
		s.invoiceDay()
		if n := s.As("clerk").Get("/v1/invoices").Want(200).Len("data"); n != want {
			t.Errorf("%d invoices, want %d", n, want)
		}
		s.forward(1)
	}
}

func (s *shop) invoiceDay() {
	s.t.Helper()
	if err := s.App.InvoiceDay(context.Background(), clock.Today(s.DB.Clock().Now())); err != nil {
		s.t.Fatal(err)
	}
}

// set sets a parameter.
func (s *shop) set(name, value string) {
	s.t.Helper()
	s.Tx(func(tx pg.Tx) error {
		p, err := s.App.Server.Rulebook.GetParameter(tx, name)
		if err == nil {
			_, err = s.App.Server.Rulebook.ReplaceParameter(tx, name, p.Version, rulebook.Change{Value: value, Reason: "test"})
		}
		return err
	})
}
