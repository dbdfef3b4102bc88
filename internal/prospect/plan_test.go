package prospect_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// half and quarter that today lies in.
func calendar(e *apitest.Env) (half, quarter string) {
	d := today(e)
	return fmt.Sprintf("%dH%d", d.Year(), (int(d.Month())+5)/6), fmt.Sprintf("%dQ%d", d.Year(), (int(d.Month())+2)/3)
}

func decidePlan(e *apitest.Env, verb string) {
	task := e.As("manager").Get("/v1/approvals?matter=customer.development_plan&state=pending").Want(200)
	e.As("manager").Post("/v1/approvals/"+task.String("data.0.id")+"/"+verb, object{"comment": "已阅"}).Want(200)
}

// CUS-01: a plan is in effect when the sales manager approves, in the place of the one before.
func TestCUS01_PlanIsInEffectWhenTheSalesManagerApproves(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	half, quarter := calendar(e)
	mine := rep.Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	other := e.As("rep2").Post("/v1/prospects", lead("海角示例染整有限公司", "13800000143")).Want(201).ID()
	plan := func(prospect string, registered int) object {
		return object{
			"half": half, "targets": []object{{"quarter": quarter, "registered": registered}},
			"prospects": []object{{"prospect_id": prospect, "quarter": quarter, "amount": "1000.00"}},
		}
	}
	rep.Post("/v1/development-plans", plan(other, 1)).WantProblem(422, "development.not_your_prospect")
	far := plan(mine, 1)
	far["half"] = "2090H1"
	rep.Post("/v1/development-plans", far).WantProblem(422, "development.bad_half")
	wrong := plan(mine, 1)
	wrong["targets"] = []object{{"quarter": "2090Q1"}}
	rep.Post("/v1/development-plans", wrong).WantProblem(422, "development.bad_quarter")
	progress := func() apitest.Answer {
		return rep.Get("/v1/development-progress?period=" + quarter).Want(200)
	}
	first := rep.Post("/v1/development-plans", plan(mine, 4)).Want(201)
	rep.Post("/v1/development-plans", plan(mine, 4)).WantProblem(409, "development.plan_pending")
	if got := progress().At("data.0.planned.registered"); got != 0.0 {
		t.Errorf("a plan that waits counts: %v", got)
	}
	decidePlan(e, "approve")
	second := rep.Post("/v1/development-plans", plan(mine, 2)).Want(201)
	if got := progress().At("data.0.planned.registered"); got != 4.0 {
		t.Errorf("planned %v", got)
	}
	decidePlan(e, "approve")
	if a := progress(); a.At("data.0.planned.registered") != 2.0 || a.At("data.0.done.registered") != 1.0 || a.String("data.0.completion_percent") != "50.0" {
		t.Errorf("%s", a.Body)
	}
	for id, want := range map[string]string{first.ID(): "superseded", second.ID(): "approved"} {
		if got := rep.Get("/v1/development-plans/" + id).Want(200); got.String("state") != want || got.Len("prospects") != 1 {
			t.Errorf("%s", got.Body)
		}
	}
	rep.Post("/v1/development-plans", plan(mine, 9)).Want(201)
	decidePlan(e, "reject")
	if n := e.As("supervisor").Get("/v1/development-plans?state=rejected").Want(200).Len("data"); n != 1 {
		t.Errorf("%d rejected", n)
	}
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec("UPDATE development_plan_targets SET registered = 0").Error
	})
	if err == nil {
		t.Error("a target was changed")
	}
}

