package httpapi_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
)

// confirmed places an order of rep1 that is confirmed at once, of one line.
func confirmed(e *apitest.Env, customer, product, quantity, promised string) apitest.Answer {
	body := orderBy(customer, product, quantity, "10")
	body["submit"], body["special_demands"], body["packing"] = true, "张力均匀", "纸箱"
	body["lines"].([]object)[0]["promised_on"] = promised
	a := e.As("rep1").Post("/v1/orders", body).Want(201)
	if a.String("state") != "confirmed" {
		panic(string(a.Body))
	}
	e.Told()
	return a
}

// madeFor returns the production request of an order.
func madeFor(e *apitest.Env, order string) apitest.Answer {
	e.Told()
	list := e.As("production").Get("/v1/production-requests?order_id=" + order).Want(200)
	return e.As("production").Get("/v1/production-requests/" + list.String("data.0.id")).Want(200)
}

// ahead is a business date that many days from now.
func ahead(days int) string { return day(time.Now().AddDate(0, 0, days)) }

// What becomes of an order before production is told of it: in the end there is one request, of what the order says by then, or none;
// and salesgate verify finds nothing to say.
func TestORD03_TheRequestIsOfTheOrderAsItIsWhenProductionIsTold(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	agree := func() {
		t.Helper()
		e.Tx(func(tx pg.Tx) error {
			differ, err := production.Reconcile(tx)
			if len(differ) > 0 {
				t.Errorf("%+v", differ)
			}
			return err
		})
	}
	path, line, product := confirmedOrder(e, "100")
	order := path[len("/v1/orders/"):]
	if e.As("rep1").Get(path+"/production").Want(200).At("request") != nil {
		t.Error("made in the transaction of the order")
	}
	agree()
	changed := e.As("rep1").Post(path+"/changes", object{"reason": "减量", "lines": changedLine(line, product, "60", "10")}).Want(201)
	allStated(e, changed.ID())
	decideOrder(e, "manager", changed.String("approval_id")).Want(200)
	agree()
	for range 2 {
		r := madeFor(e, order)
		if r.String("lines.0.quantity") != "60.0000" || r.At("revision") != 1.0 || r.At("order_revision") != 2.0 || r.String("state") != "open" {
			t.Errorf("%s", r.Body)
		}
	}
	if n := e.As("production").Get("/v1/production-requests").Want(200).Len("data"); n != 1 {
		t.Errorf("%d requests", n)
	}
	gone, _, _ := confirmedOrder(e, "100")
	cancel := e.As("rep1").Post(gone+"/cancellation", object{"reason": "取消"}).Want(201)
	allStated(e, cancel.ID())
	decideOrder(e, "manager", cancel.String("approval_id")).Want(200)
	e.Told()
	if e.As("rep1").Get(gone+"/production").Want(200).At("request") != nil {
		t.Error("a cancelled order asks production")
	}
	agree()
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE production_requests SET order_revision = 1 WHERE order_id = ?", order).Error
	})
	e.Tx(func(tx pg.Tx) error {
		differ, err := production.Reconcile(tx)
		if len(differ) != 1 {
			t.Errorf("%+v", differ)
		}
		return err
	})
}

func openTasks(e *apitest.Env, who, kind string) int {
	return e.As(who).Get("/v1/me/follow-ups?kind=" + kind).Want(200).Len("data")
}

