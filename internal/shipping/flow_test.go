package shipping_test

import (
	"strings"
	"testing"
)

// The whole way of goods: written, checked, released, dispatched in two parts, let out, invoiced.
func TestShippingFlowOverHTTP(t *testing.T) {
	w := open(t, "1000")
	n := w.write(w.draft("credit", "600"))
	w.wantExposure("0", "0", "0", "0")
	seen := w.verb("clerk", n, "check", object{"remark": "已核对"}).Want(200)
	if seen.String("state") != "checked" || seen.String("figures.headroom_after") != "400.00" || seen.String("figures.limit") != "1000.00" {
		t.Fatalf("%s", seen.Body)
	}
	w.verb("manager", n, "release", object{"comment": "同意"}).Want(200)
	w.wantExposure("0", "0", "600", "0")
	first := w.dispatch(n, "250").Want(201)
	w.wantExposure("0", "250", "350", "0")
	w.wantState(n, "partly_dispatched")
	second := w.dispatch(n, "350").Want(201)
	w.wantExposure("0", "600", "0", "0")
	w.wantState(n, "dispatched")
	w.let(first.ID()).Want(201)
	if got := w.As("guard").Get("/v1/delivery-notes/" + first.ID()).Want(200).String("state"); got != "left" {
		t.Fatalf("state %s", got)
	}
	w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{first.ID(), second.ID()}}).Want(201)
	w.wantExposure("600", "0", "0", "0")
	w.verb("rep1", n, "close", object{"reason": "已全部发出"}).Want(200)
	if got := w.As("rep1").Get(notices + n + "/timeline").Want(200).Len("data"); got < 6 {
		t.Errorf("%d events", got)
	}
	words := string(w.As("rep1").Get(notices + n + "/decisions").Want(200).Body)
	if !strings.Contains(words, "SHP-04") || !strings.Contains(words, "B5.4.2.1C") {
		t.Errorf("%s", words)
	}
	w.As("rep1").Get("/v1/delivery-notes/" + first.ID() + "/timeline").Want(200)
	w.As("rep1").Get("/v1/delivery-notes/" + first.ID() + "/decisions").Want(200)
	if got := w.As("clerk").Get("/v1/delivery-notes?open=true").Want(200).Len("data"); got != 0 {
		t.Errorf("%d delivery notes to invoice", got)
	}
	if got := w.As("rep2").Get(notices + n).Status; got != 404 {
		t.Errorf("ORG-06: another rep reads with %d", got)
	}
}

func TestSHP01_FourFlowsAndNoOther(t *testing.T) {
	w := open(t, "1000")
	for _, flow := range []string{"credit", "prepaid", "cod", "new_customer"} {
		w.As("rep1").Post("/v1/shipping-notices", w.draft(flow, "1")).Want(201)
	}
	w.As("rep1").Post("/v1/shipping-notices", w.draft("gift", "1")).WantProblem(400, "request.invalid")
}

func TestSHP02_LeadDaysOrAReason(t *testing.T) {
	w := open(t, "1000")
	for in, want := range map[int]int{4: 201, 3: 201, 2: 422, 0: 422, -1: 422} {
		body := w.draft("credit", "1")
		body["ship_date"] = w.day(in)
		if got := w.As("rep1").Post("/v1/shipping-notices", body); got.Status != want {
			t.Errorf("ship date in %d days: %d, want %d: %s", in, got.Status, want, got.Body)
		}
		body["short_lead_reason"] = "客户加急"
		want = 201
		if in < 0 {
			want = 422
		}
		w.As("rep1").Post("/v1/shipping-notices", body).Want(want)
	}
}

