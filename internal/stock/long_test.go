package stock_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/stock"
)

// What a warehouse of 2,000 products, 100,000 lots in two places and 1,000,000 movements costs: taking from it, listing it, reconciling it.
func TestLong_ManyLots(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG=1 loads a million movements")
	}
	w := open(t)
	w.Tx(func(tx pg.Tx) error {
		for statement := range strings.SplitSeq(`SET LOCAL statement_timeout = 0;
			INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
				SELECT gen_random_uuid(), 'M-' || lpad(p::text, 5, '0'), 'x', '', '', 'kg', 'finished', 'standard', 0.13, true, now(), now(), 1 FROM generate_series(1, 2000) p;
			SET LOCAL session_replication_role = replica;
			INSERT INTO stock_lots (id, product_id, lot_no, expires_on, received_on, inspection, report_id, created_at, updated_at, version)
				SELECT gen_random_uuid(), p.id, 'L' || n, current_date + n * 3, current_date - n, 'passed', gen_random_uuid(), now(), now(), 1
				FROM products p, generate_series(1, 50) n WHERE p.code LIKE 'M-%';
			INSERT INTO inspection_reports (id, number, lot_id, result, figures, inspector, remarks, external_no, inspected_at, recorded_at)
				SELECT report_id, 'QI-' || report_id, id, 'passed', '[]', '', '', '', now() - interval '1 hour', now() FROM stock_lots;
			INSERT INTO stock_levels (lot_id, warehouse_id, product_id, inspection, expires_on, on_hand, reserved)
				SELECT l.id, w.id, l.product_id, 'passed', l.expires_on, CASE WHEN l.lot_no < 'L3' THEN 1000 ELSE 0 END, 0 FROM stock_lots l, warehouses w;
			INSERT INTO stock_movements (id, kind, product_id, lot_id, warehouse_id, quantity, on_hand, reserved, reason, document_no, external_no, moved_on, recorded_at)
				SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN 'receipt' ELSE 'adjustment' END, v.product_id, v.lot_id, v.warehouse_id, q, CASE WHEN n % 2 = 0 THEN q ELSE -q END, 0,
					'x', '', '', current_date, now()
				FROM stock_levels v, generate_series(1, 5) n, LATERAL (SELECT CASE n WHEN 2 THEN 100 + v.on_hand WHEN 4 THEN 50 WHEN 1 THEN 100 WHEN 3 THEN 30 ELSE 20 END AS q) x;
			SET LOCAL session_replication_role = DEFAULT`, ";\n") {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err := w.tryVacuum(); err != nil {
		t.Log(err)
	}
	timed := func(what string, fn func() error) {
		t.Helper()
		start := time.Now()
		if err := fn(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		t.Logf("%s: %s", what, time.Since(start).Round(time.Millisecond/10))
	}
	var product uuid.UUID
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&product}, "SELECT id FROM products WHERE code = 'M-01000'")
	})
	for range 3 {
		timed("ship 100 of a product with 100 levels", func() error {
			err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				if _, err := w.App.Server.Preparations.Ship(tx, uuid.New(), uuid.New(), []preparation.Line{{NoticeLineID: uuid.New(), ProductID: product, ProductCode: "M", Unit: "kg", Quantity: decimal.MustParse("100")}}); err != nil {
					return err
				}
				return errUndo
			})
			if errors.Is(err, errUndo) {
				return nil
			}
			return err
		})
	}
	timed("first page of levels", func() error { w.As("keeper").Get("/v1/stock-levels?limit=50").Want(200); return nil })
	timed("levels of a product", func() error {
		w.As("keeper").Get("/v1/stock-levels?product_code=M-01000&available=true").Want(200)
		return nil
	})
	timed("expiring", func() error {
		w.As("keeper").Get("/v1/stock-levels?expiring_before=" + w.day(10)).Want(200)
		return nil
	})
	timed("first page of products", func() error { w.As("keeper").Get("/v1/stock-products").Want(200); return nil })
	timed("movements of a product", func() error {
		w.As("keeper").Get("/v1/stock-movements?product_id=" + product.String()).Want(200)
		return nil
	})
	timed("first page of movements", func() error { w.As("keeper").Get("/v1/stock-movements").Want(200); return nil })
	timed("pending lots", func() error {
		w.As("quality").Get("/v1/stock-lots?inspection=pending&in_stock=true").Want(200)
		return nil
	})
	timed("reconcile", func() error {
		return w.DB.Snapshot(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			found, err := stock.Reconcile(tx)
			if len(found) > 0 {
				t.Errorf("%d differences, like %v", len(found), found[0])
			}
			return err
		})
	})
}

var errUndo = errors.New("not to be kept")
