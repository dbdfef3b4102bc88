package gate_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

type object = map[string]any

// world is the whole program with a released notice of 1,000 kg of one product at 1.00 each.
type world struct {
	*apitest.Env
	t        testing.TB
	customer string
	order    uuid.UUID
	line     uuid.UUID
}

func open(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return on(t)
}

func on(t testing.TB) *world {
	t.Helper()
	w := &world{Env: apitest.New(t), t: t, order: uuid.Must(uuid.NewV7()), line: uuid.Must(uuid.NewV7())}
	w.customer = w.As("rep1").Post("/v1/customers", object{
		"name": "云岭示例纺织有限公司", "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": "13800000042"}},
	}).Want(201).ID()
	product := uuid.Must(uuid.NewV7())
	w.Tx(func(tx pg.Tx) error {
		for _, sql := range []string{
			`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
				SELECT @product, 'PET-150D', '涤纶低弹丝', '', '', 'kg', 'finished', 'standard', 0.13, true, @now, @now, 1`,
			`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount, gross,
				total, tax, currency, remarks, state_reason, content, submitted_at, confirmed_at, created_at, updated_at, version)
				SELECT @order, 'SO-EXAMPLE-1', @customer, @owner, 'confirmed', 1, 'api', '', 'net_days', 30, 0, 1000000, 1000000, 0, 'CNY', '', '',
				decode(repeat('00', 32), 'hex'), @now, @now, @now, @now, 1`,
			`INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped)
				SELECT @line, @order, 1, @product, 'kg', 1, 1000000, 0.13, 1000000, 1000000, '', 0, 0`,
		} {
			args := object{"product": product, "order": w.order, "line": w.line, "customer": w.customer, "owner": w.People["rep1"], "now": tx.Now}
			if err := tx.Exec(sql, args).Error; err != nil {
				return err
			}
		}
		return w.App.Server.Credits.SetOpening(tx, credit.Opening{
			CustomerID: uuid.MustParse(w.customer), Grade: credit.GradeA, Limit: credit.Unlimited(), Terms: credit.Terms{Settlement: credit.NetDays, Days: 30},
		})
	})
	return w
}

func (w *world) now() time.Time { return w.DB.Clock().Now() }

// notice writes a released notice.
func (w *world) notice(quantity string) string {
	w.t.Helper()
	id := w.write("credit", quantity)
	w.verb("manager", id, "release", object{}).Want(200)
	return id
}

// write writes a notice that finance has checked.
func (w *world) write(flow, quantity string) string {
	w.t.Helper()
	id := w.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": w.customer, "flow": flow, "ship_date": clock.Today(w.now()).AddDate(0, 0, 3).Format(time.DateOnly),
		"lines": []object{{"order_id": w.order, "order_line_id": w.line, "quantity": quantity}},
	}).Want(201).ID()
	w.verb("rep1", id, "submit", nil).Want(200)
	w.verb("clerk", id, "check", object{}).Want(200)
	return id
}

func (w *world) verb(who, notice, verb string, body any) apitest.Answer {
	w.t.Helper()
	return w.As(who).Post("/v1/shipping-notices/"+notice+"/"+verb, body)
}

// truck loads a quantity of the notice.
func (w *world) truck(notice, quantity string) apitest.Answer {
	w.t.Helper()
	line := w.As("keeper").Get("/v1/shipping-notices/" + notice).Want(200).String("lines.0.id")
	return w.verb("keeper", notice, "dispatch", object{"vehicle": "浙A·12345", "lines": []object{{"notice_line_id": line, "quantity": quantity}}})
}

// loaded is a delivery note of a notice of its own.
func (w *world) loaded(quantity string) string {
	w.t.Helper()
	return w.truck(w.notice(quantity), quantity).Want(201).ID()
}

