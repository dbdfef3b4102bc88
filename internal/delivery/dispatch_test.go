package delivery_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

func TestSHP07_NeverMoreThanTheNoticeAndNeverUnreleased(t *testing.T) {
	w := open(t, "1000")
	n := w.checked("credit", "100")
	w.dispatch(n, "1").WantProblem(409, "shipping.not_released")
	w.verb("manager", n, "release", object{}).Want(200)
	w.dispatch(n, "100.0001").WantProblem(422, "shipping.over_notice")
	w.dispatch(n, "0").WantProblem(422, "shipping.bad_quantity")
	w.dispatch(n, "99.9999").Want(201)
	w.dispatch(n, "0.0002").WantProblem(422, "shipping.over_notice")
	w.dispatch(n, "0.0001").Want(201)
	w.wantState(n, "dispatched")
	w.dispatch(n, "0.0001").WantProblem(409, "shipping.not_released")
	w.wantExposure("0", "100", "0", "0")
	for _, stmt := range []string{
		`UPDATE shipping_notice_lines SET dispatched_quantity = quantity + 0.0001 WHERE notice_id = ?`,
		`UPDATE shipping_notices SET state = 'draft' WHERE id = ?`,
	} {
		if err := w.tryExec(stmt, n); err == nil {
			t.Errorf("the database let it pass: %s", stmt)
		}
	}
}

func TestSHP07_VehicleOfTheTransportNotice(t *testing.T) {
	w := open(t, "1000")
	body := w.draft("credit", "10")
	body["vehicle"], body["carrier"] = "浙B·99999", "云岭示例物流"
	n := w.write(body)
	w.verb("clerk", n, "check", object{}).Want(200)
	w.verb("manager", n, "release", object{}).Want(200)
	line := w.As("keeper").Get(notices + n).String("lines.0.id")
	lines := []object{{"notice_line_id": line, "quantity": "5"}}
	w.verb("keeper", n, "dispatch", object{"vehicle": "浙A12345", "lines": lines}).WantProblem(422, "shipping.other_vehicle")
	w.verb("keeper", n, "dispatch", object{"carrier": "别家物流", "lines": lines}).WantProblem(422, "shipping.other_vehicle")
	w.verb("keeper", n, "dispatch", object{"vehicle": "浙b 99999", "lines": lines}).Want(201)
	w.verb("keeper", n, "dispatch", object{"lines": lines}).Want(201)
	other := w.released("10")
	line = w.As("keeper").Get(notices + other).String("lines.0.id")
	w.verb("keeper", other, "dispatch", object{"lines": []object{{"notice_line_id": line, "quantity": "5"}}}).WantProblem(422, "shipping.no_vehicle")
	w.verb("rep1", other, "dispatch", object{"lines": lines}).WantProblem(403, "auth.forbidden")
}

// A line of 3 for 10.00 leaves one by one: the shares add up to the fen, however it is cut, taken back, and cut again.
func TestSHP20_WhatLeftAddsUpToTheFen(t *testing.T) {
	w := open(t, "1000")
	w.order, w.line = w.newOrder("3", "4", "10.00") // 12.00 less a discount of 2.00
	n := w.released("3")
	w.wantExposure("0", "0", "10", "0")
	first := w.dispatch(n, "1").Want(201)
	w.dispatch(n, "1").Want(201)
	w.wantExposure("0", "6.67", "3.33", "0")
	w.As("keeper").Post("/v1/delivery-notes/"+first.ID()+"/cancel", object{"reason": "卸货"}).Want(200)
	w.agree()
	w.dispatch(n, "0.5").Want(201)
	w.agree()
	w.dispatch(n, "1.5").Want(201)
	w.wantExposure("0", "10", "0", "0")
}

func TestSHP20_ReleasedGoodsAreAlwaysInvoiceable(t *testing.T) {
	w := open(t, "100")
	n := w.released("100")
	note := w.dispatch(n, "60").Want(201)
	w.owe("5000", -400) // whatever happens to the customer's credit afterwards
	_ = w.tryExec(`UPDATE customers SET status = 'closed' WHERE id = ?`, w.customer)
	rest := w.dispatch(n, "40").Want(201)
	w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note.ID(), rest.ID()}}).Want(201)
	w.wantExposure("5100", "0", "0", "0")
}

