package httpapi_test

import (
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestORD01_ORD02_OriginalAndReviewThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, product, customer := e.As("rep1"), productAt(e, "10"), customerOf(e)
	file := rep.With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=po.pdf", "%PDF-1.7 example").Want(201).ID()
	body := object{
		"customer_id": customer, "channel": "fax", "received_at": "2026-01-05T01:00:00Z", "delivery_place": "一号仓", "attachment_ids": []string{file},
		"lines": []object{{"product_id": product, "quantity": "10", "price": "10", "unit": "kg", "packing": "袋装"}},
	}
	o := rep.Post("/v1/orders", body).Want(201)
	path := "/v1/orders/" + o.ID()
	got := rep.Get(path).Want(200)
	if got.String("attachments.0.file_name") != "po.pdf" || got.String("delivery_place") != "一号仓" || got.String("lines.0.packing") != "袋装" || got.String("received_at") != "2026-01-05T01:00:00Z" {
		t.Errorf("%s", got.Body)
	}
	e.As("rep3").Get("/v1/attachments/" + file).Want(404)
	e.As("supervisor").Get("/v1/attachments/" + file).Want(200)
	points := rep.Post(path+"/review-points", object{"points": []object{{"line_no": 1, "point": "quantity", "passed": false, "note": "不是整包"}}}).Want(201)
	point := path + "/review-points/" + points.String("data.0.id")
	rep.Post(path+"/submit", nil).WantProblem(422, "order.review_open")
	rep.Post(point+"/answer", object{"outcome": "corrected", "answer": "改为整包"}).WantProblem(409, "order.review_point_not_returned")
	rep.Post(point+"/return", object{"told_to": "陈示例", "told_via": "phone"}).Want(200)
	e.As("rep3").Post(point+"/answer", object{"outcome": "accepted", "answer": "x"}).Want(404)
	rep.Post(point+"/answer", object{"outcome": "corrected", "answer": "改为整包"}).WantProblem(422, "order.review_point_uncorrected")
	rep.Patch(path, rep.Get(path).Want(200).ETag(), object{"packing": "整包"}).Want(200)
	rep.Post(point+"/answer", object{"outcome": "corrected", "answer": "改为整包"}).Want(200)
	if list := rep.Get(path + "/review-points").Want(200); list.At("data.0.open") != false || list.String("data.0.told_to") != "陈示例" {
		t.Errorf("%s", list.Body)
	}
	if sent := rep.Post(path+"/submit", nil).Want(200); sent.String("state") != "confirmed" {
		t.Errorf("%s", sent.Body)
	}
	body["lines"] = []object{{"product_id": product, "quantity": "10", "price": "10", "unit": "t"}}
	body["attachment_ids"] = []string{}
	rep.Post("/v1/orders", body).WantProblem(422, "order.wrong_unit")
}

// Who is asked for a review finds it on his list until somebody has reviewed, or the draft is one no more.
func TestORD02_ReviewersAreAsked(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, product, customer := e.As("rep1"), productAt(e, "10"), customerOf(e)
	draft := func() string {
		return "/v1/orders/" + rep.Post("/v1/orders", object{
			"customer_id": customer, "channel": "phone", "lines": []object{{"product_id": product, "quantity": "10", "price": "10"}},
		}).Want(201).ID()
	}
	asked := func(who string) int {
		return e.As(who).Get("/v1/me/follow-ups?kind=order.review_wanted").Want(200).Len("data")
	}
	ask := object{"roles": []string{"sales_assistant", "quality_manager"}}
	reviewed, submitted, cancelled := draft(), draft(), draft()
	for _, path := range []string{reviewed, submitted, cancelled} {
		e.As("rep3").Post(path+"/review-requests", ask).Want(404)
		e.As("quality").Post(path+"/review-requests", ask).Want(403)
		for range 2 { // asking again those who are asked changes nothing
			if o := rep.Post(path+"/review-requests", ask).Want(200); o.At("review_asked") != true {
				t.Errorf("%s", o.Body)
			}
		}
	}
	e.Tx(func(tx pg.Tx) error {
		return pg.One(tx.Exec("UPDATE users SET active = false WHERE username = 'production'"))
	})
	rep.Post(reviewed+"/review-requests", object{"roles": []string{"production_manager"}}).WantProblem(422, "order.no_reviewer")
	rep.Post(reviewed+"/review-requests", object{"roles": []string{"gate_guard"}}).Want(400)
	rep.Post(reviewed+"/review-requests", object{"roles": []string{}}).Want(400)
	if n, m := asked("quality"), asked("assistant"); n != 3 || m != 3 {
		t.Errorf("%d and %d are asked", n, m)
	}
	e.As("quality").Post(reviewed+"/review-points", object{"points": []object{{"point": "specification", "passed": true}}}).Want(201)
	if n := asked("assistant"); n != 2 || rep.Get(reviewed).Want(200).At("review_asked") != false {
		t.Errorf("%d after the review", n)
	}
	rep.Post(submitted+"/submit", nil).Want(200)
	rep.Post(submitted+"/review-requests", ask).WantProblem(409, "resource.wrong_state")
	rep.Post(cancelled+"/cancel", object{"reason": "客户取消"}).Want(200)
	if n, m := asked("quality"), asked("assistant"); n != 0 || m != 0 {
		t.Errorf("%d and %d are still asked", n, m)
	}
	failed := draft()
	rep.Post(failed+"/review-points", object{"points": []object{{"point": "date", "passed": false, "note": "交期不明"}}}).Want(201)
	rep.Post(failed+"/cancel", object{"reason": "客户取消"}).Want(200)
	if n := rep.Get("/v1/me/follow-ups?kind=order.review_failed").Want(200).Len("data"); n != 0 {
		t.Errorf("%d to settle of a cancelled order", n)
	}
}