// A confirmed order asks production within seconds, without a price anywhere; each department acknowledges it once.
func TestORD03_AConfirmedOrderAsksProductionAndEachDepartmentAcknowledges(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	draft := e.As("rep1").Post("/v1/orders", orderBy(customer, product, "100", "10")).Want(201)
	if n := e.As("production").Get("/v1/production-requests").Want(200).Len("data"); n != 0 {
		t.Fatalf("a draft made %d requests", n)
	}
	if a := e.As("rep1").Get("/v1/orders/" + draft.ID() + "/production").Want(200); a.At("request") != nil {
		t.Fatalf("%s", a.Body)
	}
	o := confirmed(e, customer, product, "100", ahead(60))
	r := madeFor(e, o.ID())
	path := "/v1/production-requests/" + r.ID()
	if r.String("number") != "PD"+o.String("number")[2:] || r.String("lines.0.id") != o.String("lines.0.id") || r.String("lines.0.special_demands") != "张力均匀" ||
		r.String("lines.0.packing") != "纸箱" || r.String("lines.0.promised_on") != ahead(60) || r.Len("acknowledgements") != 3 {
		t.Fatalf("%s", r.Body)
	}
	for _, word := range []string{"price", "amount", "total", "discount", "settlement"} {
		if strings.Contains(string(r.Body), word) {
			t.Errorf("the request says %s: %s", word, r.Body)
		}
	}
	departments := map[string]string{"production": "production", "gm": "management", "clerk": "finance"}
	for who, department := range departments {
		if openTasks(e, who, "production.acknowledge_"+department) != 1 ||
			e.As(who).Get("/v1/production-requests?to_acknowledge="+department).Want(200).Len("data") != 1 {
			t.Errorf("%s isn't asked", who)
		}
		e.As(who).Post(path+"/acknowledge", object{"note": "已阅"}).Want(200)
		e.As(who).Post(path+"/acknowledge", object{}).WantProblem(409, "production.acknowledged")
		if openTasks(e, who, "production.acknowledge_"+department) != 0 ||
			e.As(who).Get("/v1/production-requests?to_acknowledge="+department).Want(200).Len("data") != 0 {
			t.Errorf("%s is still asked", who)
		}
	}
	e.As("gm").Post(path+"/acknowledge", object{"department": "finance"}).WantProblem(403, "production.not_a_recipient")
	e.As("keeper").Post(path+"/acknowledge", object{}).Want(403)
	e.As("rep3").Get(path).WantProblem(404, "resource.not_found")
	e.As("rep2").Get("/v1/orders/"+o.ID()+"/production").WantProblem(404, "resource.not_found")
	if n := e.As("rep2").Get("/v1/production-requests").Want(200).Len("data"); n != 0 {
		t.Errorf("rep2 sees %d", n)
	}
	if n := e.As("assistant").Get("/v1/production-requests").Want(200).Len("data"); n != 1 {
		t.Errorf("the assistant sees %d", n)
	}
}

// Another revision says what is different and is acknowledged anew; what the request doesn't say makes none; it ends with the order.
func TestORD03_ARevisionShowsDifferencesAndIsAcknowledgedAnew(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	o := confirmed(e, customer, product, "100", ahead(60))
	order, r := "/v1/orders/"+o.ID(), madeFor(e, o.ID())
	path := "/v1/production-requests/" + r.ID()
	e.As("production").Post(path+"/acknowledge", object{}).Want(200)
	// What confirmed orders change by is a request, which the departments answer and the sales manager decides (ORD-05).
	carriedOut := func(asked apitest.Answer) {
		t.Helper()
		allStated(e, asked.Want(201).ID())
		decideOrder(e, "manager", asked.String("approval_id")).Want(200)
	}
	line := object{"id": o.String("lines.0.id"), "product_id": product, "quantity": "100", "price": "10", "promised_on": ahead(60)}
	line["quantity"], line["promised_on"] = "120", ahead(70)
	carriedOut(e.As("rep1").Post(order+"/changes", object{"reason": "客户要求", "lines": []object{line}}))
	a := e.As("gm").Get(path).Want(200)
	if a.At("revision") != 2.0 || a.String("acknowledgements.0.acknowledged_at") != "" || openTasks(e, "production", "production.acknowledge_production") != 1 {
		t.Errorf("%s", a.Body)
	}
	revisions := e.As("rep1").Get(path + "/revisions").Want(200)
	if revisions.Len("data") != 2 || revisions.Len("data.0.differences") != 2 || revisions.String("data.0.differences.0.field") != "quantity" ||
		revisions.String("data.0.differences.0.was") != "100.0000" || revisions.String("data.0.differences.1.now") != ahead(70) {
		t.Errorf("%s", revisions.Body)
	}
	carriedOut(e.As("rep1").Post(order+"/cancellation", object{"reason": "客户取消"}))
	if got := e.As("gm").Get(path).Want(200).String("state"); got != "cancelled" || openTasks(e, "production", "production.cancelled") != 1 ||
		openTasks(e, "gm", "production.acknowledge_management") != 0 {
		t.Errorf("it is %s after the cancellation", got)
	}
	e.As("production").Post(path+"/acknowledge", object{}).WantProblem(409, "resource.wrong_state")
}

