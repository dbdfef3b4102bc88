package httpapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// What goes wrong on the way of goods and of money: each is a documented refusal, nothing is lost, and verify is clean afterwards.

func TestSHP02_ANoticeForMoreThanIsOpen(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	rep := b.As("rep1")
	rep.Post("/v1/shipping-notices", b.asks("credit", "1000.0001")).WantProblem(422, "order.quantity_not_open")
	b.released("600") // leaves 400
	at := "/v1/shipping-notices/" + rep.Post("/v1/shipping-notices", b.asks("credit", "400")).Want(201).ID()
	rep.Post(at+"/submit", nil).Want(200)
	rep.Post("/v1/shipping-notices", b.asks("credit", "400.0001")).WantProblem(422, "order.quantity_not_open")
	for _, wrong := range []string{"0", "-1", "NaN", "1e3", "0.00001", "99999999999999999"} {
		if a := rep.Post("/v1/shipping-notices", b.asks("credit", wrong)); a.Status != 400 && a.Status != 422 {
			t.Errorf("%s kg: %d %s", wrong, a.Status, a.Body)
		}
	}
	// Two notices that each fit and together don't: the second is stopped when it would be released.
	two := []string{"", ""}
	for i := range two {
		two[i] = "/v1/shipping-notices/" + rep.Post("/v1/shipping-notices", b.asks("credit", "300")).Want(201).ID()
		rep.Post(two[i]+"/submit", nil).Want(200)
		b.As("clerk").Post(two[i]+"/check", object{}).Want(200)
	}
	b.As("manager").Post(two[0]+"/release", object{}).Want(200)
	b.As("manager").Post(two[1]+"/release", object{}).WantProblem(422, "order.quantity_not_open")
	b.agree()
}

// Who wrote a notice can load it by the line that it was answered then, however often it was changed, submitted and revised meanwhile.
func TestSHP02_LinesKeepTheirIds(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	made := b.As("rep1").Post("/v1/shipping-notices", b.asks("credit", "10")).Want(201)
	at, line := "/v1/shipping-notices/"+made.ID(), made.String("lines.0.id")
	changed := b.As("rep1").Patch(at, made.ETag(), object{"lines": b.asks("credit", "12")["lines"]}).Want(200)
	b.As("rep1").Post(at+"/submit", nil).Want(200)
	b.As("rep1").Post(at+"/revise", object{"reason": "改车"}).Want(200)
	sent := b.As("rep1").Post(at+"/submit", nil).Want(200)
	if changed.String("lines.0.id") != line || sent.String("lines.0.id") != line || sent.Len("lines") != 1 {
		t.Errorf("line %s became %s and %s", line, changed.String("lines.0.id"), sent.String("lines.0.id"))
	}
}

func TestSHP09_ASecondTruckWithTheFirstTrucksPass(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	at := b.released("100")
	b.As("keeper").Post(at+"/prepare", object{}).Want(201)
	first := b.load(at, "60", "浙A·12345").Want(201)
	second := b.load(at, "40", "浙A·54321").Want(201)
	guard := b.As("guard")
	guard.Post("/v1/gate-checks", b.shown(first, "浙A·54321")).WantProblem(422, "gate.other_vehicle")
	b.leave(first)
	guard.Post("/v1/gate-checks", b.shown(first, "浙A·54321")).WantProblem(409, "gate.pass_used")
	guard.Post("/v1/gate-checks", b.shown(first, "浙A·12345")).WantProblem(409, "gate.pass_used")
	swapped := b.shown(second, "浙A·54321")
	swapped["seen"] = b.shown(first, "")["seen"]
	guard.Post("/v1/gate-checks", swapped).WantProblem(422, "gate.other_goods")
	guard.Post("/v1/gate-checks", b.shown(second, "浙A·54321")).Want(201)
	b.load(at, "0.0001", "浙A·99999").WantProblem(409, "shipping.not_released")
	b.agree()
}

