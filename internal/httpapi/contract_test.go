package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// onDay is a date so many days from today, by Shanghai's calendar.
func onDay(n int) string { return clock.Today(time.Now()).AddDate(0, 0, n).Format(time.DateOnly) }

// goodsOf is a line of a contract that is delivered at once, on a day from today.
func goodsOf(product, quantity, price string, on int) object {
	return object{"product_id": product, "quantity": quantity, "price": price, "deliveries": []object{{"on": onDay(on), "quantity": quantity}}}
}

func contractBy(customer string, lines ...object) object {
	return object{
		"customer_id": customer, "starts_on": onDay(0), "ends_on": onDay(60), "settlement": "cash", "delivery_place": "江苏省示例市云岭路 1 号",
		"packing": "打包 250 kg/包", "transport": "汽运", "lines": lines,
	}
}

func contractOf(e *apitest.Env) string {
	return plant(e, "contracts", object{
		"customer_id": customerOf(e), "state": "draft", "settlement": "cash", "terms_days": 0, "currency": "CNY", "called_amount": 0,
	})
}

// routeOf names the stages that an approval asks.
func routeOf(e *apitest.Env, approval string) string {
	r := e.As("gm").Get("/v1/approvals/" + approval).Want(200)
	var stages []string
	for i := range r.Len("route") {
		stages = append(stages, r.String(fmt.Sprintf("route.%d.stage", i)))
	}
	return strings.Join(stages, " ")
}

// submitted drafts a contract and sends it through the gate.
func submitted(e *apitest.Env, body object) apitest.Answer {
	made := e.As("rep1").Post("/v1/contracts", body).Want(201)
	return e.As("rep1").Post("/v1/contracts/"+made.ID()+"/submit", nil).Want(200)
}

// capacityYes lets production confirm all that it is asked.
func capacityYes(e *apitest.Env, id string) {
	asked := e.As("production").Get("/v1/contracts/" + id + "/capacity").Want(200)
	lines := make([]object, asked.Len("lines"))
	for i := range lines {
		lines[i] = object{"line_id": asked.String(fmt.Sprintf("lines.%d.id", i)), "possible": true}
	}
	e.As("production").Post("/v1/contracts/"+id+"/capacity", object{"lines": lines}).Want(200)
}

func approve(e *apitest.Env, username, approval string) {
	e.As(username).Post("/v1/approvals/"+approval+"/approve", object{}).Want(200)
}

func signed(e *apitest.Env, by string) object {
	return object{
		"signed_on": onDay(0), "customer_signed_on": onDay(-1), "signed_by": e.People[by],
		"attachment_ids": []string{upload(e.As("rep1"), "contract.pdf", scan).Want(201).ID()},
	}
}

// inForce takes a standard contract through production and the sales manager, and records the signatures.
func inForce(e *apitest.Env, body object) apitest.Answer {
	sent := submitted(e, body)
	capacityYes(e, sent.ID())
	approve(e, "manager", sent.String("approval_id"))
	got := e.As("rep1").Post("/v1/contracts/"+sent.ID()+"/sign", signed(e, "manager")).Want(200)
	if got.String("state") != "in_force" || got.At("callable") != true {
		panic("not in force: " + string(got.Body))
	}
	return got
}

// The routes of CON-02 and CON-03 at, below and above the amount, and within and beyond the department's authority (−8 %).
func TestCON02_CON03_WhoSignsOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	for _, tc := range []struct{ name, quantity, price, discount, route string }{
		{"one fen below", "9999.999", "10", "0", "production sales_manager"},
		{"at the amount", "10000", "10", "0", "production sales_manager"},
		{"a fen above", "10000.001", "10", "0", "production general_manager"},
		{"at the department's bound", "100", "9.20", "0", "production sales_manager"},
		{"just within", "100", "9.2001", "0", "production sales_manager"},
		{"beyond it", "100", "9.1999", "0", "production general_manager"},
		{"a header discount doesn't slip under", "100", "10", "80.01", "production general_manager"},
		{"a header discount at the bound", "100", "10", "80", "production sales_manager"},
	} {
		body := contractBy(customer, goodsOf(product, tc.quantity, tc.price, 30))
		body["header_discount"] = tc.discount
		if got := routeOf(e, submitted(e, body).String("approval_id")); got != tc.route {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.route)
		}
	}
}

