package shipping_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/stock"
)

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

// Exactly as much passed stock as the notice asks, one less, one more: prepared as well as dispatched.
func TestSHP16_PreparationIsBoundedByPassedStock(t *testing.T) {
	for have, code := range map[string]int{"299.9999": 422, "300": 201, "300.0001": 201} {
		t.Run(have, func(t *testing.T) {
			w := stocked(t)
			n := w.released("300")
			lot := w.passed("L1", "CK01", have, 0)
			p := w.verb("keeper", n, "prepare", object{}).Want(code)
			if code != 201 {
				if p.String("params.missing") != "PET-150D 0.0001 kg" || p.String("code") != "stock.not_enough" {
					t.Errorf("%s", p.Body)
				}
				w.wantLevel(lot, have+"/0")
				return
			}
			w.wantLevel(lot, strings.TrimSuffix(have, ".0000")+"/300")
			w.verb("keeper", n, "prepare", object{}).WantProblem(409, "stock.nothing_to_prepare")
			w.dispatch(n, "300").Want(201)
			if got := w.As("keeper").Get("/v1/stock-preparations/" + p.ID()).String("state"); got != "done" {
				t.Errorf("the list is %s", got)
			}
			w.reconciled()
		})
	}
}

// What expires first leaves first, whatever came first; the parameter turns it round.
func TestSHP16_FirstExpiryFirst(t *testing.T) {
	w := stocked(t)
	late, soon, never := w.passed("A-LATE", "CK01", "100", 90), w.passed("B-SOON", "CK01", "100", 5), w.passed("C-NEVER", "CK01", "100", 0)
	n := w.released("300")
	p := w.verb("keeper", n, "prepare", object{"lines": []object{{"notice_line_id": w.lineOf(n), "quantity": "150"}}}).Want(201)
	if p.String("lines.0.lot_id") != soon || p.String("lines.1.lot_id") != late || p.String("lines.1.quantity") != "50.0000" {
		t.Fatalf("%s", p.Body)
	}
	w.dispatch(n, "250").Want(201) // 150 held, 100 free: of late 50, of never 50
	w.wantLevel(soon, "0/0")
	w.wantLevel(late, "0/0")
	w.wantLevel(never, "50/0")
}

// A lot that fails after it was laid out doesn't leave; keeper and rep are told; other lots take its place; passed again it leaves.
func TestSHP16_FailedLotBlocksWhatIsReserved(t *testing.T) {
	w := stocked(t)
	n := w.released("100")
	lot := w.passed("L1", "CK01", "100", 0)
	w.verb("keeper", n, "prepare", object{}).Want(201)
	w.report(lot, "failed")
	refused := w.dispatch(n, "100").WantProblem(422, "stock.lot_blocked")
	if refused.String("params.stop") != "failed" || refused.String("decision.outcome") != "refused" {
		t.Errorf("%s", refused.Body)
	}
	for _, who := range []string{"keeper", "rep1"} {
		if got := w.As(who).Get("/v1/me/follow-ups?kind=stock.lot_failed").Want(200).Len("data"); got != 1 {
			t.Errorf("%s is told %d times", who, got)
		}
	}
	w.verb("keeper", n, "prepare", object{}).WantProblem(422, "stock.not_passed")
	w.wantLevel(lot, "100/100") // a refusal gives nothing back
	w.report(lot, "passed")
	if got := w.As("keeper").Get("/v1/me/follow-ups?kind=stock.lot_failed").Want(200).Len("data"); got != 0 {
		t.Errorf("%d tasks stay", got)
	}
	w.dispatch(n, "40").Want(201)
	w.report(lot, "failed")
	other := w.passed("L2", "CK01", "60", 0)
	w.verb("keeper", n, "prepare", object{}).Want(201)
	w.wantLevel(lot, "60/0")
	w.dispatch(n, "60").Want(201)
	w.wantLevel(other, "0/0")
}