// Production schedules, purchasing answers, progress is reported; the order shows what is expected; an ERP writes the same.
func TestORD04_ScheduleMaterialsAndProgress(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	o := confirmed(e, customerOf(e), productAt(e, "10"), "500", ahead(20))
	r := madeFor(e, o.ID())
	path, line := "/v1/production-requests/"+r.ID(), r.String("lines.0.id")
	production, purchasing := e.As("production"), e.As("purchasing")
	if openTasks(e, "production", "production.schedule") != 1 || openTasks(e, "purchasing", "production.materials") != 1 ||
		production.Get("/v1/production-lines?work=to_schedule").Want(200).Len("data") != 1 {
		t.Error("nobody is asked")
	}
	lot := func(start, finish int, q string) object {
		return object{"line_id": line, "start_on": ahead(start), "finish_on": ahead(finish), "quantity": q}
	}
	production.Put(path+"/schedule", r.ETag(), object{"lots": []object{lot(2, 1, "500")}}).WantProblem(422, "production.lot_dates")
	production.Put(path+"/schedule", r.ETag(), object{"lots": []object{lot(1, 2, "500.0001")}}).WantProblem(422, "production.above_line")
	purchasing.Put(path+"/schedule", r.ETag(), object{"lots": []object{}}).Want(403)
	a := production.Put(path+"/schedule", r.ETag(), object{"lots": []object{lot(5, 10, "300"), lot(11, 18, "200")}}).Want(200)
	if a.String("lines.0.expected_on") != ahead(18) || a.String("lines.0.risk") != "none" || openTasks(e, "production", "production.schedule") != 0 {
		t.Errorf("%s", a.Body)
	}
	production.Put(path+"/schedule", r.ETag(), object{"lots": []object{}}).WantProblem(412, "resource.stale")
	material := object{"material": "POY 150D", "unit": "kg", "needed": "520", "on_hand": "100", "supplier": "示例化纤 P-1"}
	a = purchasing.Put(path+"/materials", a.ETag(), object{"materials": []object{material}}).Want(200)
	if a.String("lines.0.risk") != "material" || a.At("lines.0.expected_on") != nil || openTasks(e, "purchasing", "production.materials") != 0 ||
		openTasks(e, "rep1", "production.at_risk") != 1 || e.As("rep1").Get("/v1/production-lines?work=at_risk").Want(200).Len("data") != 1 ||
		purchasing.Get("/v1/short-materials?without_arrival=true").Want(200).String("data.0.short") != "420.0000" {
		t.Errorf("%s", a.Body)
	}
	material["arrivals"] = []object{{"arrives_on": ahead(8), "quantity": "420"}}
	a = purchasing.Put(path+"/materials", a.ETag(), object{"materials": []object{material}}).Want(200)
	if a.String("lines.0.material_on") != ahead(8) || a.String("lines.0.expected_on") != ahead(18) || a.At("lines_at_risk") != 0.0 {
		t.Errorf("%s", a.Body)
	}
	material["arrivals"] = []object{{"arrives_on": ahead(14), "quantity": "420"}}
	purchasing.Put(path+"/materials", a.ETag(), object{"materials": []object{material}}).Want(200)
	shown := e.As("rep1").Get("/v1/orders/" + o.ID() + "/production").Want(200)
	if shown.String("request.lines.0.expected_on") != ahead(21) || shown.String("request.lines.0.risk") != "late" {
		t.Errorf("%s", shown.Body)
	}
	report := func(q, reason string) apitest.Answer {
		return production.Post(path+"/reports", object{"reports": []object{{"line_id": line, "finished_on": ahead(0), "quantity": q, "reason": reason}}})
	}
	report("500", "").Want(200)
	report("0.0001", "").WantProblem(422, "production.above_plan")
	report("-1", "").WantProblem(422, "production.correction_reason")
	report("-500.0001", "重复报数").WantProblem(422, "production.below_nothing")
	report("0.0001", "尾数").Want(200)
	report("4500", "误报").WantProblem(422, "production.beyond_reason")
	report("99999999999999.9999", "误报").WantProblem(422, "production.beyond_reason")
	if a := production.Get(path).Want(200); a.String("lines.0.finished") != "500.0001" || a.String("lines.0.risk") != "none" ||
		production.Get(path+"/reports").Want(200).Len("data") != 2 || openTasks(e, "rep1", "production.at_risk") != 0 {
		t.Errorf("%s", a.Body)
	}
	put := func(id, q string) apitest.Answer {
		return production.Put("/v1/production-lots/by-external-id/erp/"+id, "", object{
			"production_request_id": r.ID(), "line_id": line, "start_on": ahead(1), "finish_on": ahead(2), "quantity": q, "note": "ERP",
		})
	}
	put("WO-1", "10").Want(200)
	if a := put("WO-1", "20").Want(200); a.String("lines.0.planned") != "520.0000" {
		t.Errorf("%s", a.Body)
	}
	if a := put("WO-1", "0").Want(200); a.String("lines.0.planned") != "500.0000" {
		t.Errorf("%s", a.Body)
	}
	other := madeFor(e, confirmed(e, customerOf(e), productAt(e, "10"), "1", ahead(20)).ID())
	put("WO-2", "1").Want(200)
	production.Put("/v1/production-lots/by-external-id/erp/WO-2", "", object{
		"production_request_id": other.ID(), "line_id": other.String("lines.0.id"), "start_on": ahead(1), "finish_on": ahead(2), "quantity": "1",
	}).WantProblem(409, "production.other_request")
}

