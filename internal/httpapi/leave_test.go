package httpapi_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// leaveDay is a business date so many days from now.
func leaveDay(n int) string { return clock.Today(time.Now()).AddDate(0, 0, n).Format(time.DateOnly) }

// setClock makes it that time in Shanghai.
func setClock(t *testing.T, e *apitest.Env, local string) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	e.DB.Clock().SetOffset(time.Until(at))
}

func off(e *apitest.Env, deputy, first, last string) object {
	return object{"deputy_id": e.People[deputy], "kind": "annual", "reason": "年假", "first_day": first, "last_day": last}
}

// decideLeave approves the request of a leave by whoever it asks.
func decideLeave(e *apitest.Env, leave apitest.Answer, by string) {
	e.As(by).Post("/v1/approvals/"+leave.String("approval_id")+"/approve", object{}).Want(200)
}

func sweepLeaves(e *apitest.Env) {
	e.Tx(func(tx pg.Tx) error { _, err := e.App.Server.Leaves.Sweep(tx, 100); return err })
}

func TestHRA01_LeaveFromApplicationToReturn(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	setClock(t, e, "2027-03-01 09:00") // a Monday
	rep := e.As("rep1")

	rep.Post("/v1/leaves", off(e, "rep2", "2027-03-02", "2027-03-02")).WantProblem(422, "leave.too_late")
	rep.Post("/v1/leaves", off(e, "rep1", "2027-03-03", "2027-03-03")).WantProblem(422, "leave.own_deputy")
	rep.Post("/v1/leaves", object{
		"deputy_id": uuid.New(), "kind": "annual", "reason": "x", "first_day": "2027-03-03", "last_day": "2027-03-03",
	}).WantProblem(422, "leave.deputy_inactive")
	rep.Post("/v1/leaves?validate_only=true", off(e, "rep2", "2027-03-03", "2027-03-05")).Want(201)
	l := rep.Post("/v1/leaves", off(e, "rep2", "2027-03-03", "2027-03-05")).Want(201)
	if l.String("state") != "submitted" || l.At("days") != 3.0 || l.String("deputy") != "REP2" {
		t.Fatalf("%s", l.Body)
	}
	path := "/v1/leaves/" + l.ID()
	for who, status := range map[string]int{"rep2": 200, "supervisor": 200, "manager": 200, "hr": 200, "gm": 200, "rep3": 404, "clerk": 404} {
		e.As(who).Get(path).Want(status)
	}
	rep.Post("/v1/leaves", off(e, "rep2", "2027-03-05", "2027-03-05")).WantProblem(409, "leave.overlap")
	e.As("rep2").Post("/v1/leaves", off(e, "rep1", "2027-03-04", "2027-03-04")).WantProblem(409, "leave.deputy_circle")
	e.As("rep2").Post("/v1/leaves", off(e, "rep3", "2027-03-04", "2027-03-04")).WantProblem(409, "leave.stands_in")
	e.As("rep3").Post("/v1/leaves", off(e, "rep1", "2027-03-05", "2027-03-08")).WantProblem(409, "leave.deputy_away")

	rep.Post("/v1/approvals/"+l.String("approval_id")+"/approve", object{}).WantProblem(403, "approval.own_submission")
	decideLeave(e, l, "supervisor")
	if got := rep.Get(path).Want(200); got.String("state") != "approved" {
		t.Errorf("%s", got.Body)
	}
	if n := e.As("rep2").Get("/v1/leaves?deputy_id=" + e.People["rep2"].String() + "&state=approved&from=2027-03-04&to=2027-03-04").Want(200).Len("data"); n != 1 {
		t.Errorf("%d leaves in which rep2 acts", n)
	}
	rep.Post(path+"/return", nil).Want(409)
	setClock(t, e, "2027-03-03 00:01")
	rep.Post(path+"/cancel", object{"reason": "x"}).Want(409)
	e.As("rep2").Post(path+"/return", nil).WantProblem(403, "leave.not_yours")
	if got := rep.Post(path+"/return", nil).Want(200); got.String("state") != "ended" || got.String("ended_at") == "" {
		t.Errorf("%s", got.Body)
	}

	second := rep.Post("/v1/leaves", off(e, "rep2", "2027-03-08", "2027-03-08")).Want(201)
	if got := rep.Post("/v1/leaves/"+second.ID()+"/cancel", object{"reason": "行程取消"}).Want(200); got.String("state") != "cancelled" {
		t.Errorf("%s", got.Body)
	}
	if n := e.As("supervisor").Get("/v1/me/tasks?matter=hr.leave").Want(200).Len("data"); n != 0 {
		t.Errorf("%d tasks are left of a cancelled leave", n)
	}
	third := rep.Post("/v1/leaves", off(e, "rep2", "2027-03-09", "2027-03-10")).Want(201)
	e.As("supervisor").Post("/v1/approvals/"+third.String("approval_id")+"/return", object{"comment": "换个代理人"}).Want(200)
	if got := rep.Get("/v1/leaves/" + third.ID()); got.String("state") != "returned" || got.String("end_reason") != "换个代理人" {
		t.Errorf("%s", got.Body)
	}
	fourth := rep.Post("/v1/leaves", off(e, "rep2", "2027-03-09", "2027-03-10")).Want(201)
	decideLeave(e, fourth, "supervisor")
	setClock(t, e, "2027-03-11 08:00")
	sweepLeaves(e)
	if got := rep.Get("/v1/leaves/" + fourth.ID()); got.String("state") != "ended" {
		t.Errorf("%s", got.Body)
	}
}

