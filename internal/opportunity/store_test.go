package opportunity_test

import (
	"context"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCUS16_ConstraintsAreRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := e.As("rep1").Post("/v1/customers", map[string]any{
		"name": "云岭示例纺织有限公司", "status": "active", "contacts": []map[string]any{{"name": "陈示例", "position": "采购经理", "phone": "13800000042"}},
	}).Want(201).ID()
	e.As("rep1").Post("/v1/opportunities", map[string]any{"customer_id": customer, "name": "x", "amount": "1.00", "expected_month": "2026-12"}).Want(201)
	exec := func(query string) error {
		return e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
	}
	for query, code := range map[string]string{
		`UPDATE opportunities SET customer_id = NULL`:                                                      "opportunity.whose",
		`UPDATE opportunities SET amount = -1`:                                                             "opportunity.bad_figures",
		`UPDATE opportunities SET stage = 'lost'`:                                                          "opportunity.reason_needed",
		`INSERT INTO opportunity_products SELECT id, 1, gen_random_uuid(), 'x', 1, 't' FROM opportunities`: "opportunity.unknown_product",
		`INSERT INTO opportunity_products SELECT id, 1, NULL, 'x', -1, 't' FROM opportunities`:             "opportunity.bad_figures",
		`INSERT INTO opportunity_orders SELECT gen_random_uuid(), id, NULL, now() FROM opportunities`:      "opportunity.not_its_order",
	} {
		if refused, ok := errs.As(exec(query)); !ok || refused.Code != code {
			t.Errorf("%s: %v, want %s", query, refused, code)
		}
	}
	if exec("UPDATE opportunity_stages SET reason = 'other'") == nil {
		t.Error("the history changed")
	}
}
