package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// us is a profile of our company.
func us(name string) object {
	return object{
		"name_zh": name, "name_en": "Yunling Example Dyeing Co., Ltd.", "address_zh": "示例省云岭市示例路1号", "address_en": "", "tax_number": "91330000MA2EXAMPL0",
		"phone": "0571-00000000", "fax": "", "email": "sales@example.com", "bank_name": "示例银行云岭支行", "bank_account": "3300 0000 0000 0000 000",
	}
}

func TestTheCompanyProfileHasVersions(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	if a := e.As("rep1").Get("/v1/company-profile").Want(200); a.String("name_zh") != "" || a.ETag() != `"1"` {
		t.Errorf("%s", a.Body)
	}
	e.As("rep1").Put("/v1/company-profile", `"1"`, us("云岭示例染整有限公司")).Want(403)
	e.As("finance").Put("/v1/company-profile", `"9"`, us("云岭示例染整有限公司")).Want(412)
	a := e.As("finance").Put("/v1/company-profile", `"1"`, us("云岭示例染整有限公司")).Want(200)
	if a.ETag() != `"2"` || a.String("bank_name") != "示例银行云岭支行" {
		t.Errorf("%s", a.Body)
	}
}

// Of those who change the same version one is first.
func TestTheCompanyProfileRace(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	const n = 6
	status := make([]int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			status[i] = e.As("admin").Put("/v1/company-profile", `"1"`, us(fmt.Sprintf("云岭示例%d有限公司", i))).Status
		})
	}
	wg.Wait()
	won := 0
	for _, s := range status {
		switch s {
		case 200:
			won++
		case 412:
		default:
			t.Errorf("%d", s)
		}
	}
	if won != 1 {
		t.Errorf("%d won: %v", won, status)
	}
}

// An order as a paper: for who sees it, in the form that is asked for, with what it says, and across it that it is a draft.
func TestAnOrderIsPrinted(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("finance").Put("/v1/company-profile", `"1"`, us("云岭示例染整有限公司")).Want(200)
	rep := e.As("rep1")
	body := orderBy(customerOf(e), productAt(e, "140.0272"), "12", "140.0272")
	body["customer_order_no"], body["header_discount"] = "PO-<b>778</b>", "0.01"
	o := rep.Post("/v1/orders", body).Want(201)
	path := "/v1/orders/" + o.ID() + "/document"
	doc := rep.Get(path).Want(200)
	if doc.String("kind") != "order_confirmation" || doc.String("number") != o.String("number") || doc.String("company.name_zh") != "云岭示例染整有限公司" ||
		doc.String("watermark.zh") != "草稿" || doc.String("amount") != "1680.32" || doc.String("amount_words") != "人民币壹仟陆佰捌拾元零叁角贰分" ||
		doc.Len("columns") != doc.Len("rows.0") || doc.Len("parties") != 2 {
		t.Errorf("%s", doc.Body)
	}
	for name, a := range map[string]apitest.Answer{
		"format": rep.Get(path + "?format=html").Want(200), "accept": rep.With("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8").Get(path).Want(200),
	} {
		page := string(a.Body)
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || !strings.HasPrefix(page, "<!DOCTYPE html>") || !strings.Contains(page, "PO-&lt;b&gt;778") ||
			!strings.Contains(page, "人民币壹仟陆佰捌拾元零叁角贰分") || !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'") ||
			!strings.Contains(a.Header.Get("Content-Disposition"), "filename*=UTF-8''%E8%AE%A2") {
			t.Errorf("%s: %v %s", name, a.Header, page)
		}
	}
	if a := rep.With("Accept", "text/html").Get(path + "?format=json").Want(200); a.String("number") != o.String("number") {
		t.Errorf("%s", a.Body)
	}
	rep.Get(path + "?format=pdf").Want(400)
	e.As("rep3").Get(path).Want(404)
	e.As("guard").Get(path).Want(403)
}

// The factory's paper has no prices, in neither form.
func TestORD03_TheFactorysPaperHasNoPrices(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("finance").Put("/v1/company-profile", `"1"`, us("云岭示例染整有限公司")).Want(200)
	o := e.As("rep1").Post("/v1/orders", orderBy(customerOf(e), productAt(e, "140.0272"), "12", "140.0272")).Want(201)
	e.As("rep1").Post("/v1/orders/"+o.ID()+"/submit", object{}).Want(200)
	for _, who := range []string{"production", "quality", "purchasing", "keeper"} {
		for _, format := range []string{"json", "html"} {
			a := e.As(who).Get("/v1/orders/" + o.ID() + "/document?format=" + format).Want(200)
			for _, secret := range []string{"140.0272", "1,680.33", "1680.33", "壹仟", "单价", "金额", "3300 0000"} {
				if strings.Contains(string(a.Body), secret) {
					t.Errorf("%s sees %s as %s", who, secret, format)
				}
			}
			if !strings.Contains(string(a.Body), "数量") {
				t.Errorf("%s: %s", who, a.Body)
			}
		}
	}
	if a := e.As("clerk").Get("/v1/orders/" + o.ID() + "/document").Want(200); a.String("amount_words") != "人民币壹仟陆佰捌拾元零叁角叁分" || a.At("watermark") != nil {
		t.Errorf("%s", a.Body)
	}
}
