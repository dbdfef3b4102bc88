package shipping_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// walk is one walk through the warehouse. Customer, product and lots are its own, so that it goes the same way again.
type walk struct {
	w                       *world
	t                       *rapid.T
	code                    string // of the product
	lots, live, notes, list []string
}

// enter begins a walk.
func enter(w *world, t *rapid.T) *walk {
	k := &walk{w: w, t: t, code: "WALK-" + id().String()[24:]}
	w.product = id()
	w.customer = uuid.MustParse(w.As("rep1").Post("/v1/customers", object{
		"name": "示例" + uuid.NewString(), "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": fmt.Sprint(13900000000 + int64(uuid.New().ID()%1e8))}},
	}).Want(201).ID())
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
			VALUES (?, ?, '涤纶低弹丝', '', '', 'kg', 'finished', 'standard', 0.13, true, ?, ?, 1)`, w.product, k.code, tx.Now, tx.Now).Error
	})
	w.order, w.line = w.newOrder("1000000", "1", "1000000.00")
	w.limit("unlimited")
	for i, quantity := range []string{"200", "150", "100"} {
		e := object{"kind": "receipt", "product_code": k.code, "lot_no": fmt.Sprint("L", i), "warehouse_code": []string{"CK01", "CK02", "CK01"}[i], "quantity": quantity}
		if i == 1 {
			e["expires_on"] = w.day(40)
		}
		k.lots = append(k.lots, w.As("keeper").Post("/v1/stock-movements", object{"movements": []object{e}}).Want(201).String("data.0.lot_id"))
	}
	w.report(k.lots[0], "passed")
	w.report(k.lots[1], "passed")
	k.live = []string{w.released("300"), w.released("250")}
	return k
}

// wrong is what disagrees by this walk: in stock, which known walks left alone, and in its customer's exposure.
func (k *walk) wrong(known []stock.Difference) (found []string) {
	k.w.view(func(tx pg.Tx) error {
		goods, err := stock.Reconcile(tx)
		if err != nil {
			return err
		}
		for _, d := range goods {
			if !slices.Contains(known, d) {
				found = append(found, fmt.Sprint(d))
			}
		}
		money, err := credit.Reconcile(tx)
		for _, d := range money {
			if d.PayerID == k.w.customer {
				found = append(found, fmt.Sprint(d))
			}
		}
		return err
	})
	return found
}

func (k *walk) some(label string, of []string) string {
	return rapid.SampledFrom(of).Draw(k.t, label)
}

func (k *walk) quantity() string { return fmt.Sprint(rapid.IntRange(1, 120).Draw(k.t, "quantity")) }

// step does one thing, which may be refused.
func (k *walk) step() (a apitest.Answer) {
	n := k.some("notice", k.live)
	switch k.some("verb", []string{"prepare", "dispatch", "move", "report", "pick", "unload", "end", "close"}) {
	case "prepare":
		a = k.w.verb("keeper", n, "prepare", object{"lines": []object{{"notice_line_id": k.w.lineOf(n), "quantity": k.quantity()}}})
		k.list = append(k.list, a.ID())
	case "dispatch":
		a = k.w.dispatch(n, k.quantity())
		k.notes = append(k.notes, a.ID())
	case "unload":
		a = k.w.As("keeper").Post("/v1/delivery-notes/"+k.some("note", append(k.notes, n))+"/cancel", object{"reason": "卸货"})
	case "end":
		a = k.w.As("keeper").Post("/v1/stock-preparations/"+k.some("list", append(k.list, n))+"/cancel", object{"reason": "换批"})
	case "pick":
		a = k.w.As("keeper").Post("/v1/stock-preparations/"+k.some("list", append(k.list, n))+"/pick", nil)
	case "move":
		a = k.w.As("keeper").Post("/v1/stock-movements", object{"movements": []object{k.movement()}})
	case "report":
		a = k.w.As("quality").Post("/v1/inspection-reports", object{"lot_id": k.some("lot", k.lots), "result": k.some("result", []string{"passed", "passed", "failed"})})
	case "close":
		if a = k.w.verb("rep1", n, k.some("end", []string{"close", "cancel"}), object{"reason": "余量不发"}); a.Status == 200 {
			k.live = append(k.live, k.w.released("200"))
		}
	}
	return a
}

func (k *walk) movement() object {
	kind, warehouse := k.some("kind", []string{"receipt", "return", "adjustment", "count", "transfer"}), k.some("warehouse", []string{"CK01", "CK02"})
	e := object{
		"kind": kind, "product_code": k.code, "lot_no": k.some("lot", []string{"L0", "L1", "L2"}), "warehouse_code": warehouse, "quantity": k.quantity(), "reason": "盘点",
	}
	if kind == "adjustment" {
		e["quantity"] = "-" + k.quantity()
	}
	if kind == "transfer" {
		e["to_warehouse_code"] = map[string]string{"CK01": "CK02", "CK02": "CK01"}[warehouse]
	}
	return e
}

// Whatever is done in whatever order, stock is its movements, what is reserved is what notices hold, and nothing is negative (SHP-16). A walk that
// fails is made as short as it can be, and walked again by -rapid.failfile or -rapid.seed.
func TestSHP16_StockAgreesUnderAnyCommands(t *testing.T) {
	w := stocked(t)
	w.As("keeper").Post("/v1/warehouses", object{"code": "CK02", "name": "二号库"}).Want(201)
	walks, failed, done := 0, false, 0
	rapid.Check(t, func(rt *rapid.T) {
		if walks++; walks > 20*apitest.Rounds(1) && !failed { // a server has better to do than a hundred; a failed one is shortened all the way
			return
		}
		var known []stock.Difference
		w.view(func(tx pg.Tx) (err error) { known, err = stock.Reconcile(tx); return err })
		k := enter(w, rt)
		for range rapid.IntRange(5, 24).Draw(rt, "steps") {
			a := k.step()
			if a.Status >= 500 {
				failed = true
				rt.Fatalf("%d %s", a.Status, a.Body)
			}
			if a.Status < 300 {
				done++
			}
		}
		if wrong := k.wrong(known); len(wrong) > 0 {
			failed = true
			rt.Fatalf("%v", wrong)
		}
	})
	w.reconciled()
	t.Logf("%d commands were done", done)
}
