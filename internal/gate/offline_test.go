package gate_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestSHP09_SeveralTrucksOfOneNotice(t *testing.T) {
	w := open(t)
	n := w.notice("1000")
	first := w.truck(n, "400").Want(201)
	w.truck(n, "600.0001").WantProblem(422, "shipping.over_notice") // what left and is under way is never above the notice
	w.truck(n, "500").Want(201)
	w.As("guard").Post("/v1/gate-checks", object{"pass_number": first.String("gate_pass.number"), "vehicle": "浙A12345", "seen": []object{{"product_code": "PET-150D", "quantity": "400"}}}).Want(201)
	at := func(want ...string) {
		t.Helper()
		got := w.As("guard").Get("/v1/shipping-notices/" + n + "/gate-passes").Want(200)
		for i, name := range []string{"left", "under_way", "rest", "missing"} {
			if q := strings.TrimSuffix(got.String("lines.0."+name), ".0000"); q != want[i] {
				t.Errorf("%s: %s, want %s", name, q, want[i])
			}
		}
		if got.Len("trucks") != 2 || got.String("trucks.0.gate_pass.state") != "used" || got.String("trucks.1.gate_pass.state") != "valid" {
			t.Errorf("%s", got.Body)
		}
	}
	at("400", "500", "100", "0")
	w.verb("rep1", n, "close", object{"reason": "余量不发"}).Want(200)
	at("400", "500", "0", "100") // what is missing is named
	w.As("rep2").Get("/v1/shipping-notices/"+n+"/gate-passes").WantProblem(404, "resource.not_found")
}

