package httpapi_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
)

func TestBacktestOverTheAPI(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ask := object{"kind": "limit_rule", "days": 90, "limit_rule": object{"limits": []object{{"grade": "B", "factor": "0.8"}}}}
	e.As("rep1").Post("/v1/backtests", ask).WantProblem(403, "auth.forbidden")
	gm := e.As("gm")
	gm.Post("/v1/backtests?validate_only=true", ask).Want(202)
	made := gm.Post("/v1/backtests", ask).Want(202)
	id := made.ID()
	if at := made.Header.Get("Location"); at != "/v1/operations/"+id {
		t.Errorf("Location %q", at)
	}
	gm.Post("/v1/backtests", ask).WantProblem(409, "backtest.one_at_a_time")
	if op := gm.Get("/v1/operations/" + id).Want(200); op.String("kind") != "backtest.limit_rule" || op.String("state") != "queued" {
		t.Errorf("%s", op.Body)
	}
	e.As("rep1").Get("/v1/operations/"+id).WantProblem(404, "resource.not_found")
	if err := e.App.Server.Backtests.Run(context.Background(), uuid.MustParse(id)); err != nil {
		t.Fatal(err)
	}
	if a := gm.Get("/v1/backtests/" + id).Want(200); a.String("backtest.state") != "done" || a.ETag() == "" {
		t.Errorf("%s", a.Body)
	}
	if a := gm.Get("/v1/backtests/" + id + "/results?direction=stricter&grade=none&limit=1").Want(200); a.Len("data") != 0 {
		t.Errorf("%s", a.Body)
	}
	if a := e.As("auditor").Get("/v1/backtests?kind=limit_rule&state=done").Want(200); a.Len("data") != 1 {
		t.Errorf("%s", a.Body)
	}
	if a := e.As("manager").Get("/v1/backtests").Want(200); a.Len("data") != 0 {
		t.Errorf("%s", a.Body)
	}
	bad := gm.Post("/v1/backtests", object{"kind": "matrix", "days": 1, "matrix": object{"ladder": object{}, "matters": []object{
		{"matter": "order.confirm", "title_en": "A", "title_zh": "甲", "starters": []string{}, "verbal": false, "stages": []object{{
			"key": "gm", "title_en": "A", "title_zh": "甲", "kind": "decide", "mode": "any", "who": []object{{"role": "general_manager"}}, "when": "total >",
		}}},
	}}}).WantProblem(422, "approval.matrix_invalid")
	if bad.String("errors.0.pointer") != "/matrix/matters/0/stages/0/when" {
		t.Errorf("%s", bad.Body)
	}
	gm.Delete("/v1/backtests/"+id, `"99"`).WantProblem(412, "resource.stale")
	gm.Do("DELETE", "/v1/backtests/"+id, nil).Want(204)
	gm.Get("/v1/backtests/"+id).WantProblem(404, "resource.not_found")
}
