package terms_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/terms"
)

type object = map[string]any

func TestCRD15_AnAgreementOrABridgeCoversMonthlyOrders(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	c := rep.Post("/v1/customers", object{"name": "云岭示例纺织有限公司", "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购", "phone": "13800000042"}}}).Want(201).ID()
	rep.Post("/v1/settlement-bridges", object{"customer_id": c, "note": "首单急用"}).WantProblem(422, "terms.not_monthly")
	asked := rep.Post("/v1/credit-limit-requests", object{
		"customer_id": c, "grade": "B", "limit_kind": "amount", "limit_amount": "1000", "settlement": "net_days", "terms_days": 30, "reasons": "月用量稳定",
		"monthly_basis": object{"kind": "renowned"},
	}).Want(201).String("approval_id")
	for _, who := range []string{"manager", "gm"} {
		e.As(who).Post("/v1/approvals/"+asked+"/approve", object{}).Want(200)
	}
	customer, first, second := uuid.MustParse(c), uuid.New(), uuid.New()
	standing := func(order uuid.UUID) (s terms.Standing) {
		e.Tx(func(tx pg.Tx) (err error) { s, err = terms.ReadStanding(tx, customer, order); return err })
		return s
	}
	if standing(first).Covered() {
		t.Error("covered without anything signed")
	}
	b := rep.Post("/v1/settlement-bridges", object{"customer_id": c, "note": "首单急用", "approved_by": e.People["manager"]}).Want(201)
	if b.String("state") != "approved" || !standing(first).Covered() {
		t.Fatalf("%s", b.Body)
	}
	e.Tx(func(tx pg.Tx) error { return terms.UseBridge(tx, standing(first).Bridge, first, e.People["rep1"]) })
	if s := standing(first); !s.Taken || standing(second).Covered() {
		t.Errorf("%+v: a second order passes", s)
	}
	// The last day of the month is in time, the first of the next isn't.
	mark := func(deadline string) (n int) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec("UPDATE settlement_bridges SET deadline = ((now() AT TIME ZONE 'Asia/Shanghai')::date + ?::int)", deadline).Error
		})
		e.Tx(func(tx pg.Tx) (err error) { n, err = e.App.Server.Terms.MarkOverdue(tx, 10); return err })
		return n
	}
	if n := mark("0"); n != 0 {
		t.Errorf("%d marked on the last day", n)
	}
	if n := mark("-1"); n != 1 {
		t.Errorf("%d marked on the day after", n)
	}
	if n := mark("-1"); n != 0 {
		t.Errorf("%d marked again", n)
	}
	if l := rep.Get("/v1/settlement-bridges?state=violated").Want(200); l.Len("data") != 1 || l.String("data.0.jointly_liable_since") == "" {
		t.Errorf("%s", l.Body)
	}
	if v := e.As("hr").Get("/v1/violations?rule=CRD-15").Want(200); v.Len("data") != 1 {
		t.Errorf("%s", v.Body)
	}
	file := rep.With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
	body := object{
		"customer_id": c, "settlement": "net_days", "terms_days": 30, "conditions": "次月付清", "valid_from": "2020-01-01", "signed_on": "2020-01-01",
		"sealed": false, "attachment_ids": []string{file},
	}
	rep.Post("/v1/settlement-agreements", body).WantProblem(422, "terms.agreement_unsigned")
	body["sealed"] = true
	a := rep.Post("/v1/settlement-agreements", body).Want(201).ID()
	if !standing(second).Covered() {
		t.Error("not covered by the agreement")
	}
	path := "/v1/settlement-agreements/" + a
	rep.Post(path+"/confirm-original", object{"place": "档案柜"}).Want(403)
	e.As("clerk").Post(path+"/confirm-original", object{"place": "档案柜"}).Want(200)
	e.As("clerk").Post(path+"/confirm-original", object{"place": "档案柜"}).WantProblem(409, "terms.original_held")
	rep.Post(path+"/end", object{"reason": "改为现款"}).Want(200)
	if standing(second).Covered() {
		t.Error("covered by an ended agreement")
	}
}
