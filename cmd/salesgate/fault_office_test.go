package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// letters sends the dunning letters that the day's run proposes, until done and at least one is sent.
func (f *fault) letters(done <-chan struct{}) {
	over := func() bool {
		select {
		case <-done:
			return f.sent > 0
		default:
			return false
		}
	}
	for end := time.Now().Add(patience); time.Now().Before(end) && !over(); time.Sleep(50 * time.Millisecond) {
		for _, d := range rows(f.see(rep, "/v1/dunnings?state=proposed&limit=50")) {
			if over() {
				break
			}
			id := fmt.Sprint(d["id"])
			f.acknowledged(write{list: "/v1/dunnings", path: "/v1/dunnings/" + id + "/send", key: "dunning-" + id, request: object{"channel": "email", "sent_to": "Example"}})
			f.sent++
		}
	}
	f.t.Logf("%d dunning letters were sent", f.sent)
	if f.sent == 0 {
		f.t.Error("no dunning letter was sent")
	}
}

// chase is some of an old debt: promised and paid; disputed, and adjusted when those who decide agree (ARV-06); given up as lost, and recovered in part (ARV-07).
func (j *journey) chase() {
	debt := j.debt()
	j.inOneMonth(func() {
		j.step("", "", "/v1/payment-promises", object{
			"customer_id": j.customer, "promised_by": "Example", "channel": "phone", "pay_by": j.day(3), "amount": "10.00",
			"items": []any{object{"invoice_id": debt, "amount": "10.00"}},
		})
	})
	j.paid("10.00", object{"invoice_id": debt, "amount": "10.00"})
	item := j.step("", "", "/v1/disputed-items", object{"invoice_id": debt, "reason": "price", "amount": "3.00", "raised_by": "Example", "note": "fault"})
	resolved := j.step("", "-", "/v1/disputed-items/"+item.id+"/resolve", object{"amount": "3.00", "reason": "fault"})
	j.agreed(resolved.answer["approval_id"], chief, manager)
	lost := j.step("", "", "/v1/bad-debts", object{
		"customer_id": j.customer, "grounds": "bankrupt", "reason": "fault", "items": []any{object{"invoice_id": debt, "amount": "5.00"}},
		"attachment_ids": []any{j.upload(rep)},
	})
	j.agreed(lost.answer["approval_id"], boss)
	at := "/v1/bad-debts/" + lost.id
	j.step(office, "-", at+"/write-off", object{})
	late := j.paid("2.00")
	back := j.step(office, "-", at+"/recover", object{"invoice_id": debt, "receipt_id": late.id, "amount": "2.00"})
	j.want("bad debt", back.answer["state"], "written_off")
}

// debt is what the customer owes from before.
func (j *journey) debt() any {
	found := rows(j.look(rep, "/v1/invoices?open=true&limit=200&customer_id="+j.customer))
	for _, v := range found {
		if v["kind"] == "opening" {
			return v["id"]
		}
	}
	j.want("number of old debts", 0, 1)
	return nil
}

// statements are two, made for a customer who asks, and sent by link: one is confirmed by the customer, of the other a line is disputed and explained (ARV-02).
func (j *journey) statements() {
	for _, verb := range []string{"confirm", "dispute"} {
		made := j.step("", "", "/v1/statements", object{"customer_id": j.customer, "from": "2025-11-01", "to": j.began.Format(time.DateOnly)})
		at := "/v1/statements/" + made.id
		answer := object{"name": "Example " + j.name}
		if verb == "dispute" {
			answer["lines"] = []any{object{"document_id": j.line(at), "reason": "price"}}
		}
		j.inOneMonth(func() { j.guest(verb, j.link(at), answer) })
		for _, d := range rows(object{"data": j.look(rep, at)["disputes"]}) {
			j.step(chief, "-", fmt.Sprint(at, "/disputes/", d["id"], "/resolve"), object{"reason": "fault"})
		}
		j.want("statement", j.look(rep, at)["state"], "confirmed")
	}
}

// line is a document on a statement.
func (j *journey) line(at string) any {
	lines := rows(j.look(rep, at+"/lines"))
	if j.want("number of lines", len(lines), 1); j.failed {
		return nil
	}
	return lines[0]["document_id"]
}

// link sends a statement until its token is seen: it is shown once, and an answer that was lost is repeated without it.
func (j *journey) link(at string) string {
	for !j.failed {
		sent := j.step("", "-", at+"/send", object{"via": "link"})
		if token, shown := sent.answer["token"].(string); shown {
			return token
		}
	}
	return ""
}

// guest is the customer, who has a link and no keys: a second try may find that the first was heard.
func (j *journey) guest(verb, token string, answer object) {
	body, err := json.Marshal(answer)
	if err != nil {
		j.t.Error(err)
	}
	tried := false
	for end := time.Now().Add(patience); !j.failed && time.Now().Before(end); {
		header := http.Header{"Content-Type": {"application/json"}, "X-Statement-Token": {token}}
		status, refusal := j.do("", http.MethodPost, "/v1/public/statement/"+verb, header, bytes.NewReader(body))
		switch {
		case status == http.StatusOK, tried && status == http.StatusConflict:
			return
		case unanswered(status):
			tried = true
			time.Sleep(20 * time.Millisecond)
		default:
			j.t.Errorf("%s: %s: %d %v", j.name, verb, status, refusal)
			j.failed = true
		}
	}
}
