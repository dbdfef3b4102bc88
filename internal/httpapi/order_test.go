package httpapi_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
)

// productAt makes a standard product with a base price.
func productAt(e *apitest.Env, price string) string {
	var id uuid.UUID
	e.Tx(func(tx pg.Tx) error {
		p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
			Code: "P-" + uuid.NewString()[:8], Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished,
			Lifecycle: catalog.LifecycleStandard, TaxRate: decimal.MustParse("0.13"),
		})
		if err != nil {
			return err
		}
		id = p.ID
		_, err = e.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), tx.Now.Add(-time.Hour), "opening", []pricelist.PriceLine{{ProductID: p.ID, Price: decimal.MustParse(price)}})
		return err
	})
	return id.String()
}

func orderBy(customer, product, quantity, price string) object {
	return object{
		"customer_id": customer, "channel": "phone", "settlement": "cash",
		"lines": []object{{"product_id": product, "quantity": quantity, "price": price, "promised_on": "2027-01-15"}},
	}
}

func TestORD02_OrderLifeOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	made := rep.Post("/v1/orders", orderBy(customer, product, "100", "9.75")).Want(201)
	path := "/v1/orders/" + made.ID()
	if made.String("state") != "draft" || !strings.HasPrefix(made.String("number"), "SO-") || made.At("decision") != nil || made.String("tax") != "112.17" {
		t.Fatalf("%s", made.Body)
	}
	tried := rep.Post(path+"/submit?validate_only=true", nil).Want(200)
	if tried.String("state") != "submitted" || rep.Get(path).Want(200).String("state") != "draft" || rep.Get(path+"/decisions").Want(200).Len("data") != 0 {
		t.Fatalf("%s", tried.Body)
	}
	sent := rep.Post(path+"/submit", nil).Want(200)
	if sent.String("state") != "submitted" || sent.String("decision.outcome") != "approval_required" || sent.String("decision.approval_id") != sent.String("approval_id") {
		t.Fatalf("%s", sent.Body)
	}
	rep.Patch(path, sent.ETag(), object{"header_discount": "1"}).WantProblem(409, "order.protected")
	rep.Post("/v1/approvals/"+sent.String("approval_id")+"/approve", object{}).Want(403)
	again := rep.Post(path+"/revise", object{"reason": "加量"}).Want(200)
	rep.With("If-Match", sent.ETag()).Post(path+"/cancel", object{"reason": "x"}).WantProblem(412, "resource.stale")
	changed := rep.Patch(path, again.ETag(), object{"remarks": nil, "lines": []object{
		{"id": again.String("lines.0.id"), "product_id": product, "quantity": "120", "price": "9.80"}, {"product_id": product, "quantity": "1", "price": "10"},
	}}).Want(200)
	if changed.String("lines.0.id") != again.String("lines.0.id") || changed.Len("lines") != 2 || changed.String("total") != "1186.00" {
		t.Fatalf("%s", changed.Body)
	}
	if done := rep.Post(path+"/submit", nil).Want(200); done.String("state") != "confirmed" || done.String("decision.outcome") != "passed" {
		t.Fatalf("%s", done.Body)
	}
	rep.Post(path+"/close", object{"reason": "x"}).WantProblem(409, "resource.wrong_state")
	copied := rep.Post(path+"/copy", nil).Want(201)
	if copied.String("copied_from_id") != made.ID() {
		t.Fatalf("%s", copied.Body)
	}
	if n := e.As("gm").Get(path + "/decisions").Want(200).Len("data"); n != 2 { // submitted, submitted anew
		t.Errorf("%d decisions", n)
	}
	var actions []string
	e.Told()
	line := rep.Get(path + "/timeline").Want(200)
	for i := range line.Len("data") {
		actions = append(actions, line.String(fmt.Sprintf("data.%d.action", i)))
	}
	if strings.Join(actions, " ") != "createOrder submitOrder reviseOrder updateOrder submitOrder createProductionRequest" {
		t.Errorf("%v", actions)
	}
	if rep.Post("/v1/orders/"+copied.ID()+"/cancel", object{"reason": "重复"}).Want(200).String("state") != "cancelled" {
		t.Error("not cancelled")
	}
	for query, n := range map[string]int{"": 2, "?state=confirmed": 1, "?state=draft": 0, "?customer_id=" + customer: 2, "?number=" + made.String("number"): 1} {
		if got := rep.Get("/v1/orders" + query).Want(200).Len("data"); got != n {
			t.Errorf("%s: %d orders, want %d", query, got, n)
		}
	}
}

func TestORD10_RefusalCarriesItsDecisionOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1").With("Idempotency-Key", "one")
	body := orderBy(customerOf(e), productAt(e, "10"), "100", "10")
	body["settlement"], body["terms_days"], body["submit"] = "net_days", 30, true
	var log bytes.Buffer
	e.App.Server.Log = slog.New(slog.NewTextHandler(&log, nil))
	refused := rep.Post("/v1/orders", body).WantProblem(422, "order.cash_only")
	id, _ := refused.At("params.order_id").(string)
	if refused.String("decision.outcome") != "refused" || refused.String("rules.0") != "ORD-10" || id == "" {
		t.Fatalf("%s", refused.Body)
	}
	if strings.Contains(log.String(), "refusal not stored") {
		t.Errorf("the refusal was stored with its decision, and then again: %s", &log)
	}
	if again := rep.Post("/v1/orders", body).WantProblem(422, "order.cash_only"); again.Header.Get("Idempotency-Replayed") != "true" {
		t.Error("not replayed")
	}
	rep = e.As("rep1")
	if n := rep.Get("/v1/orders").Want(200).Len("data"); n != 1 {
		t.Errorf("%d orders", n)
	}
	list := rep.Get("/v1/orders/" + id + "/decisions").Want(200)
	if list.Len("data") != 1 || list.String("data.0.id") != refused.String("decision.id") {
		t.Errorf("%s", list.Body)
	}
	rep.Post("/v1/orders?validate_only=true", body).WantProblem(422, "order.cash_only")
	if n := rep.Get("/v1/orders").Want(200).Len("data"); n != 1 {
		t.Error("validate_only left its refusal")
	}
	fixed := rep.Patch("/v1/orders/"+id, rep.Get("/v1/orders/"+id).Want(200).ETag(), object{"settlement": "cash"}).Want(200)
	if got := rep.With("If-Match", fixed.ETag()).Post("/v1/orders/"+id+"/submit", nil).Want(200).String("state"); got != "confirmed" {
		t.Error(got)
	}
}

func TestOrderOfAnERPIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	const path = "/v1/orders/by-external-id/erp/PO-1"
	body := orderBy(customerOf(e), productAt(e, "10"), "100", "10")
	draft := rep.Put(path, "", body).Want(200)
	body["remarks"] = "加急"
	if replaced := rep.Put(path, "", body).Want(200); replaced.ID() != draft.ID() || replaced.ETag() == draft.ETag() || replaced.String("remarks") != "加急" {
		t.Fatalf("%s", replaced.Body)
	}
	body["submit"] = true
	sent := rep.Put(path, "", body).Want(200)
	if sent.String("state") != "confirmed" || sent.String("decision.outcome") != "passed" {
		t.Fatalf("%s", sent.Body)
	}
	if same := rep.Put(path, "", body).Want(200); same.ID() != draft.ID() || same.ETag() != sent.ETag() {
		t.Fatalf("%s", same.Body)
	}
	body["header_discount"] = "1"
	rep.Put(path, "", body).WantProblem(409, "order.protected")
	if rep.Get(path).Want(200).ETag() != sent.ETag() {
		t.Error("changed")
	}
	e.As("rep3").Get(path).WantProblem(404, "resource.not_found")
}

func TestOrderBadInput(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	customer, product := customerOf(e), productAt(e, "10")
	e.As("rep1").Do("POST", "/v1/orders", orderBy(customer, product, "1", "10")).WantProblem(400, "request.invalid") // no key
	for name, c := range map[string]struct {
		quantity, price string
		status          int
		code            string
	}{
		"zero":          {"0", "10", 422, "order.bad_quantity"},
		"negative":      {"-1", "10", 400, "request.invalid"},
		"five decimals": {"1.00001", "10", 400, "request.invalid"},
		"exponent":      {"1e3", "10", 400, "request.invalid"},
		"too large":     {"9999999999999", "9999999999999", 422, "order.amount_too_large"},
	} {
		if a := rep.Post("/v1/orders", orderBy(customer, product, c.quantity, c.price)); a.Status != c.status || a.String("code") != c.code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	rep.Post("/v1/orders", orderBy(customer, uuid.NewString(), "1", "10")).WantProblem(422, "order.unknown_product")
	rep.Post("/v1/orders", orderBy(uuid.NewString(), product, "1", "10")).WantProblem(422, "order.unknown_customer")
	e.As("rep3").Post("/v1/orders", orderBy(customer, product, "1", "10")).WantProblem(422, "order.unknown_customer")
	order := rep.Post("/v1/orders", orderBy(customer, product, "1", "10")).Want(201)
	rep.Patch("/v1/orders/"+order.ID(), order.ETag(), object{"lines": []object{{"id": uuid.NewString(), "product_id": product, "quantity": "1", "price": "1"}}}).
		WantProblem(422, "order.unknown_line")
	id := order.String("lines.0.id")
	same := object{"id": id, "product_id": product, "quantity": "1", "price": "1"}
	rep.Patch("/v1/orders/"+order.ID(), order.ETag(), object{"lines": []object{same, same}}).WantProblem(422, "order.line_twice")
}

// A customer that is given to another rep takes its orders along (ORG-06).
func TestORG06_OrdersFollowTheCustomersOwner(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	path := "/v1/orders/" + e.As("rep1").Post("/v1/orders", orderBy(customer, product, "1", "10")).Want(201).ID()
	e.As("manager").Post("/v1/customers/"+customer+"/assign", object{"owner_id": e.People["rep3"], "reason": "区域调整"}).Want(200)
	e.As("rep1").Get(path).WantProblem(404, "resource.not_found")
	e.As("rep3").Get(path).Want(200)
	for who, n := range map[string]int{"rep1": 0, "rep3": 1, "supervisor": 0, "manager": 1, "gm": 1} {
		if got := e.As(who).Get("/v1/orders").Want(200).Len("data"); got != n {
			t.Errorf("%s lists %d", who, got)
		}
	}
}
