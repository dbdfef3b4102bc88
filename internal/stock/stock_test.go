package stock_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/stock"
)

// A batch is all or nothing, in its order; nothing becomes negative.
func TestMovements(t *testing.T) {
	w := open(t)
	lot := w.received("L1", "100")
	w.post(entry("adjustment", "L1", "-100.0001")).WantProblem(422, "stock.negative")
	w.post(entry("adjustment", "L1", "-60"), entry("adjustment", "L1", "-40.0001")).WantProblem(422, "stock.negative") // the second takes too much
	if got := w.onHand(lot); got != "100" {
		t.Fatalf("%s are left of a batch that was refused", got)
	}
	w.post(entry("transfer", "L1", "30"), with(entry("transfer", "L1", "30"), "warehouse_code", "CK02", "to_warehouse_code", "CK01")).Want(201)
	moved := w.post(entry("transfer", "L1", "25")).Want(201)
	if moved.Len("data") != 2 || moved.String("data.0.on_hand") != "-25.0000" || moved.String("data.1.warehouse_code") != "CK02" {
		t.Errorf("%s", moved.Body)
	}
	w.post(entry("adjustment", "L1", "-75")).Want(201)
	w.post(entry("adjustment", "L1", "-0.0001")).WantProblem(422, "stock.negative")
	w.post(entry("return", "L1", "5")).Want(201)
	if got := w.onHand(lot); got != "30" {
		t.Errorf("%s on hand, want 30", got)
	}
	w.reconciled()
}

// A counted level is the adjustment that it takes, and none when it is right; it can bring a lot that nobody knew.
func TestCounts(t *testing.T) {
	w := open(t)
	lot := w.received("L1", "100")
	if got := w.post(entry("count", "L1", "100")).Want(201).Len("data"); got != 0 {
		t.Errorf("%d movements of a count that is right", got)
	}
	down := w.post(entry("count", "L1", "97.5")).Want(201)
	if down.String("data.0.kind") != "adjustment" || down.String("data.0.on_hand") != "-2.5000" {
		t.Errorf("%s", down.Body)
	}
	w.post(entry("count", "L1", "0"), entry("count", "L1", "12")).Want(201)
	w.post(entry("count", "NEW", "7")).Want(201)
	if got := w.onHand(lot); got != "12" {
		t.Errorf("%s on hand, want 12", got)
	}
	w.reconciled()
}

func TestMovementsRefused(t *testing.T) {
	w := open(t)
	w.post(with(entry("receipt", "L1", "100"), "produced_on", w.day(-3), "expires_on", w.day(90), "external_no", "ERP-1")).Want(201)
	closed := w.As("keeper").Post("/v1/warehouses", object{"code": "CK09", "name": "旧库"}).Want(201)
	w.post(with(entry("receipt", "L2", "10"), "warehouse_code", "CK09")).Want(201)
	w.As("keeper").Patch("/v1/warehouses/"+closed.ID(), closed.ETag(), object{"active": false}).Want(200)
	w.As("keeper").Post("/v1/warehouses", object{"code": "CK09", "name": "又一个"}).WantProblem(409, "stock.warehouse_code")
	for _, c := range []struct {
		name, code string
		status     int
		e          object
	}{
		{"none", "stock.bad_quantity", 422, entry("receipt", "L1", "0")},
		{"less than none", "stock.bad_quantity", 422, entry("receipt", "L1", "-1")},
		{"adjusted by none", "stock.bad_quantity", 422, entry("adjustment", "L1", "0")},
		{"counted below none", "stock.bad_quantity", 422, entry("count", "L1", "-0.0001")},
		{"no reason", "stock.no_reason", 422, with(entry("adjustment", "L1", "1"), "reason", "  ")},
		{"product", "stock.unknown_product", 422, with(entry("receipt", "L1", "1"), "product_code", "NONE")},
		{"warehouse", "stock.unknown_warehouse", 422, with(entry("receipt", "L1", "1"), "warehouse_code", "NONE")},
		{"other warehouse", "stock.unknown_warehouse", 422, with(entry("transfer", "L1", "1"), "to_warehouse_code", "NONE")},
		{"same warehouse", "stock.same_warehouse", 422, with(entry("transfer", "L1", "1"), "to_warehouse_code", "CK01")},
		{"lot", "stock.unknown_lot", 422, entry("transfer", "NONE", "1")},
		{"lot of another product", "stock.unknown_lot", 422, with(entry("transfer", "L1", "1"), "product_code", "PET-75D")},
		{"other dates", "stock.lot_differs", 409, with(entry("receipt", "L1", "1"), "expires_on", w.day(91))},
		{"dates", "stock.lot_dates", 422, with(entry("receipt", "L3", "1"), "produced_on", w.day(-3), "expires_on", w.day(-4))},
		{"tomorrow", "stock.future", 422, with(entry("receipt", "L3", "1"), "moved_on", w.day(1))},
		{"made tomorrow", "stock.future", 422, with(entry("receipt", "L3", "1"), "produced_on", w.day(1))},
		{"into a closed one", "stock.warehouse_closed", 409, with(entry("receipt", "L2", "1"), "warehouse_code", "CK09")},
		{"counted up in a closed one", "stock.warehouse_closed", 409, with(entry("count", "L2", "10.0001"), "warehouse_code", "CK09")},
		{"twice", "stock.known_already", 409, with(entry("receipt", "L1", "1"), "external_no", "ERP-1")},
	} {
		if a := w.post(c.e); a.Status != c.status || a.String("code") != c.code {
			t.Errorf("%s: %d %s", c.name, a.Status, a.Body)
		}
	}
	w.post(with(entry("transfer", "L2", "10"), "warehouse_code", "CK09", "to_warehouse_code", "CK01")).Want(201) // it can be emptied
	w.As("rep1").Post("/v1/stock-movements", object{"movements": []object{entry("receipt", "L1", "1")}}).WantProblem(403, "auth.forbidden")
	w.reconciled()
}

