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
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

type object = map[string]any

const day = 24 * time.Hour

func lead(name, phone string) object {
	return object{
		"name": name, "industry": "染整", "region": "浙江", "need": "每月约 30 吨低弹丝", "source": "绍兴示例展会",
		"contacts": []object{{"name": "周示例", "position": "采购主管", "phone": phone}},
	}
}

func company(name, phone string) object {
	return object{"name": name, "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购", "phone": phone}}}
}

func advance(e *apitest.Env, by time.Duration) {
	e.Tx(func(tx pg.Tx) error { return e.DB.AdvanceClock(tx, tx.Now.Add(by)) })
}

func today(e *apitest.Env) time.Time { return clock.Today(e.DB.Clock().Now()) }

// CUS-08: two at the same instant, prospect against prospect, prospect against customer, customer against customer: one wins,
// by name, by code and by phone.
func TestCUS08_RaceAcrossProspectsAndCustomersHasOneWinner(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for round := range 7 {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 6 {
			path, make := "/v1/prospects", lead
			if i%2 == 0 && round%3 != 0 || round%3 == 2 {
				path, make = "/v1/customers", company
			}
			body := make(fmt.Sprintf("各家%d号%d示例有限公司", round, i), fmt.Sprintf("139%04d%04d", round, i))
			switch round / 3 {
			case 0:
				body["name"] = fmt.Sprintf("竞争%d示例有限公司", round)
			case 1:
				body = make(body["name"].(string), fmt.Sprintf("137%08d", round))
			case 2:
				body["uscc"] = "91330782MA2EXAMP0C"
			}
			wg.Go(func() {
				a := e.As([]string{"rep1", "rep2", "rep3"}[i%3]).Post(path, body)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case a.Status == 201:
					won++
				case a.Status != 409:
					t.Errorf("round %d: %d %s", round, a.Status, a.Body)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Fatalf("round %d: %d winners", round, won)
		}
	}
}

// The key of company_claims refuses what the look-up missed.
func TestCUS08_ClaimsAreGuardedByTheDatabase(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := e.As("rep1").Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	for name, sql := range map[string]string{
		"phone of a customer's contact": `INSERT INTO customer_contacts (id, customer_id, position_no, name, position, phone, phone_key, email)
			SELECT gen_random_uuid(), id, 2, '陈', '采购', '13800000142', '13800000142', '' FROM customers LIMIT 1`,
		"name of a customer": `UPDATE customers SET name_key = '云岭示例染整'`,
	} {
		e.As("rep1").Post("/v1/customers", company("别家"+name[:5]+"示例有限公司", fmt.Sprintf("1370000%04d", len(name)))).Want(201)
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error })
		if !errors.Is(err, customer.ErrTaken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec("UPDATE prospects SET need = ' ' WHERE id = ?", id).Error
	})
	if !errors.Is(err, prospect.ErrNoNeed) {
		t.Errorf("a prospect without a need: %v", err)
	}
}

func TestCUS08_NeedIsClearlyStated(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	body := lead("云岭示例染整有限公司", "13800000142")
	body["need"] = "  "
	e.As("rep1").Post("/v1/prospects", body).WantProblem(422, "prospect.no_need")
}

// CUS-01: a prospect is kept with name, address, contacts, needs, size and source.
func TestCUS01_ProspectIsKeptWithItsSource(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	body := lead("云岭示例染整有限公司", "13800000142")
	body["size"], body["address"] = "200 人", "绍兴市示例路 8 号"
	id := e.As("rep1").Post("/v1/prospects", body).Want(201).ID()
	a := e.As("supervisor").Get("/v1/prospects/" + id).Want(200)
	if a.String("source") != "绍兴示例展会" || a.String("size") != "200 人" || a.String("address") == "" || a.Len("contacts") != 1 {
		t.Errorf("%s", a.Body)
	}
	delete(body, "source")
	e.As("rep1").Post("/v1/prospects", body).WantProblem(400, "request.invalid")
	for q, want := range map[string]int{"q=示例染": 1, "q=13800000142": 1, "grade=D": 1, "grade=A": 0, "region=浙江": 1, "state=pooled": 0, "pool=true": 0} {
		if n := e.As("rep1").Get("/v1/prospects?" + q).Want(200).Len("data"); n != want {
			t.Errorf("%s: %d", q, n)
		}
	}
}

