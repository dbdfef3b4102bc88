package httpapi_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// What somebody tries who means no good: each is refused, nothing is a fault of the server's, and the books agree afterwards.

// Amounts and quantities that no column holds are refused, one by one and by adding up.
func TestNumbersBeyondAllBoundsAreRefused(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	note := b.delivered("100")
	invoice := b.invoiced(note).ID()
	code := b.As("keeper").Get("/v1/products/" + b.product).String("code")
	entry := func(kind, quantity string) object {
		return object{"movements": []object{{"kind": kind, "product_code": code, "lot_no": "L1", "warehouse_code": "CK01", "quantity": quantity, "reason": "盘点"}}}
	}
	huge, most := "99999999999999.9999", "9999999999999999.99"
	for _, n := range []any{"-1", "NaN", "Infinity", "1e9", "0x10", "٣", "１０", " 1", "1,000", "", "0.00000000001", "100000000000000000000", 1, nil, true, []string{"1"}} {
		money := b.money("1.00")
		money["amount"] = n
		moved := entry("receipt", "1")
		moved["movements"].([]object)[0]["quantity"] = n
		asked := b.asks("credit", "1")
		asked["lines"].([]object)[0]["quantity"] = n
		for path, body := range map[string]object{"/v1/receipts": money, "/v1/stock-movements": moved, "/v1/shipping-notices": asked} {
			who := map[string]string{"/v1/receipts": "clerk", "/v1/stock-movements": "keeper", "/v1/shipping-notices": "rep1"}[path]
			if a := b.As(who).Post(path, body); a.Status != 400 && a.Status != 422 {
				t.Errorf("%s with %#v: %d %s", path, n, a.Status, a.Body)
			}
		}
	}
	for range 3 { // each fits, together they don't
		b.soft("keeper", "/v1/stock-movements", entry("receipt", huge))
		b.soft("keeper", "/v1/stock-movements", entry("count", huge))
		b.soft("clerk", "/v1/receipts", b.money(most))
		b.soft("clerk", "/v1/receipts", b.money("9000000000000000.00", object{"invoice_id": invoice, "amount": "1000.00"}))
	}
	b.agree()
}

// soft sends what may be taken or refused, but is never a fault of the server's.
func (b *books) soft(who, path string, body any) {
	b.t.Helper()
	if a := b.As(who).Post(path, body); a.Status >= 500 {
		b.t.Errorf("%s %s: %d %s", who, path, a.Status, a.Body)
	}
}

// One key is one request: another body, another path or another person with it gets nothing of the first, and moves nothing.
func TestAKeyIsOneRequest(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	key := uuid.NewString()
	first := b.As("clerk").With("Idempotency-Key", key).Post("/v1/receipts", b.money("100.00")).Want(201)
	b.As("clerk").With("Idempotency-Key", key).Post("/v1/receipts", b.money("100.01")).WantProblem(422, "idempotency.key_reused")
	if a := b.As("finance").With("Idempotency-Key", key).Post("/v1/receipts/"+first.ID()+"/reverse", object{"reason": "错账"}); a.Status != 200 {
		t.Errorf("another person's key: %d %s", a.Status, a.Body)
	}
	for _, path := range []string{"/v1/receipts", "/v1/invoices", "/v1/gate-checks", "/v1/stock-movements", "/v1/goods-returns", "/v1/gate-checks/synchronise"} {
		who := map[string]string{"/v1/gate-checks": "guard", "/v1/gate-checks/synchronise": "guard", "/v1/stock-movements": "keeper", "/v1/goods-returns": "finance"}[path]
		if who == "" {
			who = "clerk"
		}
		if a := b.As(who).Do(http.MethodPost, path, object{}); a.Status != 400 {
			t.Errorf("%s without a key: %d", path, a.Status)
		}
	}
	b.agree()
}