// The report that was inspected last decides, whenever it comes; the history stays.
func TestSHP16_TheLastReportDecides(t *testing.T) {
	w := open(t)
	lot := w.received("L1", "100")
	report := func(result string, ago time.Duration) (id string) {
		return w.As("quality").Post("/v1/inspection-reports", object{
			"lot_id": lot, "result": result, "inspected_at": w.DB.Clock().Now().Add(-ago), "figures": []object{{"name": "强度", "value": "4.1", "within": result == "passed"}},
		}).Want(201).ID()
	}
	is := func(want string) {
		t.Helper()
		if got := w.As("rep1").Get("/v1/stock-lots/" + lot).String("inspection"); got != want {
			t.Fatalf("the lot is %s, want %s", got, want)
		}
		w.reconciled()
	}
	is("pending")
	report("passed", 2*time.Hour)
	is("passed")
	report("failed", 3*time.Hour) // made before, and came late
	is("passed")
	report("failed", time.Hour)
	is("failed")
	last := report("passed", time.Minute)
	is("passed")
	whole := w.As("quality").Get("/v1/stock-lots/" + lot)
	if whole.Len("reports") != 4 || whole.String("reports.0.id") != last || whole.At("reports.0.decides") != true || whole.At("reports.1.decides") != false {
		t.Errorf("%s", whole.Body)
	}
	w.As("quality").Post("/v1/inspection-reports", object{"lot_id": lot, "result": "passed", "inspected_at": w.DB.Clock().Now().Add(time.Hour)}).
		WantProblem(422, "stock.future")
	w.As("quality").Post("/v1/inspection-reports", object{"lot_id": lot, "result": "passed", "figures": []object{{"name": "强度", "value": "1", "within": false}}}).
		WantProblem(422, "stock.figures_say_failed")
	w.As("quality").Post("/v1/inspection-reports", object{"lot_id": uuid.NewString(), "result": "passed"}).WantProblem(422, "stock.no_such_lot")
	w.As("keeper").Post("/v1/inspection-reports", object{"lot_id": lot, "result": "passed"}).WantProblem(403, "auth.forbidden")
	if got := w.As("rep1").Get("/v1/inspection-reports?lot_id=" + lot + "&result=failed").Want(200).Len("data"); got != 2 {
		t.Errorf("%d failed reports", got)
	}
}

