package httpapi_test

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/correspondence"
)

// The last instant of the working day is in time, the next isn't.
func TestORD11_OverdueAtItsBoundary(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	n := correspondence.Notice{DueAt: due}
	if n.Overdue(due.Add(-time.Microsecond)) || n.Overdue(due) || !n.Overdue(due.Add(time.Microsecond)) {
		t.Error("open")
	}
	n.AnsweredAt = &due
	if n.Overdue(due.AddDate(1, 0, 0)) {
		t.Error("answered at the last instant")
	}
}

func TestORD11_ACustomersNoticeIsAnsweredByItsClock(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, _, _ := confirmedOrder(e, "10")
	id, rep := path[len("/v1/orders/"):], e.As("rep1")
	rep.Post("/v1/customer-notices", object{"channel": "phone", "body": "x"}).WantProblem(422, "customer_notice.about_one_deal")
	e.As("rep3").Post("/v1/customer-notices", object{"order_id": id, "channel": "phone", "body": "x"}).WantProblem(422, "customer_notice.unknown_deal")
	rep.Post("/v1/customer-notices", object{"order_id": id, "channel": "phone", "body": "x", "received_at": "2099-01-01T00:00:00Z"}).WantProblem(422, "customer_notice.received_in_future")
	late := rep.Post("/v1/customer-notices", object{"order_id": id, "channel": "fax", "body": "交期能否提前", "received_at": "2026-01-05T01:00:00Z"}).Want(201)
	fresh := rep.Post("/v1/customer-notices", object{"order_id": id, "channel": "phone", "sender": "陈示例", "body": "包装有误"}).Want(201)
	if late.String("due_at") != "2026-01-06T09:30:00Z" || late.At("overdue") != true || fresh.At("overdue") != false {
		t.Errorf("%s %s", late.Body, fresh.Body)
	}
	if list := rep.Get("/v1/customer-notices?overdue=true").Want(200); list.Len("data") != 1 || list.String("data.0.id") != late.ID() {
		t.Errorf("%s", list.Body)
	}
	if rep.Get("/v1/me/follow-ups?kind=customer_notice.answer").Want(200).Len("data") != 2 || e.As("rep3").Get("/v1/customer-notices").Want(200).Len("data") != 0 {
		t.Error("asked or seen wrongly")
	}
	e.As("rep3").Get("/v1/customer-notices/" + late.ID()).Want(404)
	rep.Post("/v1/customer-notices/"+late.ID()+"/answer", object{"via": "phone", "answer": "可提前两天"}).Want(200)
	rep.Post("/v1/customer-notices/"+late.ID()+"/answer", object{"via": "phone", "answer": "再答"}).WantProblem(409, "customer_notice.answered")
	if rep.Get("/v1/customer-notices?overdue=true").Want(200).Len("data") != 0 || rep.Get("/v1/me/follow-ups?kind=customer_notice.answer").Want(200).Len("data") != 1 {
		t.Error("answered")
	}
}