func TestSHP02_QuantityWithinWhatIsOpen(t *testing.T) {
	w := open(t, "unlimited")
	w.order, w.line = w.newOrder("100", "1", "100.00")
	for quantity, want := range map[string]int{"99.9999": 201, "100": 201, "100.0001": 422, "0": 422} {
		if got := w.As("rep1").Post("/v1/shipping-notices", w.draft("credit", quantity)); got.Status != want {
			t.Errorf("%s of 100: %d, want %d: %s", quantity, got.Status, want, got.Body)
		}
	}
	foreign := w.draft("credit", "1")
	foreign["lines"] = []object{{"order_id": id(), "order_line_id": w.line, "quantity": "1"}}
	w.As("rep1").Post("/v1/shipping-notices", foreign).WantProblem(422, "shipping.unknown_order")
	twice := w.draft("credit", "1")
	twice["lines"] = []object{{"order_id": w.order, "order_line_id": w.line, "quantity": "1"}, {"order_id": w.order, "order_line_id": w.line, "quantity": "1"}}
	w.As("rep1").Post("/v1/shipping-notices", twice).WantProblem(422, "shipping.line_twice")
	w.released("60")
	w.As("rep1").Post("/v1/shipping-notices", w.draft("credit", "40.0001")).WantProblem(422, "order.quantity_not_open")
	a, b := w.checked("credit", "40"), w.checked("credit", "40")
	w.verb("manager", a, "release", object{}).Want(200)
	w.verb("manager", b, "release", object{}).WantProblem(422, "order.quantity_not_open")
	w.wantState(b, "checked")
	w.wantExposure("0", "0", "100", "0")
}

