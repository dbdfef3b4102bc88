package quote_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/quote"
)

type object = map[string]any

// world is a company with a product at a base price of 10.00, one with a floor of 9.90, a customer of rep1 of long standing and a new one.
type world struct {
	*apitest.Env
	t              *testing.T
	quotes         *quote.Service
	plain, floored string
	fresh          string // a new product without any price
	old, new       string
	serial         atomic.Int64
}

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Env: apitest.New(t), t: t}
	w.quotes = w.App.Server.Quotes
	w.plain, w.floored, w.fresh = w.product("standard"), w.product("standard"), w.product("new")
	w.setBase(w.plain, "10", "")
	w.setBase(w.floored, "10", "9.90")
	w.old, w.new = w.Established(w.company()), w.company()
	return w
}

func (w *world) product(lifecycle string) string {
	var id uuid.UUID
	w.Tx(func(tx pg.Tx) error {
		p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
			Code: fmt.Sprintf("P-%d", w.serial.Add(1)), Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished,
			Lifecycle: catalog.Lifecycle(lifecycle), TaxRate: dec("0.13"),
		})
		id = p.ID
		return err
	})
	return id.String()
}

// setBase puts a base price in force from an hour ago, or from now on.
func (w *world) setBase(product, price, floor string) {
	w.Tx(func(tx pg.Tx) error {
		l := pricelist.PriceLine{ProductID: uuid.MustParse(product), Price: dec(price)}
		if floor != "" {
			f := dec(floor)
			l.FloorPrice = &f
		}
		_, err := w.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), tx.Now.Add(-time.Second), "opening", []pricelist.PriceLine{l})
		return err
	})
}

func (w *world) company() string {
	n := w.serial.Add(1)
	return w.As("rep1").Post("/v1/customers", object{
		"name":   fmt.Sprintf("云岭示例第%d纺织有限公司", n),
		"status": "active", "contacts": []object{{"name": "陈示例", "position": "采购", "phone": fmt.Sprintf("137%08d", n)}},
	}).Want(201).ID()
}

func (w *world) prospect() string {
	n := w.serial.Add(1)
	return w.As("rep1").Post("/v1/prospects", object{
		"name": fmt.Sprintf("示例潜在第%d织造有限公司", n), "industry": "织造", "region": "浙江", "source": "展会", "need": "涤纶短纤", "address": "绍兴示例路 1 号",
		"contacts": []object{{"name": "李示例", "position": "采购", "phone": fmt.Sprintf("136%08d", n)}},
	}).Want(201).ID()
}

func (w *world) file(username string) string {
	return w.As(username).With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=signed.pdf",
		fmt.Sprintf("%%PDF-1.7 example %d", w.serial.Add(1))).Want(201).ID()
}

func day(n int) string { return clock.Today(time.Now()).AddDate(0, 0, n).Format(time.DateOnly) }

func line(product, least, price string) object {
	return object{"product_id": product, "min_quantity": least, "price": price}
}

// offer is a quotation to a customer, valid for 30 days.
func offer(customer string, lines ...object) object {
	return object{"customer_id": customer, "valid_from": day(0), "valid_until": day(30), "lines": lines}
}

func (w *world) create(username string, body object) apitest.Answer {
	w.t.Helper()
	return w.As(username).Post("/v1/quotations", body).Want(201)
}

// sent is a quotation at 9.90 that rep1 sent, by their own authority.
func (w *world) sent(customer string) string {
	w.t.Helper()
	id := w.create("rep1", offer(customer, line(w.plain, "100", "9.90"))).ID()
	path := "/v1/quotations/" + id
	w.As("rep1").Post(path+"/submit", nil).Want(200)
	w.As("rep1").Post(path+"/send", object{"channel": "email", "recipient": "陈示例"}).Want(200)
	return id
}

func (w *world) accepted(customer string) string {
	w.t.Helper()
	id := w.sent(customer)
	w.As("rep1").Post("/v1/quotations/"+id+"/accept", object{"accepted_by": "陈示例", "attachment_ids": []string{w.file("rep1")}}).Want(200)
	return id
}

