package httpapi_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
)

// newGoods makes a product of a lifecycle.
func newGoods(e *apitest.Env, code, unit string, lifecycle catalog.Lifecycle) string {
	return e.As("manager").Post("/v1/products", object{
		"code": code, "name": "示例功能丝", "unit": unit, "kind": "finished", "lifecycle": lifecycle, "tax_rate": "0.13",
	}).Want(201).ID()
}

func askPrice(e *apitest.Env, who, product string, more ...object) apitest.Answer {
	body := object{"product_id": product, "monthly_quantity": "8000", "wanted_price": "28.50", "market": "云岭示例纺织用于座椅面料"}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return e.As(who).Post("/v1/new-product-requests", body)
}

func newProductRequestOf(e *apitest.Env) string {
	n := customersMade.Add(1)
	return askPrice(e, "rep1", newGoods(e, fmt.Sprintf("NP-%d", n), "kg", catalog.LifecycleNew)).Want(201).ID()
}

// stateBoth lets finance and production state.
func stateBoth(e *apitest.Env, path string) {
	e.As("clerk").Post(path+"/cost-statement", object{"cost": "19.8765", "note": "毛利保密"}).Want(200)
	e.As("production").Post(path+"/feasibility-statement", object{"feasible": true, "monthly_capacity": "20000", "lead_days": 15}).Want(200)
}

// pricedAs drafts, submits and lets the general manager decide.
func pricedAs(e *apitest.Env, path, price, verb string) apitest.Answer {
	e.As("manager").Post(path+"/draft", object{"price": price, "floor_price": "21", "note": "参考竞品"}).Want(200)
	e.As("manager").Post(path+"/submit", nil).Want(200)
	return decideNewProduct(e, path, verb)
}

func decideNewProduct(e *apitest.Env, path, verb string) apitest.Answer {
	request := e.As("manager").Get(path).Want(200).String("approval_id")
	return e.As("gm").Post("/v1/approvals/"+request+"/"+verb, object{"comment": "总经理意见"})
}

// pricedNew makes a new product that has an initial price.
func pricedNew(e *apitest.Env, code, unit, price string) string {
	id := newGoods(e, code, unit, catalog.LifecycleNew)
	path := "/v1/new-product-requests/" + askPrice(e, "rep1", id).Want(201).ID()
	stateBoth(e, path)
	pricedAs(e, path, price, "approve").Want(200)
	return id
}

func sell(e *apitest.Env, product, price string) apitest.Answer {
	return e.As("rep1").Post("/v1/price-checks", object{"customer_id": customerOf(e), "lines": []object{{"product_id": product, "quantity": "10", "price": price}}})
}

