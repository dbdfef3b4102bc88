package httpapi_test

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestRulesOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	if n := rep.Get("/v1/rules").Want(200).Len("data"); n != 154 {
		t.Errorf("%d rules", n)
	}
	if n := rep.Get("/v1/rules?area=SHP").Want(200).Len("data"); n != 21 {
		t.Errorf("%d rules about shipping", n)
	}
	rule := rep.Get("/v1/rules/SHP-12").Want(200)
	if rule.String("clause") != "B5.4.2.4" || rule.String("parameters.0.value") != "100000" || rule.String("parameters.0.unit") != "CNY" {
		t.Errorf("%s", rule.Body)
	}
	rep.Get("/v1/rules/SHP-99").WantProblem(404, "resource.not_found")
	rep.Get("/v1/rules/shp").WantProblem(400, "request.invalid")
}

func TestParametersOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	admin, rep := e.As("admin"), e.As("rep1")
	var stored int
	e.Tx(func(tx pg.Tx) error { return tx.Raw("SELECT count(DISTINCT name) FROM parameters").Row().Scan(&stored) })
	if n := rep.Get("/v1/parameters").Want(200).Len("data"); n != stored || n < 28 {
		t.Errorf("%d parameters", n)
	}
	const path = "/v1/parameters/contract.gm_amount"
	read := rep.Get(path).Want(200)
	if read.ETag() != `"1"` || read.String("value") != "100000" || read.String("rules.0") != "CON-02" {
		t.Fatalf("%s", read.Body)
	}
	body := object{"value": "120000", "reason": "董事会决议"}
	rep.Put(path, read.ETag(), body).WantProblem(403, "auth.forbidden")
	admin.Do("PUT", path, body).WantProblem(428, "request.if_match_required")
	admin.Put(path, `"7"`, body).WantProblem(412, "resource.stale")
	admin.Put(path, `"1"`, object{"value": "120000"}).WantProblem(400, "request.invalid")
	admin.Put(path, `"1"`, object{"value": "-1", "reason": "r"}).WantProblem(422, "rulebook.parameter_bounds")
	admin.Put(path, `"1"`, object{"value": "1.5", "reason": "r", "effective_at": "2001-01-01T00:00:00Z"}).WantProblem(422, "rulebook.parameter_past")
	changed := admin.Put(path, `"1"`, body).Want(200)
	if changed.ETag() != `"2"` || changed.String("value") != "120000" {
		t.Errorf("%s", changed.Body)
	}
	history := rep.Get(path + "/history").Want(200)
	if history.Len("data") != 2 || history.String("data.0.set_by_name") != "ADMIN" || history.String("data.0.reason") != "董事会决议" {
		t.Errorf("%s", history.Body)
	}
	rep.Get("/v1/parameters/no.such").WantProblem(404, "resource.not_found")
	rep.Get("/v1/parameters/no.such/history").WantProblem(404, "resource.not_found")
}

func TestEventsAndTimelineOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, auditor := e.As("rep1"), e.As("auditor")
	made := rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201)
	path := "/v1/customers/" + made.ID()
	rep.Patch(path, made.ETag(), object{"region": "浙江"}).Want(200)
	story := rep.Get(path + "/timeline").Want(200)
	if story.Len("data") != 2 || story.String("data.0.action") != "createCustomer" || story.String("data.1.actor_name") != "REP1" || story.String("data.1.changed.0") != "region" {
		t.Errorf("%s", story.Body)
	}
	first := rep.Get(path + "/timeline?limit=1").Want(200)
	if rest := rep.Get(path + "/timeline?cursor=" + first.String("next_cursor")).Want(200); rest.Len("data") != 1 {
		t.Errorf("%s", rest.Body)
	}
	e.As("rep2").Get(path+"/timeline").WantProblem(404, "resource.not_found")

	rep.Get("/v1/events").WantProblem(403, "auth.forbidden")
	auditor.Get("/v1/events?after=nonsense").WantProblem(400, "request.bad_cursor")
	events, cursor := 0, ""
	for deadline := time.Now().Add(20 * time.Second); events < 2 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		page := auditor.Get("/v1/events?subject_type=customer&limit=1&after=" + cursor)
		if cursor == "" {
			page = auditor.Get("/v1/events?subject_type=customer&limit=1")
		}
		events += page.Want(200).Len("data")
		if page.Len("data") == 1 && events == 2 && (page.String("data.0.after.region") != "浙江" || page.String("data.0.actor_name") != "REP1") {
			t.Errorf("%s", page.Body)
		}
		cursor = page.String("next_cursor")
	}
	if events != 2 {
		t.Errorf("%d events", events)
	}
}

func TestSandboxClockOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	admin := e.As("admin")
	to := time.Now().Add(72 * time.Hour).UTC().Truncate(time.Second)
	body := object{"to": to.Format(time.RFC3339)}
	e.As("gm").Post("/v1/sandbox/clock", body).WantProblem(403, "auth.forbidden")
	if got := admin.Post("/v1/sandbox/clock", body).Want(200).String("now"); got != to.Format(time.RFC3339) {
		t.Errorf("now %s", got)
	}
	made := e.As("rep1").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201)
	if at, err := time.Parse(time.RFC3339, made.String("created_at")); err != nil || at.Before(to) {
		t.Errorf("made at %s", made.String("created_at"))
	}
	admin.Post("/v1/sandbox/clock", object{"to": time.Now().Format(time.RFC3339)}).WantProblem(422, "sandbox.clock_back")
	admin.Post("/v1/sandbox/clock", object{"to": "2099-01-01T00:00:00Z"}).WantProblem(422, "sandbox.clock_far")
	e.App.Server.Sandbox = false
	admin.Post("/v1/sandbox/clock", body).WantProblem(404, "sandbox.disabled")
}