// What one customer's paper, another purpose's link, or no link at all can be used for.
func TestALinkOpensNothingElse(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	note := b.loaded(b.released("10"), "10")
	pass := b.As("keeper").Get("/v1/delivery-notes/" + note.ID() + "/gate-pass").String("token")
	b.leave(note)
	neighbour := *b
	neighbour.customer = b.buyer("1000.00")
	neighbour.order, neighbour.line = b.ordered(neighbour.customer, "10")
	other := neighbour.invoiced(neighbour.delivered("10")).ID()
	b.DB.Clock().SetOffset(5 * 24 * time.Hour)
	s := b.As("clerk").Post("/v1/statements", object{"customer_id": b.customer, "from": b.day(-20), "to": b.day(-1)}).Want(201).ID()
	sent := b.As("clerk").Post("/v1/statements/"+s+"/send", object{"via": "link"}).Want(200)
	token := sent.String("token")
	parts := strings.Split(token, ".")
	for what, wrong := range map[string]string{
		"gate pass": pass, "username": "clerk", "unsigned": "eyJhbGciOiJub25lIn0." + parts[1] + ".", "cut": token[:len(token)-4], "sql": "' OR 1=1 --", "long": strings.Repeat("a", 1999),
	} {
		for _, path := range []string{"/v1/public/statement", "/v1/public/statement/lines"} {
			if a := b.As("").With("X-Statement-Token", wrong).Get(path); a.Status != 404 && a.Status != 400 {
				t.Errorf("%s at %s: %d %s", what, path, a.Status, a.Body)
			}
		}
	}
	guest := b.As("").With("X-Statement-Token", token)
	guest.Get("/v1/public/statement").Want(200)
	if a := guest.Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": other, "reason": "price"}}}); a.Status != 422 {
		t.Errorf("another customer's invoice: %d %s", a.Status, a.Body)
	}
	if a := b.As(token).Get("/v1/statements/" + s); a.Status < 400 { // a link is no access token
		t.Errorf("the link's token reads the API: %d", a.Status)
	}
	b.DB.Clock().SetOffset(b.DB.Clock().Offset() + 400*24*time.Hour)
	if a := guest.Get("/v1/public/statement"); a.Status != 410 && a.Status != 404 {
		t.Errorf("after it expired: %d %s", a.Status, a.Body)
	}
	if a := guest.Post("/v1/public/statement/confirm", object{"name": "陈示例"}); a.Status != 410 && a.Status != 404 {
		t.Errorf("after it expired: %d %s", a.Status, a.Body)
	}
	b.agree()
}

// Names are never markup on a paper, nor formulas in a spreadsheet.
func TestNamesAreNeitherMarkupNorFormulas(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	const script, formula = `<script>alert(1)</script>`, `=HYPERLINK("http://evil.example","x")`
	b.alter("UPDATE customers SET name = ? WHERE id = ?", formula+script, b.customer)
	at := b.released("20")
	b.As("keeper").Post(at+"/prepare", object{}).Want(201)
	list := b.As("keeper").Get("/v1/stock-preparations").Want(200).String("data.0.id")
	line := b.As("keeper").Get(at).String("lines.0.id")
	note := b.As("keeper").Post(at+"/dispatch", object{
		"vehicle": script, "driver": "=1+1", "carrier": script, "lines": []object{{"notice_line_id": line, "quantity": "20"}},
	}).Want(201)
	for who, path := range map[string]string{
		"rep1": at + "/document", "keeper": "/v1/delivery-notes/" + note.ID() + "/document", "guard": "/v1/delivery-notes/" + note.ID() + "/gate-pass/document",
		"quality": "/v1/stock-preparations/" + list + "/document",
	} {
		a := b.As(who).Get(path + "?format=html")
		if a.Status == 404 || a.Status == 400 {
			t.Errorf("%s has no paper: %s", path, a.Body)
			continue
		}
		if strings.Contains(string(a.Body), "<script") {
			t.Errorf("%s holds markup", path)
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src") && !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: content security policy %q", path, csp)
		}
	}
	for who, path := range map[string]string{"clerk": "/v1/dispatch-register/export?format=csv"} {
		a := b.As(who).Get(path)
		if a.Status != 200 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.Body), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, row := range rows {
			for _, cell := range row {
				found = found || strings.Contains(cell, "HYPERLINK")
				if cell != "" && strings.ContainsRune("=@\t\r", rune(cell[0])) {
					t.Errorf("%s: the cell %q is a formula", path, cell)
				}
			}
		}
		if !found {
			t.Errorf("%s doesn't name the customer: it proves nothing\n%s", path, a.Body)
		}
	}
}
