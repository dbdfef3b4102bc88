package departure_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/departure"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/verify"
)

const corrections = "/v1/delivery-corrections"

// The report is due when shipping.departure_hours of the next working day have passed: one below, the boundary, one above.
func TestSHP14_WhatLeftIsReportedByTheNextMorning(t *testing.T) {
	w := open(t)
	reported, silent := w.left("10"), w.loaded("10")
	due, err := time.Parse(time.RFC3339Nano, w.note(silent).String("report_due_at"))
	if err != nil {
		t.Fatal(err)
	}
	w.Tx(func(tx pg.Tx) error {
		next := tx.Calendar().AddWorkingDays(clock.Today(tx.Now), 1)
		if got := clock.Today(due); !got.Equal(next) || tx.Calendar().WorkingTimeBetween(time.Date(next.Year(), next.Month(), next.Day(), 0, 0, 0, 0, clock.Shanghai), due) != time.Hour {
			t.Errorf("due at %s, next working day %s", due, next)
		}
		return nil
	})
	late := func(at time.Time) (n int) {
		t.Helper()
		w.DB.Clock().SetOffset(time.Until(at))
		w.Tx(func(tx pg.Tx) (err error) {
			n, err = w.App.Server.Departures.MarkLate(tx, 100)
			return err
		})
		return n
	}
	if n := late(due.Add(-time.Minute)); n != 0 {
		t.Errorf("%d late a minute before", n)
	}
	if n := late(due.Add(time.Minute)); n != 1 {
		t.Errorf("%d late a minute after", n)
	}
	if n := late(due.Add(time.Hour)); n != 0 {
		t.Errorf("%d late twice", n)
	}
	if n := w.count(`SELECT count(*) FROM violations WHERE kind = 'departure.late' AND person_id = ? AND subject_id = ?`, w.People["keeper"], silent); n != 1 {
		t.Errorf("%d violations", n)
	}
	if n := w.count(`SELECT count(*) FROM violations WHERE subject_id = ?`, reported); n != 0 {
		t.Error("the gate had reported it")
	}
	task := w.As("keeper").Get("/v1/me/follow-ups?kind=departure.late").Want(200)
	if task.Len("data") != 1 {
		t.Fatalf("%s", task.Body)
	}
	w.As("keeper").Post("/v1/delivery-notes/"+silent+"/departure", object{"left_at": w.now().Add(-time.Minute)}).Want(200)
	if task := w.As("keeper").Get("/v1/me/follow-ups?kind=departure.late").Want(200); task.Len("data") != 0 {
		t.Error("the task is still open")
	}
}

func TestSHP14_WhatTheWarehouseMayReport(t *testing.T) {
	w := open(t)
	note := w.loaded("10")
	at := "/v1/delivery-notes/" + note + "/departure"
	w.As("keeper").Post(at, object{"left_at": w.now().Add(time.Hour)}).WantProblem(422, "departure.left_when")
	w.As("keeper").Post(at, object{"left_at": w.now().Add(-time.Hour)}).WantProblem(422, "departure.left_when")
	w.As("keeper").Post(at, object{"left_at": w.now(), "lines": w.really(note, "9")}).WantProblem(422, "departure.reason_missing")
	w.As("guard").Post(at, object{"left_at": w.now()}).WantProblem(403, "auth.forbidden")
	w.As("keeper").Post(at, object{"left_at": w.now()}).Want(200)
	w.wantNote(note, "left")
	w.As("keeper").Post(at, object{"left_at": w.now()}).WantProblem(409, "departure.not_loaded")
	// Its pass is used by the report (SHP-09): another truck doesn't leave with it.
	w.As("guard").Post("/v1/gate-checks", object{"pass_number": w.note(note).String("gate_pass.number"), "vehicle": "浙A12345", "seen": []object{{"product_code": "PET-150D", "quantity": "10"}}}).WantProblem(409, "gate.pass_used")
}