func TestSHP03_FiguresAreFrozenUnderTheCheckersName(t *testing.T) {
	w := open(t, "1000")
	w.owe("100", -5)
	w.owe("200", 5)
	body := w.draft("credit", "300")
	body["overdue_reason"] = "客户本周五付款"
	n := w.write(body)
	figures := w.verb("clerk", n, "check", object{}).Want(200)
	for path, want := range map[string]string{
		"receivable": "300.00", "exposure": "300.00", "exposure_after": "600.00", "limit": "1000.00", "headroom_after": "400.00",
		"overdue_amount": "100.00", "grade": "B", "checked_by": w.People["clerk"].String(),
	} {
		if got := figures.String("figures." + path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if days := figures.At("figures.overdue_days"); days != 5.0 {
		t.Errorf("overdue %v days", days)
	}
	w.owe("50", 1)
	if got := w.As("rep1").Get(notices + n).String("figures.receivable"); got != "300.00" {
		t.Errorf("the figures moved to %s", got)
	}
	err := w.tryExec(`UPDATE shipping_notices SET figures = jsonb_set(figures, '{limit}', '"9"') WHERE id = ?`, n)
	if err == nil || !strings.Contains(err.Error(), "figures_frozen") {
		t.Errorf("the database let frozen figures change: %v", err)
	}
	w.verb("rep1", n, "check", object{}).WantProblem(403, "auth.forbidden")
	w.verb("clerk", n, "check", object{}).WantProblem(409, "resource.wrong_state")
}

func TestSHP04_WithinTheLimitTheSalesManagerReleases(t *testing.T) {
	w := open(t, "1000")
	for _, quantity := range []string{"999.99", "0.01"} { // below, and exactly at the limit
		n := w.checked("credit", quantity)
		w.verb("rep1", n, "release", object{}).WantProblem(403, "approval.own_submission")
		w.verb("manager", n, "release", object{}).Want(200)
		w.wantState(n, "released")
	}
	w.wantExposure("0", "0", "1000", "0")
}

func TestSHP05_OverdueNeedsTheRepsReason(t *testing.T) {
	w := open(t, "1000")
	w.owe("10", 0) // due today is not overdue
	w.released("1")
	w.owe("10", -1)
	n := w.checked("credit", "1")
	w.wantState(n, "blocked")
	if words := string(w.As("rep1").Get(notices + n + "/decisions").Body); !strings.Contains(words, "SHP-05") || !strings.Contains(words, "逾期原因") {
		t.Errorf("%s", words)
	}
	w.verb("manager", n, "release", object{}).WantProblem(409, "resource.wrong_state")
	w.verb("rep1", n, "explain-overdue", object{"reason": "客户本周五付款"}).Want(200)
	w.verb("manager", n, "release", object{}).Want(200)
	w.wantState(n, "released")
}

func TestSHP06_OverLimitGoesToGeneralManager(t *testing.T) {
	w := open(t, "1000")
	for quantity, final := range map[string]string{"999.99": "released", "1000": "released", "1000.01": "checked"} {
		n := w.checked("credit", quantity)
		w.verb("manager", n, "release", object{}).Want(200)
		w.wantState(n, final)
		if final == "checked" {
			w.wantExposure("0", "0", "0", "0")
			w.verb("gm", n, "release", object{"comment": "同意超额"}).Want(200)
		}
		w.wantState(n, "released")
		w.verb("rep1", n, "cancel", object{"reason": "测试"}).Want(200)
		w.wantExposure("0", "0", "0", "0")
	}
}

func TestSHP06_GeneralManagerRefuses(t *testing.T) {
	w := open(t, "10")
	n := w.checked("credit", "11")
	approval := w.As("rep1").Get(notices + n).String("approval_id")
	w.verb("manager", n, "release", object{}).Want(200)
	w.As("gm").Post("/v1/approvals/"+approval+"/reject", object{"comment": "先收款"}).Want(200)
	w.wantState(n, "refused")
	w.dispatch(n, "1").WantProblem(409, "shipping.not_released")
	w.verb("rep1", n, "revise", object{"reason": "改少"}).Want(200)
	w.wantState(n, "draft")
	etag := w.As("rep1").Get(notices + n).ETag()
	w.As("rep1").Patch(notices+n, etag, object{"lines": []object{{"order_id": w.order, "order_line_id": w.line, "quantity": "10"}}}).Want(200)
	w.verb("rep1", n, "submit", nil).Want(200)
	w.verb("clerk", n, "check", object{}).Want(200)
	w.verb("manager", n, "release", object{}).Want(200)
	w.wantState(n, "released")
}

func TestSHP10_PaymentFirstIsCoveredOrNotReleased(t *testing.T) {
	w := open(t, "0")
	n := w.write(w.draft("prepaid", "100"))
	short := w.verb("clerk", n, "check", object{}).WantProblem(422, "shipping.not_covered")
	if short.String("decision.outcome") != "refused" {
		t.Fatalf("%s", short.Body)
	}
	if got := w.As("rep1").Get(notices + n + "/decisions").Len("data"); got != 1 {
		t.Errorf("%d decisions: the refusal left no trace", got)
	}
	w.pay("99.99")
	w.verb("clerk", n, "check", object{}).WantProblem(422, "shipping.not_covered")
	w.pay("0.01")
	w.verb("clerk", n, "check", object{}).Want(200)
	w.wantState(n, "released") // nobody else is asked, and no limit counts
	w.wantExposure("0", "0", "100", "100")
	other := w.write(w.draft("prepaid", "1"))
	w.verb("clerk", other, "check", object{}).WantProblem(422, "shipping.not_covered") // the same money covers once
	note := w.dispatch(n, "40").Want(201)
	w.verb("rep1", n, "close", object{"reason": "余量不发"}).Want(200)
	w.wantExposure("0", "40", "0", "100")
	w.verb("clerk", other, "check", object{}).Want(200) // what the closed rest gave back
	w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note.ID()}}).Want(201)
	w.agree()
}

func TestSHP10_CancelledNoticeGivesItsCoverBack(t *testing.T) {
	w := open(t, "0")
	w.pay("100")
	for range 3 {
		n := w.checked("prepaid", "100")
		w.wantState(n, "released")
		w.verb("rep1", n, "cancel", object{"reason": "推迟"}).Want(200)
		w.wantExposure("0", "0", "0", "100")
	}
}

func TestSHP11_CashOnDeliveryGoesToTheGeneralManager(t *testing.T) {
	w := open(t, "0")
	n := w.checked("cod", "500")
	w.verb("manager", n, "release", object{}).WantProblem(403, "approval.not_asked")
	w.verb("gm", n, "release", object{}).Want(200)
	w.wantState(n, "released")
	w.wantExposure("0", "0", "500", "0")
}

