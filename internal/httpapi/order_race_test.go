package httpapi_test

import (
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// A cancellation that is approved while its order's notice is released and loaded: one of the two happened, whole, and the other is told why not.
func TestORD05_RaceOfACancellationWithReleaseAndDispatch(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	for range 4 {
		b.order, b.line = b.ordered(b.customer, "100")
		notice := b.As("rep1").Post("/v1/shipping-notices", b.asks("credit", "100")).Want(201)
		at := "/v1/shipping-notices/" + notice.ID()
		b.As("rep1").Post(at+"/submit", nil).Want(200)
		b.As("clerk").Post(at+"/check", object{}).Want(200)
		asked := b.As("rep1").Post("/v1/orders/"+b.order+"/cancellation", object{"reason": "客户取消"}).Want(201)
		allStated(b.Env, asked.ID())

		var cancelled, released, loaded apitest.Answer
		var wg sync.WaitGroup
		wg.Go(func() { cancelled = decideOrder(b.Env, "manager", asked.String("approval_id")) })
		wg.Go(func() {
			released = b.As("manager").Post(at+"/release", object{})
			loaded = b.As("keeper").Post(at+"/dispatch", object{
				"vehicle": "浙A12345", "lines": []object{{"notice_line_id": notice.String("lines.0.id"), "quantity": "100"}},
			})
		})
		wg.Wait()
		state := b.As("rep1").Get("/v1/orders/" + b.order).Want(200).String("state")
		switch {
		case cancelled.Status == 200 && released.Status != 200 && loaded.Status == 409 && state == "cancelled":
		case cancelled.Status != 200 && released.Status == 200 && loaded.Status == 201 && state == "shipped":
		default:
			t.Errorf("cancelled %d, released %d, loaded %d, and the order is %s\n%s\n%s\n%s", cancelled.Status, released.Status, loaded.Status, state,
				cancelled.Body, released.Body, loaded.Body)
		}
		b.agree()
	}
}
