package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// replay sends again what was acknowledged, and wants the same answer.
func (f *fault) replay() {
	f.t.Helper()
	for _, all := range f.acked {
		for _, w := range all[max(0, len(all)-100):] {
			if w.old {
				continue
			}
			if again := f.until(w); again.id != w.id {
				f.t.Errorf("%s was answered with %s, and again with %s", w.key, w.id, again.id)
			}
		}
	}
}

// only narrows lists to what the workers write themselves.
var only = map[string]string{"/v1/stock-movements": "&kind=receipt", "/v1/invoices": "&kind=invoice", "/v1/statements": "&kind=manual", "/v1/dunnings": "&state=sent"}

// listed reads all documents of a kind: id → number.
func (f *fault) listed(path string) map[string]string {
	f.t.Helper()
	found := map[string]string{}
	for _, d := range f.all(path, only[path]) {
		found[fmt.Sprint(d["id"])] = fmt.Sprint(d["number"])
	}
	return found
}

// all reads all pages of a list.
func (f *fault) all(path, filter string) (found []object) {
	f.t.Helper()
	for cursor := ""; ; {
		page := f.see(rep, path+"?limit=200"+filter+cursor)
		found = append(found, rows(page)...)
		next, more := page["next_cursor"].(string)
		if !more || next == "" {
			return found
		}
		cursor = "&cursor=" + next
	}
}

// series are the documents that are compared, by path, and the series of their numbers.
var series = map[string]string{
	"/v1/customers": "", "/v1/orders": "SO", "/v1/receipts": "RC", "/v1/stock-movements": "", "/v1/shipping-notices": "SN",
	"/v1/delivery-notes": "DN", "/v1/invoices": "INV", "/v1/stock-preparations": "",
	"/v1/delivery-corrections": "DC", "/v1/disputed-items": "", "/v1/goods-returns": "RT",
	"/v1/transport-notices": "TN", "/v1/freight-vouchers": "FV", "/v1/carriers": "", "/v1/carrier-settlements": "CS", "/v1/gate-conflicts": "",
	"/v1/emergency-releases": "ER", "/v1/special-releases": "SR", "/v1/bank-imports": "BS", "/v1/acceptance-bills": "",
	"/v1/payment-promises": "PP", "/v1/bad-debts": "BD", "/v1/statements": "", "/v1/dunnings": "DUN",
}

// compareAll compares everything, and wants everything that was acknowledged to be compared.
func (f *fault) compareAll() {
	f.t.Helper()
	for path, prefix := range series {
		f.compare(path, prefix)
	}
	for path := range f.acked {
		if _, compared := series[path]; !compared && path != "-" {
			f.t.Errorf("%s isn't compared with what was acknowledged", path)
		}
	}
}

// compare holds all documents of a kind against what was acknowledged. With a series their numbers must be 1 to n in each month.
func (f *fault) compare(path, series string) {
	f.t.Helper()
	found := f.listed(path)
	for _, w := range f.acked[path] {
		if _, there := found[w.id]; !there {
			f.t.Errorf("%s was acknowledged as %s, which isn't there", w.key, w.id)
		}
	}
	for id := range f.before[path] {
		delete(found, id)
	}
	if len(found) != len(f.acked[path]) {
		f.t.Errorf("%s: %d are there, %d were acknowledged", path, len(found), len(f.acked[path]))
	}
	numbers := map[string]map[int]bool{}
	for _, number := range found {
		at := strings.LastIndex(number, "-") + 1
		if numbers[number[:at]] == nil {
			numbers[number[:at]] = map[int]bool{}
		}
		n, _ := strconv.Atoi(number[at:])
		numbers[number[:at]][n] = true
	}
	for month, there := range numbers {
		for n := 1; series != "" && n <= len(there); n++ {
			if !there[n] {
				f.t.Errorf("%s: number %s%05d is missing", series, month, n)
			}
		}
	}
	f.t.Logf("%s: %d writes acknowledged, all there once", path, len(found))
}

// oneStatementEach wants one statement for each debtor and month that was over, however often the run was killed.
func (f *fault) oneStatementEach() {
	f.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		runs := f.see(rep, "/v1/statement-runs")
		ended := 0
		for _, run := range rows(runs) {
			// The month before the first is over, too, when the server starts; nobody owed anything then.
			if run["state"] == "done" && fmt.Sprint(run["month"]) >= f.began.Format("2006-01") {
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