func TestHRA01_LongLeaveNeedsAFinishedHandover(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	setClock(t, e, "2027-03-01 09:00")
	rep := e.As("rep1")
	l := rep.Post("/v1/leaves", off(e, "rep2", "2027-03-17", "2027-03-26")).Want(201) // 8 working days
	if l.String("state") != "handover" || l.At("handover_needed") != true || l.String("approval_id") != "" {
		t.Fatalf("%s", l.Body)
	}
	path := "/v1/leaves/" + l.ID()
	if n := e.As("rep2").Get("/v1/me/follow-ups").Want(200).Len("data"); n != 1 {
		t.Errorf("%d follow-ups ask the deputy", n)
	}
	e.As("supervisor").Post(path+"/confirm-handover", object{"note": "x"}).WantProblem(403, "leave.not_deputy")
	got := e.As("rep2").Post(path+"/confirm-handover", object{"note": "在手订单已移交"}).Want(200)
	if got.String("state") != "submitted" || got.String("handover_at") == "" {
		t.Errorf("%s", got.Body)
	}
	e.As("rep2").Post(path+"/confirm-handover", object{"note": "x"}).Want(409)
	if n := e.As("rep2").Get("/v1/me/follow-ups").Want(200).Len("data"); n != 0 {
		t.Errorf("%d follow-ups are left", n)
	}
	decideLeave(e, got, "supervisor")

	seven := rep.Post("/v1/leaves", off(e, "rep2", "2027-04-12", "2027-04-20")).Want(201)
	if seven.At("days") != 7.0 || seven.String("state") != "submitted" {
		t.Errorf("%s", seven.Body)
	}
	never := e.As("rep3").Post("/v1/leaves", off(e, "rep1", "2027-03-29", "2027-04-09")).Want(201)
	setClock(t, e, "2027-03-29 00:00")
	sweepLeaves(e)
	if got := e.As("rep3").Get("/v1/leaves/" + never.ID()); got.String("state") != "cancelled" {
		t.Errorf("not handed over: %s", got.Body)
	}
}