// CUS-01: in June and December every rep who has no plan yet is asked for one, until the end of the month, and once.
func TestCUS01_JuneAndDecemberAskForPlans(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for _, start := range []string{"2026-06-01", "2026-12-01", "2026-12-01"} {
		e.Tx(func(tx pg.Tx) error {
			at, err := time.Parse(time.DateOnly, start)
			if err != nil {
				return err
			}
			return e.App.Server.Prospects.AskForPlans(tx, at)
		})
	}
	a := e.As("rep1").Get("/v1/me/follow-ups?kind=prospect.development_plan_due").Want(200)
	if a.Len("data") != 2 || a.String("data.0.number") != "2026H2" || a.String("data.1.number") != "2027H1" {
		t.Fatalf("%s", a.Body)
	}
	if due := a.String("data.0.due_at"); due != "2026-06-30T09:30:00Z" {
		t.Errorf("due %s", due)
	}
	if n := e.As("supervisor").Get("/v1/me/follow-ups?kind=prospect.development_plan_due").Want(200).Len("data"); n != 0 {
		t.Errorf("a supervisor is asked %d times", n)
	}
}

// CUS-04: planned against done for each rep, and the sales manager's review of a quarter that has ended, once.
func TestCUS04_ManagerReviewsEachQuarterAgainstThePlan(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	half, quarter := calendar(e)
	id := rep.Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000142")).Want(201).ID()
	rep.Post("/v1/prospects", lead("海角示例染整有限公司", "13800000143")).Want(201)
	for range 2 { // one prospect, contacted twice
		rep.Post("/v1/prospects/"+id+"/contact-log", object{"kind": "call", "content": "问候"}).Want(201)
	}
	rep.Post("/v1/prospects/"+id+"/convert", object{"address": "绍兴", "attachment_ids": []string{evidence(e, "rep1")}}).Want(200)
	rep.Post("/v1/development-plans", object{"half": half, "targets": []object{{
		"quarter": quarter, "registered": 2, "contacted": 2, "converted": 4, "amount": "1000.00",
	}}}).Want(201)
	decidePlan(e, "approve")
	p := rep.Get("/v1/development-progress?period=" + quarter).Want(200)
	// 100, 50, 25 and 0 percent
	if p.At("data.0.done.registered") != 2.0 || p.At("data.0.done.contacted") != 1.0 || p.At("data.0.done.converted") != 1.0 || p.String("data.0.completion_percent") != "43.8" {
		t.Errorf("%s", p.Body)
	}
	review := object{"owner_id": e.People["rep1"], "quarter": quarter, "verdict": "partly", "comment": "转化不足"}
	e.As("manager").Post("/v1/development-reviews", review).WantProblem(422, "development.quarter_runs")
	end := today(e).AddDate(0, 3-(int(today(e).Month())-1)%3, 1-today(e).Day())
	advance(e, end.Sub(today(e)))
	e.Tx(func(tx pg.Tx) error { return e.App.Server.Prospects.AskForReviews(tx, clock.Today(tx.Now)) })
	tasks := func() int {
		return e.As("manager").Get("/v1/me/follow-ups?kind=prospect.development_review_due").Want(200).Len("data")
	}
	if n := tasks(); n != 3 {
		t.Errorf("%d reviews asked for, of three reps", n)
	}
	e.As("rep2").Post("/v1/development-reviews", review).WantProblem(403, "auth.forbidden")
	made := e.As("manager").Post("/v1/development-reviews", review).Want(201)
	if made.At("done.converted") != 1.0 || made.String("completion_percent") != "43.8" || tasks() != 2 {
		t.Errorf("%s", made.Body)
	}
	e.As("manager").Post("/v1/development-reviews", review).WantProblem(409, "development.reviewed_already")
	year := rep.Get("/v1/development-progress?period=" + quarter[:4]).Want(200)
	if year.Len("data.0.reviews") != 1 || year.String("data.0.completion_percent") != "43.8" {
		t.Errorf("%s", year.Body)
	}
	rep.Get("/v1/development-progress?period=2026H3").WantProblem(400, "request.invalid")
	own := object{"owner_id": e.People["manager"], "quarter": quarter, "verdict": "met", "comment": "好"}
	e.As("manager").Post("/v1/development-reviews", own).WantProblem(403, "development.own_review")
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO development_reviews SELECT gen_random_uuid(), owner_id, '2020Q1', verdict, comment, figures, owner_id, reviewed_at FROM development_reviews`).Error
	})
	if !errors.Is(err, prospect.ErrOwnReview) {
		t.Errorf("%v", err)
	}
}
