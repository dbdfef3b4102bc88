package quote_test

import (
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
)

const (
	linkPaper = "/v1/public/quotation/document"
	evil      = `<script>alert(1)</script>`
)

// linked is a sent quotation with remarks of ours, its path, and the customer's side with its link.
func (w *world) linked() (q apitest.Answer, path string, public apitest.Client) {
	w.t.Helper()
	rep := w.As("rep1")
	one := line(w.plain, "1000", "9.9")
	one["remarks"], one["lead_days"] = "行内备注", 7
	body := offer(w.old, one)
	body["remarks"], body["delivery"] = "内部备注", evil
	id := w.create("rep1", body).ID()
	path = "/v1/quotations/" + id
	rep.Post(path+"/submit", nil).Want(200)
	q = rep.Post(path+"/send", object{"channel": "email", "recipient": "陈示例"}).Want(200)
	return q, path, w.As("").With("X-Quotation-Token", rep.Post(path+"/link", nil).Want(201).String("token"))
}

// The customer prints what is offered, in the form that is asked for, and nothing that is ours alone.
func TestQUO05_TheCustomersLinkPrintsTheQuotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.As("finance").Put("/v1/company-profile", `"1"`, object{
		"name_zh": "云岭示例染整有限公司", "name_en": "", "address_zh": "", "address_en": "", "tax_number": "", "phone": "", "fax": "", "email": "",
		"bank_name": "示例银行", "bank_account": "3300 0000",
	}).Want(200)
	q, path, public := w.linked()
	name := w.As("rep1").Get("/v1/customers/" + w.old).Want(200)
	for _, a := range []apitest.Answer{
		public.With("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8").Get(linkPaper).Want(200), public.Get(linkPaper + "?format=html").Want(200),
	} {
		page := string(a.Body)
		if a.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(page, "<!DOCTYPE html>") ||
			!strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'") || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", a.Header)
		}
		for _, want := range []string{q.String("number"), "9.90", "1,000 起", "报价单", "云岭示例染整有限公司", name.String("name"), "&lt;script&gt;"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s is missing: %s", want, page)
			}
		}
		if strings.Contains(page, "<script") {
			t.Error("markup came through")
		}
	}
	doc := public.Get(linkPaper).Want(200)
	if doc.String("number") != q.String("number") || doc.Len("columns") != 6 || doc.Len("columns") != doc.Len("rows.0") || doc.Len("parties") != 2 ||
		doc.String("facts.2.value") != evil {
		t.Errorf("%s", doc.Body)
	}
	rep := w.As("rep1").Get("/v1/me").Want(200)
	ours := []string{"内部备注", "行内备注", "业务员", "备注", "3300 0000", rep.String("name"), name.String("code")}
	for _, format := range []string{"json", "html"} {
		told, kept := string(public.Get(linkPaper+"?format="+format).Want(200).Body), string(w.As("rep1").Get(path+"/document?format="+format).Want(200).Body)
		for _, secret := range ours {
			if secret == "" || strings.Contains(told, secret) {
				t.Errorf("the customer reads %q as %s: %s", secret, format, told)
			}
			if secret != "3300 0000" && !strings.Contains(kept, secret) {
				t.Errorf("our own paper lacks %q as %s", secret, format)
			}
		}
	}
}

// The paper is good for as long as the link is.
func TestQUO05_TheCustomersPaperEndsWithItsLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.As("").Get(linkPaper).Want(400)
	w.As("").With("X-Quotation-Token", strings.Repeat("a", 30)).Get(linkPaper).WantProblem(404, "quote.no_such_link")
	_, path, public := w.linked()
	w.As("").With("X-Quotation-Token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.").Get(linkPaper).WantProblem(404, "quote.no_such_link")
	public.Get(linkPaper + "?format=pdf").Want(400)
	w.As("rep1").Post(path+"/revise", object{"reason": "客户要求降价"}).Want(200)
	public.With("Accept", "text/html").Get(linkPaper).WantProblem(410, "quote.link_gone")
	_, path, public = w.linked()
	w.As("rep1").Delete(path+"/link", "").Want(200)
	public.Get(linkPaper).WantProblem(410, "quote.link_gone")
	_, _, public = w.linked()
	public.Post("/v1/public/quotation", object{"accepted": false, "name": "陈示例", "reason": "价格偏高"}).Want(200)
	public.Get(linkPaper).WantProblem(410, "quote.link_gone")
	_, _, public = w.linked()
	w.later(31 * 24 * time.Hour)
	public.Get(linkPaper).WantProblem(410, "quote.link_gone")
}
