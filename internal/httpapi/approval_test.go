package httpapi_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// approvals runs the program with an engine that has no subjects: what these tests submit is no document of a module.
func approvals(t *testing.T) *apitest.Env {
	t.Helper()
	e := apitest.New(t)
	e.App.Server.Approvals = approval.New(rulebook.New())
	return e
}

// notice submits a shipment above the limit, as shipping would: it asks the sales manager, then the general manager.
func notice(e *apitest.Env, by string, overLimit bool) approval.Request {
	var r approval.Request
	who := e.Principal(by)
	e.Tx(func(tx pg.Tx) (err error) {
		r, err = e.App.Server.Approvals.Submit(tx, who, approval.Submission{
			Matter: "shipment.release", SubjectType: "test", SubjectID: uuid.Must(uuid.NewV7()), Number: "SN-1",
			TitleEN: "Ship", TitleZH: "发货", Facts: map[string]any{
				"flow": "credit", "over_limit": overLimit, "overdue_amount": decimal.Zero, "new_customer_over": false,
			},
		})
		return err
	})
	return r
}

// specialTermsOf submits an order of rep1 that asks nobody in sales, and returns the request's id.
func specialTermsOf(e *apitest.Env) string {
	var r approval.Request
	who := e.Principal("rep1")
	e.Tx(func(tx pg.Tx) (err error) {
		r, err = e.App.Server.Approvals.Submit(tx, who, approval.Submission{
			Matter: "order.confirm", SubjectType: "test", SubjectID: uuid.Must(uuid.NewV7()), Facts: map[string]any{
				"total": decimal.One, "currency": "CNY", "within_submitter_authority": true, "required_role": "",
				"department_authority": true, "special_terms": true,
			},
		})
		return err
	})
	return r.ID.String()
}

func TestORG01_ApprovalOverHTTP(t *testing.T) {
	t.Parallel()
	e := approvals(t)
	path := "/v1/approvals/" + notice(e, "rep1", true).ID.String()
	manager, gm := e.As("manager"), e.As("gm")

	mine := manager.Get("/v1/me/tasks?matter=shipment.release&kind=review").Want(200)
	if mine.Len("data") != 1 || mine.String("data.0.submitter") != "REP1" || mine.String("data.0.task.due_at") == "" {
		t.Fatalf("%s", mine.Body)
	}
	if n := gm.Get("/v1/me/tasks").Want(200).Len("data"); n != 0 {
		t.Errorf("the general manager has %d tasks before the manager's review", n)
	}
	shown := manager.Get(path).Want(200)
	if shown.At("may_decide") != true || shown.String("facts.flow") != "credit" || shown.Len("route") != 2 || shown.ETag() != `"1"` {
		t.Fatalf("%s", shown.Body)
	}
	e.As("rep2").Get(path).WantProblem(404, "resource.not_found")
	hash := shown.String("approval.content_hash")
	stale := strings.Repeat("0", 64)
	manager.Post(path+"/approve", object{"content_hash": stale}).WantProblem(409, "approval.content_changed")
	manager.With("If-Match", `"7"`).Post(path+"/approve", object{}).WantProblem(412, "resource.stale")
	manager.Do("POST", path+"/approve", object{}).Want(400) // no Idempotency-Key
	e.As("rep1").Post(path+"/approve", object{}).WantProblem(403, "approval.own_submission")
	manager.Post(path+"/reject", object{"comment": ""}).WantProblem(400, "request.invalid")

	manager.Post(path+"/approve?validate_only=true", object{"content_hash": hash}).Want(200)
	if manager.Get(path).String("approval.etag") != `"1"` {
		t.Error("validate_only wrote")
	}
	keyed := manager.With("Idempotency-Key", "once").With("If-Match", `"1"`)
	first := keyed.Post(path+"/approve", object{"content_hash": hash}).Want(200)
	if again := keyed.Post(path+"/approve", object{"content_hash": hash}).Want(200); string(again.Body) != string(first.Body) || first.At("step") != 1.0 {
		t.Errorf("%s, then %s", first.Body, again.Body)
	}
	manager.Post(path+"/comment", object{"comment": "please look"}).Want(201)
	gm.Post(path+"/return", object{"comment": "split it"}).Want(200)
	gm.Post(path+"/approve", object{}).WantProblem(409, "approval.ended")
	last := e.As("rep1").Get(path).Want(200)
	if last.String("approval.state") != "returned" || last.Len("decisions") != 2 || last.Len("comments") != 1 || last.Len("tasks") != 0 {
		t.Errorf("%s", last.Body)
	}
	for who, n := range map[string]int{"rep1": 1, "rep2": 0, "manager": 1, "gm": 1, "guard": 0, "auditor": 1} {
		if got := e.As(who).Get("/v1/approvals?state=returned&subject_type=test").Want(200).Len("data"); got != n {
			t.Errorf("%s lists %d, want %d", who, got, n)
		}
	}
}