// What is available is what may leave and is free; lists filter, page and export.
func TestLists(t *testing.T) {
	w := open(t)
	good, late, waits := w.received("A", "10"), w.received("B", "20"), w.received("C", "40")
	w.post(with(entry("receipt", "D", "5"), "product_code", "PET-75D", "expires_on", w.day(3))).Want(201)
	for _, lot := range []string{good, late} {
		w.As("quality").Post("/v1/inspection-reports", object{"lot_id": lot, "result": "passed"}).Want(201)
	}
	etag := w.As("keeper").Get("/v1/stock-lots/" + late).ETag()
	w.As("keeper").Patch("/v1/stock-lots/"+late, etag, object{"expires_on": w.day(-1)}).Want(200)
	w.As("keeper").Patch("/v1/stock-lots/"+late, etag, object{"expires_on": w.day(1)}).WantProblem(412, "resource.stale")
	for query, want := range map[string]int{
		"": 4, "?product_code=PET-150D": 3, "?lot_no=A": 1, "?inspection=pending": 2, "?available=true": 1, "?expiring_before=" + w.day(4): 2,
		"?expiring_before=" + w.day(3): 1, "?lot_id=" + waits: 1, "?available=true&inspection=pending": 0,
	} {
		if got := w.As("rep1").Get("/v1/stock-levels" + query).Want(200).Len("data"); got != want {
			t.Errorf("levels%s: %d, want %d", query, got, want)
		}
	}
	seen, cursor := 0, ""
	for {
		p := w.As("keeper").Get("/v1/stock-levels?limit=3&cursor=" + cursor).Want(200)
		seen += p.Len("data")
		if cursor = p.String("next_cursor"); cursor == "" {
			break
		}
	}
	if seen != 4 {
		t.Errorf("pages have %d levels", seen)
	}
	sums := w.As("rep1").Get("/v1/stock-products?code=PET-1").Want(200)
	if sums.Len("data") != 1 || sums.String("data.0.on_hand") != "70.0000" || sums.String("data.0.available") != "10.0000" || sums.String("data.0.pending") != "40.0000" {
		t.Errorf("%s", sums.Body)
	}
	if got := w.As("quality").Get("/v1/stock-lots?inspection=pending&in_stock=true").Want(200).Len("data"); got != 2 {
		t.Errorf("%d lots wait for quality", got)
	}
	for _, path := range []string{"/v1/stock-levels/export", "/v1/stock-movements/export?format=xlsx", "/v1/stock-movements/export?kind=receipt"} {
		if file := w.As("keeper").Get(path).Want(200); len(file.Body) < 100 {
			t.Errorf("%s is %d bytes", path, len(file.Body))
		}
	}
	if got := w.As("auditor").Get("/v1/stock-movements?lot_id=" + good + "&from=" + w.day(0) + "&until=" + w.day(0)).Want(200).Len("data"); got != 1 {
		t.Errorf("%d movements", got)
	}
	w.As("rep1").Get("/v1/stock-movements").WantProblem(403, "auth.forbidden") // of all customers
	if got := w.As("quality").Get("/v1/stock-lots/" + late + "/timeline").Want(200).Len("data"); got != 3 {
		t.Errorf("%d events of a lot", got)
	}
}

// The database refuses what the program would never do.
func TestConstraints(t *testing.T) {
	w := open(t)
	lot := w.received("L1", "100")
	for name, c := range map[string]struct {
		stmt string
		want error
	}{
		"negative":       {`UPDATE stock_levels SET on_hand = -1 WHERE lot_id = ?`, stock.ErrNegative},
		"over reserved":  {`UPDATE stock_levels SET reserved = on_hand + 0.0001 WHERE lot_id = ?`, stock.ErrReserved},
		"under reserved": {`UPDATE stock_levels SET reserved = -1 WHERE lot_id = ?`, stock.ErrHistory},
		"other product": {`INSERT INTO stock_levels SELECT lot_id, (SELECT id FROM warehouses WHERE code = 'CK02'), (SELECT id FROM products WHERE code = 'PET-75D'),
			inspection, expires_on, 0, 0 FROM stock_levels WHERE lot_id = ?`, stock.ErrOtherProduct},
		"dates":           {`UPDATE stock_lots SET produced_on = '2026-02-02', expires_on = '2026-02-01' WHERE id = ?`, stock.ErrDates},
		"unjust effect":   {again("receipt", "2", "1", "0"), stock.ErrHistory},
		"nobody's hold":   {again("reservation", "2", "0", "2"), stock.ErrHistory},
		"no note":         {again("shipment", "2", "-2", "0"), stock.ErrHistory},
		"no reason":       {again("adjustment", "2", "2", "0"), stock.ErrReason},
		"history changed": {`UPDATE stock_movements SET reason = 'x' WHERE lot_id = ?`, nil},
		"history gone":    {`DELETE FROM stock_movements WHERE lot_id = ?`, nil},
		"future report": {`INSERT INTO inspection_reports (id, number, lot_id, result, figures, inspector, remarks, external_no, inspected_at, recorded_at)
			SELECT gen_random_uuid(), 'X', id, 'passed', '[]', '', '', '', now() + interval '1 day', now() FROM stock_lots WHERE id = ?`, stock.ErrFuture},
	} {
		err := w.tryExec(c.stmt, lot)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if e, ok := errs.As(err); c.want != nil && (!ok || e.Kind == errs.Internal) {
			t.Errorf("%s has no words: %v", name, err)
		}
	}
	w.reconciled()
}

// again inserts a movement of the lot with this effect.
func again(kind, quantity, onHand, reserved string) string {
	return `INSERT INTO stock_movements (id, kind, product_id, lot_id, warehouse_id, quantity, on_hand, reserved, reason, document_no, external_no, moved_on, recorded_at)
		SELECT gen_random_uuid(), '` + kind + `', product_id, lot_id, warehouse_id, ` + quantity + `, ` + onHand + `, ` + reserved + `, '', '', '', moved_on, recorded_at
		FROM stock_movements WHERE lot_id = ? LIMIT 1`
}
