package httpapi_test

import (
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
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
