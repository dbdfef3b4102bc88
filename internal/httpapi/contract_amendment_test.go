package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

// onContract is an order of a quantity on the first line of a contract.
func onContract(c apitest.Answer, quantity, price string) object {
	body := orderBy(c.String("customer_id"), c.String("lines.0.product_id"), quantity, price)
	body["contract_id"], body["submit"] = c.ID(), true
	body["lines"].([]object)[0]["contract_line_id"] = c.String("lines.0.id")
	return body
}

// lineOf names the first line of a contract with other figures.
func lineOf(c apitest.Answer, quantity, price string, on int) object {
	l := goodsOf(c.String("lines.0.product_id"), quantity, price, on)
	l["id"] = c.String("lines.0.id")
	return l
}

// giveUp cancels a confirmed order as it goes then: asked for, the departments say what follows, the sales manager approves (ORD-05).
func giveUp(e *apitest.Env, order, reason string) {
	byRequest(e, e.As("rep1").Post("/v1/orders/"+order+"/cancellation", object{"reason": reason}))
}

// byRequest carries a change or cancellation of a confirmed order through.
func byRequest(e *apitest.Env, asked apitest.Answer) {
	allStated(e, asked.Want(201).ID())
	decideOrder(e, "manager", asked.String("approval_id")).Want(200)
}

// amended drafts an amendment and sends it through the gate.
func amended(e *apitest.Env, path string, change object) apitest.Answer {
	change["reason"] = "客户要求"
	a := e.As("rep1").Post(path+"/amendments", change).Want(201)
	return e.As("rep1").Post(path+"/amendments/"+a.ID()+"/submit", nil).Want(200)
}

// asked names the stages of an approval that are asked anew.
func asked(e *apitest.Env, approval string) string {
	r := e.As("gm").Get("/v1/approvals/" + approval).Want(200)
	var stages []string
	for i := range r.Len("route") {
		if r.At(fmt.Sprintf("route.%d.carried", i)) != true {
			stages = append(stages, r.String(fmt.Sprintf("route.%d.stage", i)))
		}
	}
	return strings.Join(stages, " ")
}

// An amendment is asked about again by whom it is worse for, and by nobody else (CON-02, CON-03, CON-05).
func TestCON03_AmendmentsAskOnlyAboutWhatBecameWorse(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product := productAt(e, "10")
	for _, tc := range []struct {
		name   string
		change func(c apitest.Answer) object
		asked  string // "" : approved at once
	}{
		{"packing only", func(apitest.Answer) object { return object{"packing": "散装"} }, ""},
		{"less quantity", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "90", "10", 30)}} }, ""},
		{"a better price", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "90", "10.5", 30)}} }, ""},
		{"a later date", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "100", "10", 31)}} }, ""},
		{"a shorter period", func(apitest.Answer) object { return object{"ends_on": onDay(50)} }, ""},
		{"an earlier date", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "100", "10", 29)}} }, "production"},
		{"a worse price", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "100", "9.99", 30)}} }, "sales_manager"},
		{"a header discount", func(apitest.Answer) object { return object{"header_discount": "1"} }, "sales_manager"},
		{"a longer period", func(apitest.Answer) object { return object{"ends_on": onDay(61)} }, "sales_manager"},
		{"more quantity", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "100.001", "10", 30)}} }, "production sales_manager"},
		{"beyond the department's authority", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "100", "9.19", 30)}} }, "general_manager"},
		{"above the amount", func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "10001", "10", 30)}} }, "production general_manager"},
		{"special terms", func(apitest.Answer) object { return object{"settlement": "net_days", "terms_days": 30} }, "special_terms sales_manager"},
	} {
		c := inForce(e, contractBy(customerOf(e), goodsOf(product, "100", "10", 30)))
		path := "/v1/contracts/" + c.ID()
		a := amended(e, path, tc.change(c))
		if got := asked(e, a.String("approval_id")); got != tc.asked || (tc.asked == "") != (a.String("state") == "approved") {
			t.Errorf("%s: asks %q (%s), want %q", tc.name, got, a.String("state"), tc.asked)
		}
		if now := rep.Get(path).Want(200); now.String("state") != "in_force" || now.String("total") != "1000.00" || now.At("callable") != true {
			t.Errorf("%s: the contract changed before the amendment is signed: %s", tc.name, now.Body)
		}
	}
}