// Trouble reaches the top at once, and has nothing to be done about it when it is resolved.
func TestORD06_TroubleIsEscalatedAtOnce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	r := madeFor(e, confirmed(e, customerOf(e), productAt(e, "10"), "500", ahead(20)).ID())
	body := object{"production_request_id": r.ID(), "line_id": r.String("lines.0.id"), "kind": "equipment", "description": "停机检修", "expected_on": ahead(25)}
	e.As("rep1").Post("/v1/production-troubles", body).Want(403)
	made := e.As("production").Post("/v1/production-troubles", body).Want(201)
	for _, who := range []string{"gm", "manager", "rep1"} {
		if openTasks(e, who, "production.trouble") != 1 {
			t.Errorf("%s isn't told", who)
		}
	}
	if e.As("rep1").Get("/v1/production-troubles?state=open").Want(200).Len("data") != 1 || e.As("rep3").Get("/v1/production-troubles").Want(200).Len("data") != 0 {
		t.Error("the open ones aren't listed")
	}
	path := "/v1/production-troubles/" + made.ID()
	e.As("rep3").Get(path).WantProblem(404, "resource.not_found")
	done := e.As("manager").Post(path+"/resolve", object{"resolution": "夜班补产"}).Want(200)
	if done.String("state") != "resolved" || openTasks(e, "gm", "production.trouble") != 0 {
		t.Errorf("%s", done.Body)
	}
	e.As("manager").Post(path+"/resolve", object{"resolution": "x"}).WantProblem(409, "resource.wrong_state")
}

// openChecks opens the checks that are due now, as the job does.
func openChecks(e *apitest.Env) {
	e.Tx(func(tx pg.Tx) error {
		_, err := e.App.Server.DeliveryChecks.OpenDue(tx, 100)
		return err
	})
}