// A difference flows back by a document of its own that finance posts: order, exposure and what can be invoiced follow, the note stays.
func TestSHP14_DifferencesFlowBackByACorrection(t *testing.T) {
	w := open(t)
	n := w.notice("100")
	note := w.truck(n, "100").Want(201).ID()
	w.wantShipped("100", "100")
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/departure", object{"left_at": w.now(), "reason": "破包未装", "lines": w.really(note, "95.5")}).Want(200)
	w.wantShipped("100", "100") // until finance has posted it
	list := w.As("clerk").Get(corrections + "?state=proposed").Want(200)
	if list.Len("data") != 1 || list.String("data.0.lines.0.quantity") != "-4.5000" || list.String("data.0.cause") != "departure" {
		t.Fatalf("%s", list.Body)
	}
	id := list.String("data.0.id")
	if w.As("clerk").Get("/v1/me/follow-ups?kind=departure.correct").Want(200).Len("data") != 1 {
		t.Error("finance has nothing to do")
	}
	w.As("keeper").Post(corrections+"/"+id+"/post", object{}).WantProblem(403, "auth.forbidden")
	w.As("clerk").Post(corrections+"/"+id+"/post", object{}).Want(200)
	w.wantShipped("95.5", "95.5")
	if got := w.note(note); got.String("lines.0.quantity") != "100.0000" || got.String("lines.0.corrected_quantity") != "-4.5000" {
		t.Errorf("%s", got.Body)
	}
	w.As("clerk").Post(corrections+"/"+id+"/post", object{}).WantProblem(409, "departure.correction_decided")
	w.As("clerk").Post(corrections+"/"+id+"/reject", object{"note": "错"}).WantProblem(409, "departure.correction_decided")
	w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201)
	w.wantShipped("0", "95.5")
	// Another one may be turned down.
	again := w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "customer", "reason": "少件", "lines": w.really(note, "95")}).Want(201).ID()
	w.As("clerk").Post(corrections+"/"+again+"/reject", object{}).WantProblem(422, "departure.reason_missing")
	w.As("clerk").Post(corrections+"/"+again+"/reject", object{"note": "客户数错"}).Want(200)
	w.wantShipped("0", "95.5")
	if n := w.As("clerk").Get("/v1/me/follow-ups?kind=departure.correct").Want(200).Len("data"); n != 0 {
		t.Errorf("%d tasks left", n)
	}
}

// What left beyond the note is taken of what the order has open, to the last kilo of it and no further.
func TestSHP14_MoreThanTheNote(t *testing.T) {
	w := open(t)
	note := w.left("999990")
	w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "多装", "lines": w.really(note, "999990")}).WantProblem(422, "departure.no_difference")
	over := w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "多装", "lines": w.really(note, "1000000.0001")}).Want(201).ID()
	w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "多装", "lines": w.really(note, "1")}).WantProblem(409, "departure.correction_open")
	w.As("clerk").Post(corrections+"/"+over+"/post", object{}).WantProblem(422, "order.quantity_not_open")
	w.As("clerk").Post(corrections+"/"+over+"/reject", object{"note": "超订单"}).Want(200)
	all := w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "多装", "lines": w.really(note, "1000000")}).Want(201).ID()
	w.As("finance").Post(corrections+"/"+all+"/post", object{}).Want(200)
	w.wantShipped("1000000", "1000000")
	none := w.As("clerk").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "退回全部", "lines": w.really(note, "0")}).Want(201).ID()
	w.As("clerk").Post(corrections+"/"+none+"/post", object{}).WantProblem(403, "departure.own_correction") // ORG-03
	w.As("finance").Post(corrections+"/"+none+"/post", object{}).Want(200)
	w.wantShipped("0", "0")
}

func TestSHP14_NothingIsCorrectedThatHasNotLeft(t *testing.T) {
	w := open(t)
	note := w.loaded("10")
	w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "少装", "lines": w.really(note, "9")}).WantProblem(409, "departure.not_left")
	w.As("rep1").Post("/v1/delivery-notes/"+note+"/proof", object{"signer": "陈示例", "received_on": clock.Today(w.now()).Format(time.DateOnly)}).WantProblem(409, "departure.not_left")
}

// What a phone let out with other goods than the pass says is proposed by the gate.
func TestSHP14_WhatTheGateSawFlowsBack(t *testing.T) {
	w := open(t)
	note := w.loaded("10")
	w.handIn("phone-1", w.seen(1, note, object{"seen": []object{{"product_code": "PET-150D", "quantity": "8"}}}))
	c := w.As("clerk").Get(corrections + "?cause=gate").Want(200)
	if c.Len("data") != 1 || c.String("data.0.lines.0.quantity") != "-2.0000" {
		t.Fatalf("%s", c.Body)
	}
	w.As("clerk").Post(corrections+"/"+c.String("data.0.id")+"/post", object{}).Want(200)
	w.wantShipped("8", "8")
}

