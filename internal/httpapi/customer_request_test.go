package httpapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCUS05_FirstOrderNeedsAnApprovedApplication(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, id := e.As("rep1"), newCustomerOf(e, customersMade.Add(1))
	body := orderBy(id, productAt(e, "10"), "100", "10")
	body["submit"] = true
	refused := rep.Post("/v1/orders", body).WantProblem(422, "order.customer_not_applied_for")
	if refused.String("rules.0") != "CUS-05" || refused.String("decision.outcome") != "refused" {
		t.Errorf("%s", refused.Body)
	}
	applied := rep.Post("/v1/customers/"+id+"/applications", object{"needs": "1.5D 涤纶短纤"}).Want(201)
	rep.Post("/v1/customers/"+id+"/applications", object{"needs": "再来"}).WantProblem(409, "customer.application_exists")
	rep.Post("/v1/orders", body).WantProblem(422, "order.customer_not_applied_for") // handed in isn't approved
	rep.Post("/v1/approvals/"+applied.String("approval_id")+"/approve", object{}).Want(403)
	e.As("manager").Post("/v1/approvals/"+applied.String("approval_id")+"/approve", object{}).Want(200)
	if got := rep.Post("/v1/orders", body).Want(201).String("state"); got != "confirmed" {
		t.Errorf("the order is %s", got)
	}
	if got := rep.Get("/v1/customers/" + id + "/applications").Want(200).String("data.0.state"); got != "approved" {
		t.Errorf("the application is %s", got)
	}
	if n := e.As("manager").Get("/v1/customer-applications?state=approved").Want(200).Len("data"); n != 1 {
		t.Errorf("the manager lists %d", n)
	}
	rep.Post("/v1/customers/"+customerOf(e)+"/applications", object{"needs": "x"}).WantProblem(422, "customer.not_new")
}

func TestCUS06_ChangeTakesEffectWhenApprovedAndThePastStaysReadable(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, id := e.As("rep1"), customerOf(e)
	path := "/v1/customers/" + id
	before := rep.Get(path).Want(200)
	for _, direct := range []apitest.Answer{
		rep.Patch(path, before.ETag(), object{"name": "更名示例有限公司"}),
		rep.Put(path+"/contacts/"+before.String("contacts.0.id"), before.ETag(), object{"name": "林示例", "position": "采购", "phone": "13900000001"}),
	} {
		direct.WantProblem(422, "customer.change_needs_approval")
	}
	ask := object{"field": "contact", "part_id": before.String("contacts.0.id"), "contact": object{"name": "林示例", "position": "采购", "phone": "13900000001"}, "reason": "离职"}
	asked := rep.With("If-Match", before.ETag()).Post(path+"/change-requests", ask).Want(201)
	if asked.String("old.contact.name") != "陈示例" || asked.String("new.contact.name") != "林示例" || asked.String("state") != "pending" {
		t.Fatalf("%s", asked.Body)
	}
	rep.Post(path+"/change-requests", ask).WantProblem(409, "customer.change_pending")
	if got := rep.Get(path).Want(200).String("contacts.0.name"); got != "陈示例" {
		t.Errorf("changed before the approval: %s", got)
	}
	e.As("manager").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	after := rep.Get(path).Want(200)
	if after.String("contacts.0.name") != "林示例" {
		t.Errorf("%s", after.Body)
	}
	if got := rep.Get("/v1/customer-change-requests/" + asked.ID()).Want(200).String("state"); got != "applied" {
		t.Errorf("the request is %s", got)
	}
	versions := rep.Get(path + "/versions").Want(200)
	if versions.Len("data") != 2 || versions.String("data.0.action") != "applyCustomerChange" || versions.String("data.1.customer.contacts.0.name") != "陈示例" ||
		versions.String("data.1.valid_to") == "" || versions.String("data.1.changed_by_name") != "REP1" {
		t.Errorf("%s", versions.Body)
	}
	today := clock.Today(time.Now())
	if got := rep.Get(path + "?as_of=" + today.Format(time.DateOnly)).Want(200).String("contacts.0.name"); got != "林示例" {
		t.Errorf("today: %s", got)
	}
	rep.Get(path+"?as_of="+today.AddDate(0, 0, -1).Format(time.DateOnly)).WantProblem(404, "customer.not_recorded_then")
	if n := e.As("manager").Get("/v1/customer-change-requests?state=applied").Want(200).Len("data"); n != 1 {
		t.Errorf("the manager lists %d", n)
	}
}