// A promise is checked three working days before it, once; a holiday in between brings the check forward; what is confirmed later than
// that is checked at once.
func TestORD07_APromiseIsCheckedThreeWorkingDaysBefore(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	working := func(n int) string {
		var d time.Time
		e.Tx(func(tx pg.Tx) error { d = tx.Calendar().AddWorkingDays(clock.Today(tx.Now), n); return nil })
		return d.Format(time.DateOnly)
	}
	orders := map[int]string{}
	for _, n := range []int{1, 2, 3, 4, 5} {
		orders[n] = confirmed(e, customer, product, "10", working(n)).ID()
	}
	open := func() map[string]string {
		found := map[string]string{}
		a := e.As("assistant").Get("/v1/delivery-checks?work=to_check").Want(200)
		for i := range a.Len("data") {
			found[a.String(fmt.Sprintf("data.%d.order_id", i))] = a.String(fmt.Sprintf("data.%d.id", i))
		}
		return found
	}
	expect := func(want ...int) {
		t.Helper()
		openChecks(e)
		found := open()
		if len(found) != len(want) {
			t.Errorf("%d checks are open, want %v", len(found), want)
		}
		for _, n := range want {
			if found[orders[n]] == "" {
				t.Errorf("the promise in %d working days isn't checked", n)
			}
		}
	}
	expect(1, 2, 3)
	expect(1, 2, 3)
	if openTasks(e, "rep1", "production.check") != 3 || openTasks(e, "assistant", "production.check") != 3 || openTasks(e, "rep3", "production.check") != 0 {
		t.Error("the rep and the assistant aren't asked")
	}
	holiday := "/v1/calendar/days/" + working(2) // what was four working days away is three now
	e.As("admin").Put(holiday, e.As("admin").Get(holiday).Want(200).ETag(), object{"working": false, "reason": "厂庆"}).Want(200)
	expect(1, 2, 3, 4)
}

// A delay is told beforehand, with who, when and how; the customer's answer is kept, and a date that they accept is the promise.
func TestORD07_ADelayIsToldBeforehandAndAnswered(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	check := func() string {
		o := confirmed(e, customer, product, "10", ahead(1))
		openChecks(e)
		a := e.As("rep1").Get("/v1/delivery-checks?work=to_check").Want(200)
		if a.Len("data") != 1 || a.String("data.0.order_id") != o.ID() {
			t.Fatalf("%s", a.Body)
		}
		return "/v1/delivery-checks/" + a.String("data.0.id")
	}
	rep, path := e.As("rep1"), check()
	rep.Post(path+"/answer", object{"on_time": false}).WantProblem(422, "delivery_check.bad_date")
	rep.Post(path+"/answer", object{"on_time": false, "expected_on": ahead(1)}).WantProblem(422, "delivery_check.bad_date")
	rep.Post(path+"/tell", object{"channel": "phone", "new_date": ahead(2)}).WantProblem(409, "resource.wrong_state")
	e.As("rep3").Post(path+"/answer", object{"on_time": true}).WantProblem(404, "resource.not_found")
	if a := e.As("production").Post(path+"/answer", object{"on_time": false, "expected_on": ahead(2)}).Want(200); a.String("next_step") != "tell_customer" {
		t.Errorf("%s", a.Body)
	}
	if openTasks(e, "rep1", "production.tell_delay") != 1 || rep.Get("/v1/delivery-checks?work=to_tell").Want(200).Len("data") != 1 {
		t.Error("nobody is to tell the customer")
	}
	rep.Post(path+"/customer-answer", object{"answer": "accepted"}).WantProblem(409, "delivery_check.not_told")
	rep.Post(path+"/tell", object{"channel": "phone", "new_date": ahead(2), "told_at": stamp(time.Now().Add(time.Hour))}).WantProblem(422, "delivery_check.told_in_future")
	told := rep.Post(path+"/tell", object{"channel": "phone", "new_date": ahead(2), "told_to": "陈示例"}).Want(200)
	if told.String("told_by") != e.People["rep1"].String() || told.String("channel") != "phone" || told.String("next_step") != "record_answer" ||
		openTasks(e, "rep1", "production.tell_delay") != 0 {
		t.Errorf("%s", told.Body)
	}
	rep.Post(path+"/tell", object{"channel": "phone", "new_date": ahead(2)}).WantProblem(409, "delivery_check.told")
	rep.Post(path+"/customer-answer", object{"answer": "accepted", "other_date": ahead(3)}).WantProblem(422, "delivery_check.other_date_missing")
	a := rep.Post(path+"/customer-answer", object{"answer": "accepted"}).Want(200)
	if line := rep.Get("/v1/orders/" + a.String("order_id") + "/production").Want(200); line.String("request.lines.0.agreed_on") != ahead(2) {
		t.Errorf("%s", line.Body)
	}
	openChecks(e) // the new date is a promise, which is checked in its turn
	again := rep.Get("/v1/delivery-checks?work=to_check").Want(200)
	if again.Len("data") != 1 || again.String("data.0.promised_on") != ahead(2) {
		t.Errorf("%s", again.Body)
	}
	rep.Post("/v1/delivery-checks/"+again.String("data.0.id")+"/answer", object{"on_time": true}).Want(200)
	path = check()
	rep.Post(path+"/answer", object{"on_time": false, "expected_on": ahead(5)}).Want(200)
	rep.Post(path+"/tell", object{"channel": "email", "new_date": ahead(5)}).Want(200)
	if a := rep.Post(path+"/customer-answer", object{"answer": "cancels"}).Want(200); a.String("next_step") != "change_request" || openTasks(e, "rep1", "production.change_wanted") != 1 {
		t.Errorf("%s", a.Body)
	}
}

