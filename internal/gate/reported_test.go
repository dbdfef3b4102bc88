package gate_test

import (
	"maps"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
)

// What the warehouse reports as left has used its pass: phones learn of it, and no second truck goes out with it.
func TestSHP09_AReportedDepartureEndsThePass(t *testing.T) {
	w := open(t)
	note := w.loaded("10")
	start := w.As("guard").Get("/v1/gate-pass-endings").Want(200).String("next_cursor")
	at := w.now()
	w.report(note, at).Want(200)
	ends := w.endings(start)
	if ends.Len("data") != 1 || ends.String("data.0.state") != "used" || ends.String("data.0.number") != w.note(note).String("gate_pass.number") {
		t.Fatalf("%s", ends.Body)
	}
	if got := w.note(note); got.String("gate_pass.state") != "used" || got.String("state") != "left" {
		t.Errorf("%s", got.Body)
	}
	w.atGate(note).WantProblem(409, "gate.pass_used")
	w.agree()
}

// The truck that was reported may have been let out by a phone without the network: that is its own check, the first that says so. A second one,
// or one from after the report, is another truck.
func TestSHP09_APhonesCheckOfAReportedTruck(t *testing.T) {
	w := open(t)
	own, late := w.loaded("10"), w.loaded("10")
	before := w.seen(1, own, nil)
	w.DB.Clock().SetOffset(time.Minute)
	w.report(own, w.now()).Want(200)
	w.report(late, w.now()).Want(200)
	w.DB.Clock().SetOffset(2 * time.Minute)
	again := maps.Clone(before)
	again["sequence"] = 2
	a := w.handIn("phone-1", before, again, w.seen(3, late, nil))
	if a.Len("data.0.conflicts") != 0 || a.String("data.0.check.outcome") != "passed" {
		t.Errorf("%s", a.Body)
	}
	w.wantConflict(a, "1", "second_use", "impossible")
	w.wantConflict(a, "2", "second_use", "impossible")
	other := w.handIn("phone-2", before)
	w.wantConflict(other, "0", "second_use", "impossible")
	if n := w.count(`SELECT count(*) FROM violations WHERE kind = 'gate.let_out'`); n != 3 {
		t.Errorf("%d violations, want 3", n)
	}
	w.agree()
}

// A note that left with a pass that is still good is found by verify.
func TestSHP09_ALeftNoteWithAGoodPassIsADifference(t *testing.T) {
	w := open(t)
	note := w.loaded("10")
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`UPDATE delivery_notes SET state = 'left', left_at = now(), reported_at = now() WHERE id = ?`, note).Error
	})
	w.Tx(func(tx pg.Tx) error {
		found, err := delivery.ReconcileGoods(tx)
		if err == nil && len(found) != 1 {
			t.Errorf("%+v", found)
		}
		return err
	})
}

// Whom a phone turned back although the pass was good leaves afterwards.
func TestSHP09_TurnedBackAndThenLetOut(t *testing.T) {
	w := open(t)
	note, other := w.loaded("10"), w.loaded("10")
	w.wantConflict(w.handIn("phone-1", w.seen(1, note, object{"decision": "turned_back"})), "0", "turned_back", "none")
	w.atGate(note).Want(201)
	a := w.handIn("phone-1", w.seen(2, other, object{"decision": "turned_back"}), w.seen(3, other, nil))
	if a.Len("data.1.conflicts") != 0 {
		t.Errorf("%s", a.Body)
	}
	w.wantNote(other, "left")
}

// agree holds notes, passes and orders against each other.
func (w *world) agree() {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		found, err := delivery.ReconcileGoods(tx)
		if len(found) > 0 {
			w.t.Errorf("%+v", found)
		}
		return err
	})
}