func TestRejectAndWithdrawOverHTTP(t *testing.T) {
	t.Parallel()
	e := approvals(t)
	path := "/v1/approvals/" + notice(e, "rep1", false).ID.String()
	e.As("manager").Post(path+"/withdraw", object{}).WantProblem(403, "approval.not_submitter")
	if a := e.As("rep1").Post(path+"/withdraw", object{"comment": "cancelled"}).Want(200); a.String("state") != "withdrawn" {
		t.Errorf("%s", a.Body)
	}
	path = "/v1/approvals/" + notice(e, "rep1", false).ID.String()
	if a := e.As("manager").Post(path+"/reject", object{"comment": "no"}).Want(200); a.String("state") != "rejected" || a.String("close_reason") != "no" {
		t.Errorf("%s", a.Body)
	}
}

func TestORG05_VerbalApprovalOverHTTP(t *testing.T) {
	t.Parallel()
	e := approvals(t)
	rep, manager := e.As("rep1"), e.As("manager")
	said := object{"given_by": e.People["manager"], "given_at": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "purpose": "the truck waits"}
	path := "/v1/approvals/" + notice(e, "rep1", false).ID.String()
	e.As("guard").Post(path+"/verbal-approval", said).WantProblem(404, "resource.not_found")
	manager.Post(path+"/verbal-approval", said).WantProblem(403, "approval.verbal_recorder")
	a := rep.Post(path+"/verbal-approval", said).Want(201)
	if a.String("approval.state") != "approved" || a.String("verbal_approval.state") != "open" {
		t.Fatalf("%s", a.Body)
	}
	if tasks := manager.Get("/v1/me/tasks?kind=confirm").Want(200); tasks.Len("data") != 1 {
		t.Errorf("%s", tasks.Body)
	}
	rep.Post(path+"/confirm", object{}).WantProblem(409, "approval.verbal_answered")
	if a := manager.Post(path+"/confirm", object{"comment": "yes"}).Want(200); a.String("state") != "confirmed" {
		t.Errorf("%s", a.Body)
	}
	path = "/v1/approvals/" + notice(e, "rep1", true).ID.String()
	rep.Post(path+"/verbal-approval", said).Want(201)
	if a := manager.Post(path+"/deny", object{"comment": "never"}).Want(200); a.String("state") != "denied" {
		t.Errorf("%s", a.Body)
	}
	if a := rep.Get(path).Want(200); a.String("approval.state") != "rejected" {
		t.Errorf("%s", a.Body)
	}
}