// wantOf makes a customer of a credit grade, with an order of the product.
func wantOf(e *apitest.Env, product, grade, quantity string, days int) apitest.Answer {
	customer := customerOf(e)
	if grade != "" {
		e.Tx(func(tx pg.Tx) error {
			return e.App.Server.Credits.SetOpening(tx, credit.Opening{
				CustomerID: uuid.MustParse(customer), Grade: credit.Grade(grade), Limit: credit.LimitOf(decimal.MustParse("1000000")), Terms: credit.CashTerms(),
			})
		})
	}
	return confirmed(e, customer, product, quantity, ahead(days))
}

// A short product is allotted by grade, then promise; what is confirmed holds shipping notices, until it ends.
func TestORD08_SHP19_AConfirmedAllotmentHoldsNotices(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product := productAt(e, "10")
	late, b, a := wantOf(e, product, "", "100", 10), wantOf(e, product, "B", "100", 30), wantOf(e, product, "A", "100", 30)
	assistant, manager := e.As("assistant"), e.As("manager")
	propose := func(q string) apitest.Answer {
		return assistant.Post("/v1/shortage-allotments", object{"product_id": product, "available": q, "reason": "原料推迟"})
	}
	propose("300").WantProblem(422, "allotment.enough")
	made := propose("150").Want(201)
	if made.String("lines.0.order_id") != a.ID() || made.String("lines.1.order_id") != b.ID() || made.String("lines.2.order_id") != late.ID() ||
		made.String("lines.1.proposed") != "50.0000" || made.String("lines.2.proposed") != "0.0000" || openTasks(e, "manager", "production.confirm_allotment") != 1 {
		t.Fatalf("%s", made.Body)
	}
	propose("150").WantProblem(409, "allotment.open")
	path := "/v1/shortage-allotments/" + made.ID()
	if shown := e.As("production").Get(path).Want(200); shown.At("lines.0.grade") != nil || strings.Contains(string(shown.Body), "grade") {
		t.Errorf("production sees grades: %s", shown.Body)
	}
	e.As("rep3").Get(path).WantProblem(404, "resource.not_found") // none of the lines is of rep3's customers (ORG-06)
	if n := e.As("rep3").Get("/v1/shortage-allotments").Want(200).Len("data"); n != 0 {
		t.Errorf("rep3 sees %d", n)
	}
	if n := e.As("rep1").Get(path).Want(200).Len("lines"); n != 3 {
		t.Errorf("rep1 sees %d lines", n)
	}
	change := func(q, reason string) apitest.Answer {
		return manager.Post(path+"/confirm", object{"lines": []object{{"order_line_id": late.String("lines.0.id"), "quantity": q, "reason": reason}}})
	}
	assistant.Post(path+"/confirm", object{}).Want(403)
	change("1", "").WantProblem(422, "allotment.reason_missing")
	change("100.0001", "急用").WantProblem(422, "allotment.above_wanted")
	change("0.0001", "急用").WantProblem(422, "allotment.above_available")
	another := wantOf(e, product, "A", "10", 5)
	manager.Post(path+"/confirm", object{}).WantProblem(409, "allotment.stale")
	manager.Post(path+"/end", object{"reason": "重新分配"}).Want(200)
	path = "/v1/shortage-allotments/" + propose("150").Want(201).ID()
	done := manager.Post(path+"/confirm", object{"lines": []object{
		{"order_line_id": b.String("lines.0.id"), "quantity": "30", "reason": "协商"}, {"order_line_id": late.String("lines.0.id"), "quantity": "10", "reason": "急用"},
	}}).Want(200)
	if done.String("state") != "confirmed" || done.String("allotted") != "150.0000" {
		t.Errorf("%s", done.Body)
	}
	if shown := e.As("rep1").Get("/v1/orders/" + b.ID() + "/production").Want(200); shown.String("allotments.0.allotted") != "30.0000" {
		t.Errorf("%s", shown.Body)
	}
	notice := func(o apitest.Answer, q string) apitest.Answer {
		return e.As("rep1").Post("/v1/shipping-notices", object{
			"customer_id": o.String("customer_id"), "flow": "cod", "ship_date": ahead(10), "lines": []object{{"order_id": o.ID(), "order_line_id": o.String("lines.0.id"), "quantity": q}},
		})
	}
	notice(b, "30").Want(201)
	notice(b, "30.0001").WantProblem(422, "allotment.not_allotted")
	notice(another, "10").Want(201)
	newcomer := wantOf(e, product, "A", "5", 3)
	notice(newcomer, "1").WantProblem(422, "allotment.not_allotted")
	e.As("manager").Post(path+"/end", object{"reason": "原料已到"}).Want(200)
	notice(newcomer, "5").Want(201)
	notice(b, "100").Want(201)
}

