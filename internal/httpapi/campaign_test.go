package httpapi_test

import (
	"maps"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

var exhibition = object{
	"name": "2027 春季示例纱线展", "kind": "exhibition", "starts_on": "2027-03-10", "ends_on": "2027-03-13", "plan": "展位 36 平方米", "budget": "1000.00",
}

func campaignOf(e *apitest.Env) string {
	return e.As("rep1").Post("/v1/campaigns", exhibition).Want(201).ID()
}

// decideAs lets a person decide a campaign's request.
func decideAs(e *apitest.Env, who, path, verb string) apitest.Answer {
	request := e.As("rep1").Get(path).Want(200).String("approval_id")
	return e.As(who).Post("/v1/approvals/"+request+"/"+verb, object{"comment": "x"})
}

func TestCUS17_PlannedApprovedCarriedOutAndTraced(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	plan := object{"people": []string{e.People["rep3"].String()}}
	maps.Copy(plan, exhibition)
	path := "/v1/campaigns/" + rep.Post("/v1/campaigns", plan).Want(201).ID()
	// Nothing runs that wasn't approved.
	rep.Post(path+"/start", nil).WantProblem(409, "campaign.wrong_state")
	if a := rep.Post(path+"/submit", nil).Want(200); a.String("state") != "submitted" {
		t.Fatalf("%s", a.Body)
	}
	rep.Post(path+"/start", nil).WantProblem(409, "campaign.wrong_state")
	rep.Post(path+"/cancel", object{"reason": "x"}).WantProblem(409, "campaign.wrong_state")
	rep.Patch(path, rep.Get(path).ETag(), object{"budget": "9.00"}).WantProblem(409, "campaign.wrong_state")
	decideAs(e, "rep1", path, "approve").Want(403)
	decideAs(e, "manager", path, "return").Want(200)
	back := rep.Get(path).Want(200)
	if back.String("state") != "draft" || back.String("returned_reason") != "x" {
		t.Fatalf("%s", back.Body)
	}
	rep.Patch(path, back.ETag(), object{"budget": "900.00"}).Want(200)
	rep.Post(path+"/submit", nil).Want(200)
	decideAs(e, "manager", path, "approve").Want(200)
	rep.Post(path+"/start", nil).Want(200)

	// Leads: of who takes part too, each of one campaign.
	prospect := rep.Post("/v1/prospects", lead("云岭示例染整有限公司", "13911112223")).Want(201).ID()
	western := e.As("rep3").Post("/v1/customers", company("云岭示例西部有限公司", "13711110003")).Want(201).ID()
	first := rep.Post(path+"/leads", object{"prospect_id": prospect, "note": "展位登记"}).Want(201).ID()
	rep.Post(path+"/leads", object{"prospect_id": prospect}).WantProblem(409, "campaign.lead_taken")
	rep.Post(path+"/leads", object{"customer_id": western}).WantProblem(422, "campaign.unknown_lead")
	rep.Post(path+"/leads", object{"customer_id": newID()}).WantProblem(422, "campaign.unknown_lead")
	rep.Post(path+"/leads", object{}).WantProblem(422, "campaign.unknown_lead")
	rep.Post(path+"/leads", object{"prospect_id": prospect, "customer_id": customerOf(e)}).WantProblem(422, "campaign.unknown_lead")
	e.As("rep3").Post(path+"/leads", object{"customer_id": western}).Want(201)
	e.As("rep2").Post(path+"/leads", object{"customer_id": western}).WantProblem(404, "resource.not_found")
	e.As("rep3").Do("DELETE", path+"/leads/"+first, nil).WantProblem(403, "campaign.not_yours")
	e.As("rep3").Post(path+"/close", object{"cost": "1.00", "result": "x"}).WantProblem(403, "campaign.not_yours")

	// What came of it: an opportunity that is a lead, one of the western customer, and its order.
	own := rep.Post("/v1/opportunities", chance(customerOf(e), "100.00", "2027-04")).Want(201).ID()
	rep.Post(path+"/leads", object{"opportunity_id": own}).Want(201)
	deal := e.As("rep3").Post("/v1/opportunities", chance(western, "50.00", "2027-04")).Want(201).ID()
	e.As("rep3").Post("/v1/opportunities/"+deal+"/move", object{"stage": "deal"}).Want(200)
	lostOne := e.As("rep3").Post("/v1/opportunities", chance(western, "7.00", "2027-04")).Want(201).ID()
	e.As("rep3").Post("/v1/opportunities/"+lostOne+"/lose", object{"reason": "价格"}).Want(200)
	rep.Post(path+"/close", object{"cost": "-1.00", "result": "x"}).WantProblem(422, "campaign.bad_figures")
	if a := rep.Post(path+"/close", object{"cost": "1000.00", "result": "新增 3 家"}).Want(200); a.At("over_budget") != true {
		t.Errorf("%s", a.Body)
	}
	out := rep.Get(path + "/outcome").Want(200)
	if out.At("leads") != 3.0 || out.String("cost_per_lead") != "333.33" || out.At("opportunities") != 3.0 || out.String("opportunity_amount") != "150.00" ||
		out.At("deals") != 1.0 || out.String("deal_amount") != "50.00" || out.At("orders") != 0.0 {
		t.Errorf("%s", out.Body)
	}
	rep.Do("DELETE", path+"/leads/"+first, nil).Want(204)
	if l := rep.Get(path + "/leads?limit=1").Want(200); l.Len("data") != 1 || l.String("next_cursor") == "" {
		t.Errorf("%s", l.Body)
	}
	for who, n := range map[string]int{"rep1": 1, "rep2": 0, "rep3": 1, "supervisor": 1, "manager": 1, "gm": 1} {
		if got := e.As(who).Get("/v1/campaigns?state=closed&kind=exhibition").Want(200).Len("data"); got != n {
			t.Errorf("%s sees %d campaigns, want %d", who, got, n)
		}
	}
	rep.Get(path + "/timeline").Want(200)
}

func TestCUS17_AManagersOwnPlanGoesOneUp(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path := "/v1/campaigns/" + e.As("manager").Post("/v1/campaigns", exhibition).Want(201).ID()
	a := e.As("manager").Post(path+"/submit", nil).Want(200)
	e.As("manager").Post("/v1/approvals/"+a.String("approval_id")+"/approve", object{}).Want(403)
	e.As("director").Post("/v1/approvals/"+a.String("approval_id")+"/approve", object{}).Want(200)
	if got := e.As("manager").Get(path).Want(200).String("state"); got != "approved" {
		t.Errorf("%s", got)
	}
	bad := object{"people": []string{newID()}}
	maps.Copy(bad, exhibition)
	e.As("manager").Post("/v1/campaigns", bad).WantProblem(422, "campaign.bad_person")
	bad["people"], bad["ends_on"] = []string{}, "2027-03-09"
	e.As("manager").Post("/v1/campaigns", bad).WantProblem(422, "campaign.bad_dates")
}

// Several who bring the same prospect at once: it came of one campaign.
func TestCUS17_ALeadCameOfOneCampaignRace(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := customerOf(e)
	paths := make([]string, 4)
	for i := range paths {
		paths[i] = "/v1/campaigns/" + campaignOf(e)
		e.As("rep1").Post(paths[i]+"/submit", nil).Want(200)
		decideAs(e, "manager", paths[i], "approve").Want(200)
		e.As("rep1").Post(paths[i]+"/start", nil).Want(200)
	}
	var wg sync.WaitGroup
	answers := make([]int, len(paths))
	for i := range paths {
		wg.Go(func() { answers[i] = e.As("rep1").Post(paths[i]+"/leads", object{"customer_id": customer}).Status })
	}
	wg.Wait()
	won := 0
	for _, status := range answers {
		if status == 201 {
			won++
		} else if status != 409 {
			t.Errorf("status %d", status)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}