// CON-05: production says yes, no, or with other dates; a contract that isn't standard doesn't ask.
func TestCON05_ProductionAnswersOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	rep, production := e.As("rep1"), e.As("production")
	sent := submitted(e, contractBy(customer, goodsOf(product, "100", "10", 30), goodsOf(product, "50", "10", 40)))
	path := "/v1/contracts/" + sent.ID()
	asked := production.Get(path + "/capacity").Want(200)
	if asked.At("asked") != true || asked.Len("lines") != 2 || strings.Contains(string(asked.Body), "price") || strings.Contains(string(asked.Body), "amount") {
		t.Fatalf("production sees %s", asked.Body)
	}
	one, two := asked.String("lines.0.id"), asked.String("lines.1.id")
	production.Get(path).Want(403)
	rep.Post(path+"/capacity", object{"lines": []object{{"line_id": one, "possible": true}}}).Want(403)
	production.Post(path+"/capacity", object{"lines": []object{{"line_id": one, "possible": true}}}).WantProblem(422, "contract.bad_capacity_answer")
	production.Post(path+"/capacity", object{"lines": []object{{"line_id": one, "possible": true}, {"line_id": one, "possible": true}}}).WantProblem(422, "contract.bad_capacity_answer")
	no := object{"lines": []object{
		{"line_id": one, "possible": true},
		{"line_id": two, "possible": false, "deliveries": []object{{"on": onDay(45), "quantity": "50"}}, "note": "排产已满"},
	}}
	answered := production.Post(path+"/capacity", no).Want(200)
	if answered.At("asked") != false || answered.At("answers.0.confirmed") != false {
		t.Fatalf("%s", answered.Body)
	}
	back := rep.Get(path).Want(200)
	if back.String("state") != "draft" || !strings.Contains(back.String("state_reason"), onDay(45)) {
		t.Fatalf("not back with sales: %s", back.Body)
	}
	production.Post(path+"/capacity", no).WantProblem(409, "resource.wrong_state")
	lines := []object{goodsOf(product, "100", "10", 30), goodsOf(product, "50", "10", 45)}
	rep.Patch(path, back.ETag(), object{"lines": lines}).Want(200)
	again := rep.Post(path+"/submit", nil).Want(200)
	capacityYes(e, sent.ID())
	production.Post(path+"/capacity", no).WantProblem(409, "contract.capacity_not_asked")
	approve(e, "manager", again.String("approval_id"))
	if got := rep.Get(path).Want(200).String("state"); got != "approved" {
		t.Errorf("state %s", got)
	}
	if n := rep.Get(path + "/capacity").Want(200).Len("answers"); n != 2 {
		t.Errorf("%d answers", n)
	}
}

// CON-06: finance is asked about special terms only, and cash before and on delivery never are.
func TestCON06_FinanceOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, lent, plain := productAt(e, "10"), e.Established(customerOf(e)), customerOf(e)
	approveLimit(e, e.As("rep1").Post("/v1/credit-limit-requests", limitFor(lent)).Want(201).ID()) // net_days 30
	for _, tc := range []struct {
		name, customer, settlement string
		days                       int
		special                    bool
	}{
		{"its normal terms", lent, "net_days", 30, false},
		{"a day more", lent, "net_days", 31, true},
		{"a day less", lent, "net_days", 29, true},
		{"cash before delivery", lent, "prepaid", 0, false},
		{"cash on delivery", lent, "cod", 0, false},
		{"terms without a limit", plain, "net_days", 30, true},
		{"cash without a limit", plain, "cash", 0, false},
		{"prepaid without a limit", plain, "prepaid", 0, false},
		{"cod without a limit", plain, "cod", 0, false},
	} {
		body := contractBy(tc.customer, goodsOf(product, "100", "10", 30))
		body["settlement"], body["terms_days"] = tc.settlement, tc.days
		got := routeOf(e, submitted(e, body).String("approval_id"))
		if strings.Contains(got, "special_terms") != tc.special {
			t.Errorf("%s: %s", tc.name, got)
		}
	}
}

