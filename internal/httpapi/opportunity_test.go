package httpapi_test

import (
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
)

// chance is an opportunity with a customer.
func chance(customer, amount, month string) object {
	return object{"customer_id": customer, "name": "明年春季纱线", "amount": amount, "expected_month": month}
}

func opportunityOf(e *apitest.Env) string {
	return e.As("rep1").Post("/v1/opportunities", chance(customerOf(e), "1000.00", "2026-12")).Want(201).ID()
}

func TestCUS16_AnOpportunityFromLeadToOrder(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, customer := e.As("rep1"), customerOf(e)
	draft := chance(customer, "380000.00", "2026-12")
	draft["products"] = []object{{"name": "涤纶短纤", "quantity": "40", "unit": "t"}}
	made := rep.Post("/v1/opportunities", draft).Want(201)
	path := "/v1/opportunities/" + made.ID()
	if made.String("stage") != "lead_found" || made.String("products.0.quantity") != "40.0000" && made.String("products.0.quantity") != "40" {
		t.Fatalf("%s", made.Body)
	}
	rep.Post(path+"/move", object{"stage": "proposal"}).Want(200) // two steps at once
	rep.Post(path+"/move", object{"stage": "project"}).WantProblem(422, "opportunity.reason_needed")
	rep.Post(path+"/move", object{"stage": "project", "reason": "  "}).WantProblem(422, "opportunity.reason_needed")
	rep.Post(path+"/move", object{"stage": "project", "reason": "客户推迟"}).Want(200)
	rep.Post(path+"/move", object{"stage": "project", "reason": "x"}).WantProblem(409, "opportunity.wrong_stage")
	rep.Post(path+"/reopen", object{"reason": "x"}).WantProblem(409, "opportunity.wrong_stage")
	rep.Post(path+"/lose", object{"reason": "价格"}).Want(200)
	rep.Post(path+"/move", object{"stage": "deal"}).WantProblem(409, "opportunity.wrong_stage")
	if a := rep.Post(path+"/reopen", object{"reason": "客户回头"}).Want(200); a.String("stage") != "project" || a.String("ended_reason") != "" {
		t.Errorf("%s", a.Body)
	}
	order := plant(e, "orders", object{
		"customer_id": customer, "state": "draft", "channel": "phone", "settlement": "cash", "terms_days": 0, "currency": "CNY",
	})
	rep.Post(path+"/orders", object{"order_id": order}).WantProblem(409, "opportunity.wrong_stage")
	rep.Post(path+"/move", object{"stage": "deal"}).Want(200)
	rep.Post(path+"/orders", object{"order_id": orderOf(e)}).WantProblem(422, "opportunity.not_its_order")
	rep.Post(path+"/orders", object{"order_id": newID()}).WantProblem(422, "opportunity.not_its_order")
	for range 2 {
		if a := rep.Post(path+"/orders", object{"order_id": order}).Want(200); a.Len("order_ids") != 1 {
			t.Errorf("%s", a.Body)
		}
	}
	second := rep.Post("/v1/opportunities", chance(customer, "1.00", "2026-12")).Want(201).ID()
	rep.Post("/v1/opportunities/"+second+"/move", object{"stage": "collection"}).Want(200)
	rep.Post("/v1/opportunities/"+second+"/orders", object{"order_id": order}).WantProblem(409, "opportunity.order_taken")
	if h := rep.Get(path + "/stages").Want(200); h.Len("data") != 6 || h.String("data.2.reason") != "客户推迟" || h.String("data.4.from_stage") != "lost" {
		t.Errorf("%s", h.Body)
	}
	rep.Get(path + "/timeline").Want(200)
	now := rep.Get(path).Want(200)
	rep.Patch(path, now.ETag(), object{"amount": "1.00", "next_step": "送样", "next_step_on": "2026-12-01", "products": []object{}}).Want(200)
	rep.Patch(path, now.ETag(), object{"amount": "2.00"}).WantProblem(412, "resource.stale")
	if l := rep.Get("/v1/opportunities?step_before=2026-12-01").Want(200); l.Len("data") != 1 {
		t.Errorf("%s", l.Body)
	}
	if l := rep.Get("/v1/opportunities?step_before=2026-11-30").Want(200); l.Len("data") != 0 {
		t.Errorf("%s", l.Body)
	}
}