func TestPRC03_FromRequestToInitialPrice(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := newGoods(e, "NP-A", "kg", catalog.LifecycleNew)
	sell(e, id, "28.80").Want(422)
	opened := askPrice(e, "rep1", id).Want(201)
	path := "/v1/new-product-requests/" + opened.ID()
	if opened.String("state") != "stating" || opened.Len("statements") != 2 {
		t.Fatalf("%s", opened.Body)
	}
	for who, kind := range map[string]string{"clerk": "new_product.cost", "production": "new_product.feasibility"} {
		if e.As(who).Get("/v1/me/follow-ups?kind="+kind).Want(200).Len("data") != 1 {
			t.Errorf("%s isn't asked", who)
		}
	}
	askPrice(e, "rep2", id).WantProblem(409, "new_product.request_open")
	manager := e.As("manager")
	manager.Post(path+"/draft", object{"price": "28.80"}).WantProblem(409, "new_product.wrong_state")
	e.As("production").Post(path+"/feasibility-statement", object{"feasible": false}).Want(200) // production waits for nobody
	manager.Post(path+"/draft", object{"price": "28.80"}).WantProblem(409, "new_product.wrong_state")
	manager.Post(path+"/send-back", object{"statement": "cost", "reason": "x"}).WantProblem(409, "new_product.not_stated")
	if a := e.As("clerk").Post(path+"/cost-statement", object{"cost": "19.8765"}).Want(200); a.String("state") != "drafting" {
		t.Fatalf("%s", a.Body)
	}
	manager.Post(path+"/draft", object{"price": "28.80"}).WantProblem(422, "new_product.infeasible")
	manager.Post(path+"/submit", nil).WantProblem(422, "new_product.not_drafted")
	if a := manager.Post(path+"/send-back", object{"statement": "feasibility", "reason": "请考虑三号线"}).Want(200); a.String("state") != "stating" {
		t.Fatalf("%s", a.Body)
	}
	e.As("production").Post(path+"/feasibility-statement", object{"feasible": true, "monthly_capacity": "20000", "lead_days": 15}).Want(200)
	if e.As("manager").Get("/v1/me/follow-ups?kind=new_product.draft").Want(200).Len("data") != 1 {
		t.Error("the sales manager isn't asked to draft")
	}
	manager.Post(path+"/draft", object{"price": "28.80", "floor_price": "28.8001"}).WantProblem(422, "pricing.initial_floor_above_price")
	manager.Post(path+"/draft", object{"price": "0"}).WantProblem(422, "pricing.price_not_positive")
	manager.Post(path+"/draft", object{"price": "28.80", "floor_price": "26.50", "note": "参考竞品"}).Want(200)
	manager.Post(path+"/submit?validate_only=true", nil).Want(200)
	manager.Post(path+"/submit", nil).Want(200)
	decideNewProduct(e, path, "return").Want(200)
	if a := manager.Get(path).Want(200); a.String("state") != "drafting" {
		t.Fatalf("%s", a.Body)
	}
	sell(e, id, "28.80").Want(422)
	request := manager.Post(path+"/submit", nil).Want(200).String("approval_id")
	for _, who := range []string{"manager", "rep1", "finance", "production", "director"} { // ORG-03: nobody their own, nobody but the general manager
		if a := e.As(who).Post("/v1/approvals/"+request+"/approve", object{}); a.Status != 403 && a.Status != 404 {
			t.Errorf("%s decides: %d", who, a.Status)
		}
	}
	decideNewProduct(e, path, "approve").Want(200)
	if a := manager.Get(path).Want(200); a.String("state") != "approved" || a.String("decided_at") == "" {
		t.Fatalf("%s", a.Body)
	}
	if a := sell(e, id, "28.80").Want(200); a.At("lines.0.initial") != true || a.At("within_authority") != true {
		t.Errorf("%s", a.Body)
	}
	if a := sell(e, id, "28.79").Want(200); a.String("required_role") != "general_manager" || a.At("department_authority") != false {
		t.Errorf("%s", a.Body)
	}
	if a := e.As("rep1").Get("/v1/products/" + id + "/initial-prices").Want(200); a.Len("data") != 1 || a.String("data.0.price") != "28.8000" {
		t.Errorf("%s", a.Body)
	}
	said := e.As("rep1").Get(path + "/decisions").Want(200)
	for _, words := range []string{"PRC-02", "PRC-03", "it may be quoted and sold from now on", "即日生效"} {
		if !strings.Contains(string(said.Body), words) {
			t.Errorf("the decisions don't say %q: %s", words, said.Body)
		}
	}
	e.As("rep1").Get(path + "/timeline").Want(200)
	if e.As("rep1").Get("/v1/me/follow-ups?kind=new_product.decided").Want(200).Len("data") != 1 {
		t.Error("the owner isn't told")
	}
}