func (w *world) later(d time.Duration) { w.DB.Clock().SetOffset(w.DB.Clock().Offset() + d) }

// clockAt makes it this instant in Shanghai.
func (w *world) clockAt(local string) {
	at, err := time.ParseInLocation("2006-01-02 15:04:05", local, clock.Shanghai)
	if err != nil {
		w.t.Fatal(err)
	}
	w.DB.Clock().SetOffset(time.Until(at))
}

// agreed asks for the price base of a customer's order.
func (w *world) agreed(quotation, customer string) (a quote.Agreed, err error) {
	err = w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
		a, err = quote.AgreedPrices(tx, uuid.MustParse(quotation), uuid.MustParse(customer))
		return err
	})
	return a, err
}

func (w *world) set(parameter, value string) {
	w.t.Helper()
	p := w.As("admin").Get("/v1/parameters/" + parameter).Want(200)
	w.As("admin").Put("/v1/parameters/"+parameter, p.ETag(), object{"value": value, "reason": "test"}).Want(200)
}

func wantErr(t testing.TB, err, want error, what string) {
	t.Helper()
	if !errors.Is(err, want) {
		e, _ := errs.As(err)
		t.Errorf("%s: got %v %+v, want %v", what, err, e, want)
	}
}

// ship plants a confirmed order of today and its delivery.
func (w *world) ship(customer, quantity, price string) {
	w.t.Helper()
	n := w.serial.Add(1)
	w.Tx(func(tx pg.Tx) error {
		today, order, line := clock.Today(tx.Now), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		notice, noticeLine, note := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		amount := dec(quantity)
		amount, _ = amount.Mul(dec(price))
		amount = amount.Round(2)
		if amount.IsZero() {
			amount = dec("0.01")
		}
		number := fmt.Sprintf("X-%d", n)
		for _, one := range []struct {
			sql  string
			args []any
		}{
			{
				`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount, gross,
				total, tax, currency, remarks, state_reason, content, submitted_at, confirmed_at, created_at, updated_at, version)
				VALUES (?, ?, ?, ?, 'confirmed', 1, 'phone', '', 'cash', 0, 0, ?, ?, 0, 'CNY', '', '', decode(repeat('00', 32), 'hex'), ?, ?, ?, ?, 1)`,
				[]any{order, number, customer, w.People["rep1"], amount, amount, tx.Now, tx.Now, tx.Now, tx.Now},
			},
			{`INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped)
				VALUES (?, ?, 1, ?, 'kg', ?, ?, 0.13, ?, ?, '', 0, 0)`, []any{line, order, w.plain, price, quantity, amount, amount}},
			{`SET LOCAL session_replication_role = replica`, nil}, // the notice's own rules aren't the subject
			{
				`INSERT INTO delivery_notes (id, number, notice_id, customer_id, payer_id, owner_id, flow, state, vehicle, carrier, driver, currency, amount,
				shipped_on, left_at, cancel_reason, created_at, version) VALUES (?, ?, ?, ?, ?, ?, 'credit', 'left', '浙A', '', '', 'CNY', ?, ?, ?, '', ?, 1)`,
				[]any{note, number, notice, customer, customer, w.People["rep1"], amount, today, tx.Now, tx.Now},
			},
			{
				`INSERT INTO delivery_note_lines (id, delivery_note_id, position_no, notice_line_id, order_id, order_line_id, product_id, product_code, product_name,
				unit, quantity, price, tax_rate, amount, invoiced_quantity, invoiced_amount) VALUES (?, ?, 1, ?, ?, ?, ?, '', '', 'kg', ?, ?, 0.13, ?, 0, 0)`,
				[]any{uuid.Must(uuid.NewV7()), note, noticeLine, order, line, w.plain, quantity, price, amount},
			},
		} {
			if err := tx.Exec(one.sql, one.args...).Error; err != nil {
				return err
			}
		}
		return nil
	})
}
