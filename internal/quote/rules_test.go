package quote_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

func TestQUO01_ClockOfANewCustomersInquiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	w.clockAt("2026-12-01 09:00:00") // a Tuesday
	ask := object{"channel": "phone", "needs": "春季用纱", "customer_id": w.new, "lines": []object{{"product_id": w.plain, "quantity": "2000"}}}
	made := rep.Post("/v1/inquiries", ask).Want(201)
	if made.At("new_customer") != true || made.String("due_at") != "2026-12-03T09:30:00Z" || made.String("lines.0.unit") != "kg" {
		t.Fatalf("%s", made.Body)
	}
	if got := made.String("remaining_hours"); got != "26.4" && got != "26.5" { // 8.5 h of today, 9 h of each of two days
		t.Errorf("%s working hours left", got)
	}
	path := "/v1/inquiries/" + made.ID()
	overdue := func(who, query string) int {
		return w.As(who).Get("/v1/inquiries?overdue=true" + query).Want(200).Len("data")
	}
	w.clockAt("2026-12-03 17:29:30")
	if overdue("rep1", "") != 0 || rep.Get(path).At("overdue") != false {
		t.Error("overdue within the deadline")
	}
	w.clockAt("2026-12-03 17:30:30")
	if got := rep.Get(path).Want(200); got.At("overdue") != true || got.String("remaining_hours") != "0.0" {
		t.Errorf("%s", got.Body)
	}
	for who, n := range map[string]int{"rep1": 1, "rep2": 0, "rep3": 0, "supervisor": 1, "manager": 1, "gm": 1} {
		if got := overdue(who, ""); got != n {
			t.Errorf("%s sees %d overdue inquiries, want %d", who, got, n)
		}
	}
	var east string
	w.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT id::text FROM teams WHERE code = 'EAST'").Scan(&east).Error
	})
	if overdue("manager", "&owner_id="+w.People["rep1"].String()) != 1 || overdue("manager", "&owner_id="+w.People["rep2"].String()) != 0 ||
		overdue("manager", "&team_id="+east) != 1 || overdue("manager", "&team_id="+uuid.NewString()) != 0 {
		t.Error("the filters don't narrow")
	}
	w.Tx(func(tx pg.Tx) error { _, err := followup.Escalate(tx, 100); return err })
	if n := w.As("manager").Get("/v1/me/follow-ups?kind=inquiry.answer").Want(200).Len("data"); n != 1 {
		t.Errorf("the manager has %d follow-ups", n)
	}
	fill(w, object{"customer_id": w.new})
	body := offer(w.new, line(w.plain, "100", "10"))
	body["inquiry_id"], body["valid_until"] = made.ID(), "2026-12-31"
	q := w.create("rep1", body)
	rep.Post("/v1/quotations/"+q.ID()+"/submit", nil).Want(200)
	rep.Post("/v1/quotations/"+q.ID()+"/send", object{"channel": "email", "recipient": "陈示例"}).Want(200)
	got := rep.Get(path).Want(200)
	if got.String("state") != "answered" || got.String("quotation_id") != q.ID() || got.At("late") != true || overdue("rep1", "") != 0 {
		t.Errorf("%s", got.Body)
	}
	if n := w.As("manager").Get("/v1/me/follow-ups?kind=inquiry.answer").Want(200).Len("data"); n != 0 {
		t.Errorf("%d follow-ups are left", n)
	}
	rep.Post(path+"/close", object{"reason": "x"}).WantProblem(409, "inquiry.ended")
}

