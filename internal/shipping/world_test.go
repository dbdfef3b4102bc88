package shipping_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

type object = map[string]any

// world is the whole program with a customer that has a limit, and a confirmed order of one product at 1.00 each, so that a
// quantity is an amount.
type world struct {
	*apitest.Env
	t        *testing.T
	customer uuid.UUID
	product  uuid.UUID
	order    uuid.UUID
	line     uuid.UUID
}

// open starts a world. limit is an amount, "unlimited", or "" for a customer with none.
func open(t *testing.T, limit string) *world {
	t.Helper()
	t.Parallel()
	w := &world{Env: apitest.New(t), t: t}
	made := w.As("rep1").Post("/v1/customers", object{
		"name": "云岭示例纺织有限公司", "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": "13800000042"}},
	}).Want(201)
	w.customer = uuid.MustParse(made.ID())
	w.product = id()
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
			VALUES (?, 'PET-150D', '涤纶低弹丝', '', '', 'kg', 'finished', 'standard', 0.13, true, ?, ?, 1)`, w.product, tx.Now, tx.Now).Error
	})
	w.order, w.line = w.newOrder("1000000", "1", "1000000.00")
	w.limit(limit)
	return w
}

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func amount(s string) decimal.Decimal { return decimal.MustParse(s) }

// newOrder writes a confirmed order of one line; net is what the line comes to after the order's discount.
func (w *world) newOrder(quantity, price, net string) (uuid.UUID, uuid.UUID) {
	w.t.Helper()
	o, l := id(), id()
	w.Tx(func(tx pg.Tx) error {
		gross := amount(quantity)
		gross, _ = gross.Mul(amount(price))
		discount, _ := gross.Sub(amount(net))
		err := tx.Exec(`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days,
				header_discount, gross, total, tax, currency, remarks, state_reason, content, submitted_at, confirmed_at, created_at, updated_at, version)
			VALUES (?, ?, ?, ?, 'confirmed', 1, 'api', '', 'net_days', 30, ?, ?, ?, 0, 'CNY', '', '', decode(repeat('00', 32), 'hex'), ?, ?, ?, ?, 1)`,
			o, "SO-"+o.String()[24:], w.customer, w.People["rep1"], discount, gross, net, tx.Now, tx.Now, tx.Now, tx.Now).Error
		if err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped)
			VALUES (?, ?, 1, ?, 'kg', ?, ?, 0.13, ?, ?, '', 0, 0)`, l, o, w.product, price, quantity, gross, net).Error
	})
	return o, l
}

func (w *world) limit(limit string) {
	w.t.Helper()
	if limit == "" {
		return
	}
	l, grade := credit.Unlimited(), credit.GradeA
	if limit != "unlimited" {
		l, grade = credit.Limit{Kind: credit.LimitAmount, Amount: amount(limit)}, credit.GradeB
	}
	w.Tx(func(tx pg.Tx) error {
		return w.App.Server.Credits.SetOpening(tx, credit.Opening{
			CustomerID: w.customer, Grade: grade, Limit: l, Terms: credit.Terms{Settlement: credit.NetDays, Days: 30},
		})
	})
}

// owe books an opening receivable that is due in some days; negative is overdue.
func (w *world) owe(sum string, dueIn int) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		a, err := w.App.Server.Credits.Lock(tx, w.customer)
		if err != nil {
			return err
		}
		return w.App.Server.Credits.Post(tx, a, credit.OpeningMove(id(), amount(sum), clock.Today(tx.Now).AddDate(0, 0, dueIn)))
	})
}

// pay books money that came in ahead.
func (w *world) pay(sum string) {
	w.t.Helper()
	w.As("clerk").Post("/v1/receipts", object{
		"customer_id": w.customer, "amount": sum, "method": "bank_transfer", "reference": uuid.NewString(), "received_on": w.day(0),
	}).Want(201)
}

func (w *world) day(in int) string {
	return clock.Today(w.DB.Clock().Now()).AddDate(0, 0, in).Format(time.DateOnly)
}

// draft is the body of a notice for a quantity of the order.
func (w *world) draft(flow, quantity string) object {
	return object{
		"customer_id": w.customer, "flow": flow, "ship_date": w.day(3),
		"lines": []object{{"order_id": w.order, "order_line_id": w.line, "quantity": quantity}},
	}
}

const notices = "/v1/shipping-notices/"

// write writes and submits a notice and returns its id.
func (w *world) write(body object) string {
	w.t.Helper()
	made := w.As("rep1").Post("/v1/shipping-notices", body).Want(201)
	w.verb("rep1", made.ID(), "submit", nil).Want(200)
	return made.ID()
}

// verb posts to a sub-resource of the notice.
func (w *world) verb(who, notice, verb string, body any) apitest.Answer {
	w.t.Helper()
	return w.As(who).Post(notices+notice+"/"+verb, body)
}

// checked writes a notice that finance has checked.
func (w *world) checked(flow, quantity string) string {
	w.t.Helper()
	n := w.write(w.draft(flow, quantity))
	w.verb("clerk", n, "check", object{}).Want(200)
	return n
}

