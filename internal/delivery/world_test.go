package delivery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

type object = map[string]any

const notices = "/v1/shipping-notices/"

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

// wantExposure compares the parts: receivable, shipped, released, prepaid, and holds them against themselves and the documents.
func (w *world) wantExposure(receivable, shipped, released, prepaid string) {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		p, err := w.App.Server.Credits.Position(tx, w.customer)
		a := p.Account
		got := fmt.Sprint(a.Receivable.Trim(0), a.Shipped.Trim(0), a.Released.Trim(0), a.Prepaid.Trim(0))
		if want := fmt.Sprint(receivable, " ", shipped, " ", released, " ", prepaid); err == nil && got != want {
			w.t.Fatalf("receivable, shipped, released, prepaid: %s, want %s", got, want)
		}
		return err
	})
	w.agree()
}

// agree holds the ledger against itself and against what the documents say, and these against each other.
func (w *world) agree() {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		ledger, err := credit.Reconcile(tx)
		if err != nil {
			return err
		}
		documents, err := delivery.Reconcile(tx)
		if err != nil {
			return err
		}
		goods, err := delivery.ReconcileGoods(tx)
		if len(ledger)+len(documents)+len(goods) > 0 {
			w.t.Fatalf("ledger and documents disagree: %+v %+v %+v", ledger, documents, goods)
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

// stocked is a world where goods leave only from lots that passed (SHP-16), with one warehouse.
func stocked(t *testing.T) *world {
	t.Helper()
	w := open(t, "unlimited")
	w.InspectionRequired()
	w.As("keeper").Post("/v1/warehouses", object{"code": "CK01", "name": "一号库"}).Want(201)
	return w
}

// receive brings a lot in, and returns it. expires is in days from today, 0 for never.
func (w *world) receive(lot, warehouse, quantity string, expires int) string {
	w.t.Helper()
	entry := object{"kind": "receipt", "product_code": "PET-150D", "lot_no": lot, "warehouse_code": warehouse, "quantity": quantity}
	if expires != 0 {
		entry["expires_on"] = w.day(expires)
	}
	return w.As("keeper").Post("/v1/stock-movements", object{"movements": []object{entry}}).Want(201).String("data.0.lot_id")
}

// passed is receive with a report that says passed.
func (w *world) passed(lot, warehouse, quantity string, expires int) string {
	w.t.Helper()
	id := w.receive(lot, warehouse, quantity, expires)
	w.report(id, "passed")
	return id
}

func (w *world) report(lot, result string) {
	w.t.Helper()
	w.As("quality").Post("/v1/inspection-reports", object{"lot_id": lot, "result": result}).Want(201)
}

// level is "on hand/reserved" of a lot in the only warehouse that has it.
func (w *world) level(lot string) string {
	w.t.Helper()
	l := w.As("keeper").Get("/v1/stock-lots/" + lot).Want(200)
	return strings.ReplaceAll(l.String("on_hand")+"/"+l.String("reserved"), ".0000", "")
}

func (w *world) wantLevel(lot, want string) {
	w.t.Helper()
	if got := w.level(lot); got != want {
		w.t.Fatalf("on hand/reserved %s, want %s", got, want)
	}
	w.reconciled()
}

// reconciled holds stock against its movements and documents, and the exposure as well.
func (w *world) reconciled() {
	w.t.Helper()
	w.agree()
	w.view(func(tx pg.Tx) error {
		found, err := stock.Reconcile(tx)
		if len(found) > 0 {
			w.t.Fatalf("stock disagrees: %v", found)
		}
		return err
	})
}

// rule sets a parameter of the rulebook.
func (w *world) rule(name, value string) {
	w.t.Helper()
	at := "/v1/parameters/" + name
	w.As("admin").Put(at, w.As("admin").Get(at).Want(200).ETag(), object{"value": value, "reason": "示例"}).Want(200)
}

// lineOf is the first line of a notice.
func (w *world) lineOf(notice string) string {
	w.t.Helper()
	return w.As("keeper").Get(notices + notice).Want(200).String("lines.0.id")
}

// forward moves the clock by days.
func (w *world) forward(days int) {
	w.t.Helper()
	w.DB.Clock().SetOffset(w.DB.Clock().Offset() + time.Duration(days)*24*time.Hour)
}
