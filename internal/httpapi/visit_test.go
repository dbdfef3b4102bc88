package httpapi_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

// newID is an id as a phone makes it.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// report says that a customer was visited at that time.
func report(customer string, visited, written time.Time, more object) object {
	r := object{"written_at": stamp(written), "visited_at": stamp(visited), "result": "done", "summary": "洽谈用量"}
	maps.Copy(r, more)
	return object{"customer_id": customer, "report": r}
}

// visitOf plans a visit of rep1.
func visitOf(e *apitest.Env) string {
	id := newID()
	now := time.Now()
	e.As("rep1").Put("/v1/visits/"+id, "", object{"customer_id": customerOf(e), "plan": object{
		"written_at": stamp(now.Add(-time.Minute)), "planned_on": now.Format(time.DateOnly),
	}}).Want(200)
	return id
}

// A day's visits of a phone that was offline: the report before its plan, a correction before what it corrects, everything twice.
func TestCUS10_APhoneMaySendInAnyOrderAndTwice(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.Tx(func(tx pg.Tx) error { // on a Monday morning the visit is last week's, and counts for who was here then
		return tx.Exec("UPDATE users SET created_at = created_at - interval '7 days'").Error
	})
	rep, customer, now := e.As("rep1"), customerOf(e), time.Now().Add(-time.Hour)
	id := newID()
	path := "/v1/visits/" + id
	first := report(customer, now.Add(-3*time.Hour), now.Add(-2*time.Hour), object{"summary": "初稿"})
	correction := report(customer, now.Add(-3*time.Hour), now.Add(-time.Hour), object{"summary": "更正"})
	plan := object{"customer_id": customer, "plan": object{
		"written_at": stamp(now.Add(-24 * time.Hour)), "planned_on": now.Format(time.DateOnly), "purpose": "新季度",
	}}
	for _, step := range []struct {
		send          object
		outcome, etag string
	}{
		{correction, "applied", `"1"`},
		{correction, "unchanged", `"1"`},
		{first, "superseded", `"1"`},
		{plan, "applied", `"2"`},
		{plan, "unchanged", `"2"`},
		{first, "superseded", `"2"`},
		{correction, "unchanged", `"2"`},
	} {
		a := rep.Put(path, "", step.send).Want(200)
		if a.String("outcome") != step.outcome || a.ETag() != step.etag || a.String("visit.report.summary") != "更正" || a.String("visit.state") != "done" {
			t.Fatalf("want %s %s: %s %s", step.outcome, step.etag, a.ETag(), a.Body)
		}
	}
	revisions := rep.Get(path + "/revisions").Want(200)
	if revisions.Len("data") != 3 || revisions.At("data.1.taken") != false || revisions.String("data.1.content.summary") != "初稿" {
		t.Errorf("%s", revisions.Body)
	}
	progress := rep.Get("/v1/visit-progress?by=rep&period=week&date=" + day(now.Add(-3*time.Hour))).Want(200)
	if progress.At("data.0.done") != 1.0 || progress.At("data.0.due") != 20.0 {
		t.Errorf("%s", progress.Body)
	}
}

// day is the business date of an instant.
func day(t time.Time) string {
	return t.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(time.DateOnly)
}

