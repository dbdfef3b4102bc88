package quote_test

import (
	"testing"

	"github.com/google/uuid"
)

func TestQUO05_AnAcceptedQuotationBecomesOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	q := w.create("rep1", offer(w.old, object{"product_id": w.plain, "min_quantity": "100", "max_quantity": "500", "price": "9.60"}, line(w.floored, "10", "10")))
	path := "/v1/quotations/" + q.ID()
	rep.Post(path+"/convert-to-order", object{}).WantProblem(422, "quote.not_agreed")
	asked := rep.Post(path+"/submit", nil).Want(200)
	w.As("manager").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	rep.Post(path+"/send", object{"channel": "email", "recipient": "陈示例"}).Want(200)
	rep.Post(path+"/accept", object{"accepted_by": "陈示例", "attachment_ids": []string{w.file("rep1")}}).Want(200)
	first := q.String("lines.0.id")
	pick := func(id, quantity string) object {
		return object{"customer_order_no": "PO-1", "lines": []object{{"quotation_line_id": id, "quantity": quantity, "promised_on": day(20)}}}
	}
	rep.Post(path+"/convert-to-order", pick(first, "99.9999")).WantProblem(422, "quote.quantity_not_agreed")
	rep.Post(path+"/convert-to-order", pick(first, "500.0001")).WantProblem(422, "quote.quantity_not_agreed")
	rep.Post(path+"/convert-to-order", pick(uuid.NewString(), "100")).WantProblem(422, "quote.no_such_line")
	part := rep.Post(path+"/convert-to-order", pick(first, "500")).Want(201)
	if part.String("quotation_id") != q.ID() || part.String("lines.0.quotation_line_id") != first || part.String("lines.0.price") != "9.6000" || part.Len("lines") != 1 {
		t.Fatalf("%s", part.Body)
	}
	// −4 % is beyond the rep, and passes since it is agreed
	if got := rep.Post("/v1/orders/"+part.ID()+"/submit", nil).Want(200); got.String("state") != "confirmed" {
		t.Errorf("%s", got.Body)
	}
	if all := rep.Post(path+"/convert-to-order", object{}).Want(201); all.Len("lines") != 2 || all.String("lines.1.quantity") != "10.0000" {
		t.Errorf("%s", all.Body)
	}
	if n := rep.Get(path + "/timeline").Want(200).Len("data"); n != 7 {
		t.Errorf("%d events", n)
	}
	late := rep.Post(path+"/convert-to-order", pick(first, "100")).Want(201)
	w.clockAt(day(31) + " 00:00:01")
	rep.Post(path+"/convert-to-order", pick(first, "100")).WantProblem(422, "quote.expired")
	if got := rep.Post("/v1/orders/"+late.ID()+"/submit", nil); got.Status == 200 && got.String("state") == "confirmed" {
		t.Errorf("an expired quotation is still a price base: %s", got.Body)
	}
}

func TestQUO05_AProspectsQuotationIsConvertedOnlyWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep, prospect := w.As("rep1"), w.prospect()
	fill(w, object{"prospect_id": prospect})
	id := w.create("rep1", object{"prospect_id": prospect, "valid_from": day(0), "valid_until": day(30), "lines": []object{line(w.plain, "1", "10")}}).ID()
	path := "/v1/quotations/" + id
	rep.Post(path+"/submit", nil).Want(200)
	rep.Post(path+"/send", object{"channel": "email", "recipient": "李示例"}).Want(200)
	rep.Post(path+"/accept", object{"accepted_by": "李示例", "attachment_ids": []string{w.file("rep1")}}).Want(200)
	rep.Post(path+"/convert-to-order", object{}).WantProblem(422, "quote.still_prospect")
}

func TestQUO05_AnAcceptedQuotationBecomesAContract(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	id := w.accepted(w.old)
	path := "/v1/quotations/" + id + "/convert-to-contract"
	line := rep.Get("/v1/quotations/" + id).Want(200).String("lines.0.id")
	body := object{"starts_on": day(0), "ends_on": day(200), "lines": []object{{"quotation_line_id": line, "quantity": "400", "promised_on": day(40)}}}
	if tried := rep.Post(path+"?validate_only=true", body).Want(201); tried.String("quotation_id") != id {
		t.Errorf("%s", tried.Body)
	}
	if n := rep.Get("/v1/contracts").Want(200).Len("data"); n != 0 {
		t.Errorf("%d contracts", n)
	}
	got := rep.Post(path, body).Want(201)
	if got.String("lines.0.quotation_line_id") != line || got.String("lines.0.price") != "9.9000" || got.String("lines.0.deliveries.0.on") != day(40) ||
		got.String("state") != "draft" {
		t.Errorf("%s", got.Body)
	}
	body["lines"] = []object{{"quotation_line_id": line, "quantity": "99"}}
	rep.Post(path, body).WantProblem(422, "quote.quantity_not_agreed")
}