func TestSHP21_CancelledNoticeGivesAllBackAtOnce(t *testing.T) {
	w := open(t, "1000")
	n := w.released("300")
	w.wantExposure("0", "0", "300", "0")
	w.verb("rep1", n, "cancel", object{"reason": "客户推迟"}).Want(200)
	w.wantExposure("0", "0", "0", "0")
	w.dispatch(n, "1").WantProblem(409, "shipping.not_released")
	void := w.As("gm").Get("/v1/approvals/" + w.As("rep1").Get(notices+n).String("approval_id")).Want(200)
	if void.String("approval.state") != "void" {
		t.Errorf("%s", void.Body)
	}
	waiting := w.checked("credit", "300")
	w.verb("rep1", waiting, "revise", object{"reason": "改数量"}).Want(200)
	w.verb("manager", waiting, "release", object{}).WantProblem(409, "resource.wrong_state")
	if got := w.As("rep1").Get(notices + waiting); got.At("figures") != nil || got.At("revision") != 2.0 {
		t.Errorf("%s", got.Body)
	}
	part := w.released("300")
	w.dispatch(part, "100").Want(201)
	w.verb("rep1", part, "cancel", object{"reason": "晚了"}).WantProblem(409, "resource.wrong_state")
	w.verb("rep1", part, "close", object{"reason": "余量不发"}).Want(200)
	w.wantExposure("0", "100", "0", "0")
}

func TestSHP21_UnloadedGoodsComeBackAndThePassDies(t *testing.T) {
	w := open(t, "1000")
	n := w.released("300")
	note := w.dispatch(n, "300").Want(201)
	sighting := w.sighting(note.ID())
	w.As("keeper").Post("/v1/delivery-notes/"+note.ID()+"/cancel", object{"reason": "车辆故障"}).Want(200)
	w.wantState(n, "released")
	w.wantExposure("0", "0", "300", "0")
	w.As("guard").Post("/v1/gate-checks", sighting).WantProblem(409, "gate.pass_cancelled")
	w.As("keeper").Post("/v1/delivery-notes/"+note.ID()+"/cancel", object{"reason": "再来"}).WantProblem(409, "resource.wrong_state")
	again := w.dispatch(n, "300").Want(201)
	w.let(again.ID()).Want(201)
	w.As("keeper").Post("/v1/delivery-notes/"+again.ID()+"/cancel", object{"reason": "已出厂"}).WantProblem(409, "shipping.has_left")
	w.wantExposure("0", "300", "0", "0")
}

func TestSHP09_TheGateLetsGoOnce(t *testing.T) {
	w := open(t, "1000")
	note := w.dispatch(w.released("300"), "120.5").Want(201)
	let := w.let(note.ID()).Want(201)
	if let.String("decision.outcome") != "passed" || let.String("outcome") != "passed" {
		t.Fatalf("%s", let.Body)
	}
	again := w.let(note.ID()).WantProblem(409, "gate.pass_used")
	if again.String("decision.outcome") != "refused" || again.String("decision.checks.0.rule") != "SHP-09" {
		t.Fatalf("no words: %s", again.Body)
	}
	if got := w.As("guard").Get("/v1/gate-checks?outcome=refused").Want(200).Len("data"); got != 1 {
		t.Errorf("%d refusals recorded", got)
	}
	if got := w.As("rep1").Get("/v1/delivery-notes/" + note.ID() + "/decisions").Len("data"); got != 2 {
		t.Errorf("%d decisions", got)
	}
	if !strings.Contains(string(w.As("rep1").Get("/v1/delivery-notes/"+note.ID()+"/timeline").Body), "checkGatePass") {
		t.Error("no event")
	}
}