func TestCUS10_ABatchRefusesOnlyWhatIsWrong(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, now := customerOf(e), time.Now()
	other := e.As("rep3").Post("/v1/customers", company("云岭示例西部有限公司", "13711110001")).Want(201).ID()
	item := func(customer string, visited time.Time) object {
		b := report(customer, visited, now, nil)
		b["id"] = newID()
		return b
	}
	good, again := item(customer, now.Add(-time.Hour)), item(customer, now.Add(-2*time.Hour))
	notV7 := item(customer, now)
	notV7["id"] = uuid.NewString()
	twice := object{"items": []object{
		good, item(customer, now.Add(time.Hour)), item(other, now), item(uuid.NewString(), now), notV7, item(customer, now.AddDate(0, 0, -40)), again, good,
	}}
	want := []string{"applied", "visit.in_future", "visit.not_your_customer", "visit.not_your_customer", "visit.bad_id", "visit.too_old", "applied", "unchanged"}
	for round := range 2 {
		a := e.As("rep1").Post("/v1/visits/sync", twice).Want(207)
		for i, w := range want {
			if round == 1 && w == "applied" {
				w = "unchanged"
			}
			at := fmt.Sprintf("results.%d.", i)
			if got := a.String(at+"outcome") + a.String(at+"problem.code"); got != w {
				t.Errorf("round %d, item %d: %s, want %s", round, i, got, w)
			}
		}
	}
	if n := e.As("rep1").Get("/v1/visits?customer_id=" + customer).Want(200).Len("data"); n != 2 {
		t.Errorf("%d visits", n)
	}
	if n := e.As("rep2").Get("/v1/visits").Want(200).Len("data"); n != 0 {
		t.Errorf("rep2 sees %d visits", n)
	}
	e.As("supervisor").Put("/v1/visits/"+good["id"].(string), "", report(customer, now, now, nil)).WantProblem(403, "visit.not_yours")
	e.As("rep3").Put("/v1/visits/"+good["id"].(string), "", report(other, now, now, nil)).WantProblem(404, "resource.not_found")
	e.As("rep1").Put("/v1/visits/"+good["id"].(string), "", report(customerOf(e), now, now, nil)).WantProblem(409, "visit.other_customer")
}

