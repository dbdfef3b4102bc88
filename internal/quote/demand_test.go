package quote_test

import (
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
)

// order is an order of the customer at a price, submitted by who.
func (w *world) order(who, customer, price string) apitest.Answer {
	w.t.Helper()
	o := w.As(who).Post("/v1/orders", object{
		"customer_id": customer, "channel": "phone", "customer_order_no": "PO-1", "settlement": "cash",
		"lines": []object{{"product_id": w.plain, "quantity": "100", "price": price}},
	}).Want(201)
	return w.As(who).Post("/v1/orders/"+o.ID()+"/submit", object{}).Want(200)
}

// contract is the draft of a contract with the customer at a price.
func (w *world) contract(customer, price string) string {
	w.t.Helper()
	return w.As("rep1").Post("/v1/contracts", object{
		"customer_id": customer, "starts_on": day(0), "ends_on": day(60), "settlement": "cash", "delivery_place": "江苏省示例市云岭路 1 号",
		"packing": "打包 250 kg/包", "transport": "汽运",
		"lines": []object{{"product_id": w.plain, "quantity": "100", "price": price, "deliveries": []object{{"on": day(30), "quantity": "100"}}}},
	}).Want(201).ID()
}

// covered is the lowest role that covers a document's prices, and whether rep1's own authority does.
func (w *world) covered(path string) string {
	w.t.Helper()
	a := w.As("rep1").Get(path + "/price-authority").Want(200)
	if a.At("within_authority") == true {
		return "rep1"
	}
	return a.String("required_role")
}

// What a rep may not quote alone they may not type into an order either.
func TestQUO04_AnOrderIsHeldToTheCustomersDemand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ship(w.old, "149999.9999", "10") // over 3 months: just below 50 t a month
	if o := w.order("rep1", w.old, "9.80"); o.String("state") != "confirmed" || strings.Contains(string(o.Body), "QUO-04") {
		t.Errorf("while it is off: %s", o.Body)
	}
	w.set("quote.rep_min_tonnes_enabled", "true")
	w.later(time.Second)
	asked := w.order("rep1", w.old, "9.80")
	if asked.String("state") != "submitted" || !strings.Contains(string(asked.Body), "QUO-04") {
		t.Fatalf("below 50 t: %s", asked.Body)
	}
	if got := w.covered("/v1/orders/" + asked.ID()); got != "sales_manager" {
		t.Errorf("below 50 t it takes %s", got)
	}
	w.As("supervisor").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(403)
	w.As("manager").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	for price, who := range map[string]string{"10": "rep1", "10.01": "rep1", "9.80": "manager"} {
		if o := w.order(who, w.old, price); o.String("state") != "confirmed" {
			t.Errorf("%s at %s: %s", who, price, o.Body)
		}
	}
	w.ship(w.old, "0.0001", "10")
	if o := w.order("rep1", w.old, "9.80"); o.String("state") != "confirmed" {
		t.Errorf("exactly 50 t: %s", o.Body)
	}
	w.ship(w.old, "1", "10")
	if o := w.order("rep1", w.old, "9.80"); o.String("state") != "confirmed" {
		t.Errorf("above 50 t: %s", o.Body)
	}
}

// The sales manager signs each contract; whose price authority it takes is judged as for a quotation.
func TestQUO04_AContractIsHeldToTheCustomersDemand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fill(w, object{"customer_id": w.old, "monthly_tonnes": "49.9999"})
	low, list := "/v1/contracts/"+w.contract(w.old, "9.80"), "/v1/contracts/"+w.contract(w.old, "10")
	if got := w.covered(low); got != "rep1" {
		t.Errorf("while it is off: %s", got)
	}
	w.set("quote.rep_min_tonnes_enabled", "true")
	w.later(time.Second)
	if got := w.covered(low); got != "sales_manager" {
		t.Errorf("below 50 t: %s", got)
	}
	if got := w.covered(list); got != "rep1" {
		t.Errorf("the list price: %s", got)
	}
	fill(w, object{"customer_id": w.old, "monthly_tonnes": "50"})
	if got := w.covered(low); got != "rep1" {
		t.Errorf("exactly 50 t: %s", got)
	}
	fill(w, object{"customer_id": w.old, "monthly_tonnes": "50.0001"})
	if got := w.covered(low); got != "rep1" {
		t.Errorf("above 50 t: %s", got)
	}
	fill(w, object{"customer_id": w.old, "monthly_tonnes": "1"})
	if a := w.As("rep1").Post(low+"/submit", object{}).Want(200); !strings.Contains(string(a.Body), "QUO-04") {
		t.Errorf("the decision doesn't say so: %s", a.Body)
	}
}

// What was agreed to in a quotation isn't asked about again in the order that names it.
func TestQUO04_AnAgreedPriceWasAskedAboutInItsQuotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accepted(w.old) // at 9.90, by the rep's own authority
	w.set("quote.rep_min_tonnes_enabled", "true")
	w.later(time.Second)
	if o := w.order("rep1", w.old, "9.90"); o.String("state") != "submitted" {
		t.Errorf("without the quotation: %s", o.Body)
	}
	o := w.As("rep1").Post("/v1/quotations/"+id+"/convert-to-order", object{"customer_order_no": "PO-2"}).Want(201)
	if got := w.As("rep1").Post("/v1/orders/"+o.ID()+"/submit", object{}).Want(200); got.String("state") != "confirmed" {
		t.Errorf("by the quotation: %s", got.Body)
	}
}
