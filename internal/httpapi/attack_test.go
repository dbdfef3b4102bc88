package httpapi_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/identity"
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

// Dates from the beginning to the end of the calendar, and text that no column holds, are taken or refused, but break nothing.
func TestDatesAndTextBeyondAllBounds(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	note := b.loaded(b.released("10"), "10")
	token := b.shown(note, "x")["token"]
	seen := []object{{"product_code": note.String("lines.0.product_code"), "quantity": "10"}}
	for _, day := range []string{"0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "0000-00-00", "-001-01-01"} {
		receipt := b.money("1.00")
		receipt["received_on"] = day
		asked := b.asks("credit", "1")
		asked["ship_date"] = day
		b.soft("clerk", "/v1/receipts", receipt)
		b.soft("rep1", "/v1/shipping-notices", asked)
		b.soft("clerk", "/v1/statements", object{"customer_id": b.customer, "from": day, "to": b.day(-1)})
		b.soft("clerk", "/v1/statements", object{"customer_id": b.customer, "from": "2026-01-01", "to": day})
		b.soft("clerk", "/v1/invoices", object{"delivery_note_ids": []string{note.ID()}, "invoiced_on": day})
		b.soft("keeper", "/v1/delivery-notes/"+note.ID()+"/proof", object{"signer": "陈示例", "received_on": day})
		bill := b.money("1.00")
		bill["method"], bill["bill"] = "acceptance_bill", object{"number": "1", "drawer": "x", "acceptor": "x", "issued_on": "0001-01-01", "matures_on": day}
		b.soft("clerk", "/v1/receipts", bill)
		for _, path := range []string{"/v1/ageing?as_of=", "/v1/dispatch-register?from=", "/v1/overdue-items?due_to=", "/v1/stock-movements?from=", "/v1/statements?month="} {
			if a := b.As("clerk").Get(path + day); a.Status >= 500 {
				t.Errorf("%s%s: %d %s", path, day, a.Status, a.Body)
			}
		}
	}
	for i, at := range []string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"} {
		for j, sent := range []string{"9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"} {
			b.soft("guard", "/v1/gate-checks/synchronise", object{"device_id": "phone", "sent_at": sent, "checks": []object{{
				"sequence": 1 + 2*i + j, "seen_at": at, "token": token, "vehicle": "浙A·12345", "decision": "let_out", "seen": seen,
			}}})
		}
	}
	for _, text := range []string{"\x00", "a\x00b", "\u202e浙A", "\u200b", strings.Repeat("甲", 5000), "\ufeff", "'; DROP TABLE receipts; --", "%s%n", "{{.}}", "\U0001F4A9"} {
		b.soft("guard", "/v1/gate-checks", object{"pass_number": text, "vehicle": text, "seen": seen})
		b.soft("keeper", "/v1/stock-movements", object{"movements": []object{{"kind": "receipt", "product_code": text, "lot_no": text, "warehouse_code": text, "quantity": "1", "reason": text}}})
		receipt := b.money("1.00")
		receipt["reference"], receipt["remarks"] = text, text
		b.soft("clerk", "/v1/receipts", receipt)
		b.soft("keeper", "/v1/delivery-notes/"+note.ID()+"/cancel", object{"reason": text})
		b.soft("rep1", "/v1/bad-debts", object{"customer_id": b.customer, "grounds": "other", "reason": text, "items": []object{{"invoice_id": uuid.NewString()}}, "attachment_ids": []string{}})
		b.soft("clerk", "/v1/receipts/"+uuid.NewString()+"/allocate", object{"reference": text})
		for _, path := range []string{"/v1/bank-lines?q=", "/v1/stock-lots?lot_no=", "/v1/freight-vouchers?number=", "/v1/acceptance-bills?number=", "/v1/shipping-notices?q="} {
			if a := b.As("clerk").Get(path + url.QueryEscape(text)); a.Status >= 500 {
				t.Errorf("%s%q: %d %s", path, text, a.Status, a.Body)
			}
		}
	}
	b.agree()
}

