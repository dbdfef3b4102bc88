package httpapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
)

// priced makes standard products with these base prices, in force since the beginning of 2026.
func priced(t *testing.T, e *apitest.Env, prices ...string) (ids []string) {
	t.Helper()
	var lines []pricelist.PriceLine
	for i, p := range prices {
		body := product(fmt.Sprintf("P%d", i))
		body["lifecycle"] = "standard"
		ids = append(ids, e.As("manager").Post("/v1/products", body).Want(201).ID())
		lines = append(lines, pricelist.PriceLine{ProductID: uuid.MustParse(ids[i]), Price: decimal.MustParse(p)})
	}
	e.Tx(func(tx pg.Tx) error {
		_, err := e.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "opening", lines)
		return err
	})
	return ids
}

func TestPRC10_PriceCheckOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ids := priced(t, e, "100", "50")
	rep := e.As("rep1")
	customer := rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	ask := func(first, discount string) object {
		return object{"customer_id": customer, "header_discount": discount, "lines": []object{
			{"product_id": ids[0], "quantity": "10", "price": first}, {"product_id": ids[1], "quantity": "1", "price": "50"},
		}}
	}
	within := rep.Post("/v1/price-checks", ask("98", "0")).Want(200)
	if within.Len("approval_steps") != 0 || within.At("within_authority") != true || within.String("lines.0.deviation_percent") != "-2.0000" || within.String("order.base") != "1050.00" {
		t.Errorf("%s", within.Body)
	}
	beyond := rep.Post("/v1/price-checks", ask("98", "0.01")).Want(200)
	if beyond.At("within_authority") != false || beyond.String("required_role") != "sales_supervisor" || beyond.String("checks.0.rule") != "PRC-10" ||
		beyond.Len("approval_steps") != 1 || beyond.String("approval_steps.0.roles.0") != "sales_supervisor" {
		t.Errorf("%s", beyond.Body)
	}
	gift := rep.Post("/v1/price-checks", ask("0", "0")).Want(200)
	if gift.String("approval_steps.0.stage") != "general_manager" || gift.String("required_role") != "general_manager" || gift.At("department_authority") != false {
		t.Errorf("%s", gift.Body)
	}
	rep.Post("/v1/price-checks", ask("98", "5000")).WantProblem(422, "pricing.bad_discount")
	e.As("rep2").Post("/v1/price-checks", ask("98", "0")).WantProblem(404, "resource.not_found")
	e.As("guard").Post("/v1/price-checks", ask("98", "0")).WantProblem(403, "auth.forbidden")
	early := ask("98", "0")
	early["date"] = "2025-12-31"
	rep.Post("/v1/price-checks", early).WantProblem(422, "pricing.no_list_in_force")
	fresh := e.As("manager").Post("/v1/products", product("NEW")).Want(201).ID()
	unpriced := ask("98", "0")
	unpriced["lines"] = []object{{"product_id": fresh, "quantity": "1", "price": "1"}}
	if a := rep.Post("/v1/price-checks", unpriced).WantProblem(422, "pricing.product_not_standard"); a.String("errors.0.pointer") != "/lines/0/product_id" {
		t.Errorf("%s", a.Body)
	}
}