// A change for later waits for its date, and is stale when the old value isn't there any more.
func TestCUS06_EffectiveDateAndStale(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, manager, id := e.As("rep1"), e.As("manager"), customerOf(e)
	path := "/v1/customers/" + id
	today := clock.Today(time.Now())
	rep.Post(path+"/change-requests", object{"field": "name", "text": "更名示例有限公司", "reason": "更名", "effective_on": today.AddDate(0, 0, -1).Format(time.DateOnly)}).
		WantProblem(422, "customer.effective_past")
	rep.Post(path+"/change-requests", object{"field": "prices", "reason": "降价"}).WantProblem(422, "customer.prices_by_price_list")
	rep.Post(path+"/change-requests", object{"field": "name", "reason": "没有新值"}).WantProblem(422, "customer.change_form")
	rep.Post(path+"/change-requests", object{"field": "name", "text": rep.Get(path).String("name"), "reason": "没有变化"}).WantProblem(422, "customer.no_change")
	tomorrow := today.AddDate(0, 0, 1).Format(time.DateOnly)
	name := rep.Post(path+"/change-requests", object{"field": "name", "text": "更名示例有限公司", "reason": "更名", "effective_on": tomorrow}).Want(201)
	contact := rep.Get(path).Want(200).String("contacts.0.id")
	part := rep.Post(path+"/change-requests", object{
		"field": "contact", "part_id": contact, "contact": object{"name": "林示例", "position": "采购", "phone": "13900000002"}, "reason": "离职", "effective_on": tomorrow,
	}).Want(201)
	for _, a := range []apitest.Answer{name, part} {
		manager.Post("/v1/approvals/"+a.String("approval_id")+"/approve", object{}).Want(200)
		if got := rep.Get("/v1/customer-change-requests/" + a.ID()).Want(200).String("state"); got != "approved" {
			t.Errorf("before its date: %s", got)
		}
	}
	// Master data from the ERP changes the contact meanwhile.
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customer_contacts SET position = '总经理' WHERE id = ?", contact).Error
	})
	requests := e.App.Server.CustomerRequests
	due := func(now time.Time) (n int) {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			tx.Now = now
			ids, err := requests.Due(tx, 10)
			n = len(ids)
			for _, id := range ids {
				if err == nil {
					err = requests.ApplyDue(tx, id)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	midnight := time.Date(today.Year(), today.Month(), today.Day()+1, 0, 0, 0, 0, clock.Shanghai)
	if n := due(midnight.Add(-time.Microsecond)); n != 0 {
		t.Errorf("%d due the evening before", n)
	}
	if n := due(midnight); n != 2 {
		t.Errorf("%d due on the date", n)
	}
	if n := due(midnight); n != 0 {
		t.Errorf("%d due again", n)
	}
	for a, want := range map[string]customer.RequestState{name.ID(): customer.RequestApplied, part.ID(): customer.RequestStale} {
		if got := rep.Get("/v1/customer-change-requests/" + a).Want(200).String("state"); got != string(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := rep.Get(path).Want(200).String("name"); got != "更名示例有限公司" {
		t.Errorf("the name is %s", got)
	}
}

// Asking for another settlement method with the customer's data is refused and recorded; a dry run records nothing.
func TestCRD16_SettlementByChangeRequestIsRecorded(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, id := e.As("rep1"), customerOf(e)
	violations := func() (n int64) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Raw("SELECT count(*) FROM violations WHERE rule = 'CRD-16' AND person_id = ?", e.People["rep1"]).Scan(&n).Error
		})
		return n
	}
	ask := object{"field": "settlement", "reason": "客户要求月结"}
	rep.Post("/v1/customers/"+id+"/change-requests?validate_only=true", ask).WantProblem(422, "customer.settlement_by_credit_request")
	if n := violations(); n != 0 {
		t.Errorf("%d violations of a dry run", n)
	}
	rep.Post("/v1/customers/"+id+"/change-requests", ask).WantProblem(422, "customer.settlement_by_credit_request")
	if n := violations(); n != 1 {
		t.Errorf("%d violations", n)
	}
}

// A customer's approvals are read by its owner (ORG-06), and go with it. Who has submitted them reads them still.
func TestORG06_CUS13_ApprovalsGoWithTheCustomer(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, manager, id := e.As("rep1"), e.As("manager"), customerOf(e)
	path := "/v1/customers/" + id
	c := rep.Get(path).Want(200)
	change := manager.With("If-Match", c.ETag()).Post(path+"/change-requests", object{
		"field": "contact", "part_id": c.String("contacts.0.id"), "contact": object{"name": "林示例", "position": "采购", "phone": "13900000001"}, "reason": "离职",
	}).Want(201).String("approval_id")
	limit := manager.Post("/v1/credit-limit-requests", limitFor(id)).Want(201).String("approval_id")
	order := orderBy(id, productAt(e, "10"), "100", "1")
	order["submit"] = true
	sale := rep.Post("/v1/orders", order).Want(201).String("approval_id")
	reads := func(who string, want int, approvals ...string) {
		t.Helper()
		for _, a := range approvals {
			e.As(who).Get("/v1/approvals/" + a).Want(want)
		}
	}
	reads("rep1", 200, change, limit, sale)
	reads("rep3", 404, change, limit, sale)
	e.As("manager").Post("/v1/handovers", object{"customer_ids": []string{id}, "to_id": e.People["rep3"], "reason": "区域调整"}).Want(201)
	reads("rep3", 200, change, limit, sale)
	reads("rep1", 404, change, limit)
	reads("rep1", 200, sale) // as who has submitted it
	if n := e.As("rep3").Get("/v1/approvals?state=pending").Want(200).Len("data"); n != 3 {
		t.Errorf("the new rep lists %d", n)
	}
}