func TestSHP09_AnyDifferenceIsRefused(t *testing.T) {
	w := open(t, "1000")
	note := w.dispatch(w.released("300"), "100").Want(201)
	number := note.String("gate_pass.number")
	right := w.sighting(note.ID())
	token := right["token"].(string)
	with := func(name string, v any) object {
		o := object{"token": token, "vehicle": right["vehicle"], "seen": right["seen"]}
		if name == "pass_number" {
			delete(o, "token")
		}
		o[name] = v
		return o
	}
	parts := strings.Split(token, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	forged := parts[0] + "." + base64.RawURLEncoding.EncodeToString(bytes.Replace(claims, []byte("A"), []byte("B"), 1)) + "." + parts[2]
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"gate-pass","kid":""}`)) + "." + parts[1] + "."
	nul := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","typ":"gate-pass","kid":"\u0000"}`)) + "." + parts[1] + "." + parts[2]
	for name, c := range map[string]struct {
		body object
		code string
	}{
		"nul key":       {with("token", nul), "gate.forged_pass"},
		"vehicle":       {with("vehicle", "浙A54321"), "gate.other_vehicle"},
		"more":          {with("seen", []object{{"product_code": "PET-150D", "quantity": "100.0001"}}), "gate.other_goods"},
		"less":          {with("seen", []object{{"product_code": "PET-150D", "quantity": "99.9999"}}), "gate.other_goods"},
		"other goods":   {with("seen", []object{{"product_code": "PET-75D", "quantity": "100"}}), "gate.other_goods"},
		"goods too":     {with("seen", []object{{"product_code": "PET-150D", "quantity": "100"}, {"product_code": "X", "quantity": "1"}}), "gate.other_goods"},
		"forged":        {with("token", forged), "gate.forged_pass"},
		"unsigned":      {with("token", none), "gate.forged_pass"},
		"nonsense":      {with("token", "x"), "gate.forged_pass"},
		"unknown":       {with("pass_number", "GP-202601-99999"), "gate.unknown_pass"},
		"nothing":       {object{"vehicle": "浙A12345", "seen": right["seen"]}, "gate.unknown_pass"},
		"other's token": {with("token", w.sighting(w.dispatch(w.released("5"), "5").Want(201).ID())["token"]), "gate.other_goods"},
	} {
		if got := w.As("guard").Post("/v1/gate-checks", c.body); got.Status != 422 || got.String("code") != c.code || got.String("decision.outcome") != "refused" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	w.As("guard").Post("/v1/gate-checks", with("pass_number", number)).Want(201) // the printed number does as well
}

func TestSHP09_ExpiredPass(t *testing.T) {
	w := open(t, "1000")
	early, late := w.dispatch(w.released("10"), "10").Want(201), w.dispatch(w.released("10"), "10").Want(201)
	a, b := w.sighting(early.ID()), w.sighting(late.ID())
	w.DB.Clock().SetOffset(24*time.Hour - time.Minute)
	w.As("guard").Post("/v1/gate-checks", a).Want(201)
	w.DB.Clock().SetOffset(24*time.Hour + time.Minute)
	w.As("guard").Post("/v1/gate-checks", b).WantProblem(422, "gate.pass_expired")
}

func TestSHP09_PassIsAPicture(t *testing.T) {
	w := open(t, "1000")
	note := w.dispatch(w.released("10"), "10").Want(201)
	picture := w.As("guard").Get("/v1/delivery-notes/" + note.ID() + "/gate-pass.png").Want(200)
	if _, err := png.Decode(bytes.NewReader(picture.Body)); err != nil {
		t.Fatal(err)
	}
	w.As("rep2").Get("/v1/delivery-notes/"+note.ID()+"/gate-pass.png").WantProblem(404, "resource.not_found")
}

// What is released leaves only while the order counts: one whose approval was denied doesn't, until it is confirmed again. An agreed change of
// an order that counts stops nothing: what is on a live notice stays as it is.
func TestSHP07_NothingLeavesOfAnOrderThatWasTakenBack(t *testing.T) {
	w := open(t, "1000")
	n := w.released("10")
	stand := func(state string, revision int) {
		w.Tx(func(tx pg.Tx) error {
			return tx.Exec(`UPDATE orders SET state = ?, revision = ? WHERE id = ?`, state, revision, w.order).Error
		})
	}
	for _, state := range []string{"draft", "submitted"} {
		stand(state, 2)
		w.dispatch(n, "4").WantProblem(409, "shipping.order_changed")
	}
	stand("confirmed", 2)
	w.dispatch(n, "4").Want(201)
	stand("draft", 3)
	w.dispatch(n, "4").WantProblem(409, "shipping.order_changed")
	w.verb("rep1", n, "close", object{"reason": "订单已退回"}).Want(200)
}

func TestOrderThatWasRevisedStopsTheNotice(t *testing.T) {
	w := open(t, "1000")
	n := w.checked("credit", "10")
	w.Tx(func(tx pg.Tx) error { return tx.Exec(`UPDATE orders SET revision = 2 WHERE id = ?`, w.order).Error })
	w.verb("manager", n, "release", object{}).WantProblem(409, "shipping.order_changed")
	w.wantExposure("0", "0", "0", "0")
}
