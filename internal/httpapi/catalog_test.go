package httpapi_test

import (
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

func product(code string) object {
	return object{"code": code, "name": "涤纶全拉伸丝", "unit": "kg", "kind": "finished", "tax_rate": "0.13"}
}

func TestProductLifeOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	manager := e.As("manager")
	category := manager.Post("/v1/product-categories", object{"code": "FDY", "name": "长丝"}).Want(201)
	manager.Patch("/v1/product-categories/"+category.ID(), `"1"`, object{"name_en": "filament"}).Want(200)
	manager.Get("/v1/product-categories/" + category.ID()).Want(200)
	if n := manager.Get("/v1/product-categories").Want(200).Len("data"); n != 1 {
		t.Errorf("%d categories", n)
	}
	body := product("FDY-150")
	body["category_id"] = category.ID()
	body["external_refs"] = []object{{"source": "erp", "id": "1"}}
	made := manager.Post("/v1/products", body).Want(201)
	path := "/v1/products/" + made.ID()
	if made.String("lifecycle") != "new" || made.String("external_refs.0.id") != "1" {
		t.Fatalf("%s", made.Body)
	}
	changed := manager.Patch(path, `"1"`, object{"spec": "150D", "category_id": nil}).Want(200)
	if changed.String("spec") != "150D" || changed.At("category_id") != nil {
		t.Errorf("%s", changed.Body)
	}
	manager.Patch(path, `"1"`, object{"spec": "300D"}).WantProblem(412, "resource.stale")
	manager.Post(path+"/lifecycle", object{"lifecycle": "dormant"}).Want(200)
	manager.Post(path+"/lifecycle", object{"lifecycle": "standard"}).WantProblem(409, "product.lifecycle")
	manager.Post("/v1/products", product("FDY-150")).WantProblem(409, "product.code_taken")
	rep := e.As("rep1")
	for query, want := range map[string]int{"q=拉伸": 1, "q=无": 0, "code=FDY-150": 1, "code=FDY": 0, "lifecycle=dormant": 1, "active=false": 0, "kind=material": 0} {
		if n := rep.Get("/v1/products?" + query).Want(200).Len("data"); n != want {
			t.Errorf("%s finds %d, want %d", query, n, want)
		}
	}
	rep.Post("/v1/products", product("X")).WantProblem(403, "auth.forbidden")
	rep.Get("/v1/products/01932c07-a1f4-7bd2-8c55-0d1f6a2b3c4d").WantProblem(404, "resource.not_found")
	if got := rep.Get("/v1/products/by-external-id/erp/1").Want(200).ID(); got != made.ID() {
		t.Errorf("%s by external id", got)
	}
}

func TestProductUpsertByExternalId(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	manager := e.As("manager")
	first := manager.Put("/v1/products/by-external-id/erp/7", "", product("A")).Want(200)
	again := manager.Put("/v1/products/by-external-id/erp/7", "", product("A")).Want(200)
	if first.ID() != again.ID() || again.ETag() != `"1"` {
		t.Errorf("%s", again.Body)
	}
	manager.Put("/v1/products/by-external-id/erp/7", `"2"`, product("B")).WantProblem(412, "resource.stale")
	if got := manager.Put("/v1/products/by-external-id/erp/7", `"1"`, product("B")).Want(200).String("code"); got != "B" {
		t.Error(got)
	}
}

// An ERP names the reference of the path among the others too; one that is another product's is refused.
func TestProductUpsertNamesItsOtherReferences(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	manager := e.As("manager")
	named := func(code string, refs ...object) object {
		p := product(code)
		p["external_refs"] = refs
		return p
	}
	erp := object{"source": "erp", "id": "8"}
	first := manager.Put("/v1/products/by-external-id/erp/8", "", named("A", erp, object{"source": "mes", "id": "8"})).Want(200)
	if first.Len("external_refs") != 2 {
		t.Errorf("%s", first.Body)
	}
	manager.Put("/v1/products/by-external-id/erp/9", "", named("B", erp)).WantProblem(409, "product.external_ref_taken")
	manager.Get("/v1/products/by-external-id/erp/9").WantProblem(404, "resource.not_found")
}

func TestPRC13_CostsOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path := "/v1/products/" + e.As("manager").Post("/v1/products", product("A")).Want(201).ID()
	cost := object{"effective_on": "2026-01-01", "cost": "7.7777", "reason": "standard cost"}
	e.As("clerk").Post(path+"/costs", cost).Want(201)
	for _, who := range []string{"rep1", "assistant", "supervisor", "director", "production", "purchasing", "quality", "keeper", "guard", "committee", "auditor", "hr", "admin"} {
		e.As(who).Get(path+"/costs").WantProblem(403, "auth.forbidden")
	}
	for _, who := range []string{"clerk", "finance", "manager", "gm"} {
		if got := e.As(who).Get(path + "/costs").Want(200).String("data.0.cost"); got != "7.7777" {
			t.Errorf("%s reads %s", who, got)
		}
	}
	e.As("manager").Post(path+"/costs", cost).WantProblem(403, "auth.forbidden")
}
