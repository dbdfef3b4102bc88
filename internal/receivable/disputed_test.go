package receivable_test

import "testing"

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
