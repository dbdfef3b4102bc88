package httpapi_test

import (
	"context"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func sampleDay(e *apitest.Env, days int) string {
	return e.DB.Clock().Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, days).Format(time.DateOnly)
}

func sampleFor(e *apitest.Env, who string, more object) apitest.Answer {
	body := object{
		"purpose": "试织座椅面料", "needed_by": sampleDay(e, 10), "deliver_to": "云岭示例市纺织路 1 号",
		"lines": []object{{"description": "150D/96F 阻燃深灰", "unit": "kg", "quantity": "2.5"}},
	}
	maps.Copy(body, more)
	return e.As(who).Post("/v1/samples", body)
}

func sampleOf(e *apitest.Env) string {
	return sampleFor(e, "rep1", object{"customer_id": customerOf(e)}).Want(201).ID()
}

// approveSample lets the follow-up supervisor take note, and the sales manager decide.
func approveSample(e *apitest.Env, path string) {
	request := e.As("rep1").Get(path).Want(200).String("approval_id")
	e.As("supervisor").Post("/v1/approvals/"+request+"/approve", object{}).Want(200)
	e.As("manager").Post("/v1/approvals/"+request+"/approve", object{}).Want(200)
}

// sentSample is one that the customer has.
func sentSample(e *apitest.Env, customer string) string {
	path := "/v1/samples/" + sampleFor(e, "rep1", object{"customer_id": customer}).Want(201).ID()
	e.As("rep1").Post(path+"/submit", nil).Want(200)
	approveSample(e, path)
	e.As("production").Post(path+"/make", object{}).Want(200)
	e.As("production").Post(path+"/sign", nil).Want(200)
	e.As("rep1").Post(path+"/send", object{"carrier": "示例快递", "tracking_no": "SF0001"}).Want(200)
	return path
}

func taskCount(e *apitest.Env, who, kind string) int {
	return e.As(who).Get("/v1/me/follow-ups?kind=" + kind).Want(200).Len("data")
}

func TestSMP01_SMP02_FromRequestToReference(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, customer := e.As("rep1"), customerOf(e)
	made := sampleFor(e, "rep1", object{"customer_id": customer}).Want(201)
	path := "/v1/samples/" + made.ID()
	rep.Patch(path, made.ETag(), object{"needed_by": sampleDay(e, 20)}).Want(200)
	e.As("production").Post(path+"/make", object{}).WantProblem(409, "sample.wrong_state") // not approved
	rep.Post(path+"/submit?validate_only=true", nil).Want(200)
	request := rep.Post(path+"/submit", nil).Want(200).String("approval_id")
	// SMP-02: the follow-up supervisor knows before the sales manager decides.
	if a := e.As("manager").Post("/v1/approvals/"+request+"/approve", object{}); a.Status == 200 {
		t.Error("the sales manager decides before the follow-up supervisor knows")
	}
	approveSample(e, path)
	if taskCount(e, "production", "sample.make") != 1 {
		t.Error("the factory isn't asked")
	}
	rep.Post(path+"/send", object{"carrier": "示例快递"}).WantProblem(422, "sample.unsigned")
	e.As("production").Post(path+"/make", object{"note": "小样完成"}).Want(200)
	rep.Post(path+"/send", object{"carrier": "示例快递"}).WantProblem(422, "sample.unsigned")
	e.As("quality").Post(path+"/sign", nil).Want(403) // SMP-02: the plant manager
	e.As("production").Post(path+"/sign", nil).Want(200)
	sent := rep.Post(path+"/send", object{"carrier": "示例快递", "tracking_no": "SF0001"}).Want(200)
	if sent.String("state") != "sent" || sent.String("follow_up_at") == "" || taskCount(e, "rep1", "sample.result") != 1 || taskCount(e, "production", "sample.make") != 0 {
		t.Fatalf("%s", sent.Body)
	}
	rep.Post(path+"/cancel", object{"reason": "x"}).WantProblem(409, "sample.wrong_state")
	rep.Post(path+"/notes", object{"note": "客户下周上机", "next_at": "2020-01-01T00:00:00Z"}).WantProblem(422, "sample.next_in_past")
	next := e.DB.Clock().Now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
	if a := rep.Post(path+"/notes", object{"note": "客户下周上机", "next_at": next}).Want(200); a.Len("notes") != 1 || !strings.HasPrefix(a.String("follow_up_at"), next[:19]) {
		t.Errorf("%s", a.Body)
	}
	if rep.Get("/v1/samples?overdue=true").Want(200).Len("data") != 0 {
		t.Error("it isn't overdue yet")
	}
	e.DB.Clock().SetOffset(73 * time.Hour)
	if rep.Get("/v1/samples?overdue=true").Want(200).Len("data") != 1 || rep.Get(path).At("overdue") != true {
		t.Error("nobody has asked for the result")
	}
	order := plant(e, "orders", object{"customer_id": customer, "state": "draft", "channel": "phone", "settlement": "cash", "terms_days": 0, "currency": "CNY"})
	rep.Post(path+"/references", object{"order_id": order}).WantProblem(422, "sample.not_passed")
	rep.Post(path+"/result", object{"outcome": "passed", "result": "强力和色牢度均合格"}).Want(200)
	rep.Post(path+"/result", object{"outcome": "failed", "result": "x"}).WantProblem(409, "sample.wrong_state")
	if taskCount(e, "rep1", "sample.result") != 0 {
		t.Error("the result is known")
	}
	rep.Post(path+"/references", object{"order_id": orderOf(e)}).WantProblem(422, "sample.other_customer")
	rep.Post(path+"/references", object{"order_id": newID()}).WantProblem(422, "sample.unknown_order")
	rep.Post(path+"/references", object{"order_id": order, "order_line_id": newID()}).WantProblem(422, "sample.unknown_order")
	if a := rep.Post(path+"/references", object{"order_id": order, "note": "按样生产"}).Want(200); a.Len("references") != 1 {
		t.Errorf("%s", a.Body)
	}
	rep.Post(path+"/references", object{"order_id": order}).WantProblem(409, "sample.referred_already")
	if a := rep.Get("/v1/orders/" + order + "/samples").Want(200); a.Len("data") != 1 {
		t.Errorf("%s", a.Body)
	}
	if a := rep.Get(path + "/decisions").Want(200); !strings.Contains(string(a.Body), "厂长已在样品完工单上签字") {
		t.Errorf("%s", a.Body)
	}
	rep.Get(path + "/timeline").Want(200)
	// What follows a result names it.
	sampleFor(e, "rep1", object{"customer_id": customer, "follows_id": made.ID()}).Want(201)
}