func TestPRC13_MarginInPriceCheckIsForFew(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ids := priced(t, e, "113")
	e.As("finance").Post("/v1/products/"+ids[0]+"/costs", object{"effective_on": "2026-01-01", "cost": "80", "reason": "standard cost"}).Want(201)
	customer := e.As("rep1").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	ask := object{"customer_id": customer, "lines": []object{{"product_id": ids[0], "quantity": "1", "price": "113"}}}
	for who, want := range map[string]string{
		"rep1": "", "supervisor": "", "director": "", "auditor": "", "finance": "20.0000", "clerk": "20.0000", "manager": "20.0000", "gm": "20.0000",
	} {
		if got := e.As(who).Post("/v1/price-checks", ask).Want(200).String("lines.0.margin.margin"); got != want {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
	}
}

func TestPRC05_BasePriceListDraftOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ids := priced(t, e, "100")
	manager := e.As("manager")
	manager.Post("/v1/base-price-lists", object{"reason_kind": "market"}).WantProblem(400, "request.invalid")
	manager.Post("/v1/base-price-lists", object{"reason_kind": "opening", "reason": "x"}).WantProblem(400, "request.invalid")
	manager.Post("/v1/base-price-lists", object{"reason_kind": "market", "reason": "x", "effective_at": "2026-01-01T00:00:00Z"}).WantProblem(422, "pricing.effective_in_past")
	list := manager.Post("/v1/base-price-lists", object{"reason_kind": "market", "reason": "原料上涨"}).Want(201)
	path := "/v1/base-price-lists/" + list.ID()
	line := object{"product_id": ids[0], "price": "110", "floor_price": "95"}
	put := manager.Put(path+"/lines", list.ETag(), object{"lines": []object{line}}).Want(200)
	manager.Put(path+"/lines", list.ETag(), object{"lines": []object{line}}).WantProblem(412, "resource.stale")
	manager.Put(path+"/lines", put.ETag(), object{"lines": []object{line, line}}).WantProblem(422, "pricing.line_twice")
	manager.Put(path+"/lines", put.ETag(), object{"lines": []object{{"product_id": ids[0], "price": "90", "floor_price": "95"}}}).WantProblem(422, "pricing.floor_above_base")
	manager.Put(path+"/lines", put.ETag(), object{"lines": []object{{"product_id": uuid.NewString(), "price": "90"}}}).WantProblem(422, "pricing.unknown_product")
	lines := manager.Get(path + "/lines").Want(200)
	if lines.String("data.0.old_price") != "100.0000" || lines.String("data.0.price") != "110.0000" {
		t.Errorf("%s", lines.Body)
	}
	removed := manager.Delete(path+"/lines/"+ids[0], put.ETag()).Want(200)
	manager.Delete(path+"/lines/"+ids[0], removed.ETag()).WantProblem(404, "resource.not_found")
	e.As("rep1").Patch(path, removed.ETag(), object{"reason": "x"}).WantProblem(403, "auth.forbidden")
	if got := manager.Patch(path, removed.ETag(), object{"reason": "y", "effective_at": nil}).Want(200).String("reason"); got != "y" {
		t.Error(got)
	}
	if n := manager.Get("/v1/base-price-lists?state=published").Want(200).Len("data"); n != 1 {
		t.Errorf("%d published", n)
	}
	reader := e.As("rep1")
	if got := reader.Get("/v1/products/" + ids[0] + "/base-price").Want(200).String("price"); got != "100.0000" {
		t.Error(got)
	}
	reader.Get("/v1/products/"+ids[0]+"/base-price?at=2025-01-01T00:00:00Z").WantProblem(404, "resource.not_found")
	if n := reader.Get("/v1/products/" + ids[0] + "/base-price-history").Want(200).Len("data"); n != 1 {
		t.Errorf("%d in history", n)
	}
	if n := reader.Get("/v1/base-prices?q=P0").Want(200).Len("data"); n != 1 {
		t.Errorf("%d base prices", n)
	}
}

func TestPRC09_PriceAuthorityDraftOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	manager := e.As("manager")
	inForce := e.As("rep1").Get("/v1/price-authority").Want(200)
	if inForce.String("number") != "PAT-DEFAULT" || inForce.Len("entries") != 5 || inForce.String("standing") != "in_force" {
		t.Errorf("%s", inForce.Body)
	}
	entry := func(role string, below any) object { return object{"role": role, "max_below": below, "max_above": nil} }
	manager.Post("/v1/price-authority-tables", object{"reason": "x", "entries": []object{entry("sales_rep", "1")}}).WantProblem(422, "pricing.no_general_manager_entry")
	manager.Post("/v1/price-authority-tables", object{"reason": "x", "entries": []object{entry("general_manager", "90")}}).WantProblem(422, "pricing.general_manager_bounded")
	table := manager.Post("/v1/price-authority-tables", object{"reason": "年度调整", "entries": []object{entry("sales_rep", "1.5"), entry("general_manager", nil)}}).Want(201)
	path := "/v1/price-authority-tables/" + table.ID()
	changed := manager.Patch(path, table.ETag(), object{"entries": []object{entry("sales_rep", "1"), entry("sales_manager", "4"), entry("general_manager", nil)}}).Want(200)
	if changed.Len("entries") != 3 {
		t.Errorf("%s", changed.Body)
	}
	if got := manager.Get(path).Want(200).Len("entries"); got != 3 {
		t.Error(got)
	}
	if got := manager.Get("/v1/price-authority-tables").Want(200).Len("data"); got != 2 {
		t.Error(got)
	}
	e.As("rep1").Patch(path, changed.ETag(), object{"reason": "x"}).WantProblem(403, "auth.forbidden")
}