func TestQUO01_WhoIsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	isNew := func(party string, id any) any {
		return rep.Post("/v1/inquiries", object{"channel": "fax", party: id}).Want(201).At("new_customer")
	}
	if isNew("customer_id", w.old) != false || isNew("customer_id", w.new) != true || isNew("prospect_id", w.prospect()) != true {
		t.Error("who is new")
	}
	if got := rep.Post("/v1/inquiries", object{"channel": "fax", "customer_id": w.old}).Want(201); got.At("due_at") != nil || got.At("remaining_hours") != nil {
		t.Errorf("a clock for an old customer: %s", got.Body)
	}
	other := w.As("rep3")
	other.Post("/v1/inquiries", object{"channel": "fax", "customer_id": w.old}).WantProblem(422, "quote.party")
	rep.Post("/v1/inquiries", object{"channel": "fax", "customer_id": w.old, "received_at": "2099-01-01T00:00:00Z"}).WantProblem(422, "inquiry.received_in_future")
	wanted := func(l object) object { return object{"channel": "fax", "customer_id": w.old, "lines": []object{l}} }
	rep.Post("/v1/inquiries", wanted(object{"product_id": w.plain, "quantity": "1", "unit": "t"})).WantProblem(422, "quote.unit")
	rep.Post("/v1/inquiries", wanted(object{"quantity": "1"})).WantProblem(422, "inquiry.line_empty")
	rep.Post("/v1/inquiries", wanted(object{"quantity": "0", "wanted": "x", "unit": "kg"})).WantProblem(422, "inquiry.quantity")
	made := rep.Post("/v1/inquiries", wanted(object{"quantity": "1", "wanted": "阻燃纱", "unit": "kg"})).Want(201)
	closed := rep.Post("/v1/inquiries/"+made.ID()+"/close", object{"reason": "我司不生产"}).Want(200)
	if closed.String("state") != "closed" || closed.String("close_reason") != "我司不生产" {
		t.Errorf("%s", closed.Body)
	}
	other.Get("/v1/inquiries/" + made.ID()).Want(404)
}

func TestQUO01_DeadlinesFollowTheCalendar(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clockAt("2026-12-01 09:00:00")
	id := w.As("rep1").Post("/v1/inquiries", object{"channel": "fax", "customer_id": w.new}).Want(201).ID()
	w.set("quote.new_customer_days", "9") // from now on: not for what came in before
	w.later(time.Minute)
	w.Tx(func(tx pg.Tx) error { _, err := w.quotes.RecomputeDeadlines(tx, uuid.Nil, 10); return err })
	if got := w.As("rep1").Get("/v1/inquiries/" + id).String("due_at"); got != "2026-12-03T09:30:00Z" {
		t.Error(got)
	}
	free := w.As("admin").Get("/v1/calendar/days/2026-12-02").Want(200)
	w.As("admin").Put("/v1/calendar/days/2026-12-02", free.ETag(), object{"working": false, "reason": "停产检修"}).Want(200)
	if err := w.App.RecomputeDeadlines(context.Background()); err != nil { // the job does it
		t.Fatal(err)
	}
	got := w.As("rep1").Get("/v1/inquiries/" + id).Want(200)
	if got.String("due_at") != "2026-12-04T09:30:00Z" || got.String("etag") != `"2"` {
		t.Errorf("%s", got.Body)
	}
	if task := w.As("rep1").Get("/v1/me/follow-ups?kind=inquiry.answer").Want(200); task.String("data.0.due_at") != "2026-12-04T09:30:00Z" {
		t.Errorf("the task: %s", task.Body)
	}
}

func survey(change object) object {
	s := object{
		"size": "5 万锭", "reputation": "良好", "present_supplier": "示例化纤", "monthly_tonnes": "60", "payment_time": "月结 30 天",
		"delivery_time": "7 天", "freight": "我方送货", "trader": false,
	}
	maps.Copy(s, change)
	return s
}

func fill(w *world, change object) {
	w.t.Helper()
	w.As("rep1").Post("/v1/demand-surveys", survey(change)).Want(201)
}

