package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// Who they are. Nobody releases what they submitted (ORG-03).
const (
	rep     = "fault.rep"
	manager = "fault.manager"
	office  = "fault.office"
	chief   = "fault.chief"
)

var people = map[string]string{
	rep:     "sales_rep,finance_clerk,warehouse_keeper",
	manager: "sales_manager,admin",
	office:  "finance_clerk,warehouse_keeper,quality_manager,gate_guard",
	chief:   "finance_manager",
}

// ways is how many bring goods the whole way at once. Each has a customer of its own, and all take from the same lot.
const ways = 3

// shops are the customer whose orders wait, those of the ways, and those who owe from before and get statements, too.
func shops() string {
	var b strings.Builder
	b.WriteString("C-1,Fault Shop Ltd,active,fault.rep,Example,buyer,13999000000,,,,\n")
	for w := range ways {
		fmt.Fprintf(&b, "W-%d,Fault Way %d Ltd,active,fault.rep,Example,buyer,1399910%04d,A,10000000,net_days,30\n", w, w, w)
	}
	for n := range debtors() {
		fmt.Fprintf(&b, "D-%d,Debtor %d Ltd,active,fault.rep,Example,buyer,13998%06d,,,,\n", n, n, n)
	}
	return b.String()
}

func debts() string {
	var b strings.Builder
	for n := range debtors() {
		fmt.Fprintf(&b, "OLD-%d,D-%d,2025-12-01,2026-01-01,%d.00\n", n, n, 100+n)
	}
	return b.String()
}

// debtors is how many statements a month has at least.
func debtors() int {
	if os.Getenv("SALESGATE_LONG") != "" {
		return 3000
	}
	return 50
}

// openWay brings in a lot that passed its inspection, more than all ways take (SHP-16), and notes what is there before anybody works.
func (f *fault) openWay() {
	f.t.Helper()
	goods := f.until(write{who: office, path: "/v1/stock-movements", key: "lot", request: map[string]any{"movements": []any{
		map[string]any{"kind": "receipt", "product_code": "P-1", "lot_no": "PASSED", "warehouse_code": "W1", "quantity": "1000000", "external_no": "lot"},
	}}})
	rows, _ := goods.answer["data"].([]any)
	first, _ := rows[0].(map[string]any)
	f.until(write{who: office, path: "/v1/inspection-reports", key: "report", request: map[string]any{"lot_id": first["lot_id"], "result": "passed"}})
	for w := range ways {
		_, page := f.do(rep, http.MethodGet, fmt.Sprintf("/v1/customers?q=Fault%%20Way%%20%d%%20Ltd", w), "", nil)
		found, _ := page["data"].([]any)
		if len(found) != 1 {
			f.t.Fatalf("way %d: %v", w, page)
		}
		c, _ := found[0].(map[string]any)
		f.payers = append(f.payers, fmt.Sprint(c["id"]))
	}
	for _, path := range []string{"/v1/customers", "/v1/invoices", "/v1/stock-movements"} {
		f.before[path] = map[string]bool{}
		for id := range f.listed(path) {
			f.before[path][id] = true
		}
	}
}

// nextMonth moves the clock to the first of the next month when nobody waits for an answer, so that the server makes the statements of the month that is
// over while it is killed. Keys of the month before are forgotten, so what they acknowledged isn't repeated any more.
func (f *fault) nextMonth() {
	f.t.Helper()
	f.month.Lock()
	defer f.month.Unlock()
	f.months++
	now := time.Now()
	to := time.Date(now.Year(), now.Month(), 1, 1, 0, 0, 0, time.UTC).AddDate(0, f.months, 0)
	f.until(write{who: manager, path: "/v1/sandbox/clock", key: fmt.Sprint("month-", f.months), request: map[string]any{"to": to}})
	for _, all := range f.acked {
		for i := range all {
			all[i].old = true
		}
	}
}

// goAll goes one way after the other until done; the last one to its end.
func (f *fault) goAll(worker int, done <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		default:
		}
		f.way(f.payers[worker], fmt.Sprintf("%d-%d", worker, n))
	}
}