// A visit written offline to a prospect that was converted before the phone came back is one to its customer, whenever it is sent.
func TestCUS10_AVisitToAConvertedProspectIsFiledUnderItsCustomer(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, now := e.As("rep1"), time.Now()
	made := rep.Post("/v1/prospects", object{
		"name": "云岭示例染整有限公司", "industry": "染整", "region": "浙江", "need": "每月约 30 吨低弹丝", "source": "示例展会",
		"contacts": []object{{"name": "周示例", "position": "采购主管", "phone": "13800000142"}},
	}).Want(201).ID()
	to := func(hoursAgo int) object {
		b := report("", now.Add(-time.Duration(hoursAgo)*time.Hour), now.Add(-time.Minute), nil)
		delete(b, "customer_id")
		b["prospect_id"] = made
		return b
	}
	before, after := "/v1/visits/"+newID(), "/v1/visits/"+newID()
	rep.Put(before, "", to(5)).Want(200)
	file := rep.With("Content-Type", "application/octet-stream").
		Post("/v1/attachments?file_name=review.pdf", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n").Want(201).ID()
	customer := rep.Post("/v1/prospects/"+made+"/convert", object{"address": "绍兴", "attachment_ids": []string{file}}).Want(200).String("customer.id")
	for _, outcome := range []string{"applied", "unchanged"} {
		a := rep.Put(after, "", to(3)).Want(200)
		if a.String("outcome") != outcome || a.String("visit.customer_id") != customer || a.At("visit.prospect_id") != nil {
			t.Errorf("%s: %s", outcome, a.Body)
		}
	}
	if a := rep.Put(before, "", to(5)).Want(200); a.String("outcome") != "unchanged" || a.String("visit.prospect_id") != made {
		t.Errorf("%s", a.Body)
	}
	rep.Put(after, "", report(customerOf(e), now, now, nil)).WantProblem(409, "visit.other_customer")
	e.As("rep2").Put("/v1/visits/"+newID(), "", to(3)).WantProblem(422, "visit.not_your_customer")
}

// The visits to a prospect aren't shared with it when it lies in the pool.
func TestORG06_VisitsToAPooledProspectStayWithItsRep(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	made := e.As("rep1").Post("/v1/prospects", object{
		"name": "云岭示例染整有限公司", "industry": "染整", "region": "浙江", "need": "每月约 30 吨低弹丝", "source": "示例展会",
		"contacts": []object{{"name": "周示例", "position": "采购主管", "phone": "13800000142"}},
	}).Want(201).ID()
	b := report("", time.Now().Add(-time.Hour), time.Now(), nil)
	delete(b, "customer_id")
	b["prospect_id"] = made
	path := "/v1/visits/" + newID()
	e.As("rep1").Put(path, "", b).Want(200)
	e.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE prospects SET state = 'pooled'").Error })
	e.As("rep3").Get("/v1/prospects/" + made).Want(200)
	e.As("rep3").Get(path).WantProblem(404, "resource.not_found")
	e.As("rep3").Get(path+"/revisions").WantProblem(404, "resource.not_found")
	e.As("supervisor").Get(path).Want(200)
}

// The answers are held to the form that they were filled under, also after a new one is published; what is known is the latest.
func TestCUS11_AnswersFollowTheFormTheyWereFilledUnder(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, customer, now := e.As("rep1"), customerOf(e), time.Now()
	send := func(hoursAgo int, version any, answers object) apitest.Answer {
		more := object{"answers": answers}
		if version != nil {
			more["form_version"] = version
		}
		return rep.Put("/v1/visits/"+newID(), "", report(customer, now.Add(-time.Duration(hoursAgo)*time.Hour), now, more))
	}
	send(5, 1, object{"view_score": 3, "flow_monthly_use": "40"}).Want(200)
	send(3, 1, object{"view_score": 5, "suppliers_criteria": []string{"price", "terms"}, "next_by_us": true}).Want(200)
	send(9, 1, object{"view_score": 1, "buying_next_on": "2026-12-01", "standing_rank": "middle"}).Want(200) // came last, is the oldest
	for name, bad := range map[string]apitest.Answer{
		"visit.unknown_field":  send(1, 1, object{"no_such": "x"}),
		"visit.no_such_form":   send(1, 2, object{"view_score": 3}),
		"visit.bad_answer":     send(1, 1, object{"view_score": 6}),
		"visit.no_such_form ":  send(1, nil, object{"view_score": 3}),
		"visit.bad_answer ":    send(1, 1, object{"standing_rank": "best"}),
		"visit.bad_answer  ":   send(1, 1, object{"flow_monthly_use": 40}),
		"visit.bad_answer   ":  send(1, 1, object{"suppliers_criteria": []string{"price", "price"}}),
		"visit.bad_answer    ": send(1, 1, object{"buying_next_on": "tomorrow"}),
	} {
		if got := bad.Want(422).String("code"); got != name[:len(got)] {
			t.Errorf("%s: %s", name, bad.Body)
		}
	}
	form := rep.Get("/v1/visit-forms").Want(200)
	groups, _ := form.At("data.0.groups").([]any)
	if len(groups) != 9 {
		t.Fatalf("%d groups", len(groups))
	}
	last, _ := groups[8].(object)
	last["fields"] = append(last["fields"].([]any), object{"key": "next_samples", "type": "bool", "title": object{"en": "Samples", "zh": "样品"}})
	rep.Post("/v1/visit-forms", object{"note": "x", "groups": groups}).Want(403)
	e.As("manager").Post("/v1/visit-forms", object{"note": "样品", "groups": groups}).Want(201)
	send(2, 2, object{"next_samples": true}).Want(200)
	send(1, 1, object{"next_samples": true}).WantProblem(422, "visit.unknown_field")
	send(1, 1, object{"view_opinion": "好"}).Want(200) // from a phone that hasn't seen the new form
	known := rep.Get("/v1/customers/" + customer + "/visit-answers").Want(200)
	latest := map[string]any{}
	for i := range known.Len("data") {
		latest[known.String(fmt.Sprintf("data.%d.key", i))] = known.At(fmt.Sprintf("data.%d.answer", i))
	}
	if latest["view_score"] != 5.0 || latest["flow_monthly_use"] != "40" || latest["next_samples"] != true || latest["standing_rank"] != "middle" {
		t.Errorf("%v", latest)
	}
	if h := rep.Get("/v1/customers/" + customer + "/visit-answers?key=view_score").Want(200); h.Len("data") != 3 || h.At("data.0.answer") != 5.0 || h.At("data.2.answer") != 1.0 {
		t.Errorf("%s", h.Body)
	}
	e.As("rep3").Get("/v1/customers/"+customer+"/visit-answers").WantProblem(404, "resource.not_found")
}