// CON-10: everything is there at submission; CON-04: new, dormant and changed products need their initial price first.
func TestCON04_CON10_WhatTheGateRefusesOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	customer, product := customerOf(e), productAt(e, "10")
	refuse := func(change func(object), code, pointer string) {
		t.Helper()
		body := contractBy(customer, goodsOf(product, "100", "10", 30))
		change(body)
		made := rep.Post("/v1/contracts", body).Want(201)
		got := rep.Post("/v1/contracts/"+made.ID()+"/submit", nil).WantProblem(422, code)
		if got.String("errors.0.pointer") != pointer || got.String("decision.outcome") != "refused" {
			t.Errorf("%s", got.Body)
		}
		if now := rep.Get("/v1/contracts/" + made.ID()).Want(200); now.String("state") != "draft" || rep.Get("/v1/contracts/"+made.ID()+"/decisions").Want(200).Len("data") != 1 {
			t.Errorf("%s", now.Body)
		}
	}
	for _, field := range []string{"delivery_place", "packing", "transport"} {
		refuse(func(b object) { b[field] = " " }, "contract.incomplete", "/"+field)
	}
	refuse(func(b object) { b["lines"].([]object)[0]["deliveries"] = []object{} }, "contract.incomplete", "/lines/0/deliveries")
	lifecycle := func(id, l string) string {
		e.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE products SET lifecycle = ? WHERE id = ?", l, id).Error })
		return id
	}
	fresh, dormant := lifecycle(productAt(e, "10"), "new"), lifecycle(productAt(e, "10"), "dormant")
	for _, id := range []string{fresh, dormant} {
		refuse(func(b object) { b["lines"] = []object{goodsOf(product, "1", "10", 1), goodsOf(id, "100", "10", 30)} }, "contract.no_initial_price", "/lines/1/product_id")
	}
	refuse(func(b object) { b["lines"].([]object)[0]["spec"] = "2.5D×51mm" }, "contract.no_initial_price", "/lines/0/product_id")
}

func TestContractWrongInputOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	customer, product := customerOf(e), productAt(e, "10")
	refuse := func(name string, status int, code string, change func(b object, line object)) {
		t.Helper()
		line := goodsOf(product, "100", "10", 30)
		body := contractBy(customer, line)
		change(body, line)
		if a := rep.Post("/v1/contracts", body); a.Status != status || a.String("code") != code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	twice := func(a, b int, q1, q2 string) []object {
		return []object{{"on": onDay(a), "quantity": q1}, {"on": onDay(b), "quantity": q2}}
	}
	refuse("end before start", 422, "contract.bad_period", func(b, _ object) { b["ends_on"] = onDay(-1) })
	refuse("wrong unit", 422, "contract.wrong_unit", func(_, l object) { l["unit"] = "t" })
	refuse("zero", 422, "contract.bad_quantity", func(_, l object) { l["quantity"] = "0" })
	refuse("negative", 400, "request.invalid", func(_, l object) { l["quantity"] = "-1" })
	refuse("absurd", 422, "contract.amount_too_large", func(_, l object) {
		l["quantity"], l["price"], l["deliveries"] = "9999999999999", "9999999999999", []object{}
	})
	refuse("discount above the sum", 422, "contract.bad_discount", func(b, _ object) { b["header_discount"] = "1000.01" })
	refuse("delivery after the end", 422, "contract.bad_deliveries", func(_, l object) { l["deliveries"] = twice(30, 61, "50", "50") })
	refuse("delivery before the start", 422, "contract.bad_deliveries", func(_, l object) { l["deliveries"] = twice(-1, 30, "50", "50") })
	refuse("the same day twice", 422, "contract.bad_deliveries", func(_, l object) { l["deliveries"] = twice(30, 30, "50", "50") })
	refuse("less than the quantity", 422, "contract.bad_deliveries", func(_, l object) { l["deliveries"] = twice(30, 31, "50", "49.9999") })
	refuse("more than the quantity", 422, "contract.bad_deliveries", func(_, l object) { l["deliveries"] = twice(30, 31, "50", "50.0001") })
	refuse("days of cash", 422, "contract.bad_terms", func(b, _ object) { b["terms_days"] = 30 })
	refuse("no such product", 422, "contract.unknown_product", func(_, l object) { l["product_id"] = uuid.NewString() })
	refuse("no such customer", 422, "contract.unknown_customer", func(b, _ object) { b["customer_id"] = uuid.NewString() })
	e.As("rep3").Post("/v1/contracts", contractBy(customer, goodsOf(product, "1", "10", 1))).WantProblem(422, "contract.unknown_customer")
}