// released writes a notice within the limit that the sales manager has released.
func (w *world) released(quantity string) string {
	w.t.Helper()
	n := w.checked("credit", quantity)
	w.verb("manager", n, "release", object{}).Want(200)
	return n
}

// dispatched loads a quantity of the notice's first line.
func (w *world) dispatch(notice, quantity string) apitest.Answer {
	w.t.Helper()
	line := w.As("keeper").Get(notices + notice).Want(200).String("lines.0.id")
	return w.verb("keeper", notice, "dispatch", object{"vehicle": "浙A·12345", "lines": []object{{"notice_line_id": line, "quantity": quantity}}})
}

func (w *world) wantState(notice, state string) {
	w.t.Helper()
	if got := w.As("gm").Get(notices + notice).Want(200).String("state"); got != state {
		w.t.Fatalf("state %s, want %s", got, state)
	}
}

// wantExposure compares the parts: receivable, shipped, released, prepaid. It also holds the ledger against itself and
// against what the documents say.
func (w *world) wantExposure(receivable, shipped, released, prepaid string) {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		p, err := w.App.Server.Credits.Position(tx, w.customer)
		if err != nil {
			return err
		}
		a := p.Account
		got := fmt.Sprint(a.Receivable.Trim(0), a.Shipped.Trim(0), a.Released.Trim(0), a.Prepaid.Trim(0))
		if want := fmt.Sprint(receivable, " ", shipped, " ", released, " ", prepaid); got != want {
			w.t.Fatalf("receivable, shipped, released, prepaid: %s, want %s", got, want)
		}
		return nil
	})
	w.agree()
}

// agree holds the invariant of CRD-11: account = movements = open items = what the documents say; and so for the orders.
func (w *world) agree() {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		found, err := credit.Reconcile(tx)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			w.t.Fatalf("the ledger disagrees: %+v", found)
		}
		var wrong []string
		err = tx.Raw(`SELECT 'released ' || a.payer_id || ' ' || a.released FROM credit_accounts a WHERE a.released <> (SELECT coalesce(sum(n.amount - n.dispatched_amount), 0)
				FROM shipping_notices n WHERE n.payer_id = a.payer_id AND n.state IN ('released', 'partly_dispatched'))
			UNION ALL SELECT 'shipped ' || a.payer_id || ' ' || a.shipped FROM credit_accounts a WHERE a.shipped <> (SELECT coalesce(sum(l.amount + l.corrected_amount - l.invoiced_amount - l.returned_amount), 0)
				FROM delivery_notes d JOIN delivery_note_lines l ON l.delivery_note_id = d.id WHERE d.payer_id = a.payer_id AND d.state <> 'cancelled')
			UNION ALL SELECT 'noticed ' || o.id FROM order_lines o WHERE o.noticed <> (SELECT coalesce(sum(l.quantity - l.dispatched_quantity), 0)
				FROM shipping_notice_lines l JOIN shipping_notices n ON n.id = l.notice_id WHERE l.order_line_id = o.id AND n.state IN ('released', 'partly_dispatched'))
			UNION ALL SELECT 'left ' || o.id FROM order_lines o WHERE o.shipped <> (SELECT coalesce(sum(l.quantity + l.corrected_quantity), 0)
				FROM delivery_note_lines l JOIN delivery_notes d ON d.id = l.delivery_note_id WHERE l.order_line_id = o.id AND d.state <> 'cancelled')
			UNION ALL SELECT 'dispatched ' || n.number FROM shipping_notices n WHERE n.dispatched_amount <> (SELECT coalesce(sum(d.amount), 0)
				FROM delivery_notes d WHERE d.notice_id = n.id AND d.state <> 'cancelled')`).Scan(&wrong).Error
		if len(wrong) > 0 {
			w.t.Fatalf("documents and ledger disagree: %v", wrong)
		}
		return err
	})
}

func (w *world) view(fn func(tx pg.Tx) error) {
	w.t.Helper()
	if err := w.DB.View(context.Background(), pg.System("test"), fn); err != nil {
		w.t.Fatal(err)
	}
}

// as runs a use case as a person in a transaction of its own.
func (w *world) as(ctx context.Context, who identity.Principal, fn func(pg.Tx, *shipping.Service) error) error {
	return w.DB.Tx(ctx, who.Origin("test"), func(tx pg.Tx) error { return fn(tx, w.App.Server.Shipments) })
}

// tryExec runs a statement behind the program's back.
func (w *world) tryExec(statement string, args ...any) error {
	return w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(statement, args...).Error })
}

// let checks a delivery note out as the guard, with its token and what it says.
func (w *world) let(note string) apitest.Answer {
	w.t.Helper()
	return w.As("guard").Post("/v1/gate-checks", w.sighting(note))
}

// sighting is what an honest guard sends for a delivery note.
func (w *world) sighting(note string) object {
	w.t.Helper()
	pass := w.As("keeper").Get("/v1/delivery-notes/" + note + "/gate-pass").Want(200)
	return object{"token": pass.String("token"), "vehicle": "浙A12345", "seen": pass.At("goods")}
}
