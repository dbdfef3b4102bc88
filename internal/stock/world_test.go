package stock_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

type object = map[string]any

// world is the program with two warehouses and two products.
type world struct {
	*apitest.Env
	t *testing.T
}

func open(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{Env: apitest.New(t), t: t}
	w.InspectionRequired()
	for _, code := range []string{"PET-150D", "PET-75D"} {
		w.Tx(func(tx pg.Tx) error {
			return tx.Exec(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
				VALUES (?, ?, '涤纶低弹丝', '', '', 'kg', 'finished', 'standard', 0.13, true, ?, ?, 1)`, uuid.Must(uuid.NewV7()), code, tx.Now, tx.Now).Error
		})
	}
	for _, code := range []string{"CK01", "CK02"} {
		w.As("keeper").Post("/v1/warehouses", object{"code": code, "name": "成品库 " + code}).Want(201)
	}
	return w
}

func (w *world) day(in int) string {
	return clock.Today(w.DB.Clock().Now()).AddDate(0, 0, in).Format(time.DateOnly)
}

// entry is a movement as the ERP sends it.
func entry(kind, lot, quantity string) object {
	e := object{"kind": kind, "product_code": "PET-150D", "lot_no": lot, "warehouse_code": "CK01", "quantity": quantity}
	if kind == "count" || kind == "adjustment" {
		e["reason"] = "盘点"
	}
	if kind == "transfer" {
		e["to_warehouse_code"] = "CK02"
	}
	return e
}

func with(e object, pairs ...any) object {
	for i := 0; i < len(pairs); i += 2 {
		e[pairs[i].(string)] = pairs[i+1]
	}
	return e
}

func (w *world) post(entries ...object) apitest.Answer {
	w.t.Helper()
	return w.As("keeper").Post("/v1/stock-movements", object{"movements": entries})
}

// received brings a lot in and returns its id.
func (w *world) received(lot, quantity string) string {
	w.t.Helper()
	return w.post(entry("receipt", lot, quantity)).Want(201).String("data.0.lot_id")
}

// onHand is what of a lot lies anywhere.
func (w *world) onHand(lot string) string {
	w.t.Helper()
	return strings.TrimSuffix(w.As("keeper").Get("/v1/stock-lots/"+lot).Want(200).String("on_hand"), ".0000")
}

func (w *world) reconciled() {
	w.t.Helper()
	err := w.DB.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		found, err := stock.Reconcile(tx)
		if len(found) > 0 {
			w.t.Fatalf("stock disagrees: %v", found)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// tryExec runs a statement behind the program's back.
func (w *world) tryExec(statement string, args ...any) error {
	return w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(statement, args...).Error })
}

func (w *world) tryVacuum() error {
	_, err := w.DB.SQL().Exec("VACUUM ANALYZE stock_levels, stock_lots, stock_movements, products, inspection_reports")
	return err
}
