package invoicing_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
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
	confirm := func(in int) {
		s.Tx(func(tx pg.Tx) error {
			return s.svc.StatementConfirmed(tx, s.customer.ID, clock.Today(tx.Now).AddDate(0, 0, in), uuid.New())
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
	confirm(-1)
	s.post(note, nil).WantProblem(422, "invoice.awaits_statement")
	confirm(0)
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