func TestSHP09_AForgedOrExpiredPass(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	note := b.loaded(b.released("100"), "100")
	guard, seen := b.As("guard"), b.shown(note, "浙A·12345")
	token, _ := seen["token"].(string)
	parts := strings.Split(token, ".")
	for what, forged := range map[string]string{
		"signature": parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])), "no signature": parts[0] + "." + parts[1] + ".",
		"no algorithm": "eyJhbGciOiJub25lIn0." + parts[1] + ".", "goods": parts[0] + ".e30." + parts[2], "nothing": "x", "another's": token[:len(token)-6] + "AAAAAA",
	} {
		seen["token"] = forged
		if a := guard.Post("/v1/gate-checks", seen); a.Status != 422 || a.String("code") != "gate.forged_pass" {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	seen["token"] = token
	b.DB.Clock().SetOffset(40 * 24 * time.Hour)
	guard.Post("/v1/gate-checks", seen).WantProblem(422, "gate.pass_expired")
	b.agree()
}

func TestSHP21_APassOfACancelledNotice(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	at := b.released("100")
	note := b.loaded(at, "100")
	seen := b.shown(note, "浙A·12345")
	b.As("rep1").Post(at+"/cancel", object{"reason": "客户取消"}).WantProblem(409, "resource.wrong_state") // it is on the truck
	b.As("keeper").Post("/v1/delivery-notes/"+note.ID()+"/cancel", object{"reason": "客户取消"}).Want(200)
	b.As("rep1").Post(at+"/cancel", object{"reason": "客户取消"}).Want(200)
	b.As("guard").Post("/v1/gate-checks", seen).WantProblem(409, "gate.pass_cancelled")
	b.load(at, "100", "浙A·12345").WantProblem(409, "shipping.not_released")
	if x := b.exposure(); x != "0.00" {
		t.Errorf("exposure %s", x)
	}
	b.agree()
}

func TestORD05_DispatchAfterTheOrderWasCancelled(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	at := b.released("100")
	cancelled := "/v1/orders/" + b.order + "/cancellation"
	b.As("rep1").Post(cancelled, object{"reason": "客户取消"}).WantProblem(409, "order.live_notices") // goods are under way
	b.As("keeper").Post(at+"/prepare", object{}).Want(201)
	b.As("rep1").Post(at+"/cancel", object{"reason": "客户取消"}).Want(200)
	byRequest(b.Env, b.As("rep1").Post(cancelled, object{"reason": "客户取消"}))
	b.load(at, "100", "浙A·12345").WantProblem(409, "shipping.not_released")
	b.As("keeper").Post(at+"/prepare", object{}).Want(409)
	if a := b.As("rep1").Post("/v1/shipping-notices", b.asks("credit", "1")); a.Status < 400 || a.Status >= 500 {
		t.Errorf("a notice of a cancelled order: %d %s", a.Status, a.Body)
	}
	b.agree()
}

// Payment first: the money turns out not to be there when the goods are released, laid out, or half gone.
func TestSHP10_ThePaymentIsReversedAfterTheRelease(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	rep, clerk, finance := b.As("rep1"), b.As("clerk"), b.As("finance")
	receipt := b.received("1000.00").ID()
	at := "/v1/shipping-notices/" + rep.Post("/v1/shipping-notices", b.asks("prepaid", "100")).Want(201).ID()
	rep.Post(at+"/submit", nil).Want(200)
	if n := clerk.Post(at+"/check", object{}).Want(200); n.String("state") != "released" {
		t.Fatalf("%s", n.Body)
	}
	b.As("keeper").Post(at+"/prepare", object{}).Want(201)
	gone := b.load(at, "40", "浙A·12345").Want(201)
	b.leave(gone)
	finance.Post("/v1/receipts/"+receipt+"/reverse", object{"reason": "退票"}).Want(200)
	b.load(at, "60", "浙A·54321").WantProblem(422, "shipping.not_covered") // at once, whatever the queue is at
	b.agree()
	b.Tx(func(tx pg.Tx) error { // the queue
		return b.App.Server.Shipments.Uncover(tx, uuid.MustParse(strings.TrimPrefix(at, "/v1/shipping-notices/")))
	})
	b.agree()
	b.load(at, "60", "浙A·54321").WantProblem(409, "shipping.not_released")
	if n := rep.Get(at).Want(200).String("state"); n != "closed" {
		t.Errorf("the notice is %s", n)
	}
	if x := b.exposure(); x != "400.00" { // what left is owed
		t.Errorf("exposure %s", x)
	}
	clerk.Post("/v1/receipts/"+receipt+"/allocate", object{}).Want(409)
	finance.Post("/v1/receipts/"+receipt+"/reverse", object{"reason": "退票"}).WantProblem(409, "receivable.reversed_already")
	b.invoiced(gone)
	b.agree()
}

func TestARV01_AReceiptInAnotherCurrency(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	for currency, code := range map[string]string{"USD": "receipt.other_currency", "cny": "receipt.other_currency", "元元元": "receipt.other_currency"} {
		body := b.money("100.00")
		body["currency"] = currency
		b.As("clerk").Post("/v1/receipts", body).WantProblem(422, code)
	}
	body := b.money("100.00")
	body["currency"] = "CNY"
	b.As("clerk").Post("/v1/receipts", body).Want(201)
	b.agree()
}

func TestARV01_AllocatingMoreThanIsOpen(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	invoice := b.invoiced(b.delivered("100")).ID() // 1000.00
	part := func(amount string) object { return object{"invoice_id": invoice, "amount": amount} }
	clerk := b.As("clerk")
	clerk.Post("/v1/receipts", b.money("2000.00", part("1000.01"))).WantProblem(422, "invoice.not_so_much_open")
	clerk.Post("/v1/receipts", b.money("500.00", part("500.01"))).WantProblem(422, "receipt.not_enough_left")
	clerk.Post("/v1/receipts", b.money("2000.00", part("600.00"), part("600.00"))).WantProblem(422, "receivable.named_twice")
	receipt := "/v1/receipts/" + b.received("2000.00", part("900.00")).ID()
	for _, wrong := range []string{"100.01", "1100.01"} {
		clerk.Post(receipt+"/allocate", object{"allocations": []object{part(wrong)}}).Want(422)
	}
	codes := map[int]int{}
	for status := range b.atOnce(4, func() int {
		return clerk.Post(receipt+"/allocate", object{"allocations": []object{part("100.00")}}).Status
	}) {
		codes[status]++
	}
	if codes[200] != 1 || codes[422] != 3 {
		t.Errorf("four at once: %v", codes)
	}
	b.agree()
}

// atOnce does one thing n times at once.
func (b *books) atOnce(n int, do func() int) <-chan int {
	results := make(chan int, n)
	for range n {
		go func() { results <- do() }()
	}
	all := make(chan int, n)
	for range n {
		all <- <-results
	}
	close(all)
	return all
}

func TestSHP20_InvoicingGoodsThatCameBack(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	note := b.delivered("100")
	line := note.String("lines.0.id")
	finance, clerk := b.As("finance"), b.As("clerk")
	back := func(quantity string) object {
		return object{"delivery_note_id": note.ID(), "reason": "色差退货", "lines": []object{{"delivery_line_id": line, "quantity": quantity}}}
	}
	finance.Post("/v1/goods-returns", back("100.0001")).WantProblem(422, "goods_return.more_than_delivered")
	finance.Post("/v1/goods-returns", back("30")).Want(201)
	bill := func(quantity string) object {
		return object{"delivery_note_ids": []string{note.ID()}, "lines": []object{{"delivery_line_id": line, "quantity": quantity}}}
	}
	if a := clerk.Post("/v1/invoices", bill("70.0001")); a.Status != 422 || !strings.HasPrefix(a.String("code"), "invoice.") {
		t.Errorf("%s", a.Body)
	}
	clerk.Post("/v1/invoices", bill("70")).Want(201)
	clerk.Post("/v1/invoices", bill("0.0001")).Want(422)
	finance.Post("/v1/goods-returns", back("70.0001")).WantProblem(422, "goods_return.more_than_delivered")
	finance.Post("/v1/goods-returns", back("70")).Want(201) // a credit note
	if x := b.exposure(); x != "0.00" {
		t.Errorf("exposure %s", x)
	}
	clerk.Post("/v1/invoices", object{"delivery_note_ids": []string{note.ID()}}).Want(422)
	b.agree()
}

// The customer disputes what it then pays in full: the dispute ends as paid, nothing is owed, and the month's chain of balances goes on. It all
// happens around a leap day, late on the month's last evening, which is the next month's first elsewhere.
func TestARV02_DisputedThenPaidAcrossALeapDay(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	setClock(t, b.Env, "2028-02-29 23:50")
	day := func(s string) object { m := b.money("1000.00"); m["received_on"] = s; return m }
	note := b.delivered("100")
	body := object{"delivery_note_ids": []string{note.ID()}}
	invoice := b.As("clerk").Post("/v1/invoices", body).Want(201)
	if on, due := invoice.String("invoiced_on"), invoice.String("due_on"); on != "2028-02-29" || due != "2028-03-30" {
		t.Errorf("invoiced on %s, due on %s", on, due)
	}
	b.As("clerk").Post("/v1/receipts", day("2028-03-01")).WantProblem(422, "receivable.future_date")
	setClock(t, b.Env, "2028-03-01 00:10")
	run := func(month string, statements int) {
		t.Helper()
		b.Tx(func(tx pg.Tx) error {
			first, err := time.Parse(time.DateOnly, month)
			if err != nil {
				return err
			}
			r, err := b.App.Server.Statements.StartRun(tx, first)
			for done := r.Done(); err == nil && !done; {
				done, err = b.App.Server.Statements.MakeChunk(tx, r.ID, 100)
			}
			return err
		})
		if n := b.As("clerk").Get("/v1/statements?customer_id=" + b.customer).Want(200).Len("data"); n != statements {
			t.Errorf("after %s there are %d statements", month, n)
		}
	}
	run("2028-02-01", 1)
	run("2028-02-01", 1) // again: nothing more
	s := b.As("clerk").Get("/v1/statements?customer_id=" + b.customer).String("data.0.id")
	at := "/v1/statements/" + s
	got := b.As("clerk").Get(at).Want(200)
	if got.String("closing.total") != "1000.00" || got.String("to") != "2028-02-29" {
		t.Errorf("%s", got.Body)
	}
	guest := b.As("").With("X-Statement-Token", b.As("clerk").Post(at+"/send", object{"via": "link"}).Want(200).String("token"))
	guest.Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": invoice.ID(), "reason": "quantity"}}}).Want(200)
	guest.Post("/v1/public/statement/confirm", object{"name": "陈示例"}).WantProblem(409, "resource.wrong_state")
	b.agree()
	paid := day("2028-03-01")
	paid["allocations"] = []object{{"invoice_id": invoice.ID(), "amount": "1000.00"}}
	b.As("clerk").Post("/v1/receipts", paid).Want(201)
	if err := b.App.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if state := b.As("clerk").Get(at).Want(200).String("state"); state != "confirmed" && state != "settled" {
		t.Errorf("paid in full, the statement is %s", state)
	}
	setClock(t, b.Env, "2028-04-01 00:10")
	run("2028-03-01", 2)
	if next := b.As("clerk").Get("/v1/statements?customer_id=" + b.customer).Want(200); next.String("data.0.opening.total") != "1000.00" || next.String("data.0.closing.total") != "0.00" {
		t.Errorf("%s", next.Body)
	}
	b.agree()
}
