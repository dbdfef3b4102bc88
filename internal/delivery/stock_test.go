package delivery_test

import (
	"strings"
	"testing"
)

// Exactly as much as has passed leaves; a bit more doesn't, and a bit less does.
func TestSHP16_OnlyPassedGoodsLeave(t *testing.T) {
	w := stocked(t)
	n := w.released("300")
	w.dispatch(n, "100").WantProblem(422, "stock.not_enough")
	lot := w.receive("L1", "CK01", "100", 0)
	refused := w.dispatch(n, "100").WantProblem(422, "stock.not_passed")
	if refused.String("decision.outcome") != "refused" || refused.String("decision.checks.0.rule") != "SHP-16" || refused.String("params.missing") != "PET-150D 100 kg" {
		t.Fatalf("%s", refused.Body)
	}
	w.report(lot, "passed")
	w.dispatch(n, "100.0001").WantProblem(422, "stock.not_enough") // one above
	w.wantLevel(lot, "100/0")
	w.dispatch(n, "99.9999").Want(201) // one below
	note := w.dispatch(n, "0.0001").Want(201)
	w.wantLevel(lot, "0/0") // exactly
	if note.String("lines.0.lots.0.lot_no") != "L1" || note.String("lines.0.lots.0.warehouse_code") != "CK01" {
		t.Errorf("no lots: %s", note.Body)
	}
	w.dispatch(n, "0.0001").WantProblem(422, "stock.not_enough")
	if got := w.As("keeper").Get("/v1/delivery-notes/" + note.ID()).String("lines.0.lots.0.quantity"); got != "0.0001" {
		t.Errorf("the note shows %q of its lot", got)
	}
	all := w.As("rep1").Get(notices + n + "/decisions").Want(200)
	if !strings.Contains(string(all.Body), "L1@CK01") {
		t.Errorf("the decision names no lot: %s", all.Body)
	}
}

// A lot leaves on the day on which it expires, and not on the next.
func TestSHP16_ExpiredLotsStay(t *testing.T) {
	w := stocked(t)
	n := w.released("20")
	lot := w.passed("L1", "CK01", "20", 1)
	w.verb("keeper", n, "prepare", object{}).Want(201)
	w.forward(1)
	w.dispatch(n, "10").Want(201)
	w.forward(1)
	w.dispatch(n, "10").WantProblem(422, "stock.lot_blocked")
	fresh := w.passed("L2", "CK01", "20", 30)
	w.verb("keeper", n, "prepare", object{}).Want(201) // gives back what expired
	w.wantLevel(lot, "10/0")
	w.dispatch(n, "10").Want(201)
	w.wantLevel(fresh, "10/0")
}

// Goods that fail after they were loaded don't pass the gate; unloaded they come back, and aren't loaded again.
func TestSHP16_FailedAfterLoadingStopsAtTheGate(t *testing.T) {
	w := stocked(t)
	lot := w.passed("L1", "CK01", "100", 0)
	n := w.released("100")
	note := w.dispatch(n, "40").Want(201)
	w.report(lot, "failed")
	if got := w.As("keeper").Get("/v1/me/follow-ups?kind=stock.lot_failed").Want(200).Len("data"); got != 1 {
		t.Errorf("the keeper is told %d times", got)
	}
	refused := w.let(note.ID()).WantProblem(422, "stock.loaded_lot_failed")
	if refused.String("decision.outcome") != "refused" || refused.String("decision.checks.0.rule") != "SHP-16" {
		t.Errorf("%s", refused.Body)
	}
	w.dispatch(n, "1").WantProblem(422, "stock.not_passed")
	w.As("keeper").Post("/v1/delivery-notes/"+note.ID()+"/cancel", object{"reason": "卸货"}).Want(200)
	w.wantLevel(lot, "100/0")
	w.report(lot, "passed")
	w.let(w.dispatch(n, "40").Want(201).ID()).Want(201)
}
