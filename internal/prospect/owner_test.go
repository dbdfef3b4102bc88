package prospect_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/rulebook"
)

func evidence(e *apitest.Env, who string) string {
	return e.As(who).With("Content-Type", "application/octet-stream").
		Post("/v1/attachments?file_name=review.pdf", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n").Want(201).ID()
}

func setParameter(e *apitest.Env, name, value string) {
	e.Tx(func(tx pg.Tx) error {
		p, err := e.App.Server.Rulebook.GetParameter(tx, name)
		if err != nil {
			return err
		}
		_, err = e.App.Server.Rulebook.ReplaceParameter(tx, name, p.Version, rulebook.Change{Value: value, Reason: "test"})
		return err
	})
}

// CUS-03: the customer has everything that the prospect had, and the company is still taken.
func TestCUS03_ConversionCarriesEverythingOver(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	body := lead("云岭示例染整有限公司", "13800000142")
	body["purchase_window"] = object{"within_months": 1}
	made := rep.Post("/v1/prospects", body).Want(201)
	path := "/v1/prospects/" + made.ID()
	rep.Post(path+"/contact-log", object{"kind": "visit", "content": "介绍产品"}).Want(201)
	rep.Post(path+"/convert", object{"address": "绍兴", "attachment_ids": []string{}}).WantProblem(422, "prospect.no_evidence")
	file := evidence(e, "rep1")
	rep.Post(path+"/convert", object{"attachment_ids": []string{file}}).WantProblem(422, "prospect.incomplete")
	rep.Post(path+"/convert", object{"address": "绍兴", "attachment_ids": []string{made.ID()}}).WantProblem(422, "attachment.unknown")
	advance(e, day)
	done := rep.Post(path+"/convert", object{"address": "绍兴市示例路 8 号", "attachment_ids": []string{file}, "initial_credit": object{
		"grade": "B", "limit_kind": "amount", "limit_amount": "100000.00", "settlement": "net_days", "terms_days": 30, "reasons": "月用量约 60 吨",
		"monthly_basis": object{"kind": "volume", "monthly_tonnes": "60"},
	}}).Want(200)
	client := "/v1/customers/" + done.String("customer.id")
	if done.String("prospect.state") != "converted" || done.String("credit_request_id") == "" || done.String("customer.owner_id") != e.People["rep1"].String() {
		t.Fatalf("%s", done.Body)
	}
	c := rep.Get(client).Want(200)
	if c.Len("contacts") != 1 || c.String("contacts.0.phone") != "13800000142" || c.String("addresses.0.line") != "绍兴市示例路 8 号" {
		t.Errorf("%s", c.Body)
	}
	if h := rep.Get(client + "/opportunity-grades").Want(200); h.String("current.grade") != "A" || h.String("changes.0.cause") != "carried" {
		t.Errorf("%s", h.Body)
	}
	if n := rep.Get(client + "/contact-log").Want(200).Len("data"); n != 1 {
		t.Errorf("%d contacts came over", n)
	}
	if line := rep.Get(client + "/timeline").Want(200); line.Len("data") < 2 {
		t.Errorf("%s", line.Body)
	}
	if x := rep.Get(path).Want(200); x.Len("evidence") != 1 || x.String("customer_id") == "" {
		t.Errorf("%s", x.Body)
	}
	e.As("rep2").Post("/v1/prospects", lead("云岭示例染整有限公司", "13900000142")).WantProblem(409, "customer.taken")
	e.As("rep2").Post("/v1/customers", company("别家示例有限公司", "13800000142")).WantProblem(409, "customer.taken")
	if a := e.As("manager").Post("/v1/company-checks", object{"name": "云岭示例染整"}).Want(200); a.String("since") != dayOf(t, made.String("owned_at")) {
		t.Errorf("since when: %s", a.Body)
	}
	rep.Post(path+"/convert", object{"address": "绍兴", "attachment_ids": []string{evidence(e, "rep1")}}).WantProblem(409, "resource.wrong_state")
	if n := rep.Get("/v1/opportunity-grade-changes?week=" + today(e).AddDate(0, 0, -1).Format(time.DateOnly)).Want(200).Len("data"); n != 1 {
		t.Errorf("%d changes in the report: what was carried over counts twice", n)
	}
}

// CUS-03: of conversions at once, one wins.
func TestCUS03_RaceOfConversionsHasOneWinner(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := e.As("rep1").Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	files := make([]string, 5)
	for i := range files {
		files[i] = evidence(e, "rep1")
	}
	var wg sync.WaitGroup
	statuses := make([]int, len(files))
	for i := range files {
		wg.Go(func() {
			statuses[i] = e.As("rep1").Post("/v1/prospects/"+id+"/convert", object{"address": "绍兴", "attachment_ids": []string{files[i]}}).Status
		})
	}
	wg.Wait()
	won := 0
	for _, s := range statuses {
		switch s {
		case 200:
			won++
		case 409:
		default:
			t.Errorf("status %d", s)
		}
	}
	if won != 1 || e.As("rep1").Get("/v1/customers").Want(200).Len("data") != 1 {
		t.Errorf("%d winners", won)
	}
}

// CUS-08, shared pool: off by default; on the 90th day without contact a prospect returns, and not on the 89th.
func TestCUS08_UntouchedForNinetyDaysReturnsToThePool(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	back := func() (n int) {
		t.Helper()
		e.Tx(func(tx pg.Tx) (err error) {
			n, err = e.App.Server.Prospects.ReturnToPool(tx, 100)
			return err
		})
		return n
	}
	id := rep.Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	kept := rep.Post("/v1/prospects", lead("海角示例染整有限公司", "13800000143")).Want(201).ID()
	advance(e, 10*day)
	rep.Post("/v1/prospects/"+kept+"/contact-log", object{"kind": "call", "content": "问候"}).Want(201)
	advance(e, 80*day)
	if n := back(); n != 0 {
		t.Fatalf("%d returned although the pool is off", n)
	}
	setParameter(e, "customer.pool_enabled", "true")
	setParameter(e, "customer.pool_after_days", "91")
	if n := back(); n != 0 {
		t.Fatalf("%d returned a day too early", n)
	}
	setParameter(e, "customer.pool_after_days", "90")
	if n := back(); n != 1 {
		t.Fatalf("%d returned on the 90th day", n)
	}
	if n := back(); n != 0 {
		t.Fatalf("%d returned twice", n)
	}
	if a := rep.Get("/v1/me/follow-ups").Want(200); a.Len("data") != 1 || a.String("data.0.kind") != "prospect.returned_to_pool" {
		t.Errorf("%s", a.Body)
	}
	list := e.As("rep3").Get("/v1/prospects?pool=true").Want(200)
	if list.Len("data") != 1 || list.String("data.0.contact_phone") != "138****0142" {
		t.Errorf("%s", list.Body)
	}
	if x := e.As("rep3").Get("/v1/prospects/" + id).Want(200); x.String("contacts.0.phone") != "138****0142" {
		t.Errorf("%s", x.Body)
	}
	e.As("rep3").Get("/v1/prospects/"+id+"/contact-log").WantProblem(404, "resource.not_found")
	e.As("rep3").Post("/v1/prospects", lead("云岭示例染整有限公司", "13900000142")).WantProblem(409, "customer.in_pool")
	claimed := e.As("rep3").Post("/v1/prospects/"+id+"/claim", nil).Want(200)
	if claimed.String("owner_id") != e.People["rep3"].String() || claimed.String("contacts.0.phone") != "13800000142" {
		t.Errorf("%s", claimed.Body)
	}
	rep.Get("/v1/prospects/"+id).WantProblem(404, "resource.not_found")
	e.As("rep3").Post("/v1/prospects/"+id+"/claim", nil).WantProblem(409, "resource.wrong_state")
}

func TestCUS08_RaceForThePoolHasOneWinner(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := e.As("rep1").Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	e.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE prospects SET state = 'pooled'").Error })
	reps := []string{"rep1", "rep2", "rep3", "supervisor", "assistant"}
	var wg sync.WaitGroup
	statuses := make([]int, len(reps))
	for i, who := range reps {
		wg.Go(func() { statuses[i] = e.As(who).Post("/v1/prospects/"+id+"/claim", nil).Status })
	}
	wg.Wait()
	won := 0
	for _, s := range statuses {
		if s == 200 {
			won++
		} else if s != 404 && s != 409 {
			t.Errorf("status %d", s)
		}
	}
	if won != 1 {
		t.Errorf("%v", statuses)
	}
}

// CUS-08: a dispute ends in a ruling, which happens at once; until then the claimant doesn't learn whose the company is.
func TestCUS08_DisputeEndsInARulingThatHappensAtOnce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	owner, claimant, manager := e.As("rep1"), e.As("rep3"), e.As("manager")
	for i, ruling := range []string{"stays", "joint", "moves"} {
		for kind, path := range map[string]string{"prospect": "/v1/prospects", "customer": "/v1/customers"} {
			name := fmt.Sprintf("争议%d%s示例有限公司", i, kind)
			phone := fmt.Sprintf("139%04d%04d", i, len(kind+ruling))
			body := lead(name, phone)
			if kind == "customer" {
				body = company(name, "1"+phone[2:])
			}
			id := owner.Post(path, body).Want(201).ID()
			input := object{"name": name, "statement": "九月起已三次拜访"}
			opened := claimant.Post("/v1/ownership-disputes", input).Want(201)
			claimant.Post("/v1/ownership-disputes", input).WantProblem(409, "dispute.open_already")
			owner.Post("/v1/ownership-disputes", input).WantProblem(409, "dispute.own_company")
			at := "/v1/ownership-disputes/" + opened.ID()
			owner.Post(at+"/state-case", object{"statement": "八月展会所得"}).Want(200)
			manager.Post(at+"/state-case", object{"statement": "旁听"}).WantProblem(403, "dispute.not_party")
			if a := claimant.Get(at).Want(200); a.At("owner_id") != nil || a.At("subject_id") != nil || a.Len("statements") != 1 {
				t.Errorf("the claimant learns too much: %s", a.Body)
			}
			if a := manager.Get(at).Want(200); a.String("owner_id") == "" || a.Len("statements") != 2 {
				t.Errorf("%s", a.Body)
			}
			if n := manager.Get("/v1/me/follow-ups?kind=prospect.dispute_ruling").Want(200).Len("data"); n != 1 {
				t.Errorf("%d tasks for the manager", n)
			}
			claimant.Post(at+"/rule", object{"ruling": ruling, "reason": "我的"}).WantProblem(403, "auth.forbidden")
			ruled := manager.Post(at+"/rule", object{"ruling": ruling, "reason": "拜访记录属实"}).Want(200)
			if ruled.String("ruling") != ruling {
				t.Errorf("%s", ruled.Body)
			}
			manager.Post(at+"/rule", object{"ruling": ruling, "reason": "再次"}).WantProblem(409, "resource.wrong_state")
			want := map[string]int{"stays": 404, "joint": 200, "moves": 200}[ruling]
			if kind == "customer" && ruling == "joint" {
				want = 404
			}
			if got := claimant.Get(path + "/" + id).Status; got != want {
				t.Errorf("%s %s: the claimant reads the company with %d", ruling, kind, got)
			}
			if a := claimant.Get(at).Want(200); (a.At("owner_id") != nil) != (ruling != "stays") || a.String("reason") == "" {
				t.Errorf("%s: %s", ruling, a.Body)
			}
			owner.Get(at).Want(200)
		}
	}
	owner.Post("/v1/ownership-disputes", object{"name": "无人示例有限公司", "statement": "x"}).WantProblem(422, "dispute.not_taken")
}

