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
var only = map[string]string{"/v1/stock-movements": "&kind=receipt", "/v1/invoices": "&kind=invoice"}

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
