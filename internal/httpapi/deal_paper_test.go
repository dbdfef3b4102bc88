package httpapi_test

import (
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// Quotation, contract and production request are printed for who sees them; a draft says so.
func TestDealsArePrinted(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("finance").Put("/v1/company-profile", `"1"`, us("云岭示例染整有限公司")).Want(200)
	customer := customerOf(e)
	quotation := e.As("rep1").Post("/v1/quotations", object{
		"customer_id": customer, "valid_from": "2026-11-22", "valid_until": "2027-12-31", "settlement": "cash",
		"lines": []object{{"product_id": productAt(e, "10"), "min_quantity": "1000", "price": "10", "lead_days": 7}},
	}).Want(201).ID()
	for path, want := range map[string][]string{
		"/v1/quotations/" + quotation + "/document":    {"报价单", "草稿", "1,000 起", "2027年12月31日"},
		"/v1/contracts/" + contractOf(e) + "/document": {"产品销售合同", "合同期限"},
	} {
		for _, format := range []string{"json", "html"} {
			a := e.As("rep1").Get(path + "?format=" + format).Want(200)
			for _, text := range append(want, "云岭示例染整有限公司") {
				if !strings.Contains(string(a.Body), text) {
					t.Errorf("%s as %s lacks %s: %s", path, format, text, a.Body)
				}
			}
		}
		e.As("rep3").Get(path).Want(404)
		e.As("production").Get(path).Want(403)
	}
}

// Nobody's paper of a production request has prices, not the general manager's either.
func TestORD03_ProductionRequestsArePrintedWithoutPrices(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("finance").Put("/v1/company-profile", `"1"`, us("云岭示例染整有限公司")).Want(200)
	path := "/v1/production-requests/" + productionOf(e, customerOf(e)) + "/document"
	for _, who := range []string{"production", "gm", "rep1"} {
		a := e.As(who).Get(path).Want(200)
		if a.String("title.zh") != "生产委托单" || a.At("amount") != nil || a.String("company.bank_account") != "" || a.Len("signatures") != 4 {
			t.Errorf("%s: %s", who, a.Body)
		}
		for _, column := range []string{"price", "amount"} {
			if strings.Contains(string(a.Body), `"key":"`+column+`"`) {
				t.Errorf("%s sees %s", who, column)
			}
		}
	}
	e.As("rep3").Get(path).Want(404)
}