func TestSHP14_ProofOfDelivery(t *testing.T) {
	w := open(t)
	note, good := w.left("100"), w.left("10")
	today, yesterday := clock.Today(w.now()), clock.Today(w.now()).AddDate(0, 0, -1)
	at := "/v1/delivery-notes/" + note + "/proof"
	line := w.note(note).String("lines.0.id")
	body := func(on time.Time, received, damaged string) object {
		return object{"signer": "陈示例", "received_on": on.Format(time.DateOnly), "lines": []object{{"delivery_line_id": line, "received": received, "damaged": damaged}}}
	}
	w.As("rep1").Get(at).WantProblem(404, "resource.not_found")
	w.As("rep1").Post(at, body(yesterday, "100", "0")).WantProblem(422, "departure.received_when")
	w.As("rep1").Post(at, body(today.AddDate(0, 0, 1), "100", "0")).WantProblem(422, "departure.received_when")
	w.As("rep1").Post(at, body(today, "97", "97.0001")).WantProblem(422, "departure.damaged")
	w.As("rep3").Post(at, body(today, "97", "0")).WantProblem(404, "resource.not_found")
	photo := w.As("rep1").With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
	in := body(today, "97", "2")
	in["attachment_ids"] = []string{photo}
	made := w.As("rep1").Post(at, in).Want(201)
	if made.Len("attachments") != 1 || made.String("lines.0.damaged") != "2.0000" {
		t.Errorf("%s", made.Body)
	}
	w.As("rep1").Post(at, body(today, "97", "2")).WantProblem(409, "departure.proven")
	w.As("keeper").Get(at).Want(200)
	if n := w.As("rep1").Get("/v1/me/follow-ups?kind=departure.short").Want(200); n.Len("data") != 1 || !strings.Contains(string(n.Body), "97") {
		t.Errorf("%s", n.Body)
	}
	c := w.As("clerk").Get(corrections + "?cause=customer").Want(200)
	if c.Len("data") != 1 || c.String("data.0.lines.0.quantity") != "-3.0000" {
		t.Fatalf("%s", c.Body)
	}
	w.As("clerk").Post(corrections+"/"+c.String("data.0.id")+"/post", object{}).Want(200)
	w.wantShipped("107", "107")
	w.As("keeper").Post("/v1/delivery-notes/"+good+"/proof", object{"signer": "陈示例", "received_on": today.Format(time.DateOnly)}).Want(201)
	if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'departure.short' AND subject_id = ?`, good); n != 0 {
		t.Error("a good delivery is nobody's trouble")
	}
}

func TestSHP17_EveryDispatchIsInTheRegister(t *testing.T) {
	w := open(t)
	left, loaded, gone := w.left("10"), w.loaded("20"), w.loaded("30")
	w.As("keeper").Post("/v1/delivery-notes/"+gone+"/cancel", object{"reason": "卸货"}).Want(200)
	const register = "/v1/dispatch-register"
	for query, want := range map[string]int{
		"": 3, "?state=left": 1, "?state=cancelled": 1, "?unproven=true": 1, "?vehicle=浙A·12345": 3, "?vehicle=浙B1": 0, "?customer_id=" + w.customer: 3,
		"?from=" + clock.Today(w.now()).AddDate(0, 0, 1).Format(time.DateOnly): 0, "?to=" + clock.Today(w.now()).Format(time.DateOnly): 3,
	} {
		if got := w.As("keeper").Get(register + query).Want(200).Len("data"); got != want {
			t.Errorf("%q: %d rows, want %d", query, got, want)
		}
	}
	first := w.As("guard").Get(register + "?limit=2").Want(200)
	rest := w.As("guard").Get(register + "?limit=2&cursor=" + first.String("next_cursor")).Want(200)
	if first.Len("data") != 2 || rest.Len("data") != 1 || rest.String("data.0.delivery_note_id") != left || first.String("data.0.delivery_note_id") != gone {
		t.Errorf("%s %s", first.Body, rest.Body)
	}
	if n := w.As("rep3").Get(register).Want(200).Len("data"); n != 0 {
		t.Errorf("another rep sees %d", n)
	}
	today := clock.Today(w.now()).Format(time.DateOnly)
	days := w.As("keeper").Get(register + "/days?from=" + today + "&to=" + today).Want(200)
	if days.Len("data") != 1 || days.At("data.0.trucks") != 2.0 || days.At("data.0.trucks_left") != 1.0 || days.String("data.0.quantity") != "30.0000" {
		t.Errorf("%s", days.Body)
	}
	file := w.As("keeper").Get(register + "/export?format=csv").Want(200)
	if lines := strings.Split(strings.TrimSpace(string(file.Body)), "\r\n"); len(lines) != 4 || !strings.Contains(string(file.Body), w.note(loaded).String("number")) {
		t.Errorf("%s", file.Body)
	}
	w.As("keeper").Get(register + "/export?format=xlsx").Want(200)
}

// Ten clerks post the same correction: one does.
func TestSHP14_RacePostOnce(t *testing.T) {
	w := open(t)
	note := w.left("100")
	c := w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "少装", "lines": w.really(note, "90")}).Want(201).ID()
	var all sync.WaitGroup
	status := make([]int, 10)
	for i := range status {
		all.Go(func() { status[i] = w.As("clerk").Post(corrections+"/"+c+"/post", object{}).Status })
	}
	all.Wait()
	won := 0
	for _, s := range status {
		if s == 200 {
			won++
		} else if s != 409 {
			t.Errorf("status %d", s)
		}
	}
	if won != 1 {
		t.Errorf("%d posted it", won)
	}
	w.wantShipped("90", "90")
}

func TestDepartureConstraints(t *testing.T) {
	w := open(t)
	note := w.left("100")
	w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "少装", "lines": w.really(note, "90")}).Want(201)
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/proof", object{"signer": "陈示例", "received_on": clock.Today(w.now()).Format(time.DateOnly)}).Want(201)
	for name, sql := range map[string]string{
		"delivery_corrections_one_open":  `INSERT INTO delivery_corrections SELECT gen_random_uuid(), 'DC-X', delivery_note_id, cause, reason, state, amount, proposed_by, proposed_at, decided_by, decided_at, decision_note, version FROM delivery_corrections`,
		"delivery_corrections_not_own":   `UPDATE delivery_corrections SET state = 'posted', decided_by = proposed_by, decided_at = now()`,
		"delivery_corrections_decided":   `UPDATE delivery_corrections SET state = 'posted'`,
		"delivery_corrections_frozen":    `UPDATE delivery_corrections SET reason = 'x'`,
		"delivery_correction_lines_once": `INSERT INTO delivery_correction_lines SELECT gen_random_uuid(), correction_id, position_no, delivery_line_id, quantity, amount FROM delivery_correction_lines`,
		"delivery_note_lines_corrected":  `UPDATE delivery_note_lines SET corrected_quantity = -101`,
		"delivery_note_lines_not_over":   `UPDATE delivery_note_lines SET corrected_quantity = -10, invoiced_quantity = 91`,
		"delivery_proofs_append_only":    `DELETE FROM delivery_proof_lines`,
		"delivery_proofs_once":           `INSERT INTO delivery_proofs SELECT gen_random_uuid(), delivery_note_id, signer, received_on, note, recorded_by, recorded_at FROM delivery_proofs`,
		"delivery_proof_lines_damaged":   `INSERT INTO delivery_proof_lines SELECT proof_id, delivery_line_id, 1, 2, '' FROM delivery_proof_lines`,
	} {
		err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error })
		if err == nil {
			t.Errorf("%s: the database let it pass", name)
		}
	}
}

// The lines of a decided correction never change, and none is added or taken away.
func TestSHP14_ThePostedCorrectionIsFrozenWithItsLines(t *testing.T) {
	w := open(t)
	note := w.left("100")
	c := w.As("keeper").Post(corrections, object{"delivery_note_id": note, "cause": "gate", "reason": "少装", "lines": w.really(note, "90")}).Want(201).ID()
	try := func(sql string) error {
		return w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error })
	}
	if err := try(`UPDATE delivery_correction_lines SET quantity = -1`); !errors.Is(err, departure.ErrDecided) {
		t.Errorf("the quantity of a proposed one: %v", err)
	}
	w.As("clerk").Post(corrections+"/"+c+"/post", object{}).Want(200)
	if got := w.As("clerk").Get(corrections + "/" + c).Want(200).String("lines.0.amount"); got != "-10.00" {
		t.Errorf("its line comes to %s", got)
	}
	for _, sql := range []string{
		`UPDATE delivery_correction_lines SET amount = 1`, `DELETE FROM delivery_correction_lines`,
		`INSERT INTO delivery_correction_lines SELECT gen_random_uuid(), correction_id, 2, (SELECT id FROM delivery_note_lines LIMIT 1), 1, 1 FROM delivery_correction_lines`,
	} {
		if err := try(sql); !errors.Is(err, departure.ErrDecided) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// What is invoiced already and didn't leave is credited with the correction, for a closed order too: order, exposure, stock and invoice say the same.
func TestSHP14_AShortDeliveryOfInvoicedGoodsIsCredited(t *testing.T) {
	for _, closed := range []bool{false, true} {
		t.Run(map[bool]string{false: "open", true: "closed"}[closed], func(t *testing.T) {
			w := open(t)
			note := w.left("100")
			w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201)
			if closed {
				w.As("rep1").Post("/v1/orders/"+w.order.String()+"/close", object{"reason": "余量不要"}).Want(200)
			}
			w.As("rep1").Post("/v1/delivery-notes/"+note+"/proof", object{
				"signer": "陈示例", "received_on": clock.Today(w.now()).Format(time.DateOnly),
				"lines": []object{{"delivery_line_id": w.note(note).String("lines.0.id"), "received": "97"}},
			}).Want(201)
			c := w.As("clerk").Get(corrections + "?state=proposed").Want(200).String("data.0.id")
			w.As("clerk").Post(corrections+"/"+c+"/post", object{}).Want(200)
			w.wantShipped("0", "97")
			if n := w.count(`SELECT count(*) FROM invoices WHERE kind = 'credit_note' AND cause = 'quantity' AND total = -3 AND source_id = ?`, c); n != 1 {
				t.Errorf("%d credit notes", n)
			}
			if n := w.count(`SELECT receivable::int FROM credit_accounts`); n != 97 {
				t.Errorf("%d receivable, want 97", n)
			}
			if n := w.count(`SELECT count(*) FROM delivery_note_lines WHERE invoiced_quantity = 97 AND corrected_quantity = -3`); n != 1 {
				t.Error("97 are invoiced, 3 didn't leave")
			}
			if state := w.As("rep1").Get("/v1/orders/" + w.order.String()).Want(200).String("state"); (state == "closed") != closed {
				t.Errorf("the order is %s", state)
			}
			w.verified()
		})
	}
}

// verified holds everything against everything.
func (w *world) verified() {
	w.t.Helper()
	found, err := verify.All(context.Background(), w.DB, pg.System("test"), app.Checks())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range found {
		if d.Check != "production" { // the order is written with SQL
			w.t.Error(d)
		}
	}
}

// What left unsigned is in the register, and the warehouse is asked after shipping.signature_days: not on the last of them.
func TestSHP08_MissingSignaturesAreAskedFor(t *testing.T) {
	w := open(t)
	unsigned, signed := w.left("10"), w.left("10")
	sign := func(note string) {
		t.Helper()
		photo := w.As("keeper").With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
		w.As("keeper").Post("/v1/delivery-notes/"+note+"/sign", object{"carrier_signer": "吴示例", "carrier_phone": "13800000077", "attachment_ids": []string{photo}}).Want(201)
	}
	sign(signed)
	list := w.As("keeper").Get("/v1/dispatch-register?unsigned=true").Want(200)
	if list.Len("data") != 1 || list.String("data.0.delivery_note_id") != unsigned || list.At("data.0.unsigned") != true {
		t.Fatalf("%s", list.Body)
	}
	asked := func(days, want int) {
		t.Helper()
		w.DB.Clock().SetOffset(time.Duration(days) * 24 * time.Hour)
		w.Tx(func(tx pg.Tx) error { _, err := w.App.Server.Departures.AskForSignatures(tx, 10); return err })
		if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'departure.unsigned' AND state = 'open' AND subject_id = ?`, unsigned); n != want {
			t.Errorf("after %d days: %d tasks", days, n)
		}
	}
	asked(1, 0)
	asked(2, 1)
	if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'departure.unsigned'`); n != 1 {
		t.Errorf("%d tasks in all", n)
	}
	sign(unsigned)
	asked(3, 0)
	if n := w.count(`SELECT count(*) FROM events WHERE action = 'signDeliveryNote' AND after::text LIKE '%13800000077%'`); n != 0 {
		t.Error("an event has the whole phone number")
	}
}