// A phone finds out by itself, from what is published, that a pass is ours and what it says.
func TestSHP09_APhoneChecksWithThePublishedKey(t *testing.T) {
	w := open(t)
	note := w.loaded("12.5")
	token := w.As("keeper").Get("/v1/delivery-notes/" + note + "/gate-pass").Want(200).String("token")
	keys := w.As("guard").Get("/v1/gate-keys").Want(200)
	parts := strings.Split(token, ".")
	var head struct{ Alg, Kid string }
	var says struct {
		Num, Veh, Lin string
		Exp           int64
		Gds           [][2]string
	}
	for i, into := range []any{&head, &says} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	x, err := base64.RawURLEncoding.DecodeString(keys.String("keys.0.x"))
	if err != nil || head.Kid != keys.String("keys.0.kid") || keys.String("keys.0.crv") != "Ed25519" {
		t.Fatalf("%v %s", err, keys.Body)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !ed25519.Verify(x, []byte(parts[0]+"."+parts[1]), signature) {
		t.Fatal("the published key doesn't open it", err)
	}
	if says.Veh != "浙A·12345" || len(says.Gds) != 1 || says.Gds[0] != [2]string{"PET-150D", "12.5"} || says.Lin == "" || says.Exp == 0 {
		t.Errorf("%+v", says)
	}
}

func TestSHP09_WhatAPhoneLetOutIsTakenInOnce(t *testing.T) {
	w := open(t)
	note := w.loaded("10")
	check := w.seen(1, note, object{"seen_at": w.now(), "note": "网络中断"})
	first := w.handIn("phone-1", check)
	if first.Len("data.0.conflicts") != 0 || first.String("data.0.check.outcome") != "passed" || first.At("data.0.repeated") != false {
		t.Fatalf("%s", first.Body)
	}
	w.wantNote(note, "left")
	again := w.handIn("phone-1", check) // another request of the same content
	if again.At("data.0.repeated") != true || again.String("data.0.check.id") != first.String("data.0.check.id") || again.Len("data.0.conflicts") != 0 {
		t.Fatalf("%s", again.Body)
	}
	w.As("guard").Post("/v1/gate-checks", object{"token": check["token"], "vehicle": "浙A12345", "seen": check["seen"]}).WantProblem(409, "gate.pass_used")
	if n := w.count(`SELECT count(*) FROM gate_checks WHERE device_id = 'phone-1'`); n != 1 {
		t.Errorf("%d checks", n)
	}
}

// Every way in which a phone can let out what shouldn't leave: all is recorded, what left is booked as left, and the guard has a violation.
func TestSHP09_ConflictsAreShownAndNothingIsDropped(t *testing.T) {
	w := open(t)
	vehicle, goods, used := w.loaded("10"), w.loaded("10"), w.loaded("10")
	w.As("guard").Post("/v1/gate-checks", object{"pass_number": w.note(used).String("gate_pass.number"), "vehicle": "浙A12345", "seen": []object{{"product_code": "PET-150D", "quantity": "10"}}}).Want(201)
	forged := w.seen(4, goods, nil)
	token, _ := forged["token"].(string)
	forged["token"] = token[:len(token)-4] + "AAAA"
	back := w.loaded("10")
	a := w.handIn("phone-1",
		w.seen(1, vehicle, object{"vehicle": "浙B99999"}),
		w.seen(2, goods, object{"seen": []object{{"product_code": "PET-150D", "quantity": "12"}}}),
		w.seen(3, used, nil),
		forged,
		w.seen(5, used, object{"token": nil, "pass_number": "GP-000000-00000"}),
		w.seen(6, back, object{"decision": "turned_back"}),
		w.seen(7, used, object{"decision": "turned_back"}), // phone and gate agree
	)
	w.wantConflict(a, "0", "other_vehicle", "booked")
	w.wantConflict(a, "1", "other_goods", "booked")
	second := w.wantConflict(a, "2", "second_use", "impossible")
	w.wantConflict(a, "3", "forged", "impossible")
	w.wantConflict(a, "4", "unknown_pass", "impossible")
	w.wantConflict(a, "5", "turned_back", "none")
	if a.Len("data.6.conflicts") != 0 || a.String("data.6.check.code") != "gate.pass_used" {
		t.Errorf("%s", a.Body)
	}
	w.wantNote(vehicle, "left")
	w.wantNote(goods, "left")
	w.wantNote(back, "issued")
	if n := w.count(`SELECT count(*) FROM violations WHERE kind = 'gate.let_out' AND rule = 'SHP-09' AND person_id = ?`, w.People["guard"]); n != 5 {
		t.Errorf("%d violations, want 5", n)
	}
	if n := w.As("keeper").Get("/v1/gate-conflicts?state=open").Want(200).Len("data"); n != 6 {
		t.Errorf("%d open conflicts", n)
	}
	if n := w.As("rep1").Get("/v1/gate-conflicts?kind=second_use").Want(200).Len("data"); n != 1 {
		t.Errorf("the rep sees %d", n)
	}
	w.As("rep3").Get("/v1/gate-conflicts/"+second).WantProblem(404, "resource.not_found")
	for _, who := range []string{"keeper", "rep1", "guard"} {
		if !strings.Contains(string(w.As(who).Get("/v1/me/follow-ups?kind=gate.conflict").Want(200).Body), second) {
			t.Errorf("%s has nothing to do", who)
		}
	}
	w.As("guard").Post("/v1/gate-conflicts/"+second+"/resolve", object{"note": "重复扫码"}).WantProblem(403, "auth.forbidden")
	w.As("keeper").Post("/v1/gate-conflicts/"+second+"/resolve", object{"note": " "}).WantProblem(422, "approval.reason_required")
	w.As("keeper").Post("/v1/gate-conflicts/"+second+"/resolve", object{"note": "重复扫码"}).Want(200)
	w.As("keeper").Post("/v1/gate-conflicts/"+second+"/resolve", object{"note": "重复扫码"}).WantProblem(409, "gate.conflict_resolved")
	if strings.Contains(string(w.As("rep1").Get("/v1/me/follow-ups?kind=gate.conflict").Want(200).Body), second) {
		t.Error("the task is still open")
	}
}

// The check counts at its instant: one let out before the pass expired is good, whenever it is handed in.
func TestSHP09_ExpiredWhenItLeft(t *testing.T) {
	w := open(t)
	notes := []string{w.loaded("10"), w.loaded("10"), w.loaded("10")}
	ends, err := time.Parse(time.RFC3339Nano, w.note(notes[1]).String("gate_pass.expires_at"))
	if err != nil {
		t.Fatal(err)
	}
	before, at, after := w.seen(1, notes[0], object{"seen_at": ends.Add(-time.Minute)}), w.seen(2, notes[1], object{"seen_at": ends}), w.seen(3, notes[2], object{"seen_at": ends.Add(time.Minute)})
	w.DB.Clock().SetOffset(48 * time.Hour)
	a := w.handIn("phone-1", before, at, after)
	if a.Len("data.0.conflicts") != 0 {
		t.Errorf("%s", a.Body)
	}
	w.wantConflict(a, "1", "expired", "booked")
	w.wantConflict(a, "2", "expired", "booked")
	for _, n := range notes {
		w.wantNote(n, "left")
	}
}

// Goods of a note that was unloaded on paper are booked on a new one.
func TestSHP21_LeftWithAPassThatWasCancelled(t *testing.T) {
	w := open(t)
	n, gone := w.notice("10"), w.notice("10")
	note, other := w.truck(n, "10").Want(201).ID(), w.truck(gone, "10").Want(201).ID()
	checks := []object{w.seen(1, note, nil), w.seen(2, other, nil)}
	for _, d := range []string{note, other} {
		w.As("keeper").Post("/v1/delivery-notes/"+d+"/cancel", object{"reason": "车辆故障"}).Want(200)
	}
	w.verb("rep1", gone, "cancel", object{"reason": "客户取消"}).Want(200)
	a := w.handIn("phone-1", checks...)
	first, second := w.wantConflict(a, "0", "cancelled", "pending"), w.wantConflict(a, "1", "cancelled", "pending")
	w.bookLate()
	w.bookLate() // again does nothing
	c := w.As("keeper").Get("/v1/gate-conflicts/" + first).Want(200)
	if c.String("booking") != "booked" {
		t.Fatalf("%s", c.Body)
	}
	w.wantNote(c.String("booked_note_id"), "left")
	w.wantNote(note, "cancelled")
	if got := w.As("gm").Get("/v1/shipping-notices/" + n).String("state"); got != "dispatched" {
		t.Errorf("the notice is %s", got)
	}
	if c := w.As("keeper").Get("/v1/gate-conflicts/" + second).Want(200); c.String("booking") != "booked" { // the notice is cancelled, the goods are gone
		t.Errorf("%s", c.Body)
	}
	if n := w.count(`SELECT count(*) FROM violations WHERE kind = 'gate.let_out'`); n != 2 {
		t.Errorf("%d violations", n)
	}
}

func TestSHP09_TheSameNumberWithAnotherContent(t *testing.T) {
	w := open(t)
	one, two := w.loaded("10"), w.loaded("10")
	w.handIn("phone-1", w.seen(7, one, nil))
	a := w.handIn("phone-1", w.seen(7, two, nil))
	w.wantConflict(a, "0", "sequence_reused", "none")
	w.wantNote(two, "left")
	if b := w.handIn("phone-2", w.seen(7, w.loaded("10"), nil)); b.Len("data.0.conflicts") != 0 { // another phone counts by itself
		t.Errorf("%s", b.Body)
	}
}

// shipping.gate_skew_minutes, one below and one above.
func TestSHP09_AWrongClockIsShownAndPutRight(t *testing.T) {
	w := open(t)
	for i, c := range []struct {
		behind time.Duration
		wrong  bool
	}{{5*time.Minute - 10*time.Second, false}, {5*time.Minute + 10*time.Second, true}, {-6 * time.Minute, true}} {
		note := w.loaded("10")
		check := w.seen(1, note, nil)
		phone := w.now().Add(-c.behind)
		check["seen_at"] = phone
		a := w.As("guard").Post("/v1/gate-checks/synchronise", object{"device_id": fmt.Sprint("phone-", i), "sent_at": phone, "checks": []object{check}}).Want(200)
		if !c.wrong && a.Len("data.0.conflicts") != 0 {
			t.Errorf("%s: %s", c.behind, a.Body)
		}
		if c.wrong {
			w.wantConflict(a, "0", "clock_skew", "none")
			left, err := time.Parse(time.RFC3339Nano, w.note(note).String("left_at"))
			if err != nil || left.Sub(w.now()).Abs() > time.Minute {
				t.Errorf("%s: left at %s, which isn't put right", c.behind, left)
			}
		}
	}
}

func TestSHP09_EndingsAreADelta(t *testing.T) {
	w := open(t)
	one, two := w.loaded("10"), w.loaded("10")
	get := w.endings
	start := w.As("guard").Get("/v1/gate-pass-endings").Want(200)
	if start.Len("data") != 0 {
		t.Fatalf("%s", start.Body)
	}
	w.As("keeper").Post("/v1/delivery-notes/"+one+"/cancel", object{"reason": "卸货"}).Want(200)
	first := get(start.String("next_cursor"))
	if first.Len("data") != 1 || first.String("data.0.state") != "cancelled" {
		t.Fatalf("%s", first.Body)
	}
	w.handIn("phone-1", w.seen(1, two, nil))
	second := get(first.String("next_cursor"))
	if second.Len("data") != 1 || second.String("data.0.state") != "used" || second.String("data.0.number") != w.note(two).String("gate_pass.number") {
		t.Fatalf("%s", second.Body)
	}
	if end := w.As("guard").Get("/v1/gate-pass-endings?cursor=" + second.String("next_cursor")).Want(200); end.Len("data") != 0 || end.String("next_cursor") != second.String("next_cursor") {
		t.Errorf("%s", end.Body)
	}
	w.DB.Clock().SetOffset(72 * time.Hour)
	if late := w.As("guard").Get("/v1/gate-pass-endings").Want(200); late.Len("data") != 0 {
		t.Errorf("expired passes are still taken along: %s", late.Body)
	}
}

// What commits later than others that began after it is read all the same.
func TestSHP09_RaceNoEndingIsMissed(t *testing.T) {
	w := open(t)
	notes := make([]string, 12)
	for i := range notes {
		notes[i] = w.loaded("10")
	}
	held, release := make(chan struct{}), make(chan struct{})
	var slow sync.WaitGroup
	slow.Go(func() {
		_ = w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			err := tx.Exec(`UPDATE gate_passes SET state = 'cancelled' WHERE delivery_note_id = ?`, notes[0]).Error
			close(held)
			<-release
			return err
		})
	})
	<-held
	for _, n := range notes[1:] {
		w.As("keeper").Post("/v1/delivery-notes/"+n+"/cancel", object{"reason": "卸货"}).Want(200)
	}
	first := w.As("guard").Get("/v1/gate-pass-endings?limit=5").Want(200)
	close(release)
	slow.Wait()
	found, cursor := first.Len("data"), first.String("next_cursor")
	for end := time.Now().Add(20 * time.Second); found < len(notes) && time.Now().Before(end); {
		a := w.As("guard").Get("/v1/gate-pass-endings?limit=5&cursor=" + cursor).Want(200)
		found, cursor = found+a.Len("data"), a.String("next_cursor")
	}
	if found != len(notes) {
		t.Errorf("%d of %d endings were read", found, len(notes))
	}
}