// CUS-07: the window comes nearer, the grade rises by itself, and the week's report shows it.
func TestCUS07_TimeMovesTheGradeAndTheWeekShowsIt(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	body := lead("云岭示例染整有限公司", "13800000142")
	end := today(e).AddDate(0, 0, 100)
	body["purchase_window"] = object{"to": end.Format(time.DateOnly)}
	made := rep.Post("/v1/prospects", body).Want(201)
	if made.String("purchase_window.grade") != "C" {
		t.Fatalf("%s", made.Body)
	}
	client := rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	rep.Post("/v1/customers/"+client+"/purchase-window", object{"within_months": 1}).Want(200)
	regrade := func(want int) {
		t.Helper()
		e.Tx(func(tx pg.Tx) error {
			n, err := e.App.Server.Prospects.Regrade(tx, 100)
			if n != want {
				t.Errorf("%d regraded, want %d", n, want)
			}
			return err
		})
	}
	regrade(0)
	advance(e, 75*day)
	regrade(2) // the prospect is A now; the customer's month has passed
	regrade(0)
	h := rep.Get("/v1/prospects/" + made.ID() + "/opportunity-grades").Want(200)
	if h.String("current.grade") != "A" || h.Len("changes") != 2 || h.String("changes.1.previous") != "C" || h.String("changes.1.cause") != "time" {
		t.Errorf("%s", h.Body)
	}
	if h := rep.Get("/v1/customers/" + client + "/opportunity-grades").Want(200); h.String("current.grade") != "D" || h.Len("changes") != 2 {
		t.Errorf("%s", h.Body)
	}
	week := "/v1/opportunity-grade-changes?week=" + today(e).Format(time.DateOnly)
	for who, n := range map[string]int{"rep1": 2, "rep2": 0, "manager": 2} {
		if got := e.As(who).Get(week).Want(200).Len("data"); got != n {
			t.Errorf("%s sees %d changes, want %d", who, got, n)
		}
	}
	if n := rep.Get("/v1/opportunity-grade-changes?week=" + today(e).AddDate(0, 0, 7).Format(time.DateOnly)).Want(200).Len("data"); n != 0 {
		t.Errorf("%d changes next week", n)
	}
	rep.Post("/v1/prospects/"+made.ID()+"/purchase-window", object{}).Want(200)
	rep.Post("/v1/prospects/"+made.ID()+"/purchase-window", object{"to": "2020-01-01"}).WantProblem(422, "prospect.bad_window")
	e.As("rep2").Post("/v1/prospects/"+made.ID()+"/purchase-window", object{}).WantProblem(404, "resource.not_found")
}

