package httpapi_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/survey"
)

// surveyOf is an open survey of a delivery to a customer of rep1.
func surveyOf(e *apitest.Env) string {
	note := deliveryNoteOf(e)
	return plant(e, "surveys", object{
		"delivery_note_id": note, "customer_id": customerOf(e), "note_number": note[:8], "state": "open", "version": 1,
	})
}

// sweep opens what is due, as the job does, n notes at a time.
func sweep(t *testing.T, e *apitest.Env, n int) (rounds int) {
	t.Helper()
	for seen := n; seen == n; rounds++ {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
			seen, err = e.App.Server.Surveys.OpenDue(tx, n)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return rounds
}

// left makes delivery notes that left at a time.
func left(e *apitest.Env, n int, at time.Time) {
	for range n {
		id := deliveryNoteOf(e)
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec("UPDATE delivery_notes SET state = 'left', left_at = ? WHERE id = ?", at, id).Error
		})
	}
}

var scores = object{"quality": 5, "response": 4, "speed": 3, "attitude": 5}

func TestCUS14_ASurveyOpensAfterDelivery(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.Tx(func(tx pg.Tx) error { // surveys were installed ten days ago
		return tx.Exec("UPDATE survey_sweep SET left_at = ?", tx.Now.AddDate(0, 0, -10)).Error
	})
	now := time.Now()
	left(e, 2, now.AddDate(0, 0, -20)) // before that: never asked about
	left(e, 3, now.AddDate(0, 0, -5))
	left(e, 2, now.AddDate(0, 0, -3))
	left(e, 1, now.AddDate(0, 0, -2)) // a day too early
	_ = deliveryNoteOf(e)             // hasn't left
	if rounds := sweep(t, e, 2); rounds != 3 {
		t.Errorf("%d rounds", rounds)
	}
	sweep(t, e, 2)
	list := e.As("rep1").Get("/v1/surveys?state=open").Want(200)
	if list.Len("data") != 5 || e.As("rep2").Get("/v1/surveys").Want(200).Len("data") != 0 {
		t.Fatalf("%s", list.Body)
	}
	tasks := e.As("rep1").Get("/v1/me/follow-ups").Want(200)
	if tasks.Len("data") != 5 || tasks.String("data.0.kind") != survey.KindAsk {
		t.Fatalf("%s", tasks.Body)
	}

	// One above the bound: nobody is alarmed. At the bound: the sales manager calls back.
	first, second := list.String("data.0.id"), list.String("data.1.id")
	e.As("rep2").Post("/v1/surveys/"+first+"/answer", scores).WantProblem(404, "resource.not_found")
	e.As("rep1").Post("/v1/surveys/"+first+"/answer", scores).Want(200)
	e.As("rep1").Post("/v1/surveys/"+first+"/answer", scores).WantProblem(409, "survey.ended")
	if n := e.As("manager").Get("/v1/me/follow-ups?kind=" + survey.KindCallBack).Want(200).Len("data"); n != 0 {
		t.Errorf("%d calls asked for", n)
	}
	bad := e.As("rep1").Post("/v1/surveys/"+second+"/answer", object{"quality": 5, "response": 5, "speed": 2, "attitude": 5, "remark": "晚了两天"}).Want(200)
	if bad.At("unsatisfied") != true || bad.String("source") != "rep" {
		t.Errorf("%s", bad.Body)
	}
	calls := e.As("manager").Get("/v1/me/follow-ups?kind=" + survey.KindCallBack).Want(200)
	if calls.Len("data") != 1 || calls.String("data.0.subject_id") != second {
		t.Errorf("%s", calls.Body)
	}
	if n := e.As("rep1").Get("/v1/me/follow-ups").Want(200).Len("data"); n != 3 {
		t.Errorf("%d tasks are left", n)
	}
	var hooks int64
	e.Tx(func(tx pg.Tx) error {
		return tx.Table("events").Where("action = 'reportUnsatisfiedCustomer' AND subject_id = ?", second).Count(&hooks).Error
	})
	if hooks != 1 {
		t.Errorf("%d events for the complaints to begin with", hooks)
	}
	e.As("rep1").Post("/v1/surveys/"+list.String("data.2.id")+"/close", object{"reason": " "}).Want(400)
	e.As("rep1").Post("/v1/surveys/"+list.String("data.2.id")+"/close", object{"reason": "不接受回访"}).Want(200)
	stats := e.As("manager").Get("/v1/survey-statistics?by=rep").Want(200)
	if stats.Len("data") != 1 || stats.At("data.0.surveys") != 5.0 || stats.At("data.0.answered") != 2.0 || stats.At("data.0.unsatisfied") != 1.0 ||
		stats.String("data.0.speed") != "2.50" || stats.String("data.0.name") != "REP1" {
		t.Errorf("%s", stats.Body)
	}
	for _, by := range []string{"customer", "month"} {
		if a := e.As("manager").Get("/v1/survey-statistics?limit=1&by=" + by).Want(200); a.Len("data") != 1 {
			t.Errorf("%s", a.Body)
		}
	}
}