// One pass, one phone each for eight guards, and the same batch twice: it is used once, and nothing is lost.
func TestSHP09_RacePhonesWithOnePass(t *testing.T) {
	w := open(t)
	note := w.loaded("10")
	check := w.seen(1, note, nil)
	answers := make([]apitest.Answer, 16)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = w.handIn(fmt.Sprint("phone-", i/2), check) })
	}
	all.Wait()
	passed := slices.Collect(func(yield func(string) bool) {
		for _, a := range answers {
			if a.String("data.0.check.outcome") == "passed" && a.At("data.0.repeated") == false && !yield(a.String("data.0.check.id")) {
				return
			}
		}
	})
	if len(passed) != 1 {
		t.Errorf("%d let it out for the first time", len(passed))
	}
	if n := w.count(`SELECT count(*) FROM gate_checks`); n != 8 {
		t.Errorf("%d checks, want one for each phone", n)
	}
	if n := w.count(`SELECT count(*) FROM gate_conflicts WHERE kind = 'second_use'`); n != 7 {
		t.Errorf("%d conflicts", n)
	}
}

func TestSHP09_KeysRotateAndArePublishedAhead(t *testing.T) {
	w := open(t)
	rotate := func() {
		t.Helper()
		w.Tx(func(tx pg.Tx) error { return w.App.Server.Gate.RotateKeyWhenDue(tx) })
	}
	keys := func() apitest.Answer { return w.As("guard").Get("/v1/gate-keys").Want(200) }
	day := 24 * time.Hour
	rotate()
	rotate()
	if keys().Len("keys") != 1 {
		t.Fatalf("%s", keys().Body)
	}
	old := w.loaded("10")
	w.DB.Clock().SetOffset(83*day - time.Minute)
	rotate()
	if keys().Len("keys") != 1 {
		t.Error("the next key came too early")
	}
	w.DB.Clock().SetOffset(83*day + time.Minute)
	rotate()
	rotate()
	if keys().Len("keys") != 2 {
		t.Fatal("the next key isn't published a week ahead")
	}
	next := keys().String("keys.0.kid")
	kid := func(note string) (kid string) {
		w.Tx(func(tx pg.Tx) error {
			return tx.Raw(`SELECT kid FROM gate_passes WHERE delivery_note_id = ?`, note).Scan(&kid).Error
		})
		return kid
	}
	if kid(w.loaded("10")) != kid(old) {
		t.Error("the next key signs already")
	}
	w.DB.Clock().SetOffset(91 * day)
	rotate()
	fresh := w.loaded("10")
	if kid(fresh) != next || keys().Len("keys") != 2 {
		t.Errorf("%s", keys().Body)
	}
	w.handIn("phone-1", w.seen(1, fresh, nil))
	w.DB.Clock().SetOffset(93 * day) // the last pass of the old key has expired
	if keys().Len("keys") != 1 {
		t.Errorf("%s", keys().Body)
	}
}

