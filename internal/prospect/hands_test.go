package prospect_test

import (
	"context"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

func exec(e *apitest.Env, query string, args ...any) {
	e.Tx(func(tx pg.Tx) error { return tx.Exec(query, args...).Error })
}

// CUS-09: which company it is, and where, stays as it was shown to who has to allow it; for who may assign, too.
func TestCUS09_WhatWaitsForPermissionStaysAsItWasShown(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("manager").Put("/v1/users/"+e.People["rep1"].String()+"/territory", `"0"`, object{"industries": []string{}, "regions": []string{"江苏"}}).Want(200)
	body := lead("云岭示例染整有限公司", "13800000142")
	body["outside_reason"] = "老客户介绍"
	made := e.As("rep1").Post("/v1/prospects", body).Want(201)
	path, tag := "/v1/prospects/"+made.ID(), made.ETag()
	for _, change := range []object{{"name": "别家示例染整有限公司"}, {"uscc": "91330782MA2EXAMP0C"}, {"industry": "针织"}, {"region": "江苏"}} {
		e.As("rep1").Patch(path, tag, change).WantProblem(409, "resource.wrong_state")
		e.As("manager").Patch(path, tag, change).WantProblem(409, "resource.wrong_state")
	}
	e.As("rep1").Patch(path, tag, object{"need": "每月约 50 吨"}).Want(200)
	approve := "/v1/approvals/" + e.As("manager").Get("/v1/approvals?matter=prospect.outside_territory&state=pending").Want(200).String("data.0.id") + "/approve"
	exec(e, "UPDATE prospects SET region = '福建'")
	e.As("manager").Post(approve, object{"comment": "同意"}).WantProblem(409, "approval.content_changed")
	exec(e, "UPDATE prospects SET region = '浙江'")
	e.As("manager").Post(approve, object{"comment": "同意"}).Want(200)
	if x := e.As("rep1").Get(path).Want(200); x.String("state") != "active" {
		t.Errorf("%s", x.Body)
	}
}

// ORG-03: nor does anybody whose company it has become since.
func TestORG03_NobodyRulesOnACompanyThatIsTheirsByNow(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for path, body := range map[string]object{
		"/v1/prospects": lead("云岭示例染整有限公司", "13800000142"), "/v1/customers": company("云岭示例纺织有限公司", "13800000042"),
	} {
		id := e.As("rep1").Post(path, body).Want(201).ID()
		d := e.As("rep3").Post("/v1/ownership-disputes", object{"name": body["name"], "statement": "x"}).Want(201)
		e.As("manager").Post(path+"/"+id+"/assign", object{"owner_id": e.People["manager"], "reason": "代管"}).Want(200)
		at := "/v1/ownership-disputes/" + d.ID() + "/rule"
		e.As("manager").Post(at, object{"ruling": "stays", "reason": "x"}).WantProblem(403, "dispute.not_impartial")
		e.As("director").Post(at, object{"ruling": "stays", "reason": "x"}).Want(200)
	}
}

// CUS-08: the owner's leader rules, and nothing goes to somebody who doesn't sell any more.
func TestCUS08_TheOwnersLeaderRulesForWhoStillSells(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for path, body := range map[string]object{
		"/v1/prospects": lead("云岭示例染整有限公司", "13800000142"), "/v1/customers": company("云岭示例纺织有限公司", "13800000042"),
	} {
		id := e.As("rep1").Post(path, body).Want(201).ID()
		d := e.As("rep3").Post("/v1/ownership-disputes", object{"name": body["name"], "statement": "x"}).Want(201)
		at := "/v1/ownership-disputes/" + d.ID() + "/rule"
		exec(e, "UPDATE users SET team_id = NULL, department_id = (SELECT department_id FROM users WHERE username = 'quality') WHERE username = 'rep1'")
		e.As("manager").Post(at, object{"ruling": "stays", "reason": "x"}).WantProblem(403, "dispute.not_your_ruling")
		exec(e, "UPDATE users SET department_id = (SELECT department_id FROM users WHERE username = 'manager') WHERE username = 'rep1'")
		exec(e, "UPDATE users SET active = false WHERE username = 'rep3'")
		for _, ruling := range []string{"moves", "joint"} {
			e.As("manager").Post(at, object{"ruling": ruling, "reason": "x"}).WantProblem(422, "prospect.bad_owner")
		}
		exec(e, "UPDATE users SET active = true WHERE username = 'rep3'")
		e.As("manager").Post(at, object{"ruling": "moves", "reason": "x"}).Want(200)
		e.As("rep3").Get(path + "/" + id).Want(200)
	}
}

// CUS-13: who takes prospects over has them for a while, and the places as joint owner with them.
func TestCUS13_HandedOverProspectsDontFallIntoThePool(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	register := func(who, name, phone, joint string) string {
		id := e.As(who).Post("/v1/prospects", lead(name, phone)).Want(201).ID()
		if joint != "" {
			exec(e, "UPDATE prospects SET joint_owner_id = ? WHERE id = ?", e.People[joint], id)
		}
		return id
	}
	own := register("rep1", "云岭示例染整有限公司", "13800000142", "rep2")
	joint := register("rep3", "海角示例染整有限公司", "13800000143", "rep1")
	both := register("rep2", "江边示例染整有限公司", "13800000144", "rep1")
	other := register("rep3", "远山示例染整有限公司", "13800000145", "")
	advance(e, 90*day)
	setParameter(e, "customer.pool_enabled", "true")
	e.Tx(func(tx pg.Tx) error {
		n, err := e.App.Server.Prospects.HandOver(tx, e.People["rep1"], e.People["rep2"], "离职")
		if n != 3 {
			t.Errorf("%d handed over", n)
		}
		return err
	})
	e.Tx(func(tx pg.Tx) error {
		n, err := e.App.Server.Prospects.ReturnToPool(tx, 100)
		if n != 1 {
			t.Errorf("%d returned to the pool", n)
		}
		return err
	})
	for id, want := range map[string][3]string{
		own: {"rep2", "", "active"}, joint: {"rep3", "rep2", "active"}, both: {"rep2", "", "active"}, other: {"rep3", "", "pooled"},
	} {
		x := e.As("manager").Get("/v1/prospects/" + id).Want(200)
		joint := ""
		if want[1] != "" {
			joint = e.People[want[1]].String()
		}
		if second, _ := x.At("joint_owner_id").(string); second != joint {
			t.Errorf("%s: %s", want, x.Body)
		}
		if x.String("owner_id") != e.People[want[0]].String() || x.String("state") != want[2] {
			t.Errorf("%s: %s", want, x.Body)
		}
	}
}

// CUS-01: a rep whose plan doesn't come into effect is asked again; one who has a plan in effect isn't.
func TestCUS01_WhosePlanWasSentBackIsAskedAgain(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	half, quarter := calendar(e)
	first := time.Date(today(e).Year(), (today(e).Month()-1)/6*6+1, 1, 0, 0, 0, 0, time.UTC)
	e.Tx(func(tx pg.Tx) error { return e.App.Server.Prospects.AskForPlans(tx, clock.AddMonths(first, -1)) })
	asked := func(want int) {
		t.Helper()
		a := rep.Get("/v1/me/follow-ups?kind=prospect.development_plan_due").Want(200)
		if a.Len("data") != want {
			t.Errorf("asked %d times, want %d: %s", a.Len("data"), want, a.Body)
		}
	}
	submit := func() {
		rep.Post("/v1/development-plans", object{"half": half, "targets": []object{{"quarter": quarter, "registered": 1}}}).Want(201)
		asked(0)
	}
	asked(1)
	for _, verb := range []string{"reject", "return"} {
		submit()
		decidePlan(e, verb)
		asked(1)
	}
	if due, err := time.Parse(time.RFC3339, rep.Get("/v1/me/follow-ups?kind=prospect.development_plan_due").Want(200).String("data.0.due_at")); err != nil ||
		!due.Equal((clock.Calendar{}).EndOfWorkingDay(e.DB.Clock().Now(), 5)) {
		t.Errorf("due %s, want five working days: %v", due, err)
	}
	submit()
	task := rep.Get("/v1/approvals?matter=customer.development_plan&state=pending").Want(200).String("data.0.id")
	rep.Post("/v1/approvals/"+task+"/withdraw", object{"comment": "改"}).Want(200)
	asked(1)
	submit()
	decidePlan(e, "approve")
	asked(0)
	submit()
	decidePlan(e, "reject")
	asked(0)
}

// CUS-01, CUS-04: the dates of asking are parameters.
func TestCUS01_DatesOfPlanningAreParameters(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	next := clock.AddMonths(time.Date(today(e).Year(), (today(e).Month()-1)/6*6+1, 1, 0, 0, 0, 0, time.UTC), 6)
	plan := object{"half": next.Format("2006") + map[bool]string{true: "H1", false: "H2"}[next.Month() == 1]}
	plan["targets"] = []object{{"quarter": next.Format("2006") + map[bool]string{true: "Q1", false: "Q3"}[next.Month() == 1], "registered": 1}}
	setParameter(e, "development.ahead_months", "0")
	e.As("rep1").Post("/v1/development-plans", plan).WantProblem(422, "development.bad_half")
	setParameter(e, "development.ahead_months", "6")
	e.As("rep1").Post("/v1/development-plans", plan).Want(201)
	setParameter(e, "development.plan_months", "2")
	setParameter(e, "development.review_months", "2")
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	e.Tx(func(tx pg.Tx) error { return e.App.Server.Prospects.AskForPlans(tx, start) })
	e.Tx(func(tx pg.Tx) error { return e.App.Server.Prospects.AskForReviews(tx, start.AddDate(0, 1, 0)) })
	for _, c := range [][3]string{{"rep2", "plan", "2026-07-31T09:30:00Z"}, {"manager", "review", "2026-08-31T09:30:00Z"}} {
		if due := e.As(c[0]).Get("/v1/me/follow-ups?kind=prospect.development_" + c[1] + "_due").Want(200).String("data.0.due_at"); due != c[2] {
			t.Errorf("%s: due %s", c, due)
		}
	}
}

// CUS-04: what somebody registered and won stays theirs when prospects change hands.
func TestCUS04_AHandoverMovesNoFiguresOfThePast(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	_, quarter := calendar(e)
	won := e.As("rep1").Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	e.As("rep1").Post("/v1/prospects/"+won+"/convert", object{"address": "绍兴", "attachment_ids": []string{evidence(e, "rep1")}}).Want(200)
	e.As("rep1").Post("/v1/prospects", lead("海角示例染整有限公司", "13800000143")).Want(201)
	e.Tx(func(tx pg.Tx) error {
		_, err := e.App.Server.Prospects.HandOver(tx, e.People["rep1"], e.People["rep2"], "离职")
		return err
	})
	for who, want := range map[string][2]float64{"rep1": {2, 1}, "rep2": {0, 0}} {
		p := e.As(who).Get("/v1/development-progress?period=" + quarter).Want(200)
		if p.At("data.0.done.registered") != want[0] || p.At("data.0.done.converted") != want[1] {
			t.Errorf("%s: %s", who, p.Body)
		}
	}
}

// CUS-07: a word about the window that comes while the job regrades is judged by the grade that the job gave.
func TestCUS07_RaceOfAWordAndTheRegradingKeepsTheHistoryWhole(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	body := lead("云岭示例染整有限公司", "13800000142")
	body["purchase_window"] = object{"to": today(e).AddDate(0, 0, 100).Format(time.DateOnly)}
	path := "/v1/prospects/" + e.As("rep1").Post("/v1/prospects", body).Want(201).ID()
	advance(e, 75*day)
	regraded, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			_, err := e.App.Server.Prospects.Regrade(tx, 100)
			close(regraded)
			<-release
			return err
		})
	}()
	<-regraded
	said := make(chan apitest.Answer, 1)
	go func() { said <- e.As("rep1").Post(path+"/purchase-window", object{}) }()
	for waiting := 0; waiting == 0; time.Sleep(5 * time.Millisecond) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting).Error
		})
	}
	close(release)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	(<-said).Want(200)
	h := e.As("rep1").Get(path + "/opportunity-grades").Want(200)
	if h.String("current.grade") != "D" || h.Len("changes") != 3 || h.String("changes.1.grade") != "A" || h.String("changes.2.previous") != "A" {
		t.Errorf("%s", h.Body)
	}
}