// ORG-03: nobody rules on their own dispute, in the database neither.
func TestORG03_NobodyRulesOnTheirOwnDispute(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("manager").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201)
	d := e.As("rep1").Post("/v1/ownership-disputes", object{"name": "云岭示例纺织有限公司", "statement": "x"}).Want(201)
	e.As("manager").Post("/v1/ownership-disputes/"+d.ID()+"/rule", object{"ruling": "stays", "reason": "x"}).WantProblem(403, "dispute.not_impartial")
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec("UPDATE ownership_disputes SET state = 'ruled', ruling = 'stays', reason = 'x', ruled_by = owner_id").Error
	})
	if !errors.Is(err, prospect.ErrNotImpartial) {
		t.Errorf("%v", err)
	}
	e.As("rep1").Post("/v1/ownership-disputes/"+d.ID()+"/withdraw", nil).Want(200)
}

// ORG-03: who is a side of an open dispute doesn't decide it by moving the company meanwhile; somebody else may, and after the dispute
// both may again.
func TestORG03_ASideOfADisputeMovesNothing(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for kind, path := range map[string]string{"prospect": "/v1/prospects/", "customer": "/v1/customers/"} {
		name, phone := "争议"+kind+"示例有限公司", fmt.Sprintf("139000%05d", kind[0])
		body := lead(name, phone)
		if kind == "customer" {
			body = company(name, phone)
		}
		id := e.As("manager").Post(path[:len(path)-1], body).Want(201).ID()
		d := e.As("rep1").Post("/v1/ownership-disputes", object{"name": name, "statement": "x"}).Want(201)
		give := func(to string) object { return object{"owner_id": e.People[to], "reason": "调整"} }
		e.As("manager").Post(path+id+"/assign", give("rep2")).WantProblem(403, "dispute.not_impartial")
		e.As("director").Post(path+id+"/assign", give("rep2")).Want(200)
		e.As("rep1").Post("/v1/ownership-disputes/"+d.ID()+"/withdraw", nil).Want(200)
		e.As("manager").Post(path+id+"/assign", give("rep3")).Want(200)
	}
}

// dayOf is the business date of an instant.
func dayOf(t *testing.T, instant string) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		t.Fatal(err)
	}
	return clock.Today(at).Format(time.DateOnly)
}

// CUS-08: since when a company is somebody's is told by Shanghai's date, on which it was registered in the small hours.
func TestCUS08_SinceWhenIsABusinessDate(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	night := today(e).AddDate(0, 0, 1).Add(18 * time.Hour) // two in the morning of the day after
	e.DB.Clock().SetOffset(time.Until(night))
	since := today(e).Format(time.DateOnly)
	e.As("rep1").Post("/v1/customers", company("云岭示例染整有限公司", "13800000142")).Want(201)
	if a := e.As("manager").Post("/v1/company-checks", object{"name": "云岭示例染整"}).Want(200); a.String("since") != since {
		t.Errorf("since %s: %s", since, a.Body)
	}
	refused := e.As("manager").Post("/v1/customers", company("云岭示例染整有限公司", "13800000143")).WantProblem(409, "customer.taken_by")
	if refused.String("params.since") != since {
		t.Errorf("since %s: %s", since, refused.Body)
	}
}
