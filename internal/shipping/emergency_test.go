package shipping_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

// urgent is what the sales manager records after trying these people.
func (w *world) urgent(tried ...string) object {
	attempts := []object{}
	for _, who := range tried {
		attempts = append(attempts, object{"person_id": w.People[who], "at": w.DB.Clock().Now().Add(-time.Minute), "outcome": "电话无人接听"})
	}
	return object{"reason": "客户停机待料", "tried": attempts, "warehouse_head_id": w.People["keeper"], "quality_head_id": w.People["quality"]}
}

// emergency releases a submitted notice of a quantity by phone.
func (w *world) emergency(quantity string) (notice, id string) {
	w.t.Helper()
	notice = w.write(w.draft("credit", quantity))
	return notice, w.verb("manager", notice, "emergency-release", w.urgent("clerk", "gm")).Want(201).ID()
}

func (w *world) confirm(who, id string, agreed bool) apitest.Answer {
	w.t.Helper()
	return w.As(who).Post("/v1/emergency-releases/"+id+"/confirm", object{"agreed": agreed, "note": "电话"})
}

func (w *world) wantEmergency(id, state string) {
	w.t.Helper()
	if got := w.As("rep1").Get("/v1/emergency-releases/" + id).Want(200); got.String("state") != state {
		w.t.Fatalf("emergency release is %s, want %s: %s", got.String("state"), state, got.Body)
	}
}

func (w *world) violations(kind string) (n int) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		return tx.Raw(`SELECT count(*) FROM violations WHERE rule = 'SHP-15' AND kind = ? AND person_id = ?`, kind, w.People["manager"]).Scan(&n).Error
	})
	return n
}

func TestSHP15_ReleasedByPhoneAndThePapersFollow(t *testing.T) {
	w := open(t, "100")
	notice, id := w.emergency("150")
	w.wantState(notice, "released")
	w.wantExposure("0", "0", "150", "0") // at once
	w.wantRule(notice, "SHP-15", "passed")
	w.dispatch(notice, "150").Want(201)
	w.wantExposure("0", "150", "0", "0")
	w.confirm("keeper", id, true).Want(200)
	w.confirm("keeper", id, true).WantProblem(409, "shipping.emergency_confirmed")
	w.confirm("quality", id, true).Want(200)
	checked := w.verb("clerk", notice, "check", object{}).Want(200)
	if checked.String("figures.exposure") != "150.00" || checked.String("figures.exposure_after") != "150.00" || checked.String("figures.headroom_after") != "-50.00" {
		t.Errorf("%s", checked.Body)
	}
	w.wantEmergency(id, "open")
	w.As("gm").Post("/v1/approvals/"+w.As("gm").Get("/v1/emergency-releases/"+id).String("approval_id")+"/approve", object{"comment": "同意"}).Want(200)
	w.wantEmergency(id, "complete")
	w.verb("clerk", notice, "check", object{}).WantProblem(409, "resource.wrong_state")
	if n := w.violations("emergency.late"); n != 0 {
		t.Errorf("%d violations", n)
	}
}

// The papers are due when shipping.emergency_days working days have passed: one below, one above.
func TestSHP15_LatePapersAreAViolation(t *testing.T) {
	w := open(t, "1000")
	_, id := w.emergency("10")
	due, err := time.Parse(time.RFC3339Nano, w.As("gm").Get("/v1/emergency-releases/"+id).String("due_at"))
	if err != nil {
		t.Fatal(err)
	}
	w.Tx(func(tx pg.Tx) error {
		if want := tx.Calendar().EndOfWorkingDay(tx.Now, 1); !due.Equal(want) {
			t.Errorf("due %s, want %s", due, want)
		}
		return nil
	})
	mark := func(at time.Time) (n int) {
		w.DB.Clock().SetOffset(time.Until(at))
		w.Tx(func(tx pg.Tx) (err error) {
			n, err = w.App.Server.Shipments.MarkLateEmergencies(tx, 10)
			return err
		})
		return n
	}
	if n := mark(due.Add(-time.Minute)); n != 0 {
		t.Error("late a minute before")
	}
	if n := mark(due.Add(time.Minute)); n != 1 {
		t.Error("not late a minute after")
	}
	if n := mark(due.Add(time.Hour)); n != 0 || w.violations("emergency.late") != 1 {
		t.Error("late twice")
	}
}

