package shipping_test

import (
	"context"
	"testing"

	"github.com/salesgate/salesgate/internal/pg"
)

// rejudge does what the job of a payer does whose released notices may not hold any more, and returns how many such jobs there are.
func (w *world) rejudge() (jobs int) {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		return tx.Raw(`SELECT count(*) FROM river_job WHERE kind = 'reevaluate_shipments' AND args->>'released' = 'true'`).Scan(&jobs).Error
	})
	if err := w.App.Rejudge(context.Background(), w.App.Server.Shipments, w.customer); err != nil {
		w.t.Fatal(err)
	}
	return jobs
}

// What was released within a limit doesn't leave above the one that counts now: at the limit, above it by a fen, and the youngest goes first. What
// has left in part stays until its check is old.
func TestSHP03_AFallingLimitTakesReleasesBack(t *testing.T) {
	w := open(t, "1000")
	part := w.released("100")
	w.dispatch(part, "40").Want(201)
	first, second := w.released("300"), w.released("300")
	w.setLimit("700", nil) // all of 700
	if n := w.rejudge(); n != 1 {
		t.Errorf("%d jobs", n)
	}
	w.wantState(second, "released")
	w.setLimit("699.99", nil)
	w.rejudge()
	w.wantState(second, "submitted")
	w.wantState(first, "released") // it fits
	w.wantState(part, "partly_dispatched")
	w.wantExposure("0", "40", "360", "0")
	w.wantRule(second, "SHP-03", "failed")
	if told := w.As("rep1").Get("/v1/me/follow-ups?kind=shipment.check_outlived"); told.Status == 200 && told.Len("data") != 1 {
		t.Errorf("%s", told.Body)
	}
	w.verb("clerk", second, "check", object{}).Want(200)
	w.wantState(second, "checked") // and now it is the general manager's (SHP-06)
	w.verb("manager", second, "release", object{})
	w.verb("gm", second, "release", object{}).Want(200)
	w.wantState(second, "released")
	w.rejudge()
	w.wantState(second, "released") // approved as it is
}

// agreed writes a notice above the limit that the general manager has released.
func (w *world) agreed(quantity string) string {
	w.t.Helper()
	n := w.checked("credit", quantity)
	w.verb("manager", n, "release", object{}).Want(200)
	w.verb("gm", n, "release", object{}).Want(200)
	w.wantState(n, "released")
	return n
}

// Who let a later notice pass above the limit had the earlier one in the figures: what holds of the later holds of the earlier, at the tolerance
// and above it; and once the later is taken back, the earlier is held against its own approval again.
func TestSHP06_WhatWasAgreedAboveTheLimitDoesntTakeAnInnocentBack(t *testing.T) {
	w := open(t, "1000")
	w.rule("shipping.check_tolerance", "50")
	innocent := w.released("600")
	over := w.agreed("600") // 200 above the limit
	w.setLimit("950", nil)  // 250: at the tolerance
	w.rejudge()
	w.wantState(over, "released")
	w.wantState(innocent, "released")
	w.setLimit("949.99", nil) // above it: the youngest goes, and then the other fits
	w.rejudge()
	w.wantState(over, "submitted")
	w.wantState(innocent, "released")
	w.setLimit("550", nil)
	w.rejudge()
	w.wantState(innocent, "released") // 50 above: at its own tolerance
	w.setLimit("549.99", nil)
	w.rejudge()
	w.wantState(innocent, "submitted")
}

// So it is when an old check is made again, also after the later notice has left.
func TestSHP06_AnOldCheckIsHeldAgainstWhatWasAgreedSince(t *testing.T) {
	w := open(t, "1000")
	innocent := w.released("600")
	over := w.agreed("600")
	w.dispatch(over, "600").Want(201)
	w.forward(16)
	w.dispatch(innocent, "600").Want(201)
}

// What was agreed before a notice was released, or of one that was taken back, is no leave for it.
func TestSHP06_WhatWasAgreedBeforeOrTakenBackIsNoLeave(t *testing.T) {
	w := open(t, "1000")
	first := w.agreed("1200") // 200 above
	w.verb("rep1", first, "cancel", object{"reason": "推迟"}).Want(200)
	n := w.released("1000")
	later := w.agreed("100")
	w.verb("rep1", later, "cancel", object{"reason": "推迟"}).Want(200)
	w.owe("0.01", 60)
	w.forward(16)
	w.dispatch(n, "1").WantProblem(409, "shipping.check_outlived")
}

// A customer that is downgraded has what was released without a bound looked at again.
func TestSHP03_ADowngradeTakesReleasesBack(t *testing.T) {
	w := open(t, "unlimited")
	small, large := w.released("100"), w.released("500")
	w.setLimit("400", nil) // B
	w.rejudge()
	w.wantState(large, "submitted")
	w.wantState(small, "released")
	w.wantExposure("0", "0", "100", "0")
}

// Money that is gone again bounds what was released because of it.
func TestSHP03_AReversedPaymentTakesReleasesBack(t *testing.T) {
	w := open(t, "1000")
	w.pay("500")
	n := w.released("1200")
	receipt := w.As("clerk").Get("/v1/receipts").Want(200).String("data.0.id")
	w.As("finance").Post("/v1/receipts/"+receipt+"/reverse", object{"reason": "退票"}).Want(200)
	if jobs := w.rejudge(); jobs != 1 {
		t.Errorf("%d jobs", jobs)
	}
	w.wantState(n, "submitted")
	w.wantExposure("0", "0", "0", "0")
	w.pay("500")
	w.verb("clerk", n, "check", object{}).Want(200)
	w.wantState(n, "released") // it is no more than what was approved
	w.dispatch(n, "1200").Want(201)
}