// Of several proposals for one product at once one stands.
func TestORD08_RaceOfProposals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product := productAt(e, "10")
	wantOf(e, product, "A", "100", 30)
	var made atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if e.As("manager").Post("/v1/shortage-allotments", object{"product_id": product, "available": "50", "reason": "缺货"}).Status == 201 {
				made.Add(1)
			}
		})
	}
	group.Wait()
	if made.Load() != 1 {
		t.Errorf("%d proposals are open", made.Load())
	}
}

// What a slip of the finger makes of figures and dates is refused: at the bound it is taken, one beyond it isn't.
func TestORD04_AbsurdFiguresAndDatesAreRefused(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	r := madeFor(e, confirmed(e, customerOf(e), productAt(e, "10"), "10", ahead(20)).ID())
	path, line, production := "/v1/production-requests/"+r.ID(), r.String("lines.0.id"), e.As("production")
	today := clock.Today(e.DB.Clock().Now())
	in := func(days int) string { return today.AddDate(0, 0, days).Format(time.DateOnly) }
	schedule := func(start, finish, q string) apitest.Answer {
		lots := []object{{"line_id": line, "start_on": start, "finish_on": finish, "quantity": q, "note": "连投"}}
		return production.Put(path+"/schedule", production.Get(path).ETag(), object{"lots": lots})
	}
	schedule(in(1), in(2), "100.0001").WantProblem(422, "production.beyond_reason")
	schedule(in(-366), in(2), "10").WantProblem(422, "production.too_long_ago")
	schedule(in(1), in(1096), "10").WantProblem(422, "production.too_far_ahead")
	schedule(in(-365), in(1095), "100").Want(200)
	production.Put("/v1/production-lots/by-external-id/erp/WO-9", "", object{
		"production_request_id": r.ID(), "line_id": line, "start_on": in(1), "finish_on": in(2), "quantity": "1", "note": "ERP",
	}).WantProblem(422, "production.beyond_reason") // with what is planned already
	report := func(on, q string) apitest.Answer {
		return production.Post(path+"/reports", object{"reports": []object{{"line_id": line, "finished_on": on, "quantity": q, "reason": "补报"}}})
	}
	report("1900-01-01", "1").WantProblem(422, "production.too_long_ago")
	report(in(-366), "1").WantProblem(422, "production.too_long_ago")
	report(in(0), "100.0001").WantProblem(422, "production.beyond_reason")
	report(in(-365), "100").Want(200)
	report(in(0), "0.0001").WantProblem(422, "production.beyond_reason")
	report(in(0), "-100").Want(200)
	materials := func(on string) apitest.Answer {
		return e.As("purchasing").Put(path+"/materials", production.Get(path).ETag(), object{"materials": []object{{
			"material": "POY", "unit": "kg", "needed": "9", "on_hand": "0", "arrivals": []object{{"arrives_on": on, "quantity": "9"}},
		}}})
	}
	materials(in(1096)).WantProblem(422, "production.too_far_ahead")
	materials(in(1095)).Want(200)
	trouble := object{"production_request_id": r.ID(), "kind": "equipment", "description": "停机", "expected_on": in(1096)}
	production.Post("/v1/production-troubles", trouble).WantProblem(422, "production.too_far_ahead")
}

