package departure_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/delivery"
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
	id := w.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": w.customer, "flow": "credit", "ship_date": clock.Today(w.now()).AddDate(0, 0, 3).Format(time.DateOnly),
		"lines": []object{{"order_id": w.order, "order_line_id": w.line, "quantity": quantity}},
	}).Want(201).ID()
	w.verb("rep1", id, "submit", nil).Want(200)
	w.verb("clerk", id, "check", object{}).Want(200)
	w.verb("manager", id, "release", object{}).Want(200)
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

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error { return tx.Raw(sql, args...).Scan(&n).Error })
	return n
}

// left is a delivery note whose truck the gate let out.
func (w *world) left(quantity string) string {
	w.t.Helper()
	note := w.loaded(quantity)
	w.As("guard").Post("/v1/gate-checks", object{
		"pass_number": w.note(note).String("gate_pass.number"), "vehicle": "浙A12345", "seen": []object{{"product_code": "PET-150D", "quantity": quantity}},
	}).Want(201)
	return note
}

// really is what there was of the note's line.
func (w *world) really(note, quantity string) []object {
	w.t.Helper()
	return []object{{"delivery_line_id": w.note(note).String("lines.0.id"), "quantity": quantity}}
}

// wantShipped compares what is shipped and not invoiced, what the order has shipped, and that ledger and documents agree.
func (w *world) wantShipped(amount, quantity string) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		p, err := w.App.Server.Credits.Position(tx, uuid.MustParse(w.customer))
		if err != nil {
			return err
		}
		var shipped, noticed string
		if err := tx.Raw(`SELECT trim_scale(shipped)::text FROM order_lines WHERE id = ?`, w.line).Scan(&shipped).Error; err != nil {
			return err
		}
		if got := p.Account.Shipped.Trim(0).String(); got != amount || shipped != quantity {
			w.t.Fatalf("shipped %s, on the order %s, want %s and %s (%s)", got, shipped, amount, quantity, noticed)
		}
		wrong, err := delivery.Reconcile(tx)
		if err != nil || len(wrong) > 0 {
			w.t.Fatalf("%v %+v", err, wrong)
		}
		found, err := credit.Reconcile(tx)
		if err != nil || len(found) > 0 {
			w.t.Fatalf("%v %+v", err, found)
		}
		return nil
	})
}