// The keeper names lots: only ones that may leave, of the product, free, and in the sum of the line.
func TestSHP16_NamedLots(t *testing.T) {
	w := stocked(t)
	second := w.As("keeper").Post("/v1/warehouses", object{"code": "CK02", "name": "二号库"}).Want(201)
	first := w.As("keeper").Get("/v1/warehouses").String("data.0.id")
	n := w.released("100")
	line := w.lineOf(n)
	good, uninspected := w.passed("L1", "CK01", "60", 0), w.receive("L2", "CK01", "60", 0)
	there := w.passed("L3", "CK02", "60", 0)
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
			VALUES (?, 'PET-75D', '涤纶', '', '', 'kg', 'finished', 'standard', 0.13, true, ?, ?, 1)`, id(), tx.Now, tx.Now).Error
	})
	strange := w.As("keeper").Post("/v1/stock-movements", object{"movements": []object{
		{"kind": "receipt", "product_code": "PET-75D", "lot_no": "L9", "warehouse_code": "CK01", "quantity": "60"},
	}}).Want(201).String("data.0.lot_id")
	w.report(strange, "passed")
	named := func(lot, warehouse, quantity, of string) object {
		return object{"lines": []object{{"notice_line_id": line, "quantity": of, "lots": []object{{"lot_id": lot, "warehouse_id": warehouse, "quantity": quantity}}}}}
	}
	w.verb("keeper", n, "prepare", named(uninspected, first, "10", "10")).WantProblem(422, "stock.lot_blocked")
	w.verb("keeper", n, "prepare", named(strange, first, "10", "10")).WantProblem(422, "stock.other_product")
	w.verb("keeper", n, "prepare", named(good, second.ID(), "10", "10")).WantProblem(422, "stock.unknown_lot")
	w.verb("keeper", n, "prepare", named(good, first, "60.0001", "60.0001")).WantProblem(422, "stock.lot_not_enough")
	w.verb("keeper", n, "prepare", named(good, first, "10", "11")).WantProblem(422, "stock.lots_differ")
	w.verb("keeper", n, "prepare", named(good, first, "100.0001", "100.0001")).WantProblem(422, "stock.over_prepared")
	w.verb("keeper", n, "prepare", named(there, second.ID(), "60", "60")).Want(201)
	w.wantLevel(there, "60/60")

	// A warehouse with reserved goods isn't closed; from a closed one nothing leaves.
	at := "/v1/warehouses/" + second.ID()
	w.As("keeper").Patch(at, second.ETag(), object{"active": false}).WantProblem(409, "stock.warehouse_holds")
	list := w.As("keeper").Get("/v1/stock-preparations?open=true&shipping_notice_id=" + n).Want(200).String("data.0.id")
	w.As("keeper").Post("/v1/stock-preparations/"+list+"/cancel", object{"reason": "换仓"}).Want(200)
	w.As("keeper").Patch(at, second.ETag(), object{"active": false}).Want(200)
	w.verb("keeper", n, "prepare", named(there, second.ID(), "60", "60")).WantProblem(422, "stock.lot_blocked")
	w.verb("keeper", n, "prepare", object{}).Want(422)
	w.dispatch(n, "60").Want(201)
	w.wantLevel(good, "0/0")
	w.wantLevel(there, "60/0")
}

// Cancelled, revised or closed, a notice gives back what is laid out for it; unloaded goods come back as they were.
func TestSHP16_GivenBack(t *testing.T) {
	w := stocked(t)
	lot := w.passed("L1", "CK01", "100", 0)
	for verb, state := range map[string]string{"cancel": "cancelled", "revise": "draft"} {
		n := w.released("80")
		p := w.verb("keeper", n, "prepare", object{}).Want(201)
		w.As("keeper").Post("/v1/stock-preparations/"+p.ID()+"/pick", nil).Want(200)
		w.As("keeper").Post("/v1/stock-preparations/"+p.ID()+"/pick", nil).WantProblem(409, "stock.already_picked")
		w.wantLevel(lot, "100/80")
		w.verb("rep1", n, verb, object{"reason": "客户推迟"}).Want(200)
		w.wantState(n, state)
		w.wantLevel(lot, "100/0")
		if got := w.As("keeper").Get("/v1/stock-preparations/" + p.ID()).String("state"); got != "ended" {
			t.Errorf("the list is %s", got)
		}
		w.As("keeper").Post("/v1/stock-preparations/"+p.ID()+"/pick", nil).WantProblem(409, "stock.preparation_ended")
		w.verb("keeper", n, "prepare", object{}).WantProblem(409, "shipping.not_released")
	}
	n := w.released("80")
	w.verb("keeper", n, "prepare", object{"lines": []object{{"notice_line_id": w.lineOf(n), "quantity": "30"}}}).Want(201)
	note := w.dispatch(n, "50").Want(201)
	w.wantLevel(lot, "50/0")
	w.As("keeper").Post("/v1/delivery-notes/"+note.ID()+"/cancel", object{"reason": "卸货"}).Want(200)
	w.wantLevel(lot, "100/30")
	w.dispatch(n, "10").Want(201)
	w.wantLevel(lot, "90/20")
	w.verb("rep1", n, "close", object{"reason": "余量不发"}).Want(200)
	w.wantLevel(lot, "90/0")
	kinds := string(w.As("keeper").Get("/v1/stock-movements?lot_id=" + lot).Want(200).Body)
	for _, kind := range []string{"receipt", "reservation", "unreservation", "pick", "shipment", "unloading"} {
		if !strings.Contains(kinds, `"kind":"`+kind+`"`) {
			t.Errorf("no movement of kind %s", kind)
		}
	}
}

// lineOf is the first line of a notice.
func (w *world) lineOf(notice string) string {
	w.t.Helper()
	return w.As("keeper").Get(notices + notice).Want(200).String("lines.0.id")
}

// Fifty notices want 10 each of a lot of 170: exactly seventeen get it, prepared or dispatched, and nothing becomes negative.
func TestSHP16_RaceFiftyOnOneLot(t *testing.T) {
	w := stocked(t)
	keeper := w.Principal("keeper")
	lot := w.passed("L1", "CK01", "170", 0)
	var ids, lines []uuid.UUID
	for range 50 {
		n := w.released("10")
		ids, lines = append(ids, uuid.MustParse(n)), append(lines, uuid.MustParse(w.lineOf(n)))
	}
	codes := apitest.Race(50, func(i int) error {
		return w.as(context.Background(), keeper, func(tx pg.Tx, s *shipping.Service) (err error) {
			if i%2 == 0 {
				_, err = s.Prepare(tx, keeper, ids[i], nil, shipping.Preparing{})
				return err
			}
			_, err = w.App.Server.Deliveries.Dispatch(tx, keeper, ids[i], nil, delivery.Loading{
				Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: lines[i], Quantity: amount("10")}},
			})
			return err
		})
	})
	if codes[""] != 17 || codes["stock.not_enough"] != 33 {
		t.Fatalf("%v", codes)
	}
	var on, reserved string
	if _, err := fmt.Sscanf(strings.ReplaceAll(w.level(lot), "/", " "), "%s %s", &on, &reserved); err != nil || on != reserved {
		t.Errorf("%s on hand, %s reserved: something is left", on, reserved)
	}
	w.reconciled()
}

var errUndo = errors.New("not to be kept")

// The whole of it costs a dispatch three statements.
func TestSHP16_DispatchCostsThreeStatements(t *testing.T) {
	w := stocked(t)
	keeper := w.Principal("keeper")
	w.passed("L1", "CK01", "1000", 0)
	n := w.released("100")
	line := uuid.MustParse(w.lineOf(n))
	count := func() int64 {
		ctx, counted := pg.WithProbe(context.Background(), 0)
		err := w.as(ctx, keeper, func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.Preparations.Ship(tx, uuid.MustParse(n), id(), []preparation.Line{{NoticeLineID: line, ProductID: w.product, ProductCode: "PET-150D", Unit: "kg", Quantity: amount("1")}})
			if err != nil {
				return err
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
		return counted.Statements()
	}
	count() // reads the parameters
	if got := count(); got > 3 {
		t.Errorf("%d statements", got)
	}
}