func TestSHP15_WhoMustHaveBeenTried(t *testing.T) {
	w := open(t, "100")
	n := w.write(w.draft("credit", "150")) // above the limit, and not checked
	try := func(status int, code string, body object) {
		t.Helper()
		w.verb("manager", n, "emergency-release", body).WantProblem(status, code)
	}
	try(422, "shipping.untried", w.urgent("gm"))
	try(422, "shipping.untried", w.urgent("clerk"))
	try(422, "shipping.untried", w.urgent("rep2", "keeper"))
	try(422, "shipping.unknown_tried", w.urgent("clerk", "gm", "manager"))
	late := w.urgent("clerk", "gm")
	late["tried"].([]object)[0]["at"] = time.Now().Add(time.Hour)
	try(422, "shipping.unknown_tried", late)
	for _, field := range []string{"warehouse_head_id", "quality_head_id"} {
		wrong := w.urgent("clerk", "gm")
		wrong[field] = w.People["production"]
		try(422, "shipping.no_head", wrong)
	}
	w.verb("rep1", n, "emergency-release", w.urgent("clerk", "gm")).WantProblem(403, "auth.forbidden")
	within := w.checked("credit", "10") // the sales manager can release it
	w.verb("manager", within, "emergency-release", w.urgent("clerk", "gm")).WantProblem(422, "shipping.no_emergency")
	above := w.checked("credit", "150") // checked: only the general manager is missing
	w.verb("manager", above, "emergency-release", w.urgent("clerk")).WantProblem(422, "shipping.untried")
	w.verb("manager", above, "emergency-release", w.urgent("gm")).Want(201)
	w.verb("manager", above, "emergency-release", w.urgent("gm")).WantProblem(409, "resource.wrong_state")
	w.wantExposure("0", "0", "150", "0")
}

func TestSHP15_NoWayRoundWhatIsForbidden(t *testing.T) {
	w := open(t, "1000")
	prepaid := w.write(w.draft("prepaid", "10"))
	w.verb("manager", prepaid, "emergency-release", w.urgent("clerk", "gm")).WantProblem(422, "shipping.not_covered")
	w.pay("10")
	w.verb("manager", prepaid, "emergency-release", w.urgent("clerk", "gm")).Want(201)
	n := w.write(w.draft("credit", "10"))
	for _, status := range []string{"suspended", "closed"} {
		_ = w.tryExec(`UPDATE customers SET status = ? WHERE id = ?`, status, w.customer)
		w.verb("manager", n, "emergency-release", w.urgent("clerk", "gm")).WantProblem(422, "shipping.emergency_customer")
	}
	_ = w.tryExec(`UPDATE customers SET status = 'active' WHERE id = ?`, w.customer)
	w.verb("manager", n, "emergency-release", w.urgent("clerk", "gm")).Want(201)
}

func TestSHP15_ADenialTakesBackWhatHasNotLeft(t *testing.T) {
	w := open(t, "1000")
	whole, first := w.emergency("10")
	w.confirm("quality", first, false).Want(200)
	w.wantState(whole, "refused")
	w.wantEmergency(first, "denied")
	w.wantExposure("0", "0", "0", "0")

	part, second := w.emergency("20")
	w.dispatch(part, "5").Want(201)
	w.As("gm").Post("/v1/approvals/"+w.As("gm").Get("/v1/emergency-releases/"+second).String("approval_id")+"/reject", object{"comment": "不同意"}).Want(200)
	w.wantState(part, "closed")
	w.wantExposure("0", "5", "0", "0")

	gone, third := w.emergency("30")
	w.dispatch(gone, "30").Want(201)
	w.As("quality").Post("/v1/emergency-releases/"+third+"/confirm", object{"agreed": false}).WantProblem(422, "approval.reason_required")
	w.As("production").Post("/v1/emergency-releases/"+third+"/confirm", object{"agreed": true}).WantProblem(403, "auth.forbidden")
	w.confirm("keeper", third, false).Want(200)
	w.wantState(gone, "dispatched")
	w.wantExposure("0", "35", "0", "0") // the goods are gone, the debt stays
	w.confirm("quality", third, true).WantProblem(409, "resource.wrong_state")
	if n := w.violations("emergency.denied"); n != 3 {
		t.Errorf("%d violations, want 3", n)
	}
}

func TestSHP15_TakenBackBeforeAnythingLeft(t *testing.T) {
	w := open(t, "1000")
	n, id := w.emergency("10")
	w.verb("rep1", n, "revise", object{"reason": "改数量"}).Want(200)
	w.wantEmergency(id, "void")
	w.wantExposure("0", "0", "0", "0")
	w.verb("rep1", n, "submit", nil).Want(200)
	w.verb("clerk", n, "check", object{}).Want(200)
	w.wantState(n, "checked")
}