// What an amendment changes is shown old and new; when it is signed, it is the contract.
func TestCON07_AnAmendmentIsTheNextRevisionWhenSigned(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product := productAt(e, "10")
	c := inForce(e, contractBy(customerOf(e), goodsOf(product, "100", "10", 30)))
	path := "/v1/contracts/" + c.ID()
	rep.Post(path+"/amendments", object{"reason": "无"}).WantProblem(422, "contract.nothing_amended")
	change := object{"reason": "客户加量", "ends_on": onDay(90), "lines": []object{lineOf(c, "120", "9.9", 30), goodsOf(product, "10", "10", 40)}}
	a := rep.Post(path+"/amendments", change).Want(201)
	rep.Post(path+"/amendments", change).WantProblem(409, "contract.amendment_open")
	rep.Post(path+"/terminate", object{"by": "us", "reason": "x"}).WantProblem(409, "contract.amendment_open")
	rep.Post(path+"/close", object{"reason": "x"}).WantProblem(409, "contract.amendment_open")
	fields := map[string]string{}
	for i := range a.Len("changes") {
		at := fmt.Sprintf("changes.%d.", i)
		fields[a.String(at+"field")] = a.String(at+"old") + " → " + a.String(at+"new")
	}
	if fields["lines/1/price"] != "10.0000 → 9.9000" || fields["lines/1/quantity"] != "100.0000 → 120.0000" || fields["ends_on"] != onDay(60)+" → "+onDay(90) ||
		!strings.HasPrefix(fields["lines/2"], " → ") || len(fields) != 5 {
		t.Errorf("%v", fields)
	}
	one := path + "/amendments/" + a.ID()
	added := a.String("content.lines.1.id")
	two := goodsOf(product, "20", "10", 40)
	two["id"] = added
	rep.Patch(one, a.ETag(), object{"reason": "客户再加量", "lines": []object{lineOf(c, "120", "9.9", 30), two}}).Want(200)
	sent := rep.Post(one+"/submit", nil).Want(200)
	rep.Post(one+"/cancel", object{"reason": "x"}).WantProblem(409, "resource.wrong_state")
	if about := e.As("production").Get(path + "/capacity").Want(200); about.Len("lines") != 2 || about.String("lines.1.id") != added || fmt.Sprint(about.At("revision")) != "2" {
		t.Errorf("production is asked about %s", about.Body)
	}
	capacityYes(e, c.ID())
	approve(e, "manager", sent.String("approval_id"))
	got := rep.Post(one+"/sign", signed(e, "manager")).Want(200)
	if fmt.Sprint(got.At("revision")) != "2" || got.String("total") != "1388.00" || got.String("ends_on") != onDay(90) || got.String("lines.1.id") != added ||
		got.String("lines.0.id") != c.String("lines.0.id") || got.At("filed_at") != nil {
		t.Errorf("%s", got.Body)
	}
	if list := rep.Get(path + "/revisions").Want(200); list.Len("data") != 2 || list.Len("data.0.changes") == 0 || list.String("data.1.content.ends_on") != onDay(60) {
		t.Errorf("%s", list.Body)
	}
	if list := rep.Get(path + "/amendments").Want(200); list.Len("data") != 1 || list.String("data.0.state") != "in_force" {
		t.Errorf("%s", list.Body)
	}
	if line := rep.Get(path + "/timeline").Want(200); line.Len("data") < 8 {
		t.Errorf("%d events", line.Len("data"))
	}
	e.As("rep3").Get(one).WantProblem(404, "resource.not_found")
}

