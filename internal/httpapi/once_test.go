package httpapi_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
)

// once sends a request a hundred times at once with one key, and returns the one answer that there may be.
func once(t *testing.T, who apitest.Client, path string, body any, status int) apitest.Answer {
	t.Helper()
	who = who.With("Idempotency-Key", uuid.NewString())
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers, statuses := map[string]int{}, map[int]int{}
	for range 100 {
		wg.Go(func() {
			a := who.Post(path, body)
			mu.Lock()
			defer mu.Unlock()
			statuses[a.Status]++
			if a.Status == status {
				answers[string(a.Body)]++
			}
		})
	}
	wg.Wait()
	if len(answers) != 1 || statuses[status]+statuses[409] != 100 {
		t.Fatalf("%d different answers, statuses %v", len(answers), statuses)
	}
	again := who.Post(path, body).Want(status)
	if again.Header.Get("Idempotency-Replayed") != "true" || answers[string(again.Body)] == 0 {
		t.Fatalf("a repetition is answered otherwise: %s", again.Body)
	}
	return again
}

// Orders, their submission and receipts move goods and money: a hundred equal requests make one.
func TestOneKeyMakesOneOrderAndOneReceipt(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	made := once(t, e.As("rep1"), "/v1/orders", orderBy(customer, product, "100", "10"), 201)
	if n := e.As("gm").Get("/v1/orders").Want(200).Len("data"); n != 1 {
		t.Errorf("%d orders", n)
	}
	sent := once(t, e.As("rep1"), "/v1/orders/"+made.ID()+"/submit", nil, 200)
	if sent.String("state") != "confirmed" {
		t.Errorf("the order is %s", sent.String("state"))
	}
	if n := e.As("gm").Get("/v1/orders/" + made.ID() + "/decisions").Want(200).Len("data"); n != 1 {
		t.Errorf("%d decisions of one submission", n)
	}
	receipt := object{"customer_id": customer, "amount": "1000.00", "method": "bank_transfer", "received_on": "2026-01-05"}
	once(t, e.As("clerk"), "/v1/receipts", receipt, 201)
	if n := e.As("gm").Get("/v1/receipts").Want(200).Len("data"); n != 1 {
		t.Errorf("%d receipts", n)
	}
	if got := e.As("clerk").Get("/v1/customers/" + customer + "/credit").Want(200).String("prepaid"); got != "1000.00" {
		t.Errorf("prepaid is %s", got)
	}
}
