package shipping_test

import (
	"strconv"
	"testing"
)

// rule sets a parameter of the rulebook.
func (w *world) rule(name, value string) {
	w.t.Helper()
	at := "/v1/parameters/" + name
	w.As("admin").Put(at, w.As("admin").Get(at).Want(200).ETag(), object{"value": value, "reason": "示例"}).Want(200)
}

// A passed check counts for shipping.check_valid_days: on the last of them nothing is looked at again, on the day after it is.
func TestSHP03_ACheckCountsForItsDays(t *testing.T) {
	for in, passes := range map[int]bool{14: true, 15: true, 16: false} {
		t.Run(strconv.Itoa(in), func(t *testing.T) { checkAfterDays(t, in, passes) })
	}
}

func checkAfterDays(t *testing.T, in int, passes bool) {
	w := open(t, "100")
	n := w.released("100")
	w.owe("0.01", 60) // above the limit now
	w.forward(in)
	got := w.dispatch(n, "40")
	if passes {
		got.Want(201)
		w.wantState(n, "partly_dispatched")
		w.wantExposure("0.01", "40", "60", "0")
		return
	}
	refused := got.WantProblem(409, "shipping.check_outlived")
	if refused.At("decision") != nil { // the keeper's answer has no figures (ORD-03); sales and finance read it
		t.Errorf("%s", refused.Body)
	}
	w.wantRule(n, "SHP-03", "failed")
	w.wantState(n, "submitted") // with finance again
	w.wantExposure("0.01", "0", "0", "0")
	if told := w.As("rep1").Get("/v1/me/follow-ups").Want(200); told.Len("data") != 1 {
		t.Errorf("the rep is told %d times", told.Len("data"))
	}
	w.verb("clerk", n, "check", object{}).Want(200)
	w.verb("manager", n, "release", object{}).Want(200)
	w.wantState(n, "checked") // and now it is the general manager's (SHP-06)
	w.verb("gm", n, "release", object{}).Want(200)
	w.dispatch(n, "100").Want(201)
	w.wantExposure("0.01", "100", "0", "0")
}

// An old check holds while nothing has grown by more than shipping.check_tolerance: below, at, above.
func TestSHP03_WhatGrewWithinTheToleranceKeepsTheCheck(t *testing.T) {
	for grown, keeps := range map[string]bool{"9.99": true, "10": true, "10.01": false} {
		t.Run(grown, func(t *testing.T) { checkAfterGrowth(t, grown, keeps) })
	}
}

func checkAfterGrowth(t *testing.T, grown string, keeps bool) {
	w := open(t, "100")
	w.rule("shipping.check_tolerance", "10")
	n := w.released("100")
	w.owe(grown, 60)
	w.forward(16)
	got := w.dispatch(n, "40")
	if !keeps {
		got.WantProblem(409, "shipping.check_outlived")
		return
	}
	got.Want(201)
	w.wantRule(n, "SHP-03", "passed")
	decided := w.As("rep1").Get(notices + n + "/decisions").Len("data")
	w.dispatch(n, "60").Want(201) // it was just made again
	if now := w.As("rep1").Get(notices + n + "/decisions").Len("data"); now != decided {
		t.Errorf("%d decisions, %d before", now, decided)
	}
}

// What became overdue meanwhile sends an old notice back too; what had left has, and the rest is closed.
func TestSHP03_AnOldRestIsClosed(t *testing.T) {
	w := open(t, "1000")
	n, other := w.released("100"), w.released("100")
	w.dispatch(n, "40").Want(201)
	planned := w.truck(n)
	w.owe("5", 10)
	w.forward(16)
	w.dispatch(n, "1").WantProblem(409, "shipping.check_outlived")
	w.wantState(n, "closed")
	if got := w.As("keeper").Get("/v1/transport-notices/" + planned).Want(200).String("state"); got != "cancelled" {
		t.Errorf("the truck is %s", got)
	}
	w.wantExposure("5", "40", "100", "0")
	w.verb("keeper", other, "prepare", object{}).WantProblem(409, "shipping.check_outlived") // nor is it laid out
	w.wantState(other, "submitted")
	w.verb("clerk", other, "check", object{}).Want(200)
	w.wantState(other, "blocked") // SHP-05
	w.wantExposure("5", "40", "0", "0")
}

// Laying out makes an old check again, and the loading after it needs no other.
func TestSHP03_PreparingMakesAnOldCheckAgain(t *testing.T) {
	w := stocked(t)
	lot := w.passed("L-1", "CK01", "100", 0)
	n := w.released("100")
	w.forward(16)
	etag := w.As("keeper").Get(notices + n).ETag()
	w.As("keeper").With("If-Match", etag).Post(notices+n+"/prepare", object{}).Want(201)
	w.wantRule(n, "SHP-03", "passed")
	w.wantLevel(lot, "100/100")
	w.dispatch(n, "100").Want(201)
	w.wantLevel(lot, "0/0")
}