// A delay is told before the promised day begins; who tells it later says why.
func TestORD07_ADelayIsToldBeforeThePromiseOrWithAReason(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	delayed := func(in int) string {
		o := confirmed(e, customer, product, "10", ahead(in))
		openChecks(e)
		list := e.As("rep1").Get("/v1/delivery-checks?work=to_check").Want(200)
		if list.Len("data") != 1 || list.String("data.0.order_id") != o.ID() {
			t.Fatalf("%s", list.Body)
		}
		path := "/v1/delivery-checks/" + list.String("data.0.id")
		e.As("rep1").Post(path+"/answer", object{"on_time": false, "expected_on": ahead(9)}).Want(200)
		return path
	}
	rep := e.As("rep1")
	tell := func(path string, more object) apitest.Answer {
		body := object{"channel": "phone", "new_date": ahead(9)}
		maps.Copy(body, more)
		return rep.Post(path+"/tell", body)
	}
	far := clock.Today(e.DB.Clock().Now()).AddDate(0, 0, 1096).Format(time.DateOnly)
	before, late, forgiven := delayed(1), delayed(1), delayed(1)
	tell(before, object{"new_date": far}).WantProblem(422, "production.too_far_ahead")
	if a := tell(before, object{"late_reason": "无"}).Want(200); a.At("late_reason") != nil {
		t.Errorf("it was in time: %s", a.Body)
	}
	promised, err := time.ParseInLocation(time.DateOnly, ahead(1), clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	e.DB.Clock().SetOffset(time.Until(promised.Add(time.Minute))) // the promised day has come
	tell(late, object{"told_at": stamp(promised)}).WantProblem(422, "delivery_check.told_late")
	tell(late, nil).WantProblem(422, "delivery_check.told_late")
	tell(late, object{"told_at": stamp(promised.Add(-time.Second))}).Want(200)
	if a := tell(forgiven, object{"late_reason": "客户休假联系不上"}).Want(200); a.String("late_reason") != "客户休假联系不上" {
		t.Errorf("%s", a.Body)
	}
}
