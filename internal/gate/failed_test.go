package gate_test

import (
	"testing"
	"time"
)

// A lot that failed after it was loaded stops at the gate; a phone without the network can't know. What it let out is booked, shown and told, when
// the lot had failed by then: not one minute later.
func TestSHP16_AFailedLotLetOutOfflineIsAConflict(t *testing.T) {
	w := open(t)
	lot := w.lot("L1", "20")
	before, after := w.loaded("10"), w.loaded("10")
	first := w.seen(1, before, nil)
	w.DB.Clock().SetOffset(time.Minute)
	w.inspect(lot, "failed")
	w.DB.Clock().SetOffset(2 * time.Minute)
	back := w.seen(3, after, object{"decision": "turned_back"})
	a := w.handIn("phone-1", first, w.seen(2, after, nil))
	if a.Len("data.0.conflicts") != 0 {
		t.Errorf("it had not failed yet: %s", a.Body)
	}
	c := w.wantConflict(a, "1", "failed_lot", "booked")
	w.wantNote(before, "left")
	w.wantNote(after, "left")
	if got := w.As("keeper").Get("/v1/gate-conflicts?kind=failed_lot").Want(200); got.Len("data") != 1 || got.String("data.0.id") != c {
		t.Errorf("%s", got.Body)
	}
	for _, who := range []string{"keeper", "rep1", "guard", "quality"} {
		if n := w.As(who).Get("/v1/me/follow-ups?kind=gate.conflict").Want(200).Len("data"); n != 1 {
			t.Errorf("%s is told %d times", who, n)
		}
	}
	if n := w.count(`SELECT count(*) FROM violations WHERE kind = 'gate.let_out' AND rule = 'SHP-16' AND person_id = ?`, w.People["guard"]); n != 1 {
		t.Errorf("%d violations", n)
	}
	if n := w.count(`SELECT count(*) FROM gate_checks g JOIN decisions d ON d.id = g.decision_id WHERE g.code = 'stock.loaded_lot_failed' AND d.checks->0->>'rule' = 'SHP-16'`); n != 1 {
		t.Errorf("%d decisions name the rule", n)
	}
	if b := w.handIn("phone-2", back); b.Len("data.0.conflicts") != 0 || b.String("data.0.check.outcome") != "refused" {
		t.Errorf("%s", b.Body)
	}
}

// What turned back a failed lot did right, and the truck is still there.
func TestSHP16_AFailedLotTurnedBackOfflineIsNoConflict(t *testing.T) {
	w := open(t)
	lot := w.lot("L1", "10")
	note := w.loaded("10")
	w.inspect(lot, "failed")
	if a := w.handIn("phone-1", w.seen(1, note, object{"decision": "turned_back"})); a.Len("data.0.conflicts") != 0 || a.String("data.0.check.code") != "stock.loaded_lot_failed" {
		t.Errorf("%s", a.Body)
	}
	w.wantNote(note, "issued")
}

// A departure that the warehouse reports is of goods that are gone: it is booked, and a failed lot in it is told and held against who reported it.
func TestSHP16_AReportedDepartureOfAFailedLotIsTold(t *testing.T) {
	w := open(t)
	lot := w.lot("L1", "20")
	good, bad := w.loaded("10"), w.loaded("10")
	w.report(good, w.now()).Want(200)
	w.inspect(lot, "failed")
	w.report(bad, w.now()).Want(200)
	w.wantNote(bad, "left")
	const violations = `SELECT count(*) FROM violations WHERE kind = 'departure.failed_lot' AND rule = 'SHP-16' AND person_id = ? AND subject_id = ?`
	if n := w.count(violations, w.People["keeper"], bad); n != 1 {
		t.Errorf("%d violations", n)
	}
	if n := w.count(violations, w.People["keeper"], good); n != 0 {
		t.Errorf("%d violations of the good one", n)
	}
	for _, who := range []string{"quality", "rep1"} {
		if n := w.As(who).Get("/v1/me/follow-ups?kind=departure.failed_lot").Want(200).Len("data"); n != 1 {
			t.Errorf("%s is told %d times", who, n)
		}
	}
}