func TestPRC02_WhatIsPricedAsNew(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	askPrice(e, "rep1", newGoods(e, "ST-1", "kg", catalog.LifecycleStandard)).WantProblem(422, "new_product.product_standard") // it never had a base price
	askPrice(e, "rep1", newID()).WantProblem(422, "product.unknown")
	askPrice(e, "rep1", newGoods(e, "NP-V", "kg", catalog.LifecycleNew), object{"monthly_quantity": "0"}).WantProblem(422, "new_product.bad_volume")

	// Dormant → priced → new, with its price.
	id := newGoods(e, "DO-1", "kg", catalog.LifecycleDormant)
	path := "/v1/new-product-requests/" + askPrice(e, "rep1", id).Want(201).ID()
	stateBoth(e, path)
	pricedAs(e, path, "30", "approve").Want(200)
	if a := e.As("rep1").Get("/v1/products/" + id).Want(200); a.String("lifecycle") != "new" {
		t.Errorf("%s", a.Body)
	}
	if a := sell(e, id, "30").Want(200); a.At("lines.0.initial") != true {
		t.Errorf("%s", a.Body)
	}
	if said := e.As("rep1").Get(path + "/decisions").Want(200); !strings.Contains(string(said.Body), "恢复为新产品") {
		t.Errorf("%s", said.Body)
	}

	// One that becomes standard while it is decided isn't priced as a new one.
	other := newGoods(e, "NP-S", "kg", catalog.LifecycleNew)
	path = "/v1/new-product-requests/" + askPrice(e, "rep1", other).Want(201).ID()
	stateBoth(e, path)
	e.As("manager").Post(path+"/draft", object{"price": "30"}).Want(200)
	e.As("manager").Post(path+"/submit", nil).Want(200)
	e.As("manager").Post("/v1/products/"+other+"/lifecycle", object{"lifecycle": "standard"}).Want(200)
	decideNewProduct(e, path, "approve").WantProblem(422, "new_product.product_standard")
	decideNewProduct(e, path, "reject").Want(200)
	if a := e.As("rep1").Get(path).Want(200); a.String("state") != "rejected" {
		t.Errorf("%s", a.Body)
	}
}

func TestPRC03_ReturnedChangedCancelled(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	path := "/v1/new-product-requests/" + newProductRequestOf(e)
	e.As("clerk").Post(path+"/cost-statement", object{"cost": "19"}).Want(200)
	e.As("production").Post(path+"/return", object{"reason": "请补充用途"}).Want(200)
	if rep.Get("/v1/me/follow-ups?kind=new_product.returned").Want(200).Len("data") != 1 {
		t.Error("the owner isn't asked")
	}
	e.As("production").Post(path+"/feasibility-statement", object{"feasible": true}).WantProblem(409, "new_product.wrong_state")
	back := rep.Get(path).Want(200)
	rep.Patch(path, back.ETag(), object{"monthly_quantity": "9000", "wanted_price": nil, "market": "座椅面料"}).Want(200)
	if a := rep.Post(path+"/resume", nil).Want(200); a.String("state") != "stating" || a.Len("statements") != 3 { // the cost was stated of something else
		t.Fatalf("%s", a.Body)
	}
	stateBoth(e, path)
	e.As("manager").Post(path+"/draft", object{"price": "28"}).Want(200)
	e.As("manager").Post(path+"/submit", nil).Want(200)
	request := e.As("manager").Get(path).String("approval_id")
	rep.Post(path+"/cancel", object{"reason": "客户取消项目"}).Want(200)
	e.As("gm").Post("/v1/approvals/"+request+"/approve", object{}).Want(409)
	e.As("clerk").Post(path+"/cost-statement", object{"cost": "19"}).WantProblem(409, "new_product.wrong_state")
	for _, who := range []string{"clerk", "production", "manager", "rep1"} {
		for _, kind := range []string{"cost", "feasibility", "draft", "returned"} {
			if e.As(who).Get("/v1/me/follow-ups?kind=new_product."+kind).Want(200).Len("data") != 0 {
				t.Errorf("%s still has %s", who, kind)
			}
		}
	}
	product := rep.Get(path).String("product_id")
	askPrice(e, "rep2", product).Want(201) // and another may ask
	rep.Patch(path, rep.Get(path).ETag(), object{"market": "x"}).WantProblem(409, "new_product.wrong_state")
}

// A draft that changes after it was submitted is another one: the approval is bound to what was submitted.
func TestPRC03_ApprovalIsBoundToTheDraft(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path := "/v1/new-product-requests/" + newProductRequestOf(e)
	stateBoth(e, path)
	manager := e.As("manager")
	manager.Post(path+"/draft", object{"price": "28"}).Want(200)
	first := manager.Post(path+"/submit", nil).Want(200).String("approval_id")
	if a := manager.Post(path+"/draft", object{"price": "27"}).Want(200); a.String("state") != "drafting" {
		t.Fatalf("%s", a.Body)
	}
	e.As("gm").Post("/v1/approvals/"+first+"/approve", object{}).Want(409)
	second := manager.Post(path+"/submit", nil).Want(200).String("approval_id")
	manager.Post(path+"/send-back", object{"statement": "cost", "reason": "重新测算"}).Want(200)
	e.As("gm").Post("/v1/approvals/"+second+"/approve", object{}).Want(409)
	e.As("finance").Post(path+"/cost-statement", object{"cost": "20"}).Want(200)
	manager.Post(path+"/submit", nil).Want(200)
	e.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE new_product_requests SET price = 1").Error }) // past the program
	decideNewProduct(e, path, "approve").WantProblem(409, "new_product.content_changed")
}