func TestQUO02_NoQuotationToANewCustomerWithoutItsSurvey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	q := w.create("rep1", offer(w.new, line(w.plain, "100", "10")))
	path := "/v1/quotations/" + q.ID()
	refused := rep.Post(path+"/submit", nil).WantProblem(422, "quote.no_survey")
	if refused.String("decision.outcome") != "refused" || refused.String("rules.0") != "QUO-02" || rep.Get(path).String("state") != "draft" ||
		rep.Get(path+"/decisions").Want(200).Len("data") != 1 {
		t.Errorf("%s", refused.Body)
	}
	trader := survey(object{"customer_id": w.new, "trader": true})
	rep.Post("/v1/demand-surveys", trader).WantProblem(422, "quote.survey_destination")
	rep.Post("/v1/demand-surveys", survey(object{"customer_id": w.new, "size": " "})).WantProblem(422, "quote.survey_incomplete")
	trader["final_destination"] = "绍兴示例织造"
	rep.Post("/v1/demand-surveys", trader).Want(201)
	if got := rep.Post(path+"/submit", nil).Want(200); got.String("state") != "approved" {
		t.Errorf("%s", got.Body)
	}
	second := rep.Post("/v1/demand-surveys", survey(object{"customer_id": w.new})).Want(201)
	list := rep.Get("/v1/demand-surveys?limit=1&customer_id=" + w.new).Want(200)
	if second.At("revision") != float64(2) || list.At("data.0.revision") != float64(2) || list.String("next_cursor") == "" {
		t.Errorf("%s", list.Body)
	}
	if next := rep.Get("/v1/demand-surveys?limit=1&customer_id=" + w.new + "&cursor=" + list.String("next_cursor")).Want(200); next.At("data.0.revision") != float64(1) {
		t.Errorf("%s", next.Body)
	}
	if rep.Post("/v1/quotations/"+w.create("rep1", offer(w.old, line(w.plain, "1", "10"))).ID()+"/submit", nil).Want(200).String("state") != "approved" {
		t.Error("an old customer needs no survey")
	}
	err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec("UPDATE demand_surveys SET size = 'x' WHERE id = ?", second.ID()).Error
	})
	if err == nil {
		t.Error("a survey was changed")
	}
}

func TestQUO03_WhatTheDeciderSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ship(w.old, "60000", "9.95")
	q := w.create("rep1", offer(w.old, line(w.plain, "100", "9.72")))
	path := "/v1/quotations/" + q.ID()
	asked := w.As("rep1").Post(path+"/submit", nil).Want(200)
	got := w.As("supervisor").Get(path + "/background").Want(200)
	if got.At("new_customer") != false || got.String("shipped_tonnes") != "60.0000" || got.String("tonnes_a_month") != "20.0000" ||
		got.String("last_prices.0.price") != "9.9500" || got.String("lines.0.deviation_percent") != "-2.8000" || got.String("lines.0.required_role") != "sales_supervisor" ||
		got.At("record_months") != float64(12) || got.String("first_trade_on") != day(0) || got.At("credit.overdue_days") != float64(0) {
		t.Errorf("%s", got.Body)
	}
	facts := string(w.As("supervisor").Get("/v1/approvals/" + asked.String("approval_id")).Want(200).Body)
	for _, part := range []string{"60.0000 t", "since " + day(0), "9.9500", "overdue 0.00"} {
		if !strings.Contains(facts, part) {
			t.Errorf("the approval doesn't show %q: %s", part, facts)
		}
	}
	w.As("rep3").Get(path + "/background").Want(404)
}

func TestPRC13_MarginsOfAQuotationAreForThoseWhoMaySeeCosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.As("finance").Post("/v1/products/"+w.plain+"/costs", object{"cost": "7", "effective_on": day(-1), "reason": "核算"}).Want(201)
	path := "/v1/quotations/" + w.create("rep1", offer(w.old, line(w.plain, "100", "10"))).ID() + "/background"
	for who, sees := range map[string]bool{"rep1": false, "supervisor": false, "director": false, "auditor": false, "manager": true, "finance": true, "gm": true} {
		if got := w.As(who).Get(path).Want(200); (got.At("lines.0.margin") != nil) != sees {
			t.Errorf("%s: %s", who, got.Body)
		}
	}
}