// seen is a check that a phone made of a delivery note, as it should be.
func (w *world) seen(sequence int, note string, more object) object {
	w.t.Helper()
	pass := w.As("keeper").Get("/v1/delivery-notes/" + note + "/gate-pass").Want(200)
	o := object{"sequence": sequence, "seen_at": w.now(), "token": pass.String("token"), "vehicle": "浙A12345", "seen": pass.At("goods"), "decision": "let_out"}
	for k, v := range more {
		if v == nil {
			delete(o, k)
		} else {
			o[k] = v
		}
	}
	return o
}

// handIn synchronises a phone whose clock is right.
func (w *world) handIn(device string, checks ...object) apitest.Answer {
	w.t.Helper()
	return w.As("guard").Post("/v1/gate-checks/synchronise", object{"device_id": device, "sent_at": w.now(), "checks": checks}).Want(200)
}

// bookLate runs the jobs that synchronising left.
func (w *world) bookLate() {
	w.t.Helper()
	var ids []uuid.UUID
	w.Tx(func(tx pg.Tx) error {
		return tx.Raw(`SELECT (args->>'conflict_id')::uuid FROM river_job WHERE kind = 'book_gate_departure' ORDER BY id`).Scan(&ids).Error
	})
	for _, id := range ids {
		if err := w.App.BookLate(context.Background(), w.App.Server.Gate, id); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) note(id string) apitest.Answer {
	w.t.Helper()
	return w.As("gm").Get("/v1/delivery-notes/" + id).Want(200)
}

func (w *world) wantNote(id, state string) {
	w.t.Helper()
	if got := w.note(id).String("state"); got != state {
		w.t.Fatalf("delivery note is %s, want %s", got, state)
	}
}

// wantConflict compares the one conflict of an answer's i-th check.
func (w *world) wantConflict(a apitest.Answer, i, kind, booking string) string {
	w.t.Helper()
	at := "data." + i + ".conflicts"
	if a.Len(at) != 1 || a.String(at+".0.kind") != kind || a.String(at+".0.booking") != booking {
		w.t.Fatalf("want one conflict %s, %s: %s", kind, booking, a.Body)
	}
	return a.String(at + ".0.id")
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error { return tx.Raw(sql, args...).Scan(&n).Error })
	return n
}

// endings reads what is after a cursor, as soon as there is something: other transactions of the server's may still be running.
func (w *world) endings(cursor string) apitest.Answer {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		a := w.As("guard").Get("/v1/gate-pass-endings?cursor=" + cursor).Want(200)
		if a.Len("data") > 0 || time.Now().After(end) {
			return a
		}
	}
}

// report has the warehouse report that a truck left.
func (w *world) report(note string, at time.Time) apitest.Answer {
	w.t.Helper()
	return w.As("keeper").Post("/v1/delivery-notes/"+note+"/departure", object{"left_at": at})
}

// atGate is the gate's own check of a delivery note of 10 kg.
func (w *world) atGate(note string) apitest.Answer {
	w.t.Helper()
	return w.As("guard").Post("/v1/gate-checks", object{
		"pass_number": w.note(note).String("gate_pass.number"), "vehicle": "浙A12345", "seen": []object{{"product_code": "PET-150D", "quantity": "10"}},
	})
}

// lot brings goods of a lot in whose inspection passed, and has nothing leave that didn't pass (SHP-16).
func (w *world) lot(no, quantity string) string {
	w.t.Helper()
	if no == "L1" {
		w.InspectionRequired()
		w.As("keeper").Post("/v1/warehouses", object{"code": "CK01", "name": "一号库"}).Want(201)
	}
	entry := object{"kind": "receipt", "product_code": "PET-150D", "lot_no": no, "warehouse_code": "CK01", "quantity": quantity}
	lot := w.As("keeper").Post("/v1/stock-movements", object{"movements": []object{entry}}).Want(201).String("data.0.lot_id")
	w.inspect(lot, "passed")
	return lot
}

func (w *world) inspect(lot, result string) {
	w.t.Helper()
	w.As("quality").Post("/v1/inspection-reports", object{"lot_id": lot, "result": result}).Want(201)
}