// A contract edited after its approval goes through the gate again, and so does a copy of an approved one.
func TestCON03_EditedOrCopiedGoesThroughTheGateAgain(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product := productAt(e, "10")
	sent := submitted(e, contractBy(customerOf(e), goodsOf(product, "100", "10", 30)))
	path, first := "/v1/contracts/"+sent.ID(), sent.String("approval_id")
	rep.Patch(path, sent.ETag(), object{"packing": "散装"}).WantProblem(409, "resource.wrong_state")
	capacityYes(e, sent.ID())
	approve(e, "manager", first)
	rep.Patch(path, rep.Get(path).Want(200).ETag(), object{"packing": "散装"}).WantProblem(409, "resource.wrong_state")
	open := rep.Post(path+"/revise", object{"reason": "客户要求改价"}).Want(200)
	if open.String("state") != "draft" || fmt.Sprint(open.At("revision")) != "2" || e.As("gm").Get("/v1/approvals/"+first).Want(200).String("approval.state") != "void" {
		t.Fatalf("%s %s", open.Body, e.As("gm").Get("/v1/approvals/"+first).Want(200).Body)
	}
	line := goodsOf(product, "100", "9.19", 30)
	rep.Patch(path, open.ETag(), object{"lines": []object{line}}).Want(200)
	again := rep.Post(path+"/submit", nil).Want(200)
	if got := routeOf(e, again.String("approval_id")); got != "production general_manager" {
		t.Errorf("the edited one goes to %s", got)
	}
	copied := rep.Post(path+"/copy", nil).Want(201)
	if copied.String("state") != "draft" || copied.At("approval_id") != nil || copied.String("copied_from_id") != sent.ID() {
		t.Errorf("%s", copied.Body)
	}
	if got := rep.Post("/v1/contracts/"+copied.ID()+"/submit", nil).Want(200); got.String("state") != "submitted" {
		t.Errorf("%s", got.Body)
	}
}