// Two sales managers at once, or a denial and a confirmation: one wins, and the ledger agrees.
func TestSHP15_RaceOneEmergencyRelease(t *testing.T) {
	w := open(t, "1000")
	for range apitest.Rounds(3) {
		n := w.write(w.draft("credit", "10"))
		body := w.urgent("clerk", "gm")
		status := make([]int, 6)
		apitest.Race(6, func(i int) error {
			status[i] = w.verb("manager", n, "emergency-release", body).Status
			return nil
		})
		won := 0
		for _, s := range status {
			if s == 201 {
				won++
			}
		}
		if won != 1 {
			t.Fatalf("%d released it: %v", won, status)
		}
	}
	w.agree()
}

func TestSHP15_TheDatabaseGuardsIt(t *testing.T) {
	w := open(t, "1000")
	_, _ = w.emergency("10")
	for name, sql := range map[string]string{
		"emergency_releases_three_people": `UPDATE emergency_releases SET quality_head = warehouse_head`,
		"emergency_releases_complete":     `UPDATE emergency_releases SET state = 'complete', ended_at = now()`,
		"emergency_releases_ended":        `UPDATE emergency_releases SET state = 'denied'`,
		"emergency_releases_one_open": `INSERT INTO emergency_releases (id, number, notice_id, state, reason, tried, warehouse_head, quality_head, approval_id, released_by, released_at, due_at, ended_reason, version)
			SELECT gen_random_uuid(), 'ER-X', notice_id, state, reason, tried, warehouse_head, quality_head, approval_id, released_by, released_at, due_at, '', 1 FROM emergency_releases`,
		"shipping_notices_checked_before_release": `UPDATE shipping_notices SET emergency_id = NULL`,
	} {
		if err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error }); err == nil {
			t.Errorf("%s: the database let it pass", name)
		}
	}
}

// Attempts count from shipping.emergency_attempt_minutes before the submission: one at it, one above.
func TestSHP15_AttemptsOfLongAgoDontCount(t *testing.T) {
	w := open(t, "100")
	n := w.write(w.draft("credit", "150"))
	var submitted time.Time
	w.Tx(func(tx pg.Tx) error {
		return tx.Raw(`SELECT submitted_at FROM shipping_notices WHERE id = ?`, n).Scan(&submitted).Error
	})
	at := func(when time.Time) object {
		body := w.urgent("clerk", "gm")
		body["tried"].([]object)[0]["at"] = when
		return body
	}
	w.verb("manager", n, "emergency-release", at(submitted.Add(-30*time.Minute-time.Microsecond))).WantProblem(422, "shipping.unknown_tried")
	w.verb("manager", n, "emergency-release", at(submitted.Add(-30*time.Minute))).Want(201)
}

// Who submitted a notice doesn't release it in an emergency.
func TestORG03_NobodyReleasesTheirOwnInAnEmergency(t *testing.T) {
	w := open(t, "100")
	n := w.write(w.draft("credit", "150"))
	w.Tx(func(tx pg.Tx) error {
		return pg.One(tx.Exec(`UPDATE shipping_notices SET submitted_by = ? WHERE id = ?`, w.People["manager"], n))
	})
	w.verb("manager", n, "emergency-release", w.urgent("clerk", "gm")).WantProblem(403, "shipping.own_emergency")
}

// A head who has confirmed has done what was asked; the other one is still asked. A holiday that is entered later moves the deadline of papers and tasks.
func TestSHP15_AHeadsTaskEndsWithTheWord(t *testing.T) {
	w := open(t, "100")
	_, id := w.emergency("150")
	tasks := func(who string) int {
		return w.As(who).Get("/v1/me/follow-ups?kind=shipment.emergency_confirm").Want(200).Len("data")
	}
	w.confirm("keeper", id, true).Want(200)
	if tasks("keeper") != 0 || tasks("quality") != 1 {
		t.Errorf("the keeper has %d tasks, quality %d", tasks("keeper"), tasks("quality"))
	}
	due := func() string { return w.As("rep1").Get("/v1/emergency-releases/" + id).Want(200).String("due_at") }
	before := due()
	on, err := time.Parse(time.RFC3339Nano, before)
	if err != nil {
		t.Fatal(err)
	}
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`UPDATE emergency_releases SET due_at = ? WHERE id = ?`, on.Add(-time.Hour), id).Error
	})
	w.Tx(func(tx pg.Tx) error {
		_, err := w.App.Server.Shipments.RecomputeEmergencies(tx, uuid.Nil, 10)
		return err
	})
	if due() != before {
		t.Errorf("due %s, want %s", due(), before)
	}
}