// Costs and margins reach whom PRC-13 names and nobody else, by no way.
func TestPRC13_CostsOfNewProductsByRole(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := newGoods(e, "NP-C", "kg", catalog.LifecycleNew)
	request := askPrice(e, "rep1", id).Want(201).ID()
	path := "/v1/new-product-requests/" + request
	file := func(who string) string {
		return e.As(who).With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
	}
	costs, capacity := file("clerk"), file("production")
	e.As("clerk").Post(path+"/cost-statement", object{"cost": "19.8765", "note": "毛利保密", "attachment_ids": []string{costs}}).Want(200)
	e.As("production").Post(path+"/feasibility-statement", object{"feasible": true, "attachment_ids": []string{capacity}}).Want(200)
	pricedAs(e, path, "28.8123", "approve").Want(200)
	sees := map[string]bool{"clerk": true, "finance": true, "manager": true, "gm": true}
	secrets := []string{"19.8765", "毛利保密", "margin"}
	for _, who := range []string{"rep1", "assistant", "supervisor", "manager", "director", "clerk", "finance", "production", "purchasing", "quality", "keeper", "guard", "committee", "auditor", "hr", "gm", "admin"} {
		c := e.As(who)
		for _, p := range []string{
			path, path + "/timeline", path + "/decisions", "/v1/new-product-requests", "/v1/products/" + id, "/v1/products/" + id + "/initial-prices",
			"/v1/products/" + id + "/costs", "/v1/new-product-volumes", "/v1/events?limit=200", "/v1/approvals", "/v1/me/follow-ups", "/v1/attachments/" + costs,
		} {
			a := c.Get(p)
			for _, secret := range secrets {
				if strings.Contains(string(a.Body), secret) && !sees[who] {
					t.Errorf("%s reads %q in %s", who, secret, p)
				}
			}
		}
		if a := c.Get(path); sees[who] && (a.String("statements.0.cost") != "19.8765" || a.String("margins.at_price.cost") != "19.8765") {
			t.Errorf("%s doesn't see the cost: %s", who, a.Body)
		}
		if a := c.Get("/v1/attachments/" + costs); (a.Status == 200) != sees[who] {
			t.Errorf("%s: %d for the cost's file", who, a.Status)
		}
	}
	// Production states without seeing prices.
	for _, p := range []string{path, path + "/decisions", "/v1/new-product-requests"} {
		if a := e.As("production").Get(p).Want(200); strings.Contains(string(a.Body), "28.8123") || strings.Contains(string(a.Body), "28.5000") {
			t.Errorf("production reads a price in %s: %s", p, a.Body)
		}
	}
	// The stated cost is the product's.
	if a := e.As("finance").Get("/v1/products/" + id + "/costs").Want(200); a.String("data.0.cost") != "19.8765" {
		t.Errorf("%s", a.Body)
	}
	e.As("manager").Post(path+"/cost-statement", object{"cost": "1"}).Want(403)
	e.As("finance").Post(path+"/feasibility-statement", object{"feasible": true}).Want(403)
}

// A draft is for who drafts and decides: the rep who asked reads its prices when they are approved, and its note, which argues with the
// cost, never.
func TestPRC13_ADraftIsHiddenUntilItIsDecided(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path := "/v1/new-product-requests/" + newProductRequestOf(e)
	stateBoth(e, path)
	e.As("manager").Post(path+"/draft", object{"price": "28.8123", "floor_price": "21.3", "note": "毛利 13%"}).Want(200)
	for _, who := range []string{"manager", "finance", "gm"} {
		if a := e.As(who).Get(path).Want(200); a.String("price") != "28.8123" || a.String("draft_note") == "" {
			t.Errorf("%s: %s", who, a.Body)
		}
	}
	hidden := func(a apitest.Answer, at string) bool {
		return a.At(at+"price") == nil && a.At(at+"floor_price") == nil && a.At(at+"draft_note") == nil
	}
	for _, who := range []string{"rep1", "assistant", "supervisor"} {
		if a, list := e.As(who).Get(path).Want(200), e.As(who).Get("/v1/new-product-requests").Want(200); !hidden(a, "") || !hidden(list, "data.0.") {
			t.Errorf("%s: %s %s", who, a.Body, list.Body)
		}
	}
	e.As("manager").Post(path+"/submit", nil).Want(200)
	decideNewProduct(e, path, "approve").Want(200)
	if a := e.As("rep1").Get(path).Want(200); a.String("price") != "28.8123" || a.String("floor_price") == "" || a.At("draft_note") != nil {
		t.Errorf("%s", a.Body)
	}
}

