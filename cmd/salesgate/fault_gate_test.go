package main

import (
	"fmt"
	"time"
)

// offline is one notice on two trucks that are let out while the gate has no network, by two phones: the pass of the second died before, since its truck was
// unloaded on paper, so a job books its goods on a note of their own (SHP-09). The phones hand in what they saw twice, which changes nothing.
func (j *journey) offline() {
	notice := j.notice(j.order("net_days", 20), "credit", 20, "")
	j.released(notice)
	var first, second, seen write
	j.inOneMonth(func() {
		first = j.loaded(notice, 10, object{"vehicle": j.truck("A")})
		second = j.loaded(notice, 10, object{"vehicle": j.truck("B")})
		a, b := j.token(first), j.token(second)
		j.step(office, "-", "/v1/delivery-notes/"+second.id+"/cancel", object{"reason": "fault"})
		one := j.phone("a", object{"token": a, "vehicle": j.truck("A")})
		two := j.phone("b", object{"token": b, "vehicle": j.truck("B")}, object{"token": a, "vehicle": j.truck("A")})
		j.step(office, "-", "/v1/gate-checks/synchronise", one)
		seen = j.step(office, "-", "/v1/gate-checks/synchronise", two)
		again := j.step(office, "-", "/v1/gate-checks/synchronise", two)
		for _, check := range rows(again.answer) {
			j.want("check handed in twice", check["repeated"], true)
		}
	})
	for _, check := range rows(seen.answer) {
		j.conflict(check)
	}
	j.paid("100.00", object{"invoice_id": j.invoiced(first).id, "amount": "100.00"}) // who owes from the month before gets nothing
}

// token is what the guard's phone has read of a pass before the network went.
func (j *journey) token(note write) any {
	return j.look(office, "/v1/delivery-notes/"+note.id+"/gate-pass")["token"]
}

// phone is what a phone hands in: that it let these out, with 10 kg each.
func (j *journey) phone(which string, seen ...object) object {
	now := j.now()
	checks := make([]any, len(seen))
	for i, s := range seen {
		s["sequence"], s["decision"], s["seen"] = i+1, "let_out", []any{object{"product_code": "P-1", "quantity": "10"}}
		s["seen_at"] = now.Format(time.RFC3339Nano)
		checks[i] = s
	}
	return object{"device_id": "phone-" + j.name + which, "sent_at": now.Format(time.RFC3339Nano), "checks": checks}
}

// conflict is what phone and gate don't agree in; the manager looks into it.
func (j *journey) conflict(check object) {
	found, _ := check["conflicts"].([]any)
	j.want("number of conflicts", len(found), 1)
	if j.failed {
		return
	}
	c, _ := found[0].(object)
	j.learned("/v1/gate-conflicts", c["id"])
	j.step(manager, "-", fmt.Sprintf("/v1/gate-conflicts/%v/resolve", c["id"]), object{"note": "fault"})
}

// bookedLate waits until the jobs have booked what left with a dead pass, and notes the delivery notes that they made.
func (f *fault) bookedLate() {
	f.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		waiting, booked := 0, 0
		conflicts := f.all("/v1/gate-conflicts", "&kind=cancelled")
		for _, c := range conflicts {
			switch c["booking"] {
			case "pending":
				waiting++
			case "booked":
				booked++
			default:
				f.t.Fatalf("a departure isn't booked: %v", c)
			}
		}
		if waiting > 0 && time.Now().Before(end) {
			continue
		}
		for _, c := range conflicts {
			f.learned("/v1/delivery-notes", c["booked_note_id"])
		}
		if waiting > 0 || booked == 0 {
			f.t.Errorf("%d departures are booked late, %d wait", booked, waiting)
		}
		f.t.Logf("%d departures were booked late, each once", booked)
		return
	}
}
