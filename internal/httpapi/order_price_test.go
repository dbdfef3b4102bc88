package httpapi_test

import (
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// Production, purchasing, warehouse, quality and the gate see orders without prices, amounts, terms and what gates say of them; sales,
// finance and who oversees them see all.
func TestORD03_PricesAreHiddenFromTheFactory(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, line, product := confirmedOrder(e, "77")
	change := e.As("rep1").Post(path+"/changes", object{"reason": "提价", "lines": changedLine(line, product, "77", "13.5792")}).Want(201).ID()
	places := []string{path, "/v1/orders", path + "/decisions", path + "/timeline", path + "/review-points", "/v1/order-changes", "/v1/order-changes/" + change, "/v1/me/follow-ups"}
	secrets := []string{"13.5792", "1045.60", "770.00", `"price":`, `"total":`, `"total_after":`, `"net_amount":`, `"settlement":`, `"header_discount":`, `"tax":`}
	for _, who := range []string{"production", "purchasing", "keeper", "quality", "guard"} {
		for _, place := range places {
			got := e.As(who).Get(place)
			for _, secret := range secrets {
				if got.Status == 200 && strings.Contains(string(got.Body), secret) {
					t.Errorf("%s reads %s at %s: %s", who, secret, place, got.Body)
				}
			}
		}
	}
	for _, who := range []string{"rep1", "assistant", "manager", "director", "clerk", "finance", "gm", "auditor"} {
		if got := e.As(who).Get(path); got.Status == 200 && (got.String("total") != "770.00" || got.String("lines.0.price") != "10.0000") {
			t.Errorf("%s: %s", who, got.Body)
		}
	}
}