func TestORG01_AuthorityMatrixOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	admin := e.As("admin")
	read := e.As("rep1").Get("/v1/authority-matrix").Want(200)
	if read.ETag() != `"1"` || read.Len("matrix.matters") != len(approval.Matters) {
		t.Fatalf("%s", read.Body)
	}
	draft := object{"matrix": read.At("matrix"), "reason": "as it was"}
	e.As("rep1").Put("/v1/authority-matrix", `"1"`, draft).WantProblem(403, "auth.forbidden")
	admin.Put("/v1/authority-matrix", "", draft).WantProblem(428, "request.if_match_required")
	admin.Put("/v1/authority-matrix?validate_only=true", `"1"`, draft).Want(200)
	if a := admin.Put("/v1/authority-matrix", `"1"`, draft).Want(200); a.ETag() != `"2"` {
		t.Errorf("ETag %s", a.ETag())
	}
	admin.Put("/v1/authority-matrix", `"1"`, draft).WantProblem(412, "resource.stale")

	matters := draft["matrix"].(map[string]any)["matters"].([]any)
	matters[0].(map[string]any)["stages"].([]any)[0].(map[string]any)["when"] = "no_such_fact > 0.5"
	bad := admin.Put("/v1/authority-matrix", `"2"`, draft).WantProblem(422, "approval.matrix_invalid")
	if bad.String("errors.0.pointer") != "/matters/0/stages/0/when" || bad.Len("rules") == 0 {
		t.Errorf("%s", bad.Body)
	}
	if a := e.As("auditor").Get("/v1/authority-matrix/versions?limit=1").Want(200); a.Len("data") != 1 || a.At("data.0.version") != 2.0 || a.String("next_cursor") == "" {
		t.Errorf("%s", a.Body)
	}
	e.As("auditor").Get("/v1/authority-matrix/versions/1").Want(200)
	e.As("auditor").Get("/v1/authority-matrix/versions/9").WantProblem(404, "resource.not_found")
	if a := e.As("rep1").Get("/v1/authority-matrix/matters").Want(200); a.Len("data") != len(approval.Matters) || a.Len("data.4.facts") == 0 {
		t.Errorf("%s", a.Body)
	}
}

func TestEventStreamTellsNewTasks(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); e.App.Server.TaskFeed.Run(ctx, e.DB.Pool()) }()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL()+"/v1/me/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer manager")
	res, err := http.DefaultClient.Do(r.WithContext(context.Background()))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", res.StatusCode, res.Header)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(res.Body); scan.Scan(); {
			if data, ok := strings.CutPrefix(scan.Text(), "data: "); ok {
				lines <- data
			}
		}
	}()
	wait := func(part string) {
		t.Helper()
		after := time.After(10 * time.Second)
		for {
			select {
			case line, open := <-lines:
				if !open {
					t.Fatal("the stream ended")
				}
				if strings.Contains(line, part) {
					return
				}
			case <-after:
				t.Fatalf("no event with %s", part)
			}
		}
	}
	wait(`"open":0`)
	notice(e, "rep1", false)
	wait(`"open":1`)
	stop() // the server drains
	<-done
	select {
	case _, open := <-lines:
		for open {
			_, open = <-lines
		}
	case <-time.After(10 * time.Second):
		t.Error("the stream outlives the server")
	}
}

func TestORG01_PreviewOverTheAPI(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ask := object{"matter": "shipment.release", "facts": object{"flow": "credit", "over_limit": true, "overdue_amount": "0.00", "new_customer_over": false}}
	a := e.As("rep1").Post("/v1/approvals/preview", ask).Want(200)
	if a.Len("steps") != 2 || a.At("at_once") != false || a.String("steps.0.step.deciders.0.role") != "sales_manager" || a.String("steps.1.due_at") == "" {
		t.Errorf("%s", a.Body)
	}
	ask["facts"] = object{"flow": "credit", "overdue_amount": 5}
	bad := e.As("rep1").Post("/v1/approvals/preview", ask).WantProblem(422, "approval.fact_invalid")
	if bad.Len("errors") != 3 {
		t.Errorf("%s", bad.Body)
	}
	ask["submitted_by"] = e.People["manager"]
	e.As("rep1").Post("/v1/approvals/preview", ask).WantProblem(403, "auth.forbidden")
}
