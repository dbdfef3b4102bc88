package shipping_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// special asks for a special release of a notice.
func (w *world) special(notice, sum string, days int) apitest.Answer {
	w.t.Helper()
	return w.As("rep1").Post("/v1/special-releases", object{
		"notice_id": notice, "amount": sum, "expires_on": w.day(days), "reason": "承兑汇票在途",
	})
}

// approved asks for one, and has the general manager approve it.
func (w *world) approvedSpecial(notice, sum string, days int) string {
	w.t.Helper()
	made := w.special(notice, sum, days).Want(201)
	w.As("gm").Post("/v1/approvals/"+made.String("approval_id")+"/approve", object{}).Want(200)
	return made.ID()
}

func (w *world) wantSpecial(id, state string) {
	w.t.Helper()
	if got := w.As("gm").Get("/v1/special-releases/" + id).Want(200); got.String("state") != state {
		w.t.Fatalf("special release is %s (%s), want %s", got.String("state"), got.String("ended_reason"), state)
	}
}

// reevaluate does what the job does after the commit.
func (w *world) reevaluate() {
	w.t.Helper()
	if err := w.App.Reevaluate(context.Background(), w.App.Server.Shipments, w.customer); err != nil {
		w.t.Fatal(err)
	}
}

// forward moves the clock by days.
func (w *world) forward(days int) {
	w.t.Helper()
	w.DB.Clock().SetOffset(w.DB.Clock().Offset() + time.Duration(days)*24*time.Hour)
}

// wantRule holds that the last decision of the shipment gate names a rule with this result.
func (w *world) wantRule(notice, rule, result string) {
	w.t.Helper()
	got := w.As("gm").Get(notices + notice + "/decisions").Want(200)
	for i := range got.Len("data") {
		for j := range 12 {
			check := "data." + itoa(i) + ".checks." + itoa(j)
			if got.At(check) != nil && got.String(check+".rule") == rule && got.String(check+".result") == result {
				return
			}
		}
	}
	w.t.Errorf("no decision says %s %s: %s", rule, result, got.Body)
}

func itoa(i int) string { return strconv.Itoa(i) }

func TestCRD13_ASpecialReleaseIsCarriedFromNoticeToDispatch(t *testing.T) {
	w := open(t, "1000")
	n := w.write(w.draft("credit", "1500"))
	w.special(n, "499.99", 3).WantProblem(422, "shipping.special_too_little") // one fen below
	id := w.approvedSpecial(n, "500", 3)                                      // exactly what it takes
	w.special(n, "500", 3).WantProblem(409, "shipping.special_open")
	w.wantSpecial(id, "approved")
	w.verb("clerk", n, "check", object{}).Want(200)
	w.wantState(n, "released") // nobody is asked again
	w.wantSpecial(id, "used")
	w.wantRule(n, "CRD-13", "passed")
	if got := w.As("rep1").Get(notices + n).String("special_release_id"); got != id {
		t.Errorf("the notice carries %q", got)
	}
	w.dispatch(n, "700").Want(201) // in parts
	w.dispatch(n, "800").Want(201)
	w.wantState(n, "dispatched")
	w.wantExposure("0", "1500", "0", "0")
	// the next notice asks again
	w.wantState(w.checked("credit", "1"), "checked")
	w.special(n, "500", 3).WantProblem(409, "resource.wrong_state")
}

func TestCRD13_WhatWaitsIsReleasedWhenItIsApproved(t *testing.T) {
	w := open(t, "1000")
	n := w.checked("credit", "1500") // with the sales manager
	w.approvedSpecial(n, "600", 3)
	w.reevaluate()
	w.wantState(n, "released")
	if got := w.As("manager").Get("/v1/me/tasks").Want(200).Len("data"); got != 0 {
		t.Errorf("the sales manager is still asked %d times", got)
	}
	w.verb("rep1", n, "cancel", object{"reason": "取消"}).Want(200)
	w.owe("10", -1)
	late := w.write(w.draft("credit", "1"))
	w.verb("clerk", late, "check", object{}).Want(200)
	w.wantState(late, "blocked")
	w.special(late, "0.99", 3).WantProblem(422, "shipping.special_too_little") // all of what a late payer takes
	id := w.approvedSpecial(late, "1", 3)
	w.reevaluate()
	w.wantState(late, "released")
	w.wantSpecial(id, "used")
	w.agree()
}

