package collection_test

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// report makes the report of this week.
func (d *desk) report() {
	d.t.Helper()
	d.Tx(func(tx pg.Tx) error { return d.svc.MakeReport(tx, jobs.Weekly.Start(tx.Now)) })
}

// An item is abnormal when it is overdue by more than 30 days, a payer with more than 100,000 overdue; one below isn't.
func TestARV05_TheWeeklyReportNamesWhatIsAbnormal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount string
		days   int // before the report's Monday
		cases  int
	}{{"100.00", 30, 0}, {"100.00", 31, 1}, {"100000.00", 5, 0}, {"100000.01", 5, 1}, {"100000.01", 31, 2}} {
		d := open(t)
		since := int(d.day(0).Sub(jobs.Weekly.Start(d.DB.Clock().Now())) / (24 * time.Hour))
		d.owe(c.amount, c.days+since)
		d.report()
		id := d.As("finance").Get("/v1/collection-reports").Want(200).String("data.0.id")
		l := d.As("finance").Get("/v1/collection-reports/" + id + "/cases").Want(200)
		if l.Len("data") != c.cases {
			t.Errorf("%s overdue for %d days: %s", c.amount, c.days, l.Body)
		}
		asked := min(c.cases, 1)
		if n := d.As("rep1").Get("/v1/me/follow-ups?kind=collection.abnormal").Want(200).Len("data"); n != asked {
			t.Errorf("the rep is asked %d times, want %d", n, asked)
		}
	}
}

// The figures are frozen, finance and management know of them, and everybody sees their own people's.
func TestARV05_TheWeeklyReportIsFrozen(t *testing.T) {
	t.Parallel()
	d := open(t)
	since := int(d.day(0).Sub(jobs.Weekly.Start(d.DB.Clock().Now())) / (24 * time.Hour))
	v := d.owe("100.00", 10+since)
	d.owe("50.00", since-3) // falls due in the week
	d.oweBy(d.company("rep3"), "70.00", 10+since)
	back := d.book("25.00", since+2)
	d.As("finance").Post("/v1/receipts/"+back.ID.String()+"/refunds", object{
		"amount": "5.00", "method": "cash", "reason": "多付", "refunded_on": d.onDay(-since - 1), // what was paid back wasn't collected
	}).Want(200)
	d.book("30.00", since) // of this week
	if _, err := d.promise("100.00", 3); err != nil {
		t.Fatal(err)
	}
	d.report()
	finance := d.As("finance")
	path := "/v1/collection-reports/" + finance.Get("/v1/collection-reports").Want(200).String("data.0.id")
	r := finance.Get(path).Want(200)
	for field, expect := range map[string]string{
		"total.open": "220.00", "total.overdue": "170.00", "total.due": "50.00", "total.collected": "20.00", "total.promised": "100.00",
	} {
		if r.String(field) != expect {
			t.Errorf("%s = %s, want %s", field, r.String(field), expect)
		}
	}
	if r.Len("reps") != 2 || r.Len("teams") != 2 || r.At("total.longest") != 10.0 {
		t.Errorf("%s", r.Body)
	}
	for _, who := range []string{"finance", "gm"} {
		if n := d.As(who).Get("/v1/me/follow-ups?kind=collection.weekly_report").Want(200).Len("data"); n != 1 {
			t.Errorf("%s is told %d times", who, n)
		}
	}
	d.pay(v, "100.00", 0)
	d.report() // once a week
	if l := finance.Get("/v1/collection-reports").Want(200); l.Len("data") != 1 {
		t.Errorf("%s", l.Body)
	}
	if again := finance.Get(path).Want(200); again.String("total.overdue") != "170.00" {
		t.Errorf("%s", again.Body)
	}
	if team := d.As("supervisor").Get(path).Want(200); team.Len("reps") != 1 || team.String("total.open") != "150.00" { // ORG-06
		t.Errorf("%s", team.Body)
	}
	d.As("rep1").Get(path).Want(403)
	for _, table := range []string{"collection_reports", "collection_report_lines", "collection_report_cases"} {
		if err := d.as(d.clerk, func(tx pg.Tx) error { return tx.Exec("DELETE FROM " + table).Error }); err == nil {
			t.Errorf("%s isn't append-only", table)
		}
	}
}
