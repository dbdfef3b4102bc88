package httpapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
)

// deep gives the matter shipment.release three stages of its own: an acknowledging one, a quorum of two, and one that escalates.
func deep(e *apitest.Env) {
	read := e.As("admin").Get("/v1/authority-matrix").Want(200)
	matrix := read.At("matrix").(map[string]any)
	stage := func(key, kind, mode string, roles ...string) object {
		who := []object{}
		for _, r := range roles {
			who = append(who, object{"role": r})
		}
		return object{"key": key, "title_en": key, "title_zh": key, "kind": kind, "mode": mode, "who": who, "due_hours": 4}
	}
	quorum := stage("two", "decide", "quorum", "quality_manager", "production_manager", "finance_manager")
	quorum["quorum"] = 2
	last := stage("last", "decide", "any", "sales_director")
	last["escalation"] = "general_manager"
	for _, m := range matrix["matters"].([]any) {
		if m := m.(map[string]any); m["matter"] == "shipment.release" {
			m["stages"] = []object{stage("told", "acknowledge", "any", "sales_manager"), quorum, last}
		}
	}
	e.As("admin").Put("/v1/authority-matrix", read.ETag(), object{"matrix": matrix, "reason": "会签试行"}).Want(200)
}

// ORG-01, ORG-05: a stage that only takes note can't say no; a quorum counts different people; a step past its due time asks the
// escalation role too, once, and who was asked first may still answer.
func TestORG01_AcknowledgeQuorumAndEscalationOverHTTP(t *testing.T) {
	t.Parallel()
	e := approvals(t)
	deep(e)
	path := "/v1/approvals/" + notice(e, "rep1", false).ID.String()
	as := func(who, verb string) apitest.Answer {
		return e.As(who).Post(path+"/"+verb, object{"comment": "已阅"})
	}
	tasks := func(who string) int { return e.As(who).Get("/v1/me/tasks").Want(200).Len("data") }

	as("manager", "reject").WantProblem(409, "approval.only_acknowledge")
	if n := tasks("quality"); n != 0 {
		t.Errorf("the second stage is asked before the first took note: %d", n)
	}
	as("manager", "approve").Want(200)

	as("quality", "approve").Want(200)
	as("quality", "approve").WantProblem(409, "approval.has_decided")
	if a := e.As("rep1").Get(path).Want(200); a.String("approval.state") != string(approval.Pending) || a.At("approval.step") != 1.0 {
		t.Errorf("one vote of two ended the stage: %s", a.Body)
	}
	as("production", "approve").Want(200)

	if tasks("director") != 1 || tasks("gm") != 0 {
		t.Errorf("director %d, gm %d", tasks("director"), tasks("gm"))
	}
	e.As("admin").Post("/v1/sandbox/clock", object{"to": time.Now().AddDate(0, 0, 20).UTC().Format(time.RFC3339)}).Want(200)
	if err := e.App.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if tasks("director") != 1 || tasks("gm") != 1 {
		t.Errorf("overdue: director %d, gm %d", tasks("director"), tasks("gm"))
	}
	as("gm", "approve").Want(200)
	as("director", "approve").WantProblem(409, "approval.ended")
}