// A no of production sends the amendment back, and not the contract.
func TestCON05_ProductionRefusesAnAmendment(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	c := inForce(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	path := "/v1/contracts/" + c.ID()
	a := amended(e, path, object{"lines": []object{lineOf(c, "200", "10", 30)}})
	e.As("production").Post(path+"/capacity", object{"lines": []object{{"line_id": c.String("lines.0.id"), "possible": false}}}).Want(200)
	got := e.As("rep1").Get(path + "/amendments/" + a.ID()).Want(200)
	if got.String("state") != "draft" || !strings.Contains(got.String("state_reason"), "CON-05") || e.As("rep1").Get(path).Want(200).String("state") != "in_force" {
		t.Errorf("%s", got.Body)
	}
	if e.As("rep1").Post(path+"/amendments/"+a.ID()+"/cancel", object{"reason": "不再需要"}).Want(200).String("state") != "cancelled" {
		t.Error("not cancelled")
	}
}

// An amendment in flight while an order calls off: what is called off meanwhile stops it at the instant of signing (CON-09).
func TestCON09_AmendmentBelowWhatIsCalledOff(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	c := inForce(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	path := "/v1/contracts/" + c.ID()
	a := amended(e, path, object{"lines": []object{lineOf(c, "50", "10", 30)}}) // nothing worse: approved
	order := rep.Post("/v1/orders", onContract(c, "50.0001", "10")).Want(201)
	one := path + "/amendments/" + a.ID()
	refused := rep.Post(one+"/sign", signed(e, "manager")).WantProblem(409, "contract.below_called_off")
	if refused.String("errors.0.pointer") != "/lines/0/quantity" {
		t.Errorf("%s", refused.Body)
	}
	if now := rep.Get(path).Want(200); now.String("total") != "1000.00" || rep.Get(one).Want(200).String("state") != "approved" {
		t.Errorf("%s", now.Body)
	}
	giveUp(e, order.ID(), "客户取消")
	rep.Post("/v1/orders", onContract(c, "50", "10")).Want(201)
	if got := rep.Post(one+"/sign", signed(e, "manager")).Want(200); got.String("lines.0.left") != "0.0000" || got.String("total") != "500.00" {
		t.Errorf("%s", got.Body)
	}
	rep.Post(path+"/amendments", object{"reason": "减量", "lines": []object{lineOf(c, "49.9999", "10", 30)}}).Want(201)
	draft := rep.Get(path + "/amendments").Want(200).String("data.0.id")
	rep.Post(path+"/amendments/"+draft+"/submit", nil).WantProblem(409, "contract.below_called_off")
}

// Whoever comes first, amendment or orders: never more is called off than is agreed then.
func TestRaceCON09_AmendmentAgainstCallOff(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	for round := range 3 {
		c := inForce(e, contractBy(customer, goodsOf(product, "100", "10", 30)))
		path := "/v1/contracts/" + c.ID()
		a := amended(e, path, object{"lines": []object{lineOf(c, "50", "10", 30)}})
		body := signed(e, "manager")
		var wg sync.WaitGroup
		var orders, signedAs atomic.Int32
		for range 8 {
			wg.Go(func() {
				if rep.Post("/v1/orders", onContract(c, "10", "10")).Status == 201 {
					orders.Add(1)
				}
			})
		}
		wg.Go(func() {
			signedAs.Store(int32(rep.Post(path+"/amendments/"+a.ID()+"/sign", body).Status))
		})
		wg.Wait()
		now := rep.Get(path).Want(200)
		want := map[int32]bool{200: orders.Load() == 5, 409: orders.Load() == 8}[signedAs.Load()]
		if !want || now.String("called_amount") != fmt.Sprintf("%d.00", orders.Load()*100) {
			t.Errorf("round %d: signing %d, %d orders, called off %s of %s", round, signedAs.Load(), orders.Load(), now.String("called_amount"), now.String("total"))
		}
	}
}

// CON-09 through the API: 50 concurrent orders on one contract never exceed what is left.
func TestRaceCON09_FiftyOrdersOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	c := inForce(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	var wg sync.WaitGroup
	var passed, refused, other atomic.Int32
	begun := time.Now()
	for range 50 {
		wg.Go(func() {
			a := rep.Post("/v1/orders", onContract(c, "3", "10"))
			switch {
			case a.Status == 201:
				passed.Add(1)
			case a.Status == 422 && a.String("code") == "contract.quantity_exceeded":
				refused.Add(1)
			default:
				other.Add(1)
				t.Logf("%d %s", a.Status, a.Body)
			}
		})
	}
	wg.Wait()
	t.Logf("50 orders on one contract in %s", time.Since(begun).Round(time.Millisecond))
	if passed.Load() != 33 || refused.Load() != 17 || other.Load() != 0 {
		t.Errorf("%d passed, %d refused, %d other", passed.Load(), refused.Load(), other.Load())
	}
	if got := rep.Get("/v1/contracts/" + c.ID()).Want(200); got.String("lines.0.left") != "1.0000" || got.String("called_amount") != "990.00" {
		t.Errorf("%s", got.Body)
	}
	if list := rep.Get("/v1/contracts/" + c.ID() + "/orders?limit=20").Want(200); list.Len("data") != 20 || list.String("next_cursor") == "" {
		t.Errorf("%d orders", list.Len("data"))
	}
}

// What orders give back can be called off again; ordered is tracked per line and whole.
func TestCON09_OrdersGiveBack(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	c := inForce(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	path := "/v1/contracts/" + c.ID()
	first := rep.Post("/v1/orders", onContract(c, "100", "10")).Want(201)
	rep.Post("/v1/orders", onContract(c, "1", "10")).WantProblem(422, "contract.quantity_exceeded")
	progress := rep.Get(path + "/progress").Want(200)
	if progress.String("called_amount") != "1000.00" || progress.String("lines.0.left") != "0.0000" || progress.String("shipped_amount") != "0.00" {
		t.Errorf("%s", progress.Body)
	}
	changed := func(quantity string) object { // of the first order, confirmed as it is
		l := changedLine(first.String("lines.0.id"), c.String("lines.0.product_id"), quantity, "10")
		l[0]["contract_line_id"] = c.String("lines.0.id")
		return object{"reason": "客户改量", "lines": l}
	}
	byRequest(e, rep.Post("/v1/orders/"+first.ID()+"/changes", changed("60")))
	rep.Post("/v1/orders", onContract(c, "40.0001", "10")).WantProblem(422, "contract.quantity_exceeded")
	second := rep.Post("/v1/orders", onContract(c, "40", "10")).Want(201)
	rep.Post("/v1/orders/"+first.ID()+"/changes", changed("60.0001")).WantProblem(422, "contract.quantity_exceeded")
	draft := onContract(c, "1", "10")
	delete(draft, "submit")
	waiting := rep.Post("/v1/orders", draft).Want(201) // a draft calls nothing off
	rep.Post("/v1/orders/"+waiting.ID()+"/submit", nil).WantProblem(422, "contract.quantity_exceeded")
	giveUp(e, first.ID(), "客户取消")
	rep.Post("/v1/orders/"+waiting.ID()+"/submit", nil).Want(200)
	rep.Post("/v1/orders/"+waiting.ID()+"/revise", object{"reason": "x"}).WantProblem(409, "order.change_by_request")
	if open := rep.Get(path + "/orders?open=true").Want(200); open.Len("data") != 2 || open.String("data.1.order_id") != second.ID() || open.String("data.1.quantity") != "40.0000" {
		t.Errorf("%s", open.Body)
	}
}

// Termination is approved; then nothing more is called off and the open orders are listed (CON-02, CON-03).
func TestCON03_TerminationOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	c := inForce(e, contractBy(customer, goodsOf(product, "100", "10", 30)))
	path := "/v1/contracts/" + c.ID()
	order := rep.Post("/v1/orders", onContract(c, "40", "10")).Want(201)
	stop := func() apitest.Answer {
		return rep.Post(path+"/terminate", object{"by": "customer", "reason": "客户停产"}).Want(200)
	}
	first := stop()
	if first.String("state") != "in_force" || first.String("termination.state") != "submitted" {
		t.Fatalf("%s", first.Body)
	}
	rep.Post(path+"/terminate", object{"by": "us", "reason": "x"}).WantProblem(409, "contract.termination_open")
	rep.Post(path+"/amendments", object{"reason": "x", "packing": "散装"}).WantProblem(409, "contract.termination_open")
	rep.Post("/v1/orders", onContract(c, "1", "10")).Want(201) // until it is decided
	e.As("manager").Post("/v1/approvals/"+first.String("termination.approval_id")+"/reject", object{"comment": "继续执行"}).Want(200)
	if got := rep.Get(path).Want(200); got.String("state") != "in_force" || got.String("termination.state") != "refused" {
		t.Fatalf("%s", got.Body)
	}
	again := stop()
	if got := routeOf(e, again.String("termination.approval_id")); got != "sales_manager" {
		t.Errorf("asks %s", got)
	}
	approve(e, "manager", again.String("termination.approval_id"))
	got := rep.Get(path).Want(200)
	if got.String("state") != "terminated" || got.At("callable") != false || got.String("termination.by") != "customer" {
		t.Fatalf("%s", got.Body)
	}
	rep.Post("/v1/orders", onContract(c, "1", "10")).WantProblem(409, "contract.not_in_force")
	if open := rep.Get(path + "/orders?open=true").Want(200); open.Len("data") != 2 || open.String("data.1.order_id") != order.ID() {
		t.Errorf("%s", open.Body)
	}
	giveUp(e, order.ID(), "合同终止")
	if got := rep.Get(path).Want(200).String("called_amount"); got != "10.00" {
		t.Errorf("given back after the end: %s", got)
	}
}

// The last day decides, and the job only writes it down; the owner is warned before, once (CON-09).
func TestCON09_ExpiryAndWarningsOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	contracts := e.App.Server.Contracts
	sweep := func(fn func(tx pg.Tx, limit int) (int, error)) (n int) {
		e.Tx(func(tx pg.Tx) (err error) {
			n, err = fn(tx, 100)
			return err
		})
		return n
	}
	ending := func(days int) apitest.Answer {
		body := contractBy(customer, goodsOf(product, "100", "10", days))
		body["ends_on"] = onDay(days)
		return inForce(e, body)
	}
	tasks := func(kind string) int { return rep.Get("/v1/me/follow-ups?kind=" + kind).Want(200).Len("data") }
	late, in30, in31 := ending(1), ending(30), ending(31)
	if n := sweep(contracts.WarnDue); n != 2 || tasks("contract.expiring") != 2 || tasks("contract.nearly_used") != 0 {
		t.Errorf("warned of %d, %d tasks", n, tasks("contract.expiring"))
	}
	if n := sweep(contracts.WarnDue); n != 0 {
		t.Errorf("warned twice: %d", n)
	}
	rep.Post("/v1/orders", onContract(in31, "89.999", "10")).Want(201)
	if n := sweep(contracts.WarnDue); n != 0 {
		t.Errorf("below the percentage: %d", n)
	}
	rep.Post("/v1/orders", onContract(in31, "0.001", "10")).Want(201)
	if n := sweep(contracts.WarnDue); n != 1 || tasks("contract.nearly_used") != 1 {
		t.Errorf("nearly used up: %d", n)
	}
	if list := rep.Get("/v1/contracts?expiring_before=" + onDay(30) + "&limit=1").Want(200); list.String("data.0.id") != late.ID() {
		t.Errorf("%s", list.Body)
	} else if next := rep.Get("/v1/contracts?expiring_before=" + onDay(30) + "&cursor=" + list.String("next_cursor")).Want(200); next.Len("data") != 1 || next.String("data.0.id") != in30.ID() {
		t.Errorf("%s", next.Body)
	}
	over := func(id string) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec("UPDATE contracts SET starts_on = ?, ends_on = ? WHERE id = ?", onDay(-10), onDay(-1), id).Error
		})
	}
	over(late.ID())
	rep.Post("/v1/orders", onContract(late, "1", "10")).WantProblem(409, "contract.expired") // before the job has run
	if n := sweep(contracts.ExpireDue); n != 1 {
		t.Errorf("%d expired", n)
	}
	if got := rep.Get("/v1/contracts/" + late.ID()).Want(200); got.String("state") != "expired" || tasks("contract.expiring") != 1 {
		t.Errorf("%s", got.Body)
	}
	rep.Post("/v1/orders", onContract(late, "1", "10")).WantProblem(409, "contract.expired")
	amended(e, "/v1/contracts/"+in30.ID(), object{"ends_on": onDay(100)}) // on its way when the last day is over
	over(in30.ID())
	if n := sweep(contracts.ExpireDue); n != 0 {
		t.Errorf("expired %d while it is being prolonged", n)
	}
}

// A verbal approval that is denied takes the contract out of force (ORG-05); lists are of one statement, by owner and team.
func TestCON08_ADeniedVerbalApprovalEndsTheForce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	sent := submitted(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	path := "/v1/contracts/" + sent.ID()
	capacityYes(e, sent.ID())
	rep.Post("/v1/approvals/"+sent.String("approval_id")+"/verbal-approval", object{
		"given_by": e.People["manager"], "given_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), "purpose": "客户在场谈判",
	}).Want(201)
	c := rep.Post(path+"/sign", signed(e, "manager")).Want(200)
	if c.String("state") != "in_force" {
		t.Fatalf("%s", c.Body)
	}
	rep.Post("/v1/orders", onContract(c, "10", "10")).Want(201)
	e.As("manager").Post("/v1/approvals/"+sent.String("approval_id")+"/deny", object{"comment": "未同意"}).Want(200)
	got := rep.Get(path).Want(200)
	if got.String("state") != "draft" || got.At("callable") != false || got.String("called_amount") != "0.00" {
		t.Errorf("%s", got.Body)
	}
	rep.Post("/v1/orders", onContract(c, "1", "10")).WantProblem(409, "contract.not_in_force")
}