func TestSHP12_NewCustomersDebtDecidesWho(t *testing.T) {
	for quantity, manager := range map[string]bool{"99999.99": true, "100000": true, "100000.01": false} {
		t.Run(quantity, func(t *testing.T) {
			w := open(t, "")
			n := w.write(w.draft("new_customer", quantity))
			w.verb("clerk", n, "check", object{}).WantProblem(422, "shipping.first_business")
			w.verb("clerk", n, "check", object{"first_business": true}).Want(200)
			if !manager { // SHP-13: beyond the sales manager's power
				w.verb("manager", n, "release", object{}).WantProblem(403, "approval.not_asked")
				w.verb("gm", n, "release", object{}).Want(200)
			} else {
				w.verb("manager", n, "release", object{}).Want(200)
			}
			if w.As("rep1").Get(notices+n).At("credit_review_due") != true {
				t.Error("no credit review is due")
			}
			asked := w.As("rep1").Get("/v1/me/follow-ups").Want(200)
			if asked.Len("data") != 1 || asked.String("data.0.kind") != "shipment.credit_review" {
				t.Errorf("the rep isn't asked for it: %s", asked.Body)
			}
		})
	}
}

func TestSHP12_AccumulatedDebtCounts(t *testing.T) {
	w := open(t, "")
	a, b := w.write(w.draft("new_customer", "60000")), w.write(w.draft("new_customer", "60000"))
	w.verb("clerk", a, "check", object{"first_business": true}).Want(200)
	w.verb("clerk", b, "check", object{"first_business": true}).Want(200)
	w.verb("manager", a, "release", object{}).Want(200)
	w.verb("manager", b, "release", object{}).WantProblem(409, "shipping.situation_worse")
	w.verb("manager", b, "release", object{}).WantProblem(403, "approval.not_asked")
	w.verb("gm", b, "release", object{}).Want(200)
	w.wantExposure("0", "0", "120000", "0")
}

func TestSHP12_NotForWhoStandsInTheRegister(t *testing.T) {
	w := open(t, "1000")
	n := w.write(w.draft("new_customer", "1"))
	w.verb("clerk", n, "check", object{"first_business": true}).WantProblem(422, "shipping.not_new")
}

func TestSHP13_SalesManagersPowerEndsAtTheRegister(t *testing.T) {
	w := open(t, "100")
	a, b := w.checked("credit", "100"), w.checked("credit", "100")
	w.verb("manager", a, "release", object{}).Want(200)
	worse := w.verb("manager", b, "release", object{}).WantProblem(409, "shipping.situation_worse")
	if !strings.Contains(string(worse.Body), "SHP-06") {
		t.Fatalf("%s", worse.Body)
	}
	w.wantState(b, "checked")
	w.wantExposure("0", "0", "100", "0")
	w.verb("manager", b, "release", object{}).Want(200) // reviews the new request, which the general manager decides
	w.wantState(b, "checked")
	w.verb("gm", b, "release", object{}).Want(200)
	w.wantExposure("0", "0", "200", "0")
}

func TestCUS15_PriorityFollowsTheGrade(t *testing.T) {
	w := open(t, "100") // grade B
	body := w.draft("credit", "1")
	if got := w.As("rep1").Post("/v1/shipping-notices", body).Want(201).At("priority"); got != 2.0 {
		t.Errorf("priority %v", got)
	}
}

func TestValidateOnlyWritesNothing(t *testing.T) {
	w := open(t, "0")
	w.As("rep1").Post("/v1/shipping-notices?validate_only=true", w.draft("prepaid", "1")).Want(201)
	n := w.write(w.draft("prepaid", "1"))
	w.verb("clerk", n, "check?validate_only=true", object{}).WantProblem(422, "shipping.not_covered")
	if got := w.As("rep1").Get(notices + n + "/decisions").Len("data"); got != 0 {
		t.Errorf("%d decisions were written", got)
	}
	w.As("clerk").Do("POST", notices+n+"/check", object{}).WantProblem(400, "request.invalid") // no Idempotency-Key
	w.wantState(n, "submitted")
}
