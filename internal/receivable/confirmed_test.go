package receivable_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

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

// A quantity that the customer disputes leaves the invoice by an adjusting document: its goods are shipped and not invoiced again, and the
// posted invoice stays as it was (ARV-06).
func TestARV06_ADisputedQuantityOfALineLeavesTheInvoice(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	_, v := s.billed("100")
	line := s.As("clerk").Get("/v1/invoices/" + v.ID()).Want(200).String("lines.0.id")
	dispute := func(amount string) object {
		return object{"invoice_id": v.ID(), "invoice_line_id": line, "reason": "quantity", "amount": amount, "raised_by": "李示例", "note": "少收 10 kg"}
	}
	rep := s.As("rep1")
	rep.Post("/v1/disputed-items", dispute("999.01")).WantProblem(422, "dispute.more_than_open")
	x := rep.Post("/v1/disputed-items", dispute("99.90")).Want(201)
	at := "/v1/disputed-items/" + x.ID()
	rep.Post(at+"/resolve", object{"amount": "99.91", "quantity": "10", "reason": "少发"}).WantProblem(422, "dispute.more_than_open")
	asked := rep.Post(at+"/resolve", object{"amount": "99.90", "quantity": "10", "reason": "少发"}).Want(200)
	for _, who := range []string{"finance", "manager"} {
		s.As(who).Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	}
	got := rep.Get(at).Want(200)
	if got.String("state") != "adjusted" || got.String("credited") != "99.90" {
		t.Fatalf("%s", got.Body)
	}
	document := s.As("clerk").Get("/v1/invoices/" + got.String("adjustment_id")).Want(200)
	if document.String("total") != "-99.90" || document.String("lines.0.quantity") != "-10.0000" || document.String("kind") != "adjustment" {
		t.Errorf("%s", document.Body)
	}
	if posted := s.As("clerk").Get("/v1/invoices/" + v.ID()).Want(200); posted.String("total") != "999.00" || posted.String("open") != "899.10" {
		t.Errorf("%s", posted.Body)
	}
	want(t, "receivable", s.position().Account.Receivable, "899.10")
	want(t, "shipped", s.position().Account.Shipped, "99.90")
	s.agree()
}
