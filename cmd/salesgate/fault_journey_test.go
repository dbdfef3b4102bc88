package main

import (
	"fmt"
	"maps"
	"strings"
)

// journey is one going of a way, step by step to its end, or to the step that was refused: that is an error, and the rest isn't tried.
type journey struct {
	*fault
	way, name      string
	customer, code string
	steps          int
	held, failed   bool
}

// step does one write, repeated until it is acknowledged; list says where its result is listed, "-" for nowhere.
func (j *journey) step(who, list, path string, request object) write {
	return j.write(write{who: who, list: list, path: path, request: request})
}

// upload brings a file, and returns its id.
func (j *journey) upload(who string) string {
	return j.write(write{who: who, list: "-", path: "/v1/attachments?file_name=paper.pdf", file: "%PDF-1.7 " + j.name}).id
}

func (j *journey) write(w write) write {
	verb, _, _ := strings.Cut(w.path[strings.LastIndex(w.path, "/")+1:], "?")
	w.key = fmt.Sprintf("%s-%d-%s", j.name, j.steps, verb)
	j.steps++
	if j.failed {
		return w
	}
	if j.held {
		w = j.noted(j.until(w))
	} else {
		w = j.acknowledged(w)
	}
	j.failed = w.answer == nil
	return w
}

// look reads something.
func (j *journey) look(who, path string) object {
	if j.failed {
		return nil
	}
	found := j.see(who, path)
	j.failed = found == nil
	return found
}

// want fails the journey unless something is as it should be.
func (j *journey) want(what string, is, should any) {
	if !j.failed && fmt.Sprint(is) != fmt.Sprint(should) {
		j.t.Errorf("%s: the %s is %v, not %v", j.name, what, is, should)
		j.failed = true
	}
}

// inOneMonth keeps the clock from being moved on to another month amid steps that belong together: a gate pass and a phone's clock are good for a day.
func (j *journey) inOneMonth(steps func()) {
	j.month.RLock()
	defer j.month.RUnlock()
	j.held = true
	steps()
	j.held = false
}

// over counts the journey.
func (j *journey) over() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begun[j.way]++
	if !j.failed {
		j.ends[j.way]++
	}
}

// lineOf returns the id of the first line of an answered document.
func lineOf(w write) any {
	lines, _ := w.answer["lines"].([]any)
	if len(lines) == 0 {
		return nil
	}
	line, _ := lines[0].(object)
	return line["id"]
}

// order submits an order of kg at 10 each.
func (j *journey) order(settlement string, kg int) write {
	request := object{
		"customer_id": j.customer, "channel": "api", "settlement": settlement, "submit": true,
		"lines": []any{object{"product_id": j.product, "quantity": fmt.Sprint(kg), "price": "10"}},
	}
	if settlement == "net_days" {
		request["terms_days"] = 30
	}
	return j.step("", "", "/v1/orders", request)
}

// notice submits a notice of all of an order; without a vehicle several trucks may fetch it.
func (j *journey) notice(order write, flow string, kg int, vehicle string) write {
	request := object{
		"customer_id": j.customer, "flow": flow, "ship_date": j.began.AddDate(3, 0, 0).Format("2006-01-02"),
		"lines": []any{object{"order_id": order.id, "order_line_id": lineOf(order), "quantity": fmt.Sprint(kg)}},
	}
	if vehicle != "" {
		request["vehicle"] = vehicle
	}
	notice := j.step("", "", "/v1/shipping-notices", request)
	j.step("", "-", "/v1/shipping-notices/"+notice.id+"/submit", object{})
	return notice
}

// released has a notice checked, released and laid out.
func (j *journey) released(notice write) {
	at := "/v1/shipping-notices/" + notice.id
	j.step(office, "-", at+"/check", object{})
	j.step(manager, "-", at+"/release", object{})
	j.step(office, "/v1/stock-preparations", at+"/prepare", object{})
}

// loaded puts some kg of a notice on a truck.
func (j *journey) loaded(notice write, kg int, truck object) write {
	request := object{"lines": []any{object{"notice_line_id": lineOf(notice), "quantity": fmt.Sprint(kg)}}}
	maps.Copy(request, truck)
	return j.step(office, "/v1/delivery-notes", "/v1/shipping-notices/"+notice.id+"/dispatch", request)
}

// out lets a truck out of the gate.
func (j *journey) out(note write, vehicle string, kg int) {
	pass, _ := note.answer["gate_pass"].(object)
	j.step(office, "-", "/v1/gate-checks", object{
		"pass_number": pass["number"], "vehicle": vehicle, "seen": []any{object{"product_code": "P-1", "quantity": fmt.Sprint(kg)}},
	})
}
