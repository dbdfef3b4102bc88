package stock_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// written is what a use case of this module may write, in figures.
func (w *world) written() (s string) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&s}, `SELECT concat_ws('|', (SELECT count(*) FROM stock_movements), (SELECT sum(on_hand) || '/' || sum(reserved) || '/' || count(*) FROM stock_levels),
			(SELECT count(*) || '/' || string_agg(inspection, ',' ORDER BY id) || '/' || sum(version) FROM stock_lots), (SELECT count(*) FROM inspection_reports),
			(SELECT count(*) FROM follow_ups), (SELECT coalesce(sum(last), 0) FROM number_series), (SELECT count(*) FROM events))`)
	})
	return s
}

// faults fails one statement after the other of a use case, each time wants that nothing was written, and at last lets it through.
func (w *world) faults(who identity.Principal, do func(tx pg.Tx) error) {
	w.t.Helper()
	before := w.written()
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := w.DB.Tx(ctx, who.Origin("test"), do)
		if err == nil {
			if n < 6 || w.written() == before {
				w.t.Errorf("only %d statements, or nothing was written", n-1)
			}
			w.reconciled()
			return
		}
		if !errors.Is(err, pg.ErrInjected) {
			w.t.Fatalf("statement %d: %v", n, err)
		}
		if after := w.written(); after != before {
			w.t.Fatalf("statement %d left something behind:\n%s\n%s", n, before, after)
		}
	}
}

// Whatever statement of a batch of movements, of a report or of a correction of a lot fails, nothing of it is there (SHP-16).
func TestSHP16_FaultAtEveryStatementOfStock(t *testing.T) {
	w := open(t)
	lot := uuid.MustParse(w.received("L1", "100"))
	keeper, quality := w.Principal("keeper"), w.Principal("quality")
	move := func(kind stock.Kind, lot, quantity string) stock.Entry {
		return stock.Entry{Kind: kind, ProductCode: "PET-150D", LotNo: lot, Warehouse: "CK01", Quantity: decimal.MustParse(quantity), Reason: "盘点"}
	}
	w.faults(keeper, func(tx pg.Tx) error {
		away := move(stock.Transfer, "L1", "30")
		away.To = "CK02"
		_, err := w.App.Server.Stock.PostMovements(tx, []stock.Entry{move(stock.Receipt, "L2", "50"), away, move(stock.Count, "L1", "65"), move(stock.Adjustment, "L2", "-5")})
		return err
	})
	for _, result := range []stock.Inspection{stock.Passed, stock.Failed} {
		w.faults(quality, func(tx pg.Tx) error {
			_, err := w.App.Server.Stock.Report(tx, quality, stock.Finding{LotID: lot, Result: result})
			return err
		})
	}
}

// A lot shows its latest reports and says whether there are older ones, which the list of reports has.
func TestSHP16_OlderReportsOfALotAreToldOf(t *testing.T) {
	w := open(t)
	lot := w.received("L1", "100")
	report := func(n int) {
		w.Tx(func(tx pg.Tx) error {
			return tx.Exec(`INSERT INTO inspection_reports (id, number, lot_id, result, figures, inspector, remarks, external_no, inspected_at, recorded_at)
				SELECT gen_random_uuid(), 'X-' || gen_random_uuid(), ?::uuid, 'passed', '[]', '', '', '', now() - i * interval '1 hour', now() FROM generate_series(1, ?::int) i`, lot, n).Error
		})
	}
	for _, c := range []struct {
		more  int
		shown int
		told  bool
	}{{49, 49, false}, {1, 50, false}, {1, 50, true}} {
		report(c.more)
		whole := w.As("quality").Get("/v1/stock-lots/" + lot).Want(200)
		if whole.Len("reports") != c.shown || whole.At("more_reports") != c.told {
			t.Errorf("%d shown, more: %v, want %d, %v", whole.Len("reports"), whole.At("more_reports"), c.shown, c.told)
		}
	}
	if got := w.As("quality").Get("/v1/inspection-reports?limit=200&lot_id=" + lot).Want(200).Len("data"); got != 51 {
		t.Errorf("the list has %d", got)
	}
}
