package baddebt_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/baddebt"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The rep applies, the superior and the general manager decide, finance writes off: the exposure falls, the history stays.
func TestARV07_BadDebtFromApplicationToWriteOff(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 200)
	for amount, code := range map[string]string{"100.01": "bad_debt.more_than_open", "0.00": "collection.no_amount"} {
		d.apply(v, amount).WantProblem(422, code)
	}
	d.As("rep1").Post("/v1/bad-debts", object{
		"customer_id": d.customer.ID, "grounds": "bankrupt", "reason": "x", "items": []object{{"invoice_id": v.ID}}, "attachment_ids": []string{},
	}).WantProblem(422, "bad_debt.evidence")
	d.As("clerk").Post("/v1/bad-debts", object{}).Want(403) // finance writes off, but doesn't apply
	b := d.apply(v, "60.00").Want(201)
	path, clerk := "/v1/bad-debts/"+b.ID(), d.As("clerk")
	clerk.Post(path+"/write-off", nil).WantProblem(409, "bad_debt.not_approved")
	d.As("rep1").Post("/v1/approvals/"+b.String("approval_id")+"/approve", object{}).Want(403) // ORG-03
	d.decide(b.String("approval_id"), "supervisor")
	clerk.Post(path+"/write-off", nil).WantProblem(409, "bad_debt.not_approved")
	d.decide(b.String("approval_id"), "gm")
	if due := clerk.Get("/v1/me/follow-ups?kind=collection.write_off").Want(200).String("data.0.due_at"); due == "" {
		t.Error("the task has no deadline, so it never reaches the finance manager")
	}
	if n := clerk.Get("/v1/me/follow-ups?kind=collection.write_off").Want(200).Len("data"); n != 1 {
		t.Errorf("finance is asked %d times", n)
	}
	d.As("rep1").Post(path+"/write-off", nil).Want(403)
	written := clerk.Post(path+"/write-off", nil).Want(200)
	if written.String("state") != "written_off" || written.Len("attachments") != 1 || written.String("items.0.write_off_id") == "" {
		t.Errorf("%s", written.Body)
	}
	clerk.Post(path+"/write-off", nil).WantProblem(409, "bad_debt.not_approved")
	d.As("rep1").Post(path+"/withdraw", object{"reason": "x"}).WantProblem(409, "bad_debt.over")
	if d.exposure() != "40.00" {
		t.Errorf("the exposure is %s", d.exposure())
	}
	if inv := clerk.Get("/v1/invoices/" + v.ID.String()).Want(200); inv.String("total") != "100.00" || inv.String("open") != "40.00" {
		t.Errorf("%s", inv.Body)
	}
	if n := clerk.Get("/v1/me/follow-ups?kind=collection.write_off").Want(200).Len("data"); n != 0 {
		t.Error("finance is still asked")
	}
	d.apply(v, "40.01").WantProblem(422, "bad_debt.more_than_open")
	d.apply(v, "").Want(201) // the rest
	for query, n := range map[string]int{
		"number=" + b.String("number"): 1, "number=BD-1": 0, "owner_id=" + d.People["rep1"].String(): 2, "owner_id=" + d.People["rep3"].String(): 0, "state=written_off": 1,
	} {
		l := clerk.Get("/v1/bad-debts?" + query).Want(200)
		if l.Len("data") != n || n > 0 && l.String("data.0.payer_name") != d.customer.Name {
			t.Errorf("%s finds %s", query, l.Body)
		}
	}
	if l := d.As("rep3").Get("/v1/bad-debts").Want(200); l.Len("data") != 0 { // ORG-06
		t.Errorf("%s", l.Body)
	}
}

// An approval is bound to the amount: what was paid meanwhile needs a new application.
func TestARV07_WhatWasPaidMeanwhileNeedsANewApplication(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 200)
	b := d.apply(v, "60.00").Want(201)
	d.decide(b.String("approval_id"), "supervisor")
	d.pay(v, "0.01", 0)
	d.decide(b.String("approval_id"), "gm") // paid while it was decided
	if got := d.As("rep1").Get("/v1/bad-debts/" + b.ID()).Want(200); got.String("state") != "stale" {
		t.Fatalf("%s", got.Body)
	}
	b = d.apply(v, "60.00").Want(201)
	d.decide(b.String("approval_id"), "supervisor", "gm")
	d.pay(v, "0.01", 0) // paid after it was decided
	path := "/v1/bad-debts/" + b.ID()
	d.As("clerk").Post(path+"/write-off", nil).WantProblem(409, "bad_debt.stale")
	if got := d.As("rep1").Get(path).Want(200); got.String("state") != "stale" || d.exposure() != "99.98" {
		t.Errorf("%s", got.Body)
	}
	if n := d.As("rep1").Get("/v1/me/follow-ups?kind=collection.bad_debt_stale").Want(200).Len("data"); n != 2 {
		t.Errorf("the rep is told %d times", n)
	}
	b = d.apply(v, "").Want(201)
	d.decide(b.String("approval_id"), "supervisor", "gm")
	d.As("clerk").Post("/v1/bad-debts/"+b.ID()+"/write-off", nil).Want(200)
	if d.exposure() != "0.00" {
		t.Errorf("the exposure is %s", d.exposure())
	}
}