func TestHRA01_SuddenLeaveOwesItsPapers(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	setClock(t, e, "2027-03-01 09:59")
	rep := e.As("rep1")
	ill := off(e, "rep2", "2027-03-01", "2027-03-02")
	ill["sudden"], ill["kind"] = true, "sick"
	l := rep.Post("/v1/leaves", ill).Want(201)
	setClock(t, e, "2027-03-01 10:01")
	late := off(e, "manager", "2027-03-01", "2027-03-01")
	late["sudden"] = true
	e.As("rep3").Post("/v1/leaves", late).WantProblem(422, "leave.sudden_too_late")

	decideLeave(e, l, "supervisor")
	path := "/v1/leaves/" + l.ID()
	owed := rep.Get("/v1/me/follow-ups").Want(200)
	if owed.Len("data") != 1 {
		t.Fatalf("%s", owed.Body)
	}
	rep.Post(path+"/papers", object{"attachment_ids": []any{uuid.New()}}).WantProblem(422, "attachment.unknown")
	file := rep.With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
	got := rep.Post(path+"/papers", object{"attachment_ids": []any{file}}).Want(200)
	if got.String("papers_at") == "" || got.Len("attachments") != 1 {
		t.Errorf("%s", got.Body)
	}
	e.As("supervisor").Get("/v1/attachments/" + file).Want(200)
	e.As("rep3").Get("/v1/attachments/" + file).Want(404)
	if n := rep.Get("/v1/me/follow-ups").Want(200).Len("data"); n != 0 {
		t.Errorf("%d follow-ups are left", n)
	}
	planned := e.As("rep2").Post("/v1/leaves", off(e, "rep3", "2027-03-10", "2027-03-10")).Want(201)
	e.As("rep2").Post("/v1/leaves/"+planned.ID()+"/papers", object{"attachment_ids": []any{uuid.New()}}).WantProblem(409, "leave.no_papers_due")
}