func TestQUO04_RepsQuoteFreelyOnlyForStableDemand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	submit := func(who, customer, price string) string {
		id := w.create(who, offer(customer, line(w.plain, "100", price))).ID()
		return w.As(who).Post("/v1/quotations/"+id+"/submit", nil).Want(200).String("state")
	}
	w.ship(w.old, "149999.9999", "10") // over 3 months: just below 50 t a month
	if got := submit("rep1", w.old, "9.80"); got != "approved" {
		t.Errorf("while it is off: %s", got)
	}
	w.set("quote.rep_min_tonnes_enabled", "true")
	w.later(time.Second)
	if got := submit("rep1", w.old, "9.80"); got != "submitted" {
		t.Errorf("below 50 t: %s", got)
	}
	if got := submit("rep1", w.old, "10"); got != "approved" {
		t.Errorf("the list price: %s", got)
	}
	if got := submit("rep1", w.old, "10.01"); got != "approved" {
		t.Errorf("above the list price: %s", got)
	}
	if got := submit("manager", w.old, "9.80"); got != "approved" {
		t.Errorf("the manager's own: %s", got)
	}
	id := w.create("rep1", offer(w.old, line(w.plain, "100", "9.99"))).ID()
	asked := w.As("rep1").Post("/v1/quotations/"+id+"/submit", nil).Want(200)
	w.As("supervisor").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(403) // to the sales manager
	w.As("manager").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	w.ship(w.old, "0.0001", "10")
	if got := submit("rep1", w.old, "9.80"); got != "approved" {
		t.Errorf("exactly 50 t: %s", got)
	}
	w.ship(w.old, "1", "10")
	if got := submit("rep1", w.old, "9.80"); got != "approved" {
		t.Errorf("above 50 t: %s", got)
	}
	fill(w, object{"customer_id": w.new, "monthly_tonnes": "49.9999"})
	if got := submit("rep1", w.new, "9.80"); got != "submitted" {
		t.Errorf("a new customer below 50 t by its survey: %s", got)
	}
	fill(w, object{"customer_id": w.new, "monthly_tonnes": "50"})
	if got := submit("rep1", w.new, "9.80"); got != "approved" {
		t.Errorf("a new customer of 50 t by its survey: %s", got)
	}
}

func TestQUO06_VerbalApprovalAtANegotiation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	verbal := func() (path, approval string) {
		q := w.create("rep1", offer(w.old, line(w.plain, "100", "9.72")))
		path = "/v1/quotations/" + q.ID()
		approval = "/v1/approvals/" + rep.Post(path+"/submit", nil).Want(200).String("approval_id")
		rep.Post(approval+"/verbal-approval", object{
			"given_by": w.People["supervisor"], "given_at": time.Now().Add(w.DB.Clock().Offset() - time.Minute).UTC().Format(time.RFC3339), "purpose": "谈判现场",
		}).Want(201)
		return path, approval
	}
	send := func(path string) {
		rep.Post(path+"/send", object{"channel": "in_person", "recipient": "陈示例"}).Want(200)
	}
	violations := func(rule string) int {
		return w.As("gm").Get("/v1/violations?rule=" + rule).Want(200).Len("data")
	}
	path, approval := verbal()
	if rep.Get(path).String("state") != "approved" {
		t.Error("it takes effect at once")
	}
	send(path)
	w.As("supervisor").Post(approval+"/confirm", object{}).Want(200)
	if violations("ORG-05") != 0 || rep.Get(path).String("state") != "sent" {
		t.Error("confirmed in time")
	}

	path, approval = verbal()
	send(path)
	w.As("supervisor").Post(approval+"/deny", object{"comment": "未同意"}).Want(200)
	if got := rep.Get(path).Want(200); got.String("state") != "draft" || got.At("revision") != float64(2) || violations("ORG-05") != 1 {
		t.Errorf("%s", got.Body)
	}

	path, approval = verbal()
	send(path)
	rep.Post(path+"/accept", object{"accepted_by": "陈示例", "attachment_ids": []string{w.file("rep1")}}).Want(200)
	if _, err := w.agreed(path[len("/v1/quotations/"):], w.old); err != nil {
		t.Error(err)
	}
	w.As("supervisor").Post(approval+"/deny", object{"comment": "未同意"}).Want(200)
	_, err := w.agreed(path[len("/v1/quotations/"):], w.old)
	wantErr(t, err, quote.ErrUnapproved, "a denied deal")
	if got := rep.Get(path).Want(200); got.At("unapproved") != true || got.At("in_force") != false || violations("QUO-07") != 1 {
		t.Errorf("%s", got.Body)
	}

	_, approval = verbal()
	w.clockAt(clock.NewCalendar(nil).AddWorkingDays(clock.Today(time.Now()), 1).Format(time.DateOnly) + " 17:31:00") // approval.verbal_confirm_days
	w.Tx(func(tx pg.Tx) error { _, err := w.App.Server.Approvals.MarkOverdueVerbals(tx, 100); return err })
	if violations("ORG-05") != 3 { // two were denied
		t.Errorf("%d violations", violations("ORG-05"))
	}
	w.As("supervisor").Post(approval+"/confirm", object{}).Want(200)
}

