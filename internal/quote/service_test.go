package quote_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

// What is approved isn't sent to whom we don't deal with any more, nor taken from them; the customer's side learns nothing of why.
func TestQUO05_OnlyActiveCustomersAreSentToAndAccept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	customer := w.Established(w.company())
	ready := "/v1/quotations/" + w.create("rep1", offer(customer, line(w.plain, "100", "9.90"))).ID()
	rep.Post(ready+"/submit", nil).Want(200)
	sent := "/v1/quotations/" + w.sent(customer)
	token := rep.Post(sent+"/link", nil).Want(201).String("token")
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET status = 'suspended' WHERE id = ?", customer).Error
	})
	rep.Post(ready+"/send", object{"channel": "email", "recipient": "陈示例"}).WantProblem(422, "quote.customer_not_active")
	yes := object{"accepted_by": "陈示例", "attachment_ids": []string{w.file("rep1")}}
	rep.Post(sent+"/accept", yes).WantProblem(422, "quote.customer_not_active")
	w.As("").With("X-Quotation-Token", token).Post("/v1/public/quotation", object{"accepted": true, "name": "陈示例"}).WantProblem(410, "quote.link_gone")
	if got := rep.Get(sent).Want(200); got.String("state") != "sent" {
		t.Errorf("%s", got.Body)
	}
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET status = 'active' WHERE id = ?", customer).Error
	})
	rep.Post(sent+"/accept", yes).Want(200)
}

// Terms that an order's gate would refuse aren't offered, and nobody is accused for asking; terms that it takes are.
func TestCRD16_TermsThatNoOrderMayHaveArentOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	submit := func(settlement string, days int) (answer int, code string) {
		body := offer(w.old, line(w.plain, "100", "9.90"))
		body["settlement"], body["terms_days"] = settlement, days
		a := rep.Post("/v1/quotations/"+w.create("rep1", body).ID()+"/submit", nil)
		return a.Status, a.String("code")
	}
	for _, settlement := range []string{"cash", "prepaid", "cod"} {
		if status, code := submit(settlement, 0); status != 200 {
			t.Errorf("%s: %d %s", settlement, status, code)
		}
	}
	if status, code := submit("net_days", 30); status != 422 || code != "quote.cash_only" { // of no grade
		t.Errorf("%d %s", status, code)
	}
	lend := func(terms credit.Terms) {
		of := uuid.MustParse(w.company())
		w.old = of.String()
		w.Tx(func(tx pg.Tx) error {
			return w.App.Server.Credits.SetOpening(tx, credit.Opening{CustomerID: of, Grade: credit.GradeB, Limit: credit.LimitOf(dec("1000000")), Terms: terms})
		})
	}
	lend(credit.Terms{Settlement: credit.Cash})
	if status, code := submit("net_days", 30); status != 422 || code != "quote.settlement_not_yours" {
		t.Errorf("%d %s", status, code)
	}
	lend(credit.Terms{Settlement: credit.NetDays, Days: 30})
	for _, days := range []int{30, 60} { // other days are finance's to decide when they are ordered by (CON-06)
		if status, code := submit("net_days", days); status != 200 {
			t.Errorf("%d days: %d %s", days, status, code)
		}
	}
	if n := w.As("gm").Get("/v1/violations?rule=CRD-16").Want(200).Len("data"); n != 0 {
		t.Errorf("%d violations", n)
	}
}

// The price was approved for what comes with it: another freight, packing, delivery or lead time is asked about again, remarks aren't.
func TestPRC10_ARevisionThatOffersMoreIsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	quoted := object{"product_id": w.plain, "min_quantity": "100", "price": "9.72", "lead_days": 7}
	for name, c := range map[string]struct {
		change object
		state  string
	}{
		"remarks":  {object{"remarks": "另附样品"}, "approved"},
		"freight":  {object{"freight": "我方承担"}, "submitted"},
		"packing":  {object{"packing": "纸箱"}, "submitted"},
		"delivery": {object{"delivery": "送货到厂"}, "submitted"},
		"sooner":   {object{"lines": []object{{"product_id": w.plain, "min_quantity": "100", "price": "9.72", "lead_days": 3}}}, "submitted"},
	} {
		path := "/v1/quotations/" + w.create("rep1", offer(w.old, quoted)).ID()
		approval := rep.Post(path+"/submit", nil).Want(200).String("approval_id")
		w.As("supervisor").Post("/v1/approvals/"+approval+"/approve", object{}).Want(200)
		revised := rep.Post(path+"/revise", object{"reason": "客户要求"}).Want(200)
		rep.Patch(path, revised.ETag(), c.change).Want(200)
		if got := rep.Post(path+"/submit", nil).Want(200); got.String("state") != c.state {
			t.Errorf("%s: %s", name, got.String("state"))
		}
	}
}

// A name that says nothing is no name.
func TestQUO05_BlankNamesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	path := "/v1/quotations/" + w.sent(w.old)
	token := rep.Post(path+"/link", nil).Want(201).String("token")
	w.As("").With("X-Quotation-Token", token).Post("/v1/public/quotation", object{"accepted": true, "name": " "}).WantProblem(400, "request.invalid")
	rep.Post(path+"/accept", object{"accepted_by": "  ", "attachment_ids": []string{w.file("rep1")}}).WantProblem(400, "request.invalid")
	rep.Post(path+"/send", object{"channel": "email", "recipient": " "}).WantProblem(400, "request.invalid")
	rep.Post("/v1/inquiries", object{"channel": "fax", "customer_id": w.old, "needs": " \t"}).WantProblem(400, "request.invalid")
}