// What may be read of prices says nothing of margins to the others.
func TestPRC13_PriceCheckByRole(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := pricedNew(e, "NP-M", "kg", "28.80")
	customer := customerOf(e)
	for _, who := range []string{"rep1", "assistant", "supervisor", "manager", "director", "clerk", "finance", "committee", "auditor", "gm"} {
		a := e.As(who).Post("/v1/price-checks", object{"customer_id": customer, "lines": []object{{"product_id": id, "quantity": "1", "price": "28.80"}}}).Want(200)
		want := slices.Contains([]string{"manager", "clerk", "finance", "gm"}, who)
		if got := strings.Contains(string(a.Body), "margin"); got != want {
			t.Errorf("%s: margin shown %v, want %v", who, got, want)
		}
	}
}

func TestPRC03_RaceOfRequestsForOneProduct(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := newGoods(e, "NP-R", "kg", catalog.LifecycleNew)
	var won, lost int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			a := askPrice(e, "rep1", id)
			mu.Lock()
			defer mu.Unlock()
			switch a.Status {
			case 201:
				won++
			case 409:
				lost++
			}
		})
	}
	all.Wait()
	if won != 1 || lost != 7 {
		t.Errorf("%d won, %d lost", won, lost)
	}
}

// A cancellation and a decision at the same time: one of them counts, and there is a price only if it was the decision.
func TestPRC03_RaceOfDecisionAndCancellation(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for n := range 5 {
		id := newGoods(e, fmt.Sprintf("NP-D%d", n), "kg", catalog.LifecycleNew)
		path := "/v1/new-product-requests/" + askPrice(e, "rep1", id).Want(201).ID()
		stateBoth(e, path)
		e.As("manager").Post(path+"/draft", object{"price": "28"}).Want(200)
		request := e.As("manager").Post(path+"/submit", nil).Want(200).String("approval_id")
		var approved, cancelled int
		var both sync.WaitGroup
		both.Go(func() { approved = e.As("gm").Post("/v1/approvals/"+request+"/approve", object{}).Status })
		both.Go(func() { cancelled = e.As("rep1").Post(path+"/cancel", object{"reason": "x"}).Status })
		both.Wait()
		prices := e.As("rep1").Get("/v1/products/" + id + "/initial-prices").Want(200).Len("data")
		if (approved == 200) == (cancelled == 200) || (approved == 200) != (prices == 1) {
			t.Errorf("approved %d, cancelled %d, %d prices", approved, cancelled, prices)
		}
	}
}