// Three who name each other in a circle for the same days at the same instant: one of the leaves stands.
func TestORG04_CircleOfDeputiesRace(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	setClock(t, e, "2027-03-01 09:00")
	for round := range 5 {
		first := time.Date(2027, 4, 6+7*round, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		var won atomic.Int32
		var wg sync.WaitGroup
		for _, pair := range [][2]string{{"rep1", "rep2"}, {"rep2", "rep3"}, {"rep3", "rep1"}} {
			wg.Go(func() {
				switch r := e.As(pair[0]).Post("/v1/leaves", off(e, pair[1], first, first)); r.Status {
				case 201:
					won.Add(1)
				case 409:
				default:
					t.Errorf("%d %s", r.Status, r.Body)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("round %d: %d leaves stand", round, won.Load())
		}
	}
}

// The deputy decides in their own name for the absent one; both are in the history, and nobody decides their own through it.
func TestORG04_LeaveLetsTheDeputyDecide(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	setClock(t, e, "2027-03-01 09:00")
	l := e.As("manager").Post("/v1/leaves", off(e, "rep2", "2027-03-03", "2027-03-05")).Want(201)
	asked := e.As("manager").Get("/v1/approvals/" + l.String("approval_id")).Want(200).String("route.0.deciders.0.role")
	if asked != "general_manager" && asked != "department_head" {
		t.Errorf("asked: %s", asked)
	}
	boss := "gm"
	if asked == "department_head" {
		boss = "director"
	}
	decideLeave(e, l, boss)
	of := func(by string) string {
		var r approval.Request
		who := e.Principal(by)
		e.Tx(func(tx pg.Tx) (err error) {
			r, err = e.App.Server.Approvals.Submit(tx, who, approval.Submission{
				Matter: "shipment.release", SubjectType: "test", SubjectID: uuid.Must(uuid.NewV7()), Number: "SN-1", TitleEN: "Ship", TitleZH: "发货",
				Facts: map[string]any{"flow": "credit", "over_limit": true, "overdue_amount": decimal.Zero, "new_customer_over": false},
			})
			return err
		})
		return "/v1/approvals/" + r.ID.String()
	}
	one, own := of("rep1"), of("rep2")
	tasks := func(who string) int {
		return e.As(who).Get("/v1/me/tasks?matter=shipment.release").Want(200).Len("data")
	}
	if tasks("rep2") != 0 {
		t.Error("the deputy is asked before the leave")
	}
	e.As("rep2").Get(one).Want(404)
	setClock(t, e, "2027-03-03 09:00")
	mine := e.As("rep2").Get("/v1/me/tasks?matter=shipment.release").Want(200)
	if mine.Len("data") != 1 || mine.String("data.0.absent") != "MANAGER" || tasks("manager") != 2 {
		t.Fatalf("%s", mine.Body)
	}
	e.As("rep2").Post(own+"/approve", object{}).WantProblem(403, "approval.own_submission")
	if got := e.As("rep2").Get(one).Want(200); got.At("may_decide") != true || got.String("decides_for") != e.People["manager"].String() {
		t.Errorf("%s", got.Body)
	}
	e.As("rep2").Post(one+"/approve", object{"comment": "同意"}).Want(200)
	for _, who := range []string{"rep1", "rep2", "manager", "auditor", "gm", "supervisor"} {
		got := e.As(who).Get(one).Want(200)
		if got.String("decisions.0.decider") != "REP2" || got.String("decisions.0.absent") != "MANAGER" || got.String("decisions.0.role") != "sales_manager" {
			t.Errorf("%s: %s", who, got.Body)
		}
	}
	e.As("rep3").Get(one).Want(404)

	two := of("rep1")
	e.As("manager").Post("/v1/leaves/"+l.ID()+"/return", nil).Want(200)
	if tasks("rep2") != 0 {
		t.Error("the deputy is asked after the return")
	}
	e.As("rep2").Post(two+"/approve", object{}).Want(404)
	e.As("rep2").Get(one).Want(200) // what they decided stays theirs to read
	e.As("manager").Post(two+"/approve", object{}).Want(200)
}

// ORG-05 from the phone call to the record: late, denied, and who reads the violations.
func TestORG05_ViolationsOfVerbalApprovalsAreRead(t *testing.T) {
	t.Parallel()
	e := approvals(t)
	late := notice(e, "rep1", true)
	rep := e.As("rep1")
	rep.Post("/v1/approvals/"+late.ID.String()+"/verbal-approval", object{
		"given_by": e.People["manager"], "given_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), "purpose": "货车已到厂",
	}).Want(201)
	denied := notice(e, "rep1", true)
	rep.Post("/v1/approvals/"+denied.ID.String()+"/verbal-approval", object{
		"given_by": e.People["manager"], "given_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), "purpose": "货车已到厂",
	}).Want(201)
	e.As("manager").Post("/v1/approvals/"+denied.ID.String()+"/deny", object{"comment": "未接到电话"}).Want(200)
	e.DB.Clock().SetOffset(14 * 24 * time.Hour)
	e.Tx(func(tx pg.Tx) error { _, err := e.App.Server.Approvals.MarkOverdueVerbals(tx, 10); return err })
	e.As("manager").Post("/v1/approvals/"+late.ID.String()+"/confirm", object{"comment": "属实"}).Want(200)

	all := e.As("hr").Get("/v1/violations?rule=ORG-05").Want(200)
	if all.Len("data") != 2 || all.String("data.0.kind") != "verbal_late" || all.String("data.0.person") != "MANAGER" || all.String("data.1.person") != "REP1" {
		t.Errorf("%s", all.Body)
	}
	for who, want := range map[string]int{"rep1": 1, "rep2": 0, "supervisor": 1, "clerk": 0, "auditor": 2, "gm": 2} {
		if n := e.As(who).Get("/v1/violations").Want(200).Len("data"); n != want {
			t.Errorf("%s reads %d, want %d", who, n, want)
		}
	}
	for query, want := range map[string]int{
		"kind=verbal_denied": 1, "person_id=" + e.People["manager"].String(): 1, "rule=CRD-16": 0,
		"subject_type=test&subject_id=" + denied.SubjectID.String(): 1, "before=2020-01-01T00:00:00Z": 0, "from=2020-01-01T00:00:00Z&limit=1": 1,
	} {
		if n := e.As("gm").Get("/v1/violations?" + query).Want(200).Len("data"); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	if n := e.As("manager").Get("/v1/me/follow-ups").Want(200).Len("data"); n != 1 {
		t.Errorf("the giver is told %d times", n)
	}
}