func TestCRD13_ItDiesWithWhatItNames(t *testing.T) {
	w := open(t, "1000")
	for _, verb := range []string{"revise", "cancel"} {
		for _, decided := range []bool{true, false} {
			n := w.write(w.draft("credit", "1500"))
			made := w.special(n, "500", 3).Want(201)
			if decided {
				w.As("gm").Post("/v1/approvals/"+made.String("approval_id")+"/approve", object{}).Want(200)
			}
			w.verb("rep1", n, verb, object{"reason": "变更"}).Want(200)
			w.wantSpecial(made.ID(), "void")
			if got := w.As("gm").Get("/v1/approvals/" + made.String("approval_id")).Want(200).String("approval.state"); got != "void" {
				t.Errorf("%s: its approval is %s", verb, got)
			}
		}
	}
	n := w.write(w.draft("credit", "1500"))
	id := w.approvedSpecial(n, "500", 3)
	w.owe("0.01", 30) // a fen more is needed than it allows
	w.verb("clerk", n, "check", object{}).Want(200)
	w.wantState(n, "checked")
	w.wantSpecial(id, "approved") // a receipt would make it enough again
	w.special(n, "500.01", 3).Want(201)
	w.wantSpecial(id, "void") // another one takes its place
	// refused with the notice
	w.As("gm").Get(notices + n).Want(200)
	other := w.checked("credit", "2000")
	id = w.approvedSpecial(other, "2000", 3)
	asked := w.As("gm").Get(notices + other).String("approval_id")
	w.As("manager").Post("/v1/approvals/"+asked+"/reject", object{"comment": "不同意"}).Want(200)
	w.wantSpecial(id, "void")
}

func TestCRD13_TheLastDateIsTheLast(t *testing.T) {
	w := open(t, "1000")
	w.special(w.write(w.draft("credit", "1500")), "500", -1).WantProblem(422, "shipping.special_past")
	today, tomorrow := w.write(w.draft("credit", "1500")), w.write(w.draft("credit", "1600"))
	used, late := w.approvedSpecial(today, "500", 1), w.approvedSpecial(tomorrow, "2100", 1)
	w.forward(1)
	w.verb("clerk", today, "check", object{}).Want(200) // its last date
	w.wantState(today, "released")
	w.wantSpecial(used, "used")
	w.forward(1)
	w.verb("clerk", tomorrow, "check", object{}).Want(200) // a day later
	w.wantState(tomorrow, "checked")
	w.wantSpecial(late, "expired")
	swept := w.special(tomorrow, "2100", 0).Want(201)
	w.forward(1)
	if err := w.App.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.wantSpecial(swept.ID(), "expired")
}

func TestCRD13_WhatItDoesNotPass(t *testing.T) {
	w := open(t, "1000")
	w.special(w.write(w.draft("credit", "1000")), "500", 3).WantProblem(422, "shipping.special_not_needed")
	w.special(w.write(w.draft("prepaid", "2000")), "2000", 3).WantProblem(422, "shipping.special_not_needed")
	w.special(uuid.NewString(), "500", 3).WantProblem(422, "shipping.unknown_notice")
	released := w.released("10")
	w.special(released, "500", 3).WantProblem(409, "resource.wrong_state")
	stopped := w.write(w.draft("credit", "1500"))
	w.As("rep2").Post("/v1/special-releases", object{"notice_id": stopped, "amount": "999", "expires_on": w.day(3), "reason": "x"}).
		WantProblem(422, "shipping.unknown_notice")
}