// ship writes what left of a product: a delivery note of a day with one line.
func ship(e *apitest.Env, product, unit, quantity, day string) (note string) {
	note = plant(e, "delivery_notes", object{
		"customer_id": customerOf(e), "payer_id": customerOf(e), "notice_id": noticeOf(e), "flow": "credit", "state": "left", "vehicle": "浙A·12345",
		"currency": "CNY", "shipped_on": day, "created_at": e.DB.Clock().Now(),
	})
	e.Tx(func(tx pg.Tx) error {
		if err := tx.Exec("SET LOCAL session_replication_role = replica").Error; err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO delivery_note_lines (id, delivery_note_id, position_no, notice_line_id, order_id, order_line_id, product_id, product_code,
			product_name, unit, quantity, price, tax_rate, amount, invoiced_quantity, invoiced_amount)
			VALUES (gen_random_uuid(), ?, 1, gen_random_uuid(), ?, gen_random_uuid(), ?, 'x', 'x', ?, ?, 1, 0.13, 1, 0, 0)`, note, uuid.New(), product, unit, quantity).Error
	})
	return note
}

// watch runs the sweep as the job does.
func watch(e *apitest.Env) {
	e.Tx(func(tx pg.Tx) error {
		if _, err := e.App.Server.NewProducts.CloseOvertaken(tx, 100); err != nil {
			return err
		}
		_, err := e.App.Server.NewProducts.WatchVolumes(tx, uuid.Nil, 100)
		return err
	})
}

func adoptions(e *apitest.Env, query string) apitest.Answer {
	return e.As("committee").Get("/v1/price-adoptions" + query).Want(200)
}

func TestPRC04_TheCommitteesTaskOpensByItselfOnceAndClosesWithTheBasePrice(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	today := e.DB.Clock().Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	id, heavy, metres := pricedNew(e, "NP-W", "kg", "28.80"), pricedNew(e, "NP-T", "t", "28800"), pricedNew(e, "NP-L", "m", "30")
	ship(e, id, "kg", "9999.9999", today)
	cancelled := ship(e, id, "kg", "5000", today)
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE delivery_notes SET state = 'cancelled' WHERE id = ?", cancelled).Error
	})
	ship(e, metres, "m", "99999999", today)
	watch(e)
	if a := adoptions(e, ""); a.Len("data") != 0 {
		t.Fatalf("below the bound: %s", a.Body)
	}
	last := ship(e, id, "kg", "0.0001", today)
	watch(e)
	watch(e)
	a := adoptions(e, "?state=open")
	if a.Len("data") != 1 || a.String("data.0.product_id") != id || a.String("data.0.reached") != "month" || a.String("data.0.month_tonnes") != "10" {
		t.Fatalf("%s", a.Body)
	}
	if e.As("committee").Get("/v1/me/follow-ups?kind=price.adopt").Want(200).Len("data") != 1 {
		t.Error("the committee isn't asked")
	}
	one := e.As("rep1").Get("/v1/price-adoptions/" + a.String("data.0.id")).Want(200)
	if one.String("due_at") == "" || one.At("overdue") != false {
		t.Errorf("%s", one.Body)
	}
	e.As("rep1").Get("/v1/price-adoptions/" + newID()).Want(404)

	// A correction takes it back, and it comes again when it is true again.
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE delivery_notes SET state = 'cancelled' WHERE id = ?", last).Error
	})
	watch(e)
	if adoptions(e, "?state=lapsed").Len("data") != 1 || e.As("committee").Get("/v1/me/follow-ups?kind=price.adopt").Want(200).Len("data") != 0 {
		t.Errorf("%s", adoptions(e, "").Body)
	}
	ship(e, id, "kg", "0.0001", today)
	ship(e, heavy, "t", "9.9999", today)
	watch(e)
	if adoptions(e, "?state=open").Len("data") != 1 {
		t.Errorf("%s", adoptions(e, "").Body)
	}
	volumes := e.As("manager").Get("/v1/new-product-volumes").Want(200)
	if volumes.Len("data") != 3 || volumes.String("month_bound") != "10" {
		t.Errorf("%s", volumes.Body)
	}
	if un := e.As("manager").Get("/v1/new-product-volumes?unwatchable=true").Want(200); un.Len("data") != 1 || un.String("data.0.product_id") != metres || un.String("data.0.unwatchable_reason") != "no_weight" {
		t.Errorf("%s", un.Body)
	}
	// Somebody says what a metre weighs: it is caught up with.
	product := e.As("manager").Get("/v1/products/" + metres).Want(200)
	e.As("manager").Patch("/v1/products/"+metres, product.ETag(), object{"tonnes_per_unit": "0.00035"}).Want(200)
	watch(e)
	if a := adoptions(e, "?product_id="+metres); a.Len("data") != 1 {
		t.Errorf("%s", a.Body)
	}

	// The base price closes it.
	e.Tx(func(tx pg.Tx) error { return publishBasePrice(tx, e, id) })
	if a := adoptions(e, "?state=adopted"); a.Len("data") != 1 || a.String("data.0.list_id") == "" {
		t.Errorf("%s", adoptions(e, "").Body)
	}
	watch(e)
	if a := adoptions(e, "?state=open"); a.Len("data") != 1 || a.String("data.0.product_id") != metres {
		t.Errorf("%s", a.Body)
	}
	// Out of production, nobody has to price it.
	e.As("manager").Post("/v1/products/"+metres+"/lifecycle", object{"lifecycle": "dormant"}).Want(200)
	watch(e)
	if a := adoptions(e, "?state=open"); a.Len("data") != 0 {
		t.Errorf("%s", a.Body)
	}
}

func TestPRC04_RaceOfSweeps(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	today := e.DB.Clock().Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	ship(e, pricedNew(e, "NP-X", "kg", "28.80"), "kg", "10000", today)
	var all sync.WaitGroup
	failed := make(chan error, 8)
	for range 8 {
		all.Go(func() {
			err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				_, err := e.App.Server.NewProducts.WatchVolumes(tx, uuid.Nil, 100)
				return err
			})
			if err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if a := adoptions(e, ""); a.Len("data") != 1 {
		t.Errorf("%s", a.Body)
	}
}

func TestPRC03_ConstraintsOfNewProductsAreRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path := "/v1/new-product-requests/" + newProductRequestOf(e)
	stateBoth(e, path)
	for query, code := range map[string]string{
		`UPDATE new_product_requests SET monthly_quantity = 0`:       "new_product.bad_volume",
		`UPDATE new_product_requests SET wanted_price = 0`:           "new_product.bad_price",
		`UPDATE new_product_requests SET price = 1, floor_price = 2`: "new_product.floor_above_price",
		`UPDATE new_product_requests SET state = 'submitted'`:        "new_product.not_drafted",
		`UPDATE new_product_requests SET state = 'cancelled'`:        "new_product.reason_needed",
		`UPDATE new_product_statements SET cost = NULL`:              "new_product.not_stated",
		`INSERT INTO new_product_requests SELECT gen_random_uuid(), number || 'x', product_id, customer_id, owner_id, state, monthly_quantity, wanted_price, needed_on, market, price, floor_price, draft_note, drafted_by, drafted_at, approval_id, submitted_at, decided_at, state_reason, created_by, created_at, updated_at, version FROM new_product_requests`: "new_product.request_open",
	} {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
		if refused, ok := errs.As(err); !ok || refused.Code != code {
			t.Errorf("%s: %v, want %s", query, err, code)
		}
	}
}

// The request goes with its customer to another rep (CUS-13), its approval too.
func TestORG06_NewProductRequestFollowsItsCustomer(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := customerOf(e)
	id := newGoods(e, "NP-O", "kg", catalog.LifecycleNew)
	askPrice(e, "rep3", id, object{"customer_id": customer}).WantProblem(422, "new_product.unknown_customer")
	path := "/v1/new-product-requests/" + askPrice(e, "manager", id, object{"customer_id": customer}).Want(201).ID()
	if a := e.As("rep1").Get(path).Want(200); a.String("owner_id") != e.People["rep1"].String() {
		t.Errorf("%s", a.Body)
	}
	e.As("rep3").Get(path).Want(404)
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET owner_id = ? WHERE id = ?", e.People["rep3"], customer).Error
	})
	e.As("rep3").Get(path).Want(200)
	e.As("rep1").Get(path).Want(404)
	if rows := e.As("rep1").Get("/v1/new-product-requests").Want(200); rows.Len("data") != 0 {
		t.Errorf("%s", rows.Body)
	}
}

func TestListNewProductRequestsPagesInTwoStatements(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for range 3 {
		newProductRequestOf(e)
	}
	first := e.As("manager").Get("/v1/new-product-requests?limit=2&open=true&state=stating").Want(200)
	second := e.As("manager").Get("/v1/new-product-requests?limit=2&cursor=" + first.String("next_cursor")).Want(200)
	if first.Len("data") != 2 || second.Len("data") != 1 {
		t.Errorf("%s %s", first.Body, second.Body)
	}
}

// publishBasePrice gives a product a base price from now on.
func publishBasePrice(tx pg.Tx, e *apitest.Env, product string) error {
	line := pricelist.PriceLine{ProductID: uuid.MustParse(product), Price: decimal.MustParse("28")}
	_, err := e.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), tx.Now, "first price", []pricelist.PriceLine{line})
	return err
}