// way is one order of 10 kg from its beginning to its end: released by the manager, laid out from a lot that passed, loaded, let out by the gate,
// found one short by the customer and corrected, invoiced, disputed in part, and paid by a receipt that is allocated when it is booked or afterwards; two come
// back and are credited. A step is repeated until it is acknowledged.
func (f *fault) way(customer, n string) {
	type object = map[string]any
	failed := false
	step := func(who, list, path string, request object) write {
		w := write{who: who, list: list, path: path, key: "way-" + n + "-" + path[strings.LastIndex(path, "/")+1:], request: request}
		if failed {
			return w
		}
		w = f.acknowledged(w)
		failed = w.answer == nil
		return w
	}
	order := step("", "", "/v1/orders", object{
		"customer_id": customer, "channel": "api", "settlement": "net_days", "terms_days": 30, "submit": true,
		"lines": []any{object{"product_id": f.product, "quantity": "10", "price": "10"}},
	})
	notice := step("", "", "/v1/shipping-notices", object{
		"customer_id": customer, "flow": "credit", "ship_date": time.Now().AddDate(3, 0, 0).Format(time.DateOnly), "vehicle": "FA-" + n,
		"lines": []any{object{"order_id": order.id, "order_line_id": lineOf(order), "quantity": "10"}},
	})
	at := "/v1/shipping-notices/" + notice.id
	step("", "-", at+"/submit", object{})
	step(office, "-", at+"/check", object{})
	step(manager, "-", at+"/release", object{})
	step(office, "/v1/stock-preparations", at+"/prepare", object{})
	load := object{"lines": []any{object{"notice_line_id": lineOf(notice), "quantity": "10"}}}
	note := step(office, "/v1/delivery-notes", at+"/dispatch", load)
	pass, _ := note.answer["gate_pass"].(object)
	step(office, "-", "/v1/gate-checks", object{
		"pass_number": pass["number"], "vehicle": "FA-" + n, "seen": []any{object{"product_code": "P-1", "quantity": "10"}},
	})
	short := step("", "/v1/delivery-corrections", "/v1/delivery-corrections", object{
		"delivery_note_id": note.id, "cause": "customer", "reason": "fault", "lines": []any{object{"delivery_line_id": lineOf(note), "quantity": "9"}},
	})
	step(chief, "-", "/v1/delivery-corrections/"+short.id+"/post", object{})
	invoice := step("", "", "/v1/invoices", object{"delivery_note_ids": []any{note.id}, "ahead_of_statement": "n"})
	step("", "/v1/disputed-items", "/v1/disputed-items", object{
		"invoice_id": invoice.id, "reason": "price", "amount": "10.00", "raised_by": "Example", "note": "fault",
	})
	pay := []any{object{"invoice_id": invoice.id, "amount": "60.00"}}
	receipt := step("", "", "/v1/receipts", object{
		"customer_id": customer, "amount": "100.00", "method": "bank_transfer", "reference": "W" + n, "received_on": "2026-01-05", "allocations": pay,
	})
	step("", "-", "/v1/receipts/"+receipt.id+"/allocate", object{"allocations": []any{object{"invoice_id": invoice.id, "amount": "30.00"}}})
	step(chief, "/v1/goods-returns", "/v1/goods-returns", object{
		"delivery_note_id": note.id, "lines": []any{object{"delivery_line_id": lineOf(note), "quantity": "2"}}, "reason": "fault",
	})
}

// lineOf returns the id of the first line of an answered document.
func lineOf(w write) any {
	lines, _ := w.answer["lines"].([]any)
	if len(lines) == 0 {
		return nil
	}
	line, _ := lines[0].(map[string]any)
	return line["id"]
}

// oneStatementEach wants one statement for each debtor and month that was over, however often the run was killed.
func (f *fault) oneStatementEach() {
	f.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		_, runs := f.do(rep, http.MethodGet, "/v1/statement-runs", "", nil)
		rows, _ := runs["data"].([]any)
		ended := 0
		for _, row := range rows {
			// The month before the first is over, too, when the server starts; nobody owed anything then.
			if run, _ := row.(map[string]any); run["state"] == "done" && fmt.Sprint(run["month"]) >= time.Now().Format("2006-01") {
				ended++
				if n, _ := run["statements"].(float64); int(n) < debtors() {
					f.t.Errorf("a run made %v statements for %d debtors", run["statements"], debtors())
				}
			}
		}
		if ended == f.months {
			f.t.Logf("%d statement runs came to their end", ended)
			return
		}
		if time.Now().After(end) {
			f.t.Errorf("%d of %d statement runs came to their end: %v", ended, f.months, runs)
			return
		}
	}
}