// A revision carries a verbal approval over when it is confirmed only: what nobody has confirmed is asked again, so that a denial of the
// former request finds nothing that stands by it.
func TestQUO06_ARevisionDoesNotCarryAnUnconfirmedWordOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	for _, confirmed := range []bool{false, true} {
		path := "/v1/quotations/" + w.create("rep1", offer(w.old, line(w.plain, "100", "9.72"))).ID()
		first := "/v1/approvals/" + rep.Post(path+"/submit", nil).Want(200).String("approval_id")
		rep.Post(first+"/verbal-approval", object{
			"given_by": w.People["supervisor"], "given_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), "purpose": "谈判现场",
		}).Want(201)
		if confirmed {
			w.As("supervisor").Post(first+"/confirm", object{}).Want(200)
		}
		rep.Post(path+"/revise", object{"reason": "改备注"}).Want(200)
		if got := rep.Post(path+"/submit", nil).Want(200).String("state"); (got == "approved") != confirmed {
			t.Errorf("confirmed %v: %s", confirmed, got)
		}
		if confirmed {
			w.As("supervisor").Post(first+"/deny", object{"comment": "未同意"}).Want(409)
			continue
		}
		w.As("supervisor").Post(first+"/deny", object{"comment": "未同意"}).Want(200)
		rep.Post(path+"/send", object{"channel": "email", "recipient": "陈示例"}).Want(409)
	}
}

func TestQUO07_ADealWithoutApprovalIsAViolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	deal := func() object { return object{"accepted_by": "陈示例", "attachment_ids": []string{w.file("rep1")}} }
	violations := func() int { return w.As("gm").Get("/v1/violations?rule=QUO-07").Want(200).Len("data") }
	within := w.create("rep1", offer(w.old, line(w.plain, "100", "9.80")))
	rep.Post("/v1/quotations/"+within.ID()+"/unapproved-deal", deal()).WantProblem(422, "quote.deal_within_authority")
	q := w.create("rep1", offer(w.old, line(w.plain, "100", "9.7999")))
	path := "/v1/quotations/" + q.ID()
	rep.Post(path+"/unapproved-deal?validate_only=true", deal()).Want(200)
	if violations() != 0 {
		t.Error("validate_only accused somebody")
	}
	got := rep.Post(path+"/unapproved-deal", deal()).Want(200)
	if got.String("state") != "accepted" || got.At("unapproved") != true || got.At("in_force") != false {
		t.Errorf("%s", got.Body)
	}
	list := w.As("gm").Get("/v1/violations?rule=QUO-07").Want(200)
	if list.Len("data") != 1 || list.String("data.0.person_id") != w.People["rep1"].String() || list.String("data.0.kind") != "quote.beyond_authority" {
		t.Errorf("%s", list.Body)
	}
	_, err := w.agreed(q.ID(), w.old)
	wantErr(t, err, quote.ErrUnapproved, "an unapproved deal as price base")
	last := rep.Get(path + "/decisions").Want(200)
	if last.String("data.0.outcome") != "refused" || !strings.Contains(string(last.Body), "QUO-07") {
		t.Errorf("%s", last.Body)
	}
	second := w.create("rep1", offer(w.old, line(w.plain, "100", "9.5")))
	asked := rep.Post("/v1/quotations/"+second.ID()+"/submit", nil).Want(200)
	rep.Post("/v1/quotations/"+second.ID()+"/unapproved-deal", deal()).Want(200)
	if state := w.As("gm").Get("/v1/approvals/" + asked.String("approval_id")).Want(200).String("approval.state"); state != "void" || violations() != 2 {
		t.Errorf("the approval is %s, %d violations", state, violations())
	}
}
