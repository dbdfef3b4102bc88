package collection_test

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/jobs"
)

// A bill that bounced last week is in this week's report as abnormal, with its amount; one of the week before isn't any more.
func TestARV05_ABouncedBillIsInTheWeeklyReport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		weeks int // between the bounce and the report's week
		cases int
	}{{1, 1}, {2, 0}} {
		d := open(t)
		d.owe("800.00", 1)
		r := d.As("clerk").Post("/v1/receipts", object{
			"customer_id": d.customer.ID, "amount": "800.00", "method": "acceptance_bill", "received_on": d.onDay(0), "allocations": []object{},
			"bill": object{"number": "BILL-1", "drawer": "云岭示例纺织有限公司", "acceptor": "示例银行", "issued_on": d.onDay(-5), "matures_on": d.onDay(0)},
		}).Want(201)
		d.As("finance").Post("/v1/acceptance-bills/"+r.String("bill_id")+"/bounce", object{"note": "余额不足"}).Want(200)
		week := jobs.Weekly.Start(d.DB.Clock().Now())
		d.DB.Clock().SetOffset(time.Until(week.AddDate(0, 0, 7*c.weeks).Add(2 * time.Hour)))
		d.report()
		id := d.As("finance").Get("/v1/collection-reports").Want(200).String("data.0.id")
		l := d.As("finance").Get("/v1/collection-reports/" + id + "/cases").Want(200)
		bills := 0
		for i := range l.Len("data") {
			if l.String("data."+string(rune('0'+i))+".kind") == "bill" {
				bills++
				if l.String("data."+string(rune('0'+i))+".amount") != "800.00" {
					t.Errorf("%s", l.Body)
				}
			}
		}
		if bills != c.cases {
			t.Errorf("%d weeks after: %s", c.weeks, l.Body)
		}
	}
}