func TestSMP01_WrongRequests(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := customerOf(e)
	for code, more := range map[string]object{
		"sample.unknown_company": {"customer_id": newID()},
		"sample.needed_in_past":  {"customer_id": customer, "needed_by": sampleDay(e, -1)},
		"sample.item_needed":     {"customer_id": customer, "lines": []object{{"quantity": "1", "unit": "kg"}}},
		"sample.bad_quantity":    {"customer_id": customer, "lines": []object{{"quantity": "0", "unit": "kg", "description": "x"}}},
		"sample.unit_needed":     {"customer_id": customer, "lines": []object{{"quantity": "1", "description": "x"}}},
		"product.unknown":        {"customer_id": customer, "lines": []object{{"quantity": "1", "product_id": newID()}}},
	} {
		sampleFor(e, "rep1", more).WantProblem(422, code)
	}
	sampleFor(e, "rep1", nil).WantProblem(422, "sample.unknown_company")
	sampleFor(e, "rep3", object{"customer_id": customer}).WantProblem(422, "sample.unknown_company")
	sampleFor(e, "rep1", object{"customer_id": customer, "needed_by": sampleDay(e, 0)}).Want(201) // today is soon enough
	prospect := e.As("rep1").Post("/v1/prospects", lead("云岭示例样品有限公司", "13911117777")).Want(201).ID()
	if a := sampleFor(e, "rep1", object{"prospect_id": prospect}).Want(201); a.String("company") != "云岭示例样品有限公司" {
		t.Errorf("%s", a.Body)
	}
	path := "/v1/samples/" + sampleOf(e)
	e.As("rep1").Post(path+"/submit", nil).Want(200)
	request := e.As("rep1").Post(path+"/cancel", object{"reason": "客户取消"}).Want(200).String("approval_id")
	if a := e.As("supervisor").Post("/v1/approvals/"+request+"/approve", object{}); a.Status == 200 {
		t.Error("a cancelled sample is still decided")
	}
}

// Samples go with their customer (CUS-13), and are seen by whom they belong to and the factory (ORG-06).
func TestORG06_SamplesFollowTheirCustomer(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := customerOf(e)
	path := "/v1/samples/" + sampleFor(e, "manager", object{"customer_id": customer}).Want(201).ID()
	e.As("rep1").Get(path).Want(200)
	e.As("rep3").Get(path).Want(404)
	e.As("production").Get(path).Want(200)
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET owner_id = ? WHERE id = ?", e.People["rep3"], customer).Error
	})
	e.As("rep3").Get(path).Want(200)
	if e.As("rep1").Get("/v1/samples").Want(200).Len("data") != 0 || e.As("rep3").Get("/v1/samples?state=draft&customer_id="+customer).Want(200).Len("data") != 1 {
		t.Error("the sample didn't go along")
	}
}

func TestSMP01_RaceOfResults(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path := sentSample(e, customerOf(e))
	var won atomic.Int64
	var all sync.WaitGroup
	for _, outcome := range []string{"passed", "failed", "changed", "passed", "failed", "changed"} {
		all.Go(func() {
			if e.As("rep1").Post(path+"/result", object{"outcome": outcome, "result": "x"}).Status == 200 {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d results", won.Load())
	}
}

func TestSMP01_SMP02_ConstraintsAreRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	sampleOf(e)
	for query, code := range map[string]string{
		`UPDATE samples SET customer_id = NULL`:                                      "sample.unknown_company",
		`UPDATE samples SET state = 'approved'`:                                      "sample.wrong_state",
		`UPDATE samples SET state = 'cancelled'`:                                     "sample.reason_needed",
		`UPDATE samples SET state = 'signed', approval_id = id, approved_at = now()`: "sample.unsigned",
		`UPDATE samples SET state = 'sent', approval_id = id, approved_at = now(), made_at = now(), signed_at = now(), signed_by = id`: "sample.wrong_state",
		`UPDATE sample_lines SET quantity = 0`:      "sample.bad_quantity",
		`UPDATE sample_lines SET description = ' '`: "sample.item_needed",
	} {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
		if refused, ok := errs.As(err); !ok || refused.Code != code {
			t.Errorf("%s: %v, want %s", query, err, code)
		}
	}
}