// CON-07: both signatures with the file put it in force; the rep is asked to file the original, and the file shows who holds which.
func TestCON07_SigningAndTheFileOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	sent := submitted(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	path := "/v1/contracts/" + sent.ID()
	capacityYes(e, sent.ID())
	approve(e, "manager", sent.String("approval_id"))
	paper := func(kind, label string, holder string) object {
		return object{"kind": kind, "label": label, "holder_id": e.People[holder], "place": "销售部合同柜 2 号"}
	}
	rep.Post(path+"/papers", paper("original", "原件 1", "rep1")).WantProblem(422, "contract.not_signed")
	for name, change := range map[string]func(object){
		"tomorrow": func(b object) { b["signed_on"] = onDay(1) }, "the customer tomorrow": func(b object) { b["customer_signed_on"] = onDay(1) },
		"no file": func(b object) { b["attachment_ids"] = []string{} },
	} {
		body := signed(e, "manager")
		change(body)
		if a := rep.Post(path+"/sign", body); a.Status != 422 || a.String("code") != "contract.not_signed" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	nobody := signed(e, "manager")
	nobody["signed_by"] = uuid.NewString()
	rep.Post(path+"/sign", nobody).WantProblem(422, "contract.unknown_signatory")
	got := rep.Post(path+"/sign", signed(e, "manager")).Want(200)
	if got.String("state") != "in_force" || got.Len("attachments") != 1 || got.At("filed_at") != nil {
		t.Fatalf("%s", got.Body)
	}
	rep.Post(path+"/sign", signed(e, "manager")).WantProblem(409, "resource.wrong_state")
	filing := func() int { return rep.Get("/v1/me/follow-ups?kind=contract.file").Want(200).Len("data") }
	if filing() != 1 || rep.Get("/v1/contracts?unfiled=true").Want(200).Len("data") != 1 {
		t.Errorf("%d tasks to file it", filing())
	}
	rep.Post(path+"/papers", paper("copy", "副本 1", "rep1")).Want(201)
	if filing() != 1 {
		t.Error("a copy filed it")
	}
	customers := paper("original", "原件 2", "rep1")
	delete(customers, "holder_id")
	rep.Post(path+"/papers", customers).WantProblem(422, "contract.bad_holder")
	customers["holder"] = "客户"
	rep.Post(path+"/papers", customers).Want(201)
	if filing() != 1 {
		t.Error("the customer's original filed it")
	}
	one := rep.Post(path+"/papers", paper("original", "原件 1", "rep1")).Want(201)
	rep.Post(path+"/papers", paper("original", "原件 1", "rep1")).WantProblem(409, "contract.paper_known")
	if filing() != 0 || rep.Get(path).Want(200).String("filed_at") == "" || rep.Get("/v1/contracts?unfiled=true").Want(200).Len("data") != 0 {
		t.Error("not filed")
	}
	moved := rep.Post(path+"/papers/"+one.ID()+"/move", object{"holder_id": e.People["clerk"], "place": "财务档案室", "note": "审计借阅"}).Want(200)
	if moved.Len("moves") != 2 || moved.String("holder_id") != e.People["clerk"].String() || moved.String("moves.0.place") != "销售部合同柜 2 号" {
		t.Errorf("%s", moved.Body)
	}
	rep.With("If-Match", one.ETag()).Post(path+"/papers/"+one.ID()+"/move", object{"holder": "客户", "place": "x"}).WantProblem(412, "resource.stale")
	if file := e.As("auditor").Get(path + "/papers").Want(200); file.Len("data") != 3 || file.String("data.0.kind") != "original" {
		t.Errorf("%s", file.Body)
	}
}

// CON-08: what is signed without approval is recorded by the system itself, and in force only when it is approved.
func TestCON08_SigningOutsideTheProcess(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	violations := func(kind string) int {
		return e.As("gm").Get("/v1/violations?rule=CON-08&kind=" + kind).Want(200).Len("data")
	}
	informed := func() int {
		return e.As("gm").Get("/v1/me/follow-ups?kind=contract.beyond_authority").Want(200).Len("data")
	}
	sign := func(quantity, by string) apitest.Answer { // and records it
		made := rep.Post("/v1/contracts", contractBy(customer, goodsOf(product, quantity, "10", 30))).Want(201)
		return e.As(by).Post("/v1/contracts/"+made.ID()+"/sign", signedBy(e, by, by)).Want(200)
	}
	early := sign("100", "manager") // within the manager's authority, but not approved
	if early.String("state") != "draft" || early.At("callable") != false || early.At("in_force_at") != nil {
		t.Fatalf("in force without approval: %s", early.Body)
	}
	if violations("contract.outside_process") != 1 || violations("contract.beyond_authority") != 0 || informed() != 0 {
		t.Errorf("%d %d %d", violations("contract.outside_process"), violations("contract.beyond_authority"), informed())
	}
	sign("10000", "manager") // at the amount
	if violations("contract.beyond_authority") != 0 {
		t.Error("at the amount the manager signs")
	}
	sign("10000.001", "manager") // a fen above it: the general manager's
	if violations("contract.outside_process") != 3 || violations("contract.beyond_authority") != 1 || informed() != 1 {
		t.Errorf("%d %d %d", violations("contract.outside_process"), violations("contract.beyond_authority"), informed())
	}
	sign("100", "rep1") // a rep signs nothing
	if violations("contract.beyond_authority") != 2 || informed() != 2 {
		t.Errorf("%d %d", violations("contract.beyond_authority"), informed())
	}
	list := e.As("gm").Get("/v1/violations?rule=CON-08&kind=contract.beyond_authority").Want(200)
	if grave := e.As("gm").Get("/v1/violations/" + list.String("data.0.id")).Want(200); grave.At("reported") != true {
		t.Errorf("signing beyond authority goes to the company: %s", grave.Body)
	}
	for who, status := range map[string]int{
		"rep1": 200, "manager": 200, "hr": 200, "auditor": 200, // whose it is, who leads them, and who asks about everybody's
		"rep2": 404, "guard": 404, "keeper": 404, "production": 404, "quality": 404, "purchasing": 404, "clerk": 404, "finance": 404,
	} {
		if got := e.As(who).Get("/v1/violations/" + list.String("data.0.id")); got.Status != status {
			t.Errorf("%s reads a violation: %d, want %d", who, got.Status, status)
		}
	}
	path := "/v1/contracts/" + early.ID()
	rep.Post(path+"/sign", signed(e, "manager")).WantProblem(409, "contract.signed_already")
	sent := rep.Post(path+"/submit", nil).Want(200)
	capacityYes(e, early.ID())
	if got := rep.Get(path).Want(200).String("state"); got != "submitted" {
		t.Errorf("state %s", got)
	}
	approve(e, "manager", sent.String("approval_id"))
	if got := rep.Get(path).Want(200); got.String("state") != "in_force" || got.At("callable") != true {
		t.Errorf("approved and signed, but %s", got.Body)
	}
}