// CUS-09: outside the territory the sales manager decides; meanwhile the registration holds the company.
func TestCUS09_OutsideTheTerritoryTheSalesManagerDecides(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	bind := func(who string, territory object, etag string) apitest.Answer {
		return e.As(who).Put("/v1/users/"+e.People["rep1"].String()+"/territory", etag, territory)
	}
	bind("rep1", object{"industries": []string{}, "regions": []string{"江苏"}}, `"0"`).WantProblem(403, "auth.forbidden")
	bind("manager", object{"industries": []string{}, "regions": []string{"江苏"}}, `"0"`).Want(200)
	bind("manager", object{"industries": []string{}, "regions": []string{"江苏"}}, `"0"`).WantProblem(412, "resource.stale")
	body := lead("云岭示例染整有限公司", "13800000142")
	rep := e.As("rep1")
	rep.Post("/v1/prospects", body).WantProblem(422, "prospect.outside_territory")
	client := company("云岭示例纺织有限公司", "13800000042")
	client["region"] = "浙江"
	rep.Post("/v1/customers", client).WantProblem(422, "customer.outside_territory")
	client["region"] = "江苏"
	made := rep.Post("/v1/customers", client).Want(201)
	rep.Patch("/v1/customers/"+made.ID(), made.ETag(), object{"region": "浙江"}).WantProblem(422, "customer.outside_territory")
	for i, verb := range []string{"reject", "approve"} {
		body["outside_reason"] = "老客户介绍"
		waiting := rep.Post("/v1/prospects", body).Want(201)
		if waiting.String("state") != "pending_permission" {
			t.Fatalf("%s", waiting.Body)
		}
		e.As("rep3").Post("/v1/prospects", lead("云岭示例染整有限公司", "13900000142")).WantProblem(409, "customer.taken")
		task := e.As("manager").Get("/v1/approvals?matter=prospect.outside_territory&state=pending").Want(200)
		e.As("manager").Post("/v1/approvals/"+task.String("data.0.id")+"/"+verb, object{"comment": "已核实"}).Want(200)
		if got := rep.Get("/v1/prospects/" + waiting.ID()).Want(200).String("state"); got != []string{"refused", "active"}[i] {
			t.Errorf("after %s: %s", verb, got)
		}
	}
	inside := lead("江边示例染整有限公司", "13800000143")
	inside["region"] = "江 苏"
	x := rep.Post("/v1/prospects", inside).Want(201)
	if x.String("state") != "active" {
		t.Errorf("%s", x.Body)
	}
	rep.Patch("/v1/prospects/"+x.ID(), x.ETag(), object{"region": "浙江"}).WantProblem(422, "prospect.outside_territory")
	given := lead("远山示例染整有限公司", "13800000144")
	given["owner_id"] = e.People["rep1"]
	if got := e.As("manager").Post("/v1/prospects", given).Want(201).String("state"); got != "active" {
		t.Errorf("the manager's own word needs another: %s", got)
	}
}

// CUS-02: contacts are logged for good; a mistake is corrected by another entry; the important ones are development records.
func TestCUS02_ContactsAreLoggedForGood(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	id := rep.Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	path := "/v1/prospects/" + id + "/contact-log"
	now := e.DB.Clock().Now()
	first := rep.Post(path, object{"kind": "visit", "content": "介绍产品", "people": "周示例", "outcome": "同意试样", "problems": "账期", "next_step": "送样", "at": now.Add(-time.Hour)}).Want(201)
	rep.Post(path, object{"kind": "call", "content": "约好送样", "at": now.Add(time.Hour)}).WantProblem(422, "prospect.contact_ahead")
	fix := object{"kind": "visit", "content": "介绍产品并留样", "corrects_id": first.ID(), "development": true}
	second := rep.Post(path, fix).Want(201)
	rep.Post(path, fix).WantProblem(422, "prospect.bad_correction")
	fix["corrects_id"] = id
	rep.Post(path, fix).WantProblem(422, "prospect.bad_correction")
	log := rep.Get(path).Want(200)
	if log.Len("data") != 2 || log.String("data.1.corrected_by_id") != second.ID() || log.String("data.1.content") != "介绍产品" {
		t.Errorf("%s", log.Body)
	}
	for who, n := range map[string]int{"rep1": 1, "rep2": 0, "supervisor": 1} {
		if got := e.As(who).Get("/v1/development-records").Want(200).Len("data"); got != n {
			t.Errorf("%s reads %d development records", who, got)
		}
	}
	for _, sql := range []string{"UPDATE prospect_contact_log SET content = 'x'", "DELETE FROM prospect_contact_log"} {
		if err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error }); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO prospect_contact_log (id, prospect_id, kind, at, people, content, outcome, problems, next_step, development, corrects_id, logged_by, logged_at)
			SELECT gen_random_uuid(), prospect_id, kind, at, people, content, outcome, problems, next_step, development, corrects_id, logged_by, logged_at
			FROM prospect_contact_log WHERE corrects_id IS NOT NULL`).Error
	})
	if !errors.Is(err, prospect.ErrCorrection) {
		t.Errorf("a second correction: %v", err)
	}
}