// Files that are too large, no tables, or unpack to more than a table are refused.
func TestFilesThatAreNoStatements(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	at := "/v1/bank-accounts/" + b.As("finance").Post("/v1/bank-accounts", object{"number": "3300000000000000000", "bank": "示例银行", "name": "示例公司"}).Want(201).ID() + "/statements?file_name=b.xlsx"
	clerk := b.As("clerk").With("Content-Type", "application/octet-stream")
	head := "交易日期,收入,支出,对方户名,对方账号,摘要,流水号\n"
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("xl/media/a.png")
	if err == nil {
		_, err = f.Write(make([]byte, 64<<20))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	for what, file := range map[string]string{
		"bomb": archive.String(), "cut archive": archive.String()[:100], "empty": "", "binary": "\x00\x01\x02", "no table": "a,b\n1,2\n", "a huge cell": head + strings.Repeat("x", 4<<20),
		"quotes": head + "\"" + strings.Repeat("\n", 1<<20), "columns": strings.Repeat("交易日期,", 700_000), // compared with each other, they took minutes
		"no number": head + onDay(0) + ",NaN,,云岭,1,货款,T\n",
		"lines":     head + strings.Repeat(onDay(0)+",1.00,,云岭,1,货款,\n", 20_001),
	} {
		if a := clerk.Post(at, file); a.Status < 400 || a.Status >= 500 {
			t.Errorf("%s: %d %.300s", what, a.Status, a.Body)
		}
	}
	clerk.Post(at, head+strings.Repeat("x", 9<<20)).Want(413)
	if n := b.As("clerk").Get("/v1/bank-lines").Want(200).Len("data"); n != 0 {
		t.Errorf("%d lines were taken", n)
	}
}

// A cursor that somebody made, or that is another list's, is refused or answered, and never a fault of the server's.
func TestACursorThatNobodyGave(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	who := identity.TestPrincipal(uuid.New(), true, nil, everyRole(t)...)
	e.App.Server.Authenticate = func(context.Context, string) (identity.Principal, error) { return who, nil }
	tried := 0
	for _, o := range operations(t) {
		if o.method != http.MethodGet || strings.Contains(o.path, "{") || o.params.GetByInAndName("query", "cursor") == nil {
			continue
		}
		for _, cursor := range []string{`{}`, `{"m":"x"}`, `{"ShipDate":"9999-99-99"}`, `"x"`, `[]`, `7`, `{"x":-1,"s":-1}`} {
			a := e.As("all").Get(o.path + "?cursor=" + base64.RawURLEncoding.EncodeToString([]byte(cursor)))
			if tried++; a.Status >= 500 {
				t.Errorf("%s with %s: %d %s", o.id, cursor, a.Status, a.Body)
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d were tried", tried)
	}
}

// Whoever types a number for a string, a date in another order or a value that there isn't is told what is expected, in both languages, by the contract
// and never by what was sent.
func TestAWrongFieldIsToldWhatIsExpected(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	body := object{"customer_id": "x", "method": "wire", "received_on": "30.11.2026", "amount": "1,000.00", "remarks": 7}
	for lang, words := range map[string][]string{
		"en":    {"a JSON string is expected", "2026-11-30 is expected", "allowed values: bank_transfer, ", "is expected"},
		"zh-CN": {"应为 JSON string", "应如 2026-11-30", "允许的取值:bank_transfer, ", "应符合 "},
	} {
		a := e.As("clerk").With("Accept-Language", lang).Post("/v1/receipts", body).WantProblem(400, "request.invalid")
		for _, w := range words {
			if !strings.Contains(string(a.Body), w) {
				t.Errorf("%s: no %q in %s", lang, w, a.Body)
			}
		}
		if strings.Contains(string(a.Body), "wire") || strings.Contains(string(a.Body), "30.11") || strings.Contains(string(a.Body), "{wanted}") {
			t.Errorf("%s: %s", lang, a.Body)
		}
	}
}