// CRD-06: a D customer pays its old debt first.
func TestCRD06_NoSpecialReleaseWithOldDebtOfADCustomer(t *testing.T) {
	w := open(t, "")
	w.Tx(func(tx pg.Tx) error {
		return w.App.Server.Credits.SetOpening(tx, credit.Opening{
			CustomerID: w.customer, Grade: credit.GradeD, Limit: credit.LimitOf(amount("0")), Terms: credit.CashTerms(),
		})
	})
	n := w.write(w.draft("credit", "10"))
	w.approvedSpecial(n, "10", 3) // nothing owed
	m := w.write(w.draft("credit", "20"))
	w.owe("0.01", 10)
	w.special(m, "20", 3).WantProblem(422, "shipping.special_old_debt")
	w.verb("clerk", n, "check", object{}).Want(200)
	w.wantState(n, "checked") // it doesn't hold any more
}

// Checked by many at once, or judged anew at the same time: it is used once.
func TestCRD13_RaceOneUse(t *testing.T) {
	w := open(t, "1000")
	clerk := w.Principal("clerk")
	for range apitest.Rounds(4) {
		n := uuid.MustParse(w.write(w.draft("credit", "1500")))
		id := w.approvedSpecial(n.String(), "500", 3)
		codes := apitest.Race(8, func(i int) error {
			if i%2 == 0 {
				return w.App.Reevaluate(context.Background(), w.App.Server.Shipments, w.customer)
			}
			return w.as(context.Background(), clerk, func(tx pg.Tx, s *shipping.Service) error {
				_, err := s.Check(tx, clerk, n, nil, shipping.Checking{})
				return err
			})
		})
		if codes[""] != 5 || codes["resource.wrong_state"] != 3 { // four that find nothing to do, one check
			t.Fatalf("%v", codes)
		}
		w.wantSpecial(id, "used")
		w.wantState(n.String(), "released")
		w.verb("rep1", n.String(), "cancel", object{"reason": "下一轮"}).Want(200)
		w.wantSpecial(id, "used") // spent all the same
		w.agree()
	}
}

// Behind the program's back: used once, within amount and time, by one notice.
func TestCRD13_TheDatabaseGuardsSingleUse(t *testing.T) {
	w := open(t, "1000")
	n := w.write(w.draft("credit", "1500"))
	id := w.approvedSpecial(n, "500", 0)
	for _, set := range []string{
		`amount = 9999`, `expires_on = '2099-01-01'`, `state = 'pending'`, `reason = 'x'`,
		`state = 'used', used_at = now(), used_amount = 500.01`,
		`state = 'used', used_at = now() + interval '3 days', used_amount = 500`,
		`state = 'used'`,
	} {
		if err := w.tryExec(`UPDATE special_releases SET `+set+` WHERE id = ?`, id); !errors.Is(err, shipping.ErrSpecialOnce) {
			t.Errorf("%s: %v", set, err)
		}
	}
	w.verb("clerk", n, "check", object{}).Want(200)
	for _, set := range []string{`state = 'approved', used_at = NULL, used_amount = NULL`, `used_at = now()`, `state = 'void', used_at = NULL, used_amount = NULL`} {
		if err := w.tryExec(`UPDATE special_releases SET `+set+` WHERE id = ?`, id); !errors.Is(err, shipping.ErrSpecialOnce) {
			t.Errorf("used, then %s: %v", set, err)
		}
	}
	other := w.write(w.draft("credit", "1500"))
	if err := w.tryExec(`UPDATE shipping_notices SET special_release_id = ? WHERE id = ?`, id, other); !errors.Is(err, shipping.ErrSpecialOnce) {
		t.Errorf("two notices under one: %v", err)
	}
	if err := w.tryExec(`DELETE FROM special_releases`); err == nil {
		t.Error("removed")
	}
}