func TestCUS16_ADealIsWithACustomerNotAProspect(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	prospect := e.As("rep1").Post("/v1/prospects", lead("云岭示例染整有限公司", "13911112222")).Want(201).ID()
	draft := object{"prospect_id": prospect, "name": "试单", "amount": "100.00", "expected_month": "2026-12"}
	e.As("rep3").Post("/v1/opportunities", draft).WantProblem(422, "opportunity.whose")
	path := "/v1/opportunities/" + e.As("rep1").Post("/v1/opportunities", draft).Want(201).ID()
	e.As("rep1").Post(path+"/move", object{"stage": "deal"}).WantProblem(422, "opportunity.needs_customer")
	e.As("rep1").Post(path+"/move", object{"stage": "proposal"}).Want(200)
	e.As("rep1").Post("/v1/opportunities", object{"name": "x", "amount": "1", "expected_month": "2026-12"}).WantProblem(422, "opportunity.whose")
	e.As("rep1").Post("/v1/opportunities", chance(customerOf(e), "-1.00", "2026-12")).WantProblem(422, "opportunity.bad_figures")

	// A visit to the prospect counts in the rep's total.
	now := time.Now()
	visit := object{"prospect_id": prospect, "report": object{
		"written_at": stamp(now), "visited_at": stamp(now.Add(-time.Minute)), "result": "done", "summary": "初访",
	}}
	e.As("rep3").Put("/v1/visits/"+newID(), "", visit).WantProblem(422, "visit.not_your_customer")
	e.As("rep1").Put("/v1/visits/"+newID(), "", visit).Want(200)
	p := e.As("rep1").Get("/v1/visit-progress?by=rep&period=week&date=" + day(now.Add(-time.Minute))).Want(200)
	if p.At("data.0.done") != 1.0 || p.At("data.0.to_prospects") != 1.0 {
		t.Errorf("%s", p.Body)
	}
}

func TestCUS16_PipelineByStageTeamAndMonth(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := customerOf(e)
	for _, o := range []struct{ amount, month, stage string }{
		{"100.00", "2026-11", "lead_found"}, {"200.00", "2026-12", "proposal"}, {"300.00", "2026-12", "proposal"}, {"50.01", "2026-12", "deal"},
	} {
		id := e.As("rep1").Post("/v1/opportunities", chance(customer, o.amount, o.month)).Want(201).ID()
		if o.stage != "lead_found" {
			e.As("rep1").Post("/v1/opportunities/"+id+"/move", object{"stage": o.stage}).Want(200)
		}
	}
	lost := e.As("rep1").Post("/v1/opportunities", chance(customer, "999.00", "2026-12")).Want(201).ID()
	e.As("rep1").Post("/v1/opportunities/"+lost+"/cancel", object{"reason": "重复"}).Want(200)
	other := e.As("rep3").Post("/v1/customers", company("云岭示例西部有限公司", "13711110002")).Want(201).ID()
	e.As("rep3").Post("/v1/opportunities", chance(other, "7.00", "2026-12")).Want(201)

	all := e.As("supervisor").Get("/v1/opportunity-pipeline").Want(200)
	if all.Len("data") != 3 || all.String("data.0.month") != "2026-11" || all.String("data.1.stage") != "proposal" || all.String("data.1.amount") != "500.00" ||
		all.String("data.1.weighted") != "250.00" || all.At("data.1.count") != 2.0 || all.String("data.2.weighted") != "45.01" || all.String("data.1.team_name") != "east" {
		t.Errorf("%s", all.Body)
	}
	if m := e.As("manager").Get("/v1/opportunity-pipeline?by=month&from=2026-12&ended=true").Want(200); m.Len("data") != 1 || m.String("data.0.amount") != "1556.01" {
		t.Errorf("%s", m.Body)
	}
	if r := e.As("manager").Get("/v1/opportunity-pipeline?by=rep&by=stage").Want(200); r.Len("data") != 4 {
		t.Errorf("%s", r.Body)
	}
	if r := e.As("rep2").Get("/v1/opportunity-pipeline").Want(200); r.Len("data") != 0 {
		t.Errorf("rep2 sees %s", r.Body)
	}
}

// Two who move the same opportunity on the strength of the same reading: one wins.
func TestRaceOfTwoWhoMoveAnOpportunity(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path := "/v1/opportunities/" + opportunityOf(e)
	var wg sync.WaitGroup
	answers := make([]int, 6)
	for i := range answers {
		wg.Go(func() {
			answers[i] = e.As("rep1").With("If-Match", `"1"`).Post(path+"/move", object{"stage": "proposal"}).Status
		})
	}
	wg.Wait()
	won := 0
	for _, status := range answers {
		if status == 200 {
			won++
		} else if status != 412 {
			t.Errorf("status %d", status)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d won", won, len(answers))
	}
}
