package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
)

// Who they are. Nobody decides what they submitted (ORG-03), and an emergency has three people who answer for it (SHP-15).
const (
	rep     = "fault.rep"
	manager = "fault.manager"
	office  = "fault.office"
	chief   = "fault.chief"
	boss    = "fault.boss"
	lab     = "fault.lab"
)

var people = map[string]string{
	rep:     "sales_rep,finance_clerk,warehouse_keeper",
	manager: "sales_manager,admin",
	office:  "finance_clerk,warehouse_keeper,quality_manager,gate_guard",
	chief:   "finance_manager",
	boss:    "general_manager",
	lab:     "quality_manager,purchasing",
}

// way is what is gone again and again, by several at once, each with a customer of its own; all take from the same lot.
type way struct {
	name  string
	many  int
	limit string // of its customers' credit
	debt  string // that its customers owe from before, overdue
	going func(j *journey)
}

var ways = []way{
	{name: "sale", many: 3, limit: "10000000", going: (*journey).sale},
	{name: "truck", many: 1, limit: "10000000", going: (*journey).trucks},
	{name: "offline", many: 1, limit: "10000000", going: (*journey).offline},
	{name: "emergency", many: 1, limit: "10000000", going: (*journey).emergency},
	{name: "special", many: 1, limit: "50", going: (*journey).special},
	{name: "bank", many: 1, limit: "10000000", going: (*journey).bank},
	{name: "prepaid", many: 1, limit: "10000000", going: (*journey).prepaid},
	{name: "chase", many: 1, limit: "10000000", debt: "1000000.00", going: (*journey).chase},
	{name: "statements", many: 1, limit: "10000000", debt: "1000000.00", going: (*journey).statements},
}

// each calls fn for every customer of the ways.
func each(fn func(w way, code string)) {
	for _, w := range ways {
		for n := range w.many {
			fn(w, fmt.Sprintf("W-%s-%d", w.name, n))
		}
	}
}

// shops are the customer whose orders wait, those of the ways, and those who owe from before and get statements, too.
func shops() string {
	var b strings.Builder
	b.WriteString("C-1,Fault Shop Ltd,active,fault.rep,Example,buyer,13999000000,,,,\n")
	n := 0
	each(func(w way, code string) {
		fmt.Fprintf(&b, "%s,Journey %s Ltd,active,fault.rep,Example,buyer,1399910%04d,A,%s,net_days,30\n", code, code, n, w.limit)
		n++
	})
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
	each(func(w way, code string) {
		if w.debt != "" {
			fmt.Fprintf(&b, "OLD-%s,%s,2025-12-01,2026-01-01,%s\n", code, code, w.debt)
		}
	})
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
	goods := f.until(write{who: office, path: "/v1/stock-movements", key: "lot", request: object{"movements": []any{
		object{"kind": "receipt", "product_code": "P-1", "lot_no": "PASSED", "warehouse_code": "W1", "quantity": "1000000", "external_no": "lot"},
	}}})
	f.until(write{who: office, path: "/v1/inspection-reports", key: "report", request: object{"lot_id": rows(goods.answer)[0]["lot_id"], "result": "passed"}})
	f.payers, f.ids = map[string]string{}, map[string]any{}
	for _, c := range rows(f.see(rep, "/v1/customers?q=Journey&limit=200")) {
		f.payers[fmt.Sprint(c["code"])] = fmt.Sprint(c["id"])
	}
	for who := range people {
		f.ids[who] = f.see(who, "/v1/me")["id"]
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
	to := time.Date(f.began.Year(), f.began.Month(), 1, 1, 0, 0, 0, time.UTC).AddDate(0, f.months, 0)
	f.until(write{who: manager, path: "/v1/sandbox/clock", key: fmt.Sprint("month-", f.months), request: object{"to": to}})
	f.ahead = time.Until(to)
	for _, all := range f.acked {
		for i := range all {
			all[i].old = true
		}
	}
}

// now is what the server's clock shows, at most a moment ago.
func (f *fault) now() time.Time { return time.Now().Add(f.ahead) }

// day is the business date so many days from now.
func (f *fault) day(in int) string {
	return clock.Today(f.now()).AddDate(0, 0, in).Format(time.DateOnly)
}

// goAll goes a way again and again until done; the last time to its end.
func (f *fault) goAll(w way, code string, done <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		default:
		}
		j := &journey{fault: f, way: w.name, name: fmt.Sprintf("%s-%d", strings.TrimPrefix(code, "W-"), n), customer: f.payers[code], code: code}
		w.going(j)
		j.over()
	}
}

// reached wants every way gone to its end, each time that it was begun.
func (f *fault) reached() {
	f.t.Helper()
	for _, w := range ways {
		if f.begun[w.name] == 0 || f.ends[w.name] != f.begun[w.name] {
			f.t.Errorf("the way %s was begun %d times and came to its end %d times", w.name, f.begun[w.name], f.ends[w.name])
		}
		f.t.Logf("the way %s was gone %d times to its end", w.name, f.ends[w.name])
	}
}
