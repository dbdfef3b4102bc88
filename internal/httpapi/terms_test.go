package httpapi_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// A customer on monthly terms whose agreement isn't signed orders on a superior's word once, and then no more until it is signed.
func TestCRD15_MonthlyOrdersNeedAnAgreementOrOneBridge(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), e.Established(customerOf(e))
	approveLimit(e, rep.Post("/v1/credit-limit-requests", limitFor(customer)).Want(201).ID())
	draft := func() string {
		order := orderBy(customer, product, "10", "10")
		order["settlement"], order["terms_days"] = "net_days", 30
		return "/v1/orders/" + rep.Post("/v1/orders", order).Want(201).ID()
	}
	first, second := draft(), draft()
	refused := rep.Post(first+"/submit", nil).WantProblem(422, "terms.agreement_missing")
	if !strings.Contains(string(refused.Body), "CRD-15") || rep.Get(first+"/decisions").Want(200).Len("data") != 1 {
		t.Fatalf("the decision doesn't stand: %s", refused.Body)
	}
	bridge := rep.Post("/v1/settlement-bridges", object{"customer_id": customer, "note": "客户急需首批货"}).Want(201)
	e.As("manager").Post("/v1/approvals/"+bridge.String("approval_id")+"/approve", object{}).Want(200)
	var wg sync.WaitGroup
	states := make([]int, 2)
	for i, order := range []string{first, second} {
		wg.Go(func() { states[i] = rep.Post(order+"/submit", nil).Status })
	}
	wg.Wait()
	slices.Sort(states)
	if !slices.Equal(states, []int{200, 422}) {
		t.Fatalf("of two orders at once on one bridge: %v", states)
	}
	file := upload(rep, "agreement.pdf", scan).Want(201).ID()
	rep.Post("/v1/settlement-agreements", object{
		"customer_id": customer, "settlement": "net_days", "terms_days": 30, "conditions": "每月对账", "valid_from": "2026-01-01", "signed_on": "2026-01-01",
		"sealed": true, "attachment_ids": []string{file},
	}).Want(201)
	rep.Post(draft()+"/submit", nil).Want(200)
}
