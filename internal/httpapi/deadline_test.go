package httpapi_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// What waits for an answer in working time waits longer when the company is off, whichever module keeps the deadline; and its
// follow-up with it.
func TestDeadlinesMoveWithTheCalendar(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	order := confirmed(e, customer, product, "100", ahead(60)).ID()
	request := madeFor(e, order).ID()
	notice := e.As("rep1").Post("/v1/customer-notices", object{
		"order_id": order, "channel": "phone", "sender": "陈示例", "body": "请确认交期",
	}).Want(201).ID()
	contract := inForce(e, contractBy(customer, goodsOf(product, "100", "10", 30))).ID()
	inquiry := e.As("rep1").Post("/v1/inquiries", object{"channel": "fax", "customer_id": newCustomerOf(e, customersMade.Add(1))}).Want(201).ID()
	due := func(query, id string) (all []time.Time) {
		e.Tx(func(tx pg.Tx) error { return tx.Raw(query, uuid.MustParse(id)).Scan(&all).Error })
		return all
	}
	task := "SELECT due_at FROM follow_ups WHERE state = 'open' AND due_from IS NOT NULL AND subject_id = ?"
	asked := map[string]func() []time.Time{
		"acknowledgements": func() []time.Time {
			return due("SELECT due_at FROM production_acknowledgements WHERE request_id = ?", request)
		},
		"tasks of the production request":    func() []time.Time { return due(task, request) },
		"a customer's notice":                func() []time.Time { return due("SELECT due_at FROM customer_notices WHERE id = ?", notice) },
		"task of the notice":                 func() []time.Time { return due(task, notice) },
		"task to file a contract":            func() []time.Time { return due(task, contract) },
		"a new customer's inquiry":           func() []time.Time { return due("SELECT due_at FROM inquiries WHERE id = ?", inquiry) },
		"task of the new customer's inquiry": func() []time.Time { return due(task, inquiry) },
	}
	before := map[string][]time.Time{}
	for name, read := range asked {
		before[name] = read()
		if len(before[name]) == 0 {
			t.Errorf("%s: there is none", name)
		}
	}
	today := clock.Today(e.DB.Clock().Now())
	for n := range 20 { // from tomorrow on, so that whatever is due within days lies behind it
		at := "/v1/calendar/days/" + clock.Calendar{}.AddWorkingDays(today, n+1).Format(time.DateOnly)
		e.As("hr").Put(at, e.As("hr").Get(at).Want(200).ETag(), object{"working": false, "reason": "停产检修"}).Want(200)
	}
	if err := e.App.RecomputeDeadlines(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := clock.Calendar{}.AddWorkingDays(today, 20)
	for name, read := range asked {
		for i, at := range read() {
			if clock.Today(before[name][i]).After(today) && !at.After(last) {
				t.Errorf("%s: due %s, as if nobody were off", name, at)
			}
		}
	}
}