func TestORG03_NobodyResolvesTheConflictOfTheirOwnCheck(t *testing.T) {
	w := open(t)
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`UPDATE users SET roles = '{gate_guard,warehouse_keeper}' WHERE username = 'guard'`).Error
	})
	c := w.wantConflict(w.handIn("phone-1", w.seen(1, w.loaded("10"), object{"vehicle": "浙B99999"})), "0", "other_vehicle", "booked")
	w.As("guard").Post("/v1/gate-conflicts/"+c+"/resolve", object{"note": "无误"}).WantProblem(403, "gate.own_conflict")
}

func TestGateConstraints(t *testing.T) {
	w := open(t)
	w.handIn("phone-1", w.seen(1, w.loaded("10"), object{"vehicle": "浙B99999"}))
	for name, sql := range map[string]string{
		"gate_conflicts_once":           `INSERT INTO gate_conflicts SELECT gen_random_uuid(), gate_check_id, kind, delivery_note_id, booking, booked_note_id, detail_en, detail_zh, state, opened_at, resolution, resolved_by, resolved_at, version FROM gate_conflicts`,
		"gate_conflicts_resolved":       `UPDATE gate_conflicts SET state = 'resolved'`,
		"gate_checks_device":            `INSERT INTO gate_checks (id, pass_number, vehicle, seen, outcome, code, decision_id, checked_at, device_id, sequence, device_decision, seen_at, received_at, content_hash) SELECT gen_random_uuid(), pass_number, vehicle, seen, outcome, code, decision_id, checked_at, device_id, sequence, device_decision, seen_at, received_at, content_hash FROM gate_checks`,
		"gate_checks_offline":           `INSERT INTO gate_checks (id, pass_number, vehicle, seen, outcome, code, decision_id, checked_at, device_id) SELECT gen_random_uuid(), pass_number, vehicle, seen, outcome, code, decision_id, checked_at, device_id FROM gate_checks`,
		"gate_pass_keys_retired":        `UPDATE gate_pass_keys SET retired_at = now() WHERE active`,
		"gate_pass_endings_append_only": `DELETE FROM gate_pass_endings`,
	} {
		err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error })
		if err == nil {
			t.Errorf("%s: the database let it pass", name)
		}
	}
}