func TestCUS14_TheCustomersLinkIsGoodOnce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := surveyOf(e)
	link := func() string { return e.As("rep1").Post("/v1/surveys/"+id+"/link", nil).Want(201).String("token") }
	with := func(token string) apitest.Client { return e.As("").With("X-Survey-Token", token) }
	old, token := link(), link()
	with(old).Get("/v1/public/survey").WantProblem(410, "survey.link_gone")
	shown := with(token).Get("/v1/public/survey").Want(200)
	if shown.String("delivery_note_number") == "" || strings.Contains(string(shown.Body), "customer") {
		t.Errorf("%s", shown.Body)
	}
	with(token[:len(token)-4]+"AAAA").Get("/v1/public/survey").WantProblem(404, "survey.no_such_link")
	with(strings.Repeat("x", 40)).Do("POST", "/v1/public/survey", scores).WantProblem(404, "survey.no_such_link")
	e.As("rep1").With("X-Survey-Token", "short").Get("/v1/public/survey").Want(400)
	with(token).Do("POST", "/v1/public/survey", object{"quality": 6, "response": 1, "speed": 1, "attitude": 1}).Want(400)
	with(token).Do("POST", "/v1/public/survey", object{"quality": 1, "response": 1, "speed": 1, "attitude": 1, "remark": strings.Repeat("长", 6000)}).Want(413)
	if a := with(token).Do("POST", "/v1/public/survey", object{"quality": 5, "response": 5, "speed": 5, "attitude": 2, "name": "陈示例"}).Want(200); a.At("answered") != true {
		t.Errorf("%s", a.Body)
	}
	with(token).Do("POST", "/v1/public/survey", scores).WantProblem(410, "survey.link_gone")
	with(token).Get("/v1/public/survey").WantProblem(410, "survey.link_gone")
	if v := e.As("rep1").Get("/v1/surveys/" + id).Want(200); v.String("source") != "link" || v.At("unsatisfied") != true || v.String("name") != "陈示例" {
		t.Errorf("%s", v.Body)
	}
	e.As("rep1").Post("/v1/surveys/"+id+"/link", nil).WantProblem(409, "survey.ended")

	// Revoked, and expired on the day.
	id = surveyOf(e)
	token = link()
	e.As("rep1").Do("DELETE", "/v1/surveys/"+id+"/link", nil).Want(200)
	with(token).Get("/v1/public/survey").WantProblem(410, "survey.link_gone")
	token = link()
	e.As("admin").Post("/v1/sandbox/clock", object{"to": stamp(time.Now().AddDate(0, 0, 14).Add(-time.Minute))}).Want(200)
	with(token).Get("/v1/public/survey").Want(200)
	e.As("admin").Post("/v1/sandbox/clock", object{"to": stamp(time.Now().AddDate(0, 0, 14).Add(time.Minute))}).Want(200)
	with(token).Get("/v1/public/survey").WantProblem(410, "survey.link_gone")
}

// Whoever comes with the same link at once: one answer stands.
func TestCUS14_OneLinkOneAnswerRace(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := surveyOf(e)
	token := e.As("rep1").Post("/v1/surveys/"+id+"/link", nil).Want(201).String("token")
	var wg sync.WaitGroup
	answers := make([]int, 8)
	for i := range answers {
		wg.Go(func() {
			answers[i] = e.As("").With("X-Survey-Token", token).Do("POST", "/v1/public/survey", scores).Status
		})
	}
	wg.Wait()
	won := 0
	for _, status := range answers {
		if status == http.StatusOK {
			won++
		} else if status != http.StatusGone {
			t.Errorf("status %d", status)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d won", won, len(answers))
	}
}

func TestCUS14_StrangersAreThrottled(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for range 30 {
		e.As("").With("X-Survey-Token", strings.Repeat("x", 40)).Get("/v1/public/survey").WantProblem(404, "survey.no_such_link")
	}
	e.As("").With("X-Survey-Token", strings.Repeat("x", 40)).Get("/v1/public/survey").WantProblem(429, "auth.too_many_attempts")
}