// What comes in after all pays what was written off, no more than that.
func TestARV07_RecoveryLater(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 200)
	b := d.apply(v, "60.00").Want(201)
	d.decide(b.String("approval_id"), "supervisor", "gm")
	clerk, path := d.As("clerk"), "/v1/bad-debts/"+b.ID()
	r := d.book("70.00", 0)
	body := object{"invoice_id": v.ID, "receipt_id": r.ID, "amount": "60.00"}
	clerk.Post(path+"/recover", body).WantProblem(422, "bad_debt.not_written")
	clerk.Post(path+"/write-off", nil).Want(200)
	body["amount"] = "60.01"
	if a := clerk.Post(path+"/recover", body); a.Status != 422 {
		t.Errorf("more than was written off: %s", a.Body)
	}
	for _, amount := range []string{"20.00", "40.00"} {
		body["amount"] = amount
		clerk.Post(path+"/recover", body).Want(200)
	}
	got := clerk.Get(path).Want(200)
	if got.String("items.0.recovered") != "60.00" || d.exposure() != "40.00" {
		t.Errorf("%s, exposure %s", got.Body, d.exposure())
	}
	body["amount"] = "0.01"
	if a := clerk.Post(path+"/recover", body); a.Status != 422 {
		t.Errorf("more than was written off: %s", a.Body)
	}
}

func TestARV07_RejectedAndWithdrawnApplicationsFreeTheirItems(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 200)
	b := d.apply(v, "").Want(201)
	d.apply(v, "10.00").WantProblem(409, "bad_debt.running")
	d.As("supervisor").Post("/v1/approvals/"+b.String("approval_id")+"/reject", object{"comment": "继续催收"}).Want(200)
	if got := d.As("rep1").Get("/v1/bad-debts/" + b.ID()).Want(200); got.String("state") != "rejected" {
		t.Errorf("%s", got.Body)
	}
	b = d.apply(v, "").Want(201)
	d.As("rep1").Post("/v1/bad-debts/"+b.ID()+"/withdraw", object{"reason": "客户已联系付款"}).Want(200)
	b = d.apply(v, "").Want(201)
	d.As("rep1").Post("/v1/approvals/"+b.String("approval_id")+"/withdraw", object{"comment": "撤回"}).Want(200)
	if got := d.As("rep1").Get("/v1/bad-debts/" + b.ID()).Want(200); got.String("state") != "withdrawn" {
		t.Errorf("%s", got.Body)
	}
	d.apply(v, "").Want(201)
}

// Two at once about one item: one wins. So it is with two who write off.
func TestARV07_RaceOfApplicationsAndOfWriteOffs(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 200)
	const n = 5
	race := func(fn func() apitest.Answer) (won apitest.Answer) {
		var wg sync.WaitGroup
		answers := make(chan apitest.Answer, n)
		for range n {
			wg.Go(func() { answers <- fn() })
		}
		wg.Wait()
		close(answers)
		winners := 0
		for a := range answers {
			if a.Status < 300 {
				won = a
				winners++
			} else if a.Status != 409 {
				t.Errorf("%s", a.Body)
			}
		}
		if winners != 1 {
			t.Fatalf("%d winners", winners)
		}
		return won
	}
	b := race(func() apitest.Answer { return d.apply(v, "50.00") })
	d.decide(b.String("approval_id"), "supervisor", "gm")
	race(func() apitest.Answer { return d.As("clerk").Post("/v1/bad-debts/"+b.ID()+"/write-off", nil) })
	if d.exposure() != "50.00" {
		t.Errorf("the exposure is %s", d.exposure())
	}
}

func TestBadDebtConstraints(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 200)
	d.apply(v, "50.00").Want(201)
	for q, refused := range map[string]*errs.Def{
		"UPDATE bad_debts SET amount = 60":           baddebt.ErrOver,
		"DELETE FROM bad_debt_items":                 baddebt.ErrOver,
		"UPDATE bad_debts SET state = 'written_off'": baddebt.ErrOver,
		"UPDATE bad_debts SET state = 'approved'":    baddebt.ErrOver,
		"UPDATE bad_debt_items SET amount = 10":      baddebt.ErrOver,
		"INSERT INTO bad_debts SELECT gen_random_uuid(), 'x', payer_id, state, amount, 'none', reason, NULL, applied_by, applied_at, NULL, NULL, NULL, '', 1 FROM bad_debts":                                                                                                                            baddebt.ErrGrounds,
		"WITH b AS (INSERT INTO bad_debts SELECT gen_random_uuid(), 'x', payer_id, state, amount, grounds, reason, NULL, applied_by, applied_at, NULL, NULL, NULL, '', 1 FROM bad_debts RETURNING id) INSERT INTO bad_debt_items SELECT b.id, invoice_id, 1, 100, true, NULL FROM bad_debt_items, b":    baddebt.ErrRunning,
		"WITH b AS (INSERT INTO bad_debts SELECT gen_random_uuid(), 'x', payer_id, state, amount, grounds, reason, NULL, applied_by, applied_at, NULL, NULL, NULL, '', 1 FROM bad_debts RETURNING id) INSERT INTO bad_debt_items SELECT b.id, invoice_id, 101, 100, false, NULL FROM bad_debt_items, b": baddebt.ErrOverOpen,
	} {
		if err := d.as(func(tx pg.Tx) error { return tx.Exec(q).Error }); !errors.Is(err, refused) {
			t.Errorf("%s: %v", q, err)
		}
	}
}
