package main

import (
	"fmt"
	"time"
)

// emergency is a notice that the sales manager releases by phone, since finance can't be reached; it leaves, and its papers follow: both heads confirm,
// finance checks, the general manager sanctions it (SHP-15).
func (j *journey) emergency() {
	vehicle := "FE-" + j.name
	notice := j.notice(j.order("net_days", 10), "credit", 10, vehicle)
	at := "/v1/shipping-notices/" + notice.id
	j.inOneMonth(func() {
		released := j.step(manager, "/v1/emergency-releases", at+"/emergency-release", object{
			"reason": "fault", "warehouse_head_id": j.ids[office], "quality_head_id": j.ids[lab],
			"tried": []any{object{"person_id": j.ids[chief], "at": j.now().Add(-time.Minute).Format(time.RFC3339Nano), "outcome": "fault"}},
		})
		j.left(notice, vehicle)
		papers := "/v1/emergency-releases/" + released.id
		j.step(office, "-", papers+"/confirm", object{"agreed": true})
		j.step(lab, "-", papers+"/confirm", object{"agreed": true})
		j.step(office, "-", at+"/check", object{})
		j.agreed(released.answer["approval_id"], boss)
		j.want("emergency release", j.look(rep, papers)["state"], "complete")
	})
}

// special is a notice above the limit of its customer that passes once by a special release (CRD-13), and is paid: the next one finds the same limit.
func (j *journey) special() {
	vehicle := "FS-" + j.name
	notice := j.notice(j.order("net_days", 10), "credit", 10, vehicle)
	var note write
	j.inOneMonth(func() {
		special := j.step("", "", "/v1/special-releases", object{"notice_id": notice.id, "amount": "60.00", "expires_on": j.day(3), "reason": "fault"})
		j.agreed(special.answer["approval_id"], boss)
		checked := j.step(office, "-", "/v1/shipping-notices/"+notice.id+"/check", object{})
		j.want("notice", checked.answer["state"], "released")
		j.want("special release", j.look(rep, "/v1/special-releases/"+special.id)["state"], "used")
		note = j.left(notice, vehicle)
	})
	j.paid("100.00", object{"invoice_id": j.invoiced(note).id, "amount": "100.00"})
}

// left has 10 kg of a released notice laid out, loaded and let out.
func (j *journey) left(notice write, vehicle string) write {
	j.step(office, "/v1/stock-preparations", "/v1/shipping-notices/"+notice.id+"/prepare", object{})
	note := j.loaded(notice, 10, nil)
	j.out(note, vehicle, 10)
	return note
}

// agreed has people approve what was asked, one after the other.
func (j *journey) agreed(approval any, who ...string) {
	at := fmt.Sprint("/v1/approvals/", approval)
	for _, w := range who {
		j.step(w, "-", at+"/approve", object{"comment": "fault"})
	}
	asked, _ := j.look(who[0], at)["approval"].(object)
	j.want("approval", asked["state"], "approved")
}
