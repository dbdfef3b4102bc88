package shipping_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// Whatever is done in whatever order, stock is its movements, what is reserved is what notices hold, and nothing is negative (SHP-16).
func TestSHP16_StockAgreesUnderAnyCommands(t *testing.T) {
	w := stocked(t)
	w.As("keeper").Post("/v1/warehouses", object{"code": "CK02", "name": "二号库"}).Want(201)
	seed := rand.Uint64()
	dice := rand.New(rand.NewPCG(seed, 1))
	lots := []string{w.passed("L0", "CK01", "200", 0), w.passed("L1", "CK02", "150", 40), w.receive("L2", "CK01", "100", 0)}
	var notes, lists []string
	live := []string{w.released("300"), w.released("250")}
	some := func(of []string) string { return of[dice.IntN(len(of))] }
	quantity := func() string { return fmt.Sprint(1 + dice.IntN(120)) }
	done := map[string]int{}
	for step := range 70 * rounds(1) {
		var a apitest.Answer
		n, verb := some(live), []string{"prepare", "dispatch", "unload", "end", "move", "report", "close", "pick"}[dice.IntN(8)]
		switch verb {
		case "prepare":
			a = w.verb("keeper", n, "prepare", object{"lines": []object{{"notice_line_id": w.lineOf(n), "quantity": quantity()}}})
			lists = append(lists, a.ID())
		case "dispatch":
			a = w.dispatch(n, quantity())
			notes = append(notes, a.ID())
		case "unload":
			a = w.As("keeper").Post("/v1/delivery-notes/"+some(append(notes, n))+"/cancel", object{"reason": "卸货"})
		case "end":
			a = w.As("keeper").Post("/v1/stock-preparations/"+some(append(lists, n))+"/cancel", object{"reason": "换批"})
		case "pick":
			a = w.As("keeper").Post("/v1/stock-preparations/"+some(append(lists, n))+"/pick", nil)
		case "move":
			kind, warehouse := some([]string{"receipt", "return", "adjustment", "count", "transfer"}), some([]string{"CK01", "CK02"})
			e := object{"kind": kind, "product_code": "PET-150D", "lot_no": some([]string{"L0", "L1", "L2"}), "warehouse_code": warehouse, "quantity": quantity(), "reason": "盘点"}
			if kind == "adjustment" {
				e["quantity"] = "-" + quantity()
			}
			if kind == "transfer" {
				e["to_warehouse_code"] = map[string]string{"CK01": "CK02", "CK02": "CK01"}[warehouse]
			}
			a = w.As("keeper").Post("/v1/stock-movements", object{"movements": []object{e}})
		case "report":
			a = w.As("quality").Post("/v1/inspection-reports", object{"lot_id": some(lots), "result": some([]string{"passed", "passed", "failed"})})
		case "close":
			if dice.IntN(4) > 0 {
				continue
			}
			if a = w.verb("rep1", n, some([]string{"close", "cancel"}), object{"reason": "余量不发"}); a.Status == 200 {
				live = append(live, w.released("200"))
			}
		}
		if a.Status >= 500 {
			t.Fatalf("seed %d, step %d, %s: %d %s", seed, step, verb, a.Status, a.Body)
		}
		if a.Status < 300 {
			done[verb]++
		}
		if step%10 == 9 {
			w.reconciled()
		}
	}
	w.reconciled()
	t.Logf("seed %d: %v", seed, done)
}
