package collection_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// What the customer disputes on a statement rests until that is resolved: no letter names it, and the overdue list says why.
func TestARV05_ALineDisputedOnAStatementIsNotDunned(t *testing.T) {
	t.Parallel()
	d := open(t)
	v, other := d.owe("100.00", 20), d.owe("60.00", 20)
	now := d.DB.Clock().Now()
	d.DB.Clock().SetOffset(clock.AddMonths(clock.Today(now), 1).Sub(now) + 12*time.Hour)
	month := clock.Today(now)
	if err := d.App.MakeStatements(context.Background(), month.AddDate(0, 0, 1-month.Day())); err != nil {
		t.Fatal(err)
	}
	clerk := d.As("clerk")
	statement := clerk.Get("/v1/statements?customer_id=" + d.customer.ID.String()).Want(200).String("data.0.id")
	clerk.Post("/v1/statements/"+statement+"/send", object{"via": "visit"}).Want(200)
	d.As("rep1").Post("/v1/statements/"+statement+"/dispute", object{
		"name": "陈示例", "attachment_ids": d.evidence(), "lines": []object{{"document_id": v.ID, "reason": "price"}},
	}).Want(200)
	if rows := d.run(); len(rows) != 1 || rows[0].Amount.String() != "60.00" {
		t.Errorf("%+v", rows)
	}
	l := clerk.Get("/v1/overdue-items?disputed=true").Want(200)
	if l.Len("data") != 1 || l.String("data.0.invoice_id") != v.ID.String() || l.String("data.0.disputed") != "100.00" {
		t.Errorf("%s", l.Body)
	}
	if l = clerk.Get("/v1/overdue-items?disputed=false").Want(200); l.Len("data") != 1 || l.String("data.0.invoice_id") != other.ID.String() {
		t.Errorf("%s", l.Body)
	}
	dispute := clerk.Get("/v1/statements/" + statement).Want(200).String("disputes.0.id")
	clerk.Post("/v1/statements/"+statement+"/disputes/"+dispute+"/resolve", object{"reason": "与合同一致"}).Want(200)
	if rows := d.run(); len(rows) != 1 || rows[0].Amount.String() != "160.00" {
		t.Errorf("after it was rejected: %+v", rows)
	}
}

// Each item says in which bucket of the ageing it is, and whether it is to be written off; what was done is told from the first event on.
func TestARV07_TheOverdueListKnowsBucketsAndBadDebts(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, days := range []int{1, 30, 31, 60, 61, 90, 91} {
		d.owe("100.00", days)
	}
	doomed := d.owe("100.00", 200)
	b := d.apply(doomed, "").Want(201)
	clerk := d.As("clerk")
	l := clerk.Get("/v1/overdue-items").Want(200)
	var got []string
	for i := range l.Len("data") {
		got = append(got, strings.TrimPrefix(l.String("data."+string(rune('0'+i))+".bucket"), "late_"))
	}
	if have := strings.Join(got, " "); have != "beyond beyond third third second second first first" {
		t.Errorf("%s", have)
	}
	for query, n := range map[string]int{"bad_debt=true": 1, "bad_debt=false": 7} {
		if l := clerk.Get("/v1/overdue-items?" + query).Want(200); l.Len("data") != n || l.At("data.0.bad_debt") != (query == "bad_debt=true") {
			t.Errorf("%s: %s", query, l.Body)
		}
	}
	x := d.dispute(d.owe("50.00", 5).ID, "10.00").Want(201)
	asked := d.As("rep1").Post("/v1/disputed-items/"+x.ID()+"/resolve", object{"amount": "10.00", "reason": "合同价"}).Want(200)
	d.decide(asked.String("approval_id"), "finance", "manager")
	d.decide(b.String("approval_id"), "supervisor", "gm")
	for path, first := range map[string]string{"/v1/bad-debts/" + b.ID(): "applyBadDebt", "/v1/disputed-items/" + x.ID(): "openDisputedItem"} {
		if a := d.As("rep1").Get(path + "/timeline").Want(200); a.String("data.0.action") != first || a.Len("data") < 2 {
			t.Errorf("%s: %s", path, a.Body)
		}
		if a := d.As("clerk").Get(path + "/decisions").Want(200); a.Len("data") < 1 {
			t.Errorf("%s: %s", path, a.Body)
		}
		for _, tail := range []string{"/timeline", "/decisions"} { // ORG-06
			d.As("rep3").Get(path+tail).WantProblem(404, "resource.not_found")
			d.As("keeper").Get(path + tail).Want(403)
		}
	}
}

// ORG-06: what is asked goes with the customer to the next owner.
func TestORG06_RequestsAboutDebtFollowTheCustomer(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 200)
	x := d.dispute(v.ID, "40.00").Want(201)
	asked := []string{
		d.As("rep1").Post("/v1/disputed-items/"+x.ID()+"/resolve", object{"amount": "30.00", "reason": "合同价"}).Want(200).String("approval_id"),
		d.apply(v, "10.00").Want(201).String("approval_id"),
	}
	d.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET owner_id = ? WHERE id = ?", d.People["rep3"], d.customer.ID).Error
	})
	for _, id := range asked {
		d.As("rep3").Get("/v1/approvals/" + id).Want(200)
	}
	if l := d.As("rep3").Get("/v1/disputed-items").Want(200); l.Len("data") != 1 {
		t.Errorf("%s", l.Body)
	}
}
