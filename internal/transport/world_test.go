package transport_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

type object = map[string]any

// world is the whole program with a customer, a confirmed order of 1,000,000 kg of a product, and a carrier that asks 180.00 a tonne to 海角, and at
// least 90.00.
type world struct {
	*apitest.Env
	t                              *testing.T
	customer, product, order, line uuid.UUID
	carrier                        string
}

const carrierName = "云岭示例物流有限公司"

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func open(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{Env: apitest.New(t), t: t, product: id(), order: id(), line: id()}
	made := w.As("rep1").Post("/v1/customers", object{
		"name": "云岭示例纺织有限公司", "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": "13800000042"}},
		"addresses": []object{{"kind": "delivery", "line": "海角示例路 1 号"}},
	}).Want(201)
	w.customer = uuid.MustParse(w.Established(made.ID()))
	w.Tx(func(tx pg.Tx) error {
		err := tx.Exec(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version, tonnes_per_unit)
			VALUES (?, 'PET-150D', '涤纶低弹丝', '', '', 'kg', 'finished', 'standard', 0.13, true, ?, ?, 1, 0.001)`, w.product, tx.Now, tx.Now).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days,
				header_discount, gross, total, tax, currency, remarks, state_reason, content, submitted_at, confirmed_at, created_at, updated_at, version)
			VALUES (?, 'SO-1', ?, ?, 'confirmed', 1, 'api', '', 'net_days', 30, 0, 1000000, 1000000, 0, 'CNY', '', '', decode(repeat('00', 32), 'hex'), ?, ?, ?, ?, 1)`,
			w.order, w.customer, w.People["rep1"], tx.Now, tx.Now, tx.Now, tx.Now).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped)
			VALUES (?, ?, 1, ?, 'kg', 1, 1000000, 0.13, 1000000, 1000000, '', 0, 0)`, w.line, w.order, w.product).Error
		if err != nil {
			return err
		}
		return w.App.Server.Credits.SetOpening(tx, credit.Opening{
			CustomerID: w.customer, Grade: credit.GradeA, Limit: credit.Unlimited(), Terms: credit.Terms{Settlement: credit.NetDays, Days: 30},
		})
	})
	w.carrier = w.newCarrier(carrierName, object{"basis": "tonne", "to_region": "海角", "price": "180", "minimum_charge": "90.00"})
	return w
}

// newCarrier keeps a carrier with rates in force since long.
func (w *world) newCarrier(name string, rates ...object) string {
	w.t.Helper()
	carrier := w.As("keeper").Post("/v1/carriers", object{"name": name}).Want(201).ID()
	if len(rates) > 0 {
		w.rates(carrier, rates...).Want(201)
	}
	return carrier
}

func (w *world) rates(carrier string, rates ...object) apitest.Answer {
	w.t.Helper()
	all := make([]object, len(rates))
	for i, r := range rates {
		all[i] = object{"carrier_id": carrier, "tax_rate": "0.09", "valid_from": "2026-01-01"}
		maps.Copy(all[i], r)
	}
	return w.As("purchasing").Post("/v1/freight-rates", object{"rates": all})
}

func (w *world) day(in int) string {
	return clock.Today(w.DB.Clock().Now()).AddDate(0, 0, in).Format(time.DateOnly)
}

// submitted writes and submits a notice of a quantity of the order.
func (w *world) submitted(quantity string) string {
	w.t.Helper()
	n := w.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": w.customer, "flow": "credit", "ship_date": w.day(3), "lines": []object{{"order_id": w.order, "order_line_id": w.line, "quantity": quantity}},
	}).Want(201).ID()
	w.As("rep1").Post("/v1/shipping-notices/"+n+"/submit", nil).Want(200)
	return n
}

// released is a notice that trucks may leave on.
func (w *world) released(quantity string) string {
	w.t.Helper()
	n := w.submitted(quantity)
	w.As("clerk").Post("/v1/shipping-notices/"+n+"/check", object{}).Want(200)
	w.As("manager").Post("/v1/shipping-notices/"+n+"/release", object{}).Want(200)
	return n
}

// plan is the body of a truck of the carrier; quantity "" is all that is left.
func (w *world) plan(notice, vehicle, quantity string) object {
	b := object{
		"shipping_notice_id": notice, "carrier_id": w.carrier, "vehicle": vehicle, "driver": "吴示例", "driver_phone": "13800000077", "pickup_on": w.day(3), "to_region": "海角",
	}
	if quantity != "" {
		b["lines"] = []object{{"order_line_id": w.line, "quantity": quantity}}
	}
	return b
}

func with(b object, pairs ...any) object {
	for i := 0; i < len(pairs); i += 2 {
		b[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return b
}

const notices = "/v1/transport-notices"

func (w *world) planned(notice, vehicle, quantity string) apitest.Answer {
	w.t.Helper()
	return w.As("rep1").Post(notices, w.plan(notice, vehicle, quantity))
}

// load dispatches a quantity of the notice's line on a truck of the carrier and its driver.
func (w *world) load(notice, vehicle, quantity string) apitest.Answer {
	w.t.Helper()
	return w.loadBy(notice, quantity, object{"vehicle": vehicle, "carrier": carrierName, "driver": "吴示例"})
}

func (w *world) loadBy(notice, quantity string, truck object) apitest.Answer {
	w.t.Helper()
	line := w.As("keeper").Get("/v1/shipping-notices/" + notice).Want(200).String("lines.0.id")
	return w.As("keeper").Post("/v1/shipping-notices/"+notice+"/dispatch", with(truck, "lines", []object{{"notice_line_id": line, "quantity": quantity}}))
}

// voucherOf is the voucher of a delivery note, as the keeper reads it.
func (w *world) voucherOf(note string) apitest.Answer {
	w.t.Helper()
	found := w.As("keeper").Get("/v1/freight-vouchers?delivery_note_id=" + note).Want(200)
	if found.Len("data") != 1 {
		w.t.Fatalf("vouchers of %s: %s", note, found.Body)
	}
	return w.As("keeper").Get("/v1/freight-vouchers/" + found.String("data.0.id")).Want(200)
}

// paper uploads a picture and returns what a signature says.
func (w *world) paper() object {
	w.t.Helper()
	file := w.As("keeper").With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=signed.pdf", "%PDF-1.7 signed").Want(201).ID()
	return object{"carrier_signer": "吴示例", "carrier_phone": "13800000077", "attachment_ids": []string{file}}
}

// shipped plans, loads and signs a truck of its own notice, and returns the voucher's id.
func (w *world) shipped(vehicle, quantity string) string {
	w.t.Helper()
	n := w.released(quantity)
	w.planned(n, vehicle, "").Want(201)
	note := w.load(n, vehicle, quantity).Want(201).ID()
	voucher := w.voucherOf(note).ID()
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/sign", w.paper()).Want(201)
	w.As("keeper").Post("/v1/freight-vouchers/"+voucher+"/sign", w.paper()).Want(200)
	return voucher
}

func (w *world) month() string { return w.day(0)[:7] }

// agree holds the invariants that salesgate verify looks at.
func (w *world) agree() {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		found, err := transport.Reconcile(tx)
		if len(found) > 0 {
			w.t.Errorf("documents disagree: %+v", found)
		}
		return err
	})
}

// as runs a use case as a person in a transaction of its own.
func (w *world) as(who identity.Principal, fn func(pg.Tx, *transport.Service) error) error {
	return w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error { return fn(tx, w.App.Server.Transport) })
}

func parse(s string) uuid.UUID { return uuid.MustParse(s) }

func amount(s string) decimal.Decimal { return decimal.MustParse(s) }

// firstOf is the first day of the month of an instant.
func firstOf(at time.Time) time.Time {
	today := clock.Today(at)
	return today.AddDate(0, 0, 1-today.Day())
}
