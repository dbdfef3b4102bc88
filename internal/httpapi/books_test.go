package httpapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/verify"
)

// books is a company that sells one product on credit from its warehouse, whose books are to agree whatever happens.
type books struct {
	*apitest.Env
	t                 testing.TB
	customer, product string
	order, line       string // of 1,000 kg at 10.00
}

// openBooks starts it. Goods leave only from lots that passed, and 1,000 kg of one lie in the warehouse.
func openBooks(t *testing.T) *books {
	t.Helper()
	b := &books{Env: apitest.New(t), t: t}
	b.InspectionRequired()
	b.customer, b.product = b.buyer("98000.00"), productAt(b.Env, "10")
	b.order, b.line = b.ordered(b.customer, "1000")
	stockedFor(b.Env, b.product)
	code := b.As("keeper").Get("/v1/products/" + b.product).Want(200).String("code")
	b.As("keeper").Post("/v1/stock-movements", object{"movements": []object{
		{"kind": "receipt", "product_code": code, "lot_no": "L1", "warehouse_code": "CK01", "quantity": "500"},
	}}).Want(201)
	return b
}

// buyer is a customer of rep1's with a limit.
func (b *books) buyer(limit string) string {
	b.t.Helper()
	id := customerOf(b.Env)
	b.Tx(func(tx pg.Tx) error {
		return b.App.Server.Credits.SetOpening(tx, credit.Opening{
			CustomerID: uuid.MustParse(id), Grade: credit.GradeA, Limit: credit.LimitOf(decimal.MustParse(limit)),
			Terms: credit.Terms{Settlement: credit.NetDays, Days: 30},
		})
	})
	return id
}

func (b *books) ordered(customer, quantity string) (order, line string) {
	b.t.Helper()
	body := orderBy(customer, b.product, quantity, "10")
	body["submit"], body["settlement"], body["terms_days"] = true, "net_days", 30
	o := b.As("rep1").Post("/v1/orders", body).Want(201)
	if o.String("state") != "confirmed" {
		b.t.Fatalf("%s", o.Body)
	}
	return o.ID(), o.String("lines.0.id")
}

// day is a date so many days from today by the server's clock.
func (b *books) day(in int) string {
	return clock.Today(b.DB.Clock().Now()).AddDate(0, 0, in).Format(time.DateOnly)
}

// asks is a notice of a quantity of the order.
func (b *books) asks(flow, quantity string) object {
	return object{
		"customer_id": b.customer, "flow": flow, "ship_date": b.day(3),
		"lines": []object{{"order_id": b.order, "order_line_id": b.line, "quantity": quantity}},
	}
}

// released is a notice on credit that the manager released.
func (b *books) released(quantity string) string {
	b.t.Helper()
	at := "/v1/shipping-notices/" + b.As("rep1").Post("/v1/shipping-notices", b.asks("credit", quantity)).Want(201).ID()
	b.As("rep1").Post(at+"/submit", nil).Want(200)
	b.As("clerk").Post(at+"/check", object{}).Want(200)
	if n := b.As("manager").Post(at+"/release", object{}).Want(200); n.String("state") != "released" {
		b.t.Fatalf("%s", n.Body)
	}
	return at
}

// load dispatches some of a notice's first line on a vehicle.
func (b *books) load(notice, quantity, vehicle string) apitest.Answer {
	b.t.Helper()
	line := b.As("keeper").Get(notice).Want(200).String("lines.0.id")
	return b.As("keeper").Post(notice+"/dispatch", object{"vehicle": vehicle, "driver": "吴示例", "lines": []object{{"notice_line_id": line, "quantity": quantity}}})
}

// loaded lays out and loads some of a released notice.
func (b *books) loaded(notice, quantity string) apitest.Answer {
	b.t.Helper()
	b.As("keeper").Post(notice+"/prepare", object{}).Want(201)
	return b.load(notice, quantity, "浙A·12345").Want(201)
}

// shown is what the guard sends who is shown a note's pass on a vehicle with the note's goods.
func (b *books) shown(note apitest.Answer, vehicle string) object {
	b.t.Helper()
	token := b.As("keeper").Get("/v1/delivery-notes/" + note.ID() + "/gate-pass").Want(200).String("token")
	return object{"token": token, "vehicle": vehicle, "seen": []object{{"product_code": note.String("lines.0.product_code"), "quantity": note.String("lines.0.quantity")}}}
}

func (b *books) leave(note apitest.Answer) {
	b.t.Helper()
	b.As("guard").Post("/v1/gate-checks", b.shown(note, "浙A·12345")).Want(201)
}

// delivered is a delivery note of a quantity that left.
func (b *books) delivered(quantity string) apitest.Answer {
	b.t.Helper()
	note := b.loaded(b.released(quantity), quantity)
	b.leave(note)
	return note
}

func (b *books) invoiced(note apitest.Answer) apitest.Answer {
	b.t.Helper()
	return b.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note.ID()}}).Want(201)
}

// received books money of the customer, for invoices or ahead.
func (b *books) received(amount string, allocations ...object) apitest.Answer {
	b.t.Helper()
	return b.As("clerk").Post("/v1/receipts", b.money(amount, allocations...)).Want(201)
}

func (b *books) money(amount string, allocations ...object) object {
	body := object{"customer_id": b.customer, "amount": amount, "method": "bank_transfer", "reference": uuid.NewString(), "received_on": b.day(0)}
	if len(allocations) > 0 {
		body["allocations"] = allocations
	}
	return body
}

// differ returns what salesgate verify finds.
func (b *books) differ() []verify.Difference {
	b.t.Helper()
	found, err := verify.All(context.Background(), b.DB, pg.System("test"), app.Checks())
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

// agree is salesgate verify: it fails the test for each difference.
func (b *books) agree() {
	b.t.Helper()
	for _, d := range b.differ() {
		b.t.Errorf("the books differ: %s", d)
	}
}

// exposure is the customer's, in whole yuan and cents.
func (b *books) exposure() string {
	b.t.Helper()
	return b.As("clerk").Get("/v1/customers/" + b.customer + "/credit").Want(200).String("exposure")
}

// tasks counts what a person has to do of a kind.
func (b *books) tasks(who, kind string) int {
	b.t.Helper()
	return strings.Count(string(b.As(who).Get("/v1/me/follow-ups?kind="+kind).Want(200).Body), `"kind":"`+kind+`"`)
}
