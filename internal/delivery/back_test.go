package delivery_test

import (
	"testing"

	"github.com/govalues/decimal"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
)

// correct books a difference of a delivery note's only line, as finance does when it posts a correction.
func (w *world) correct(note, by string) error {
	w.t.Helper()
	finance := w.Principal("finance")
	line := uuid.MustParse(w.As("keeper").Get("/v1/delivery-notes/" + note).Want(200).String("lines.0.id"))
	return w.DB.Tx(w.t.Context(), finance.Origin("test"), func(tx pg.Tx) error {
		_, err := w.App.Server.Deliveries.Correct(tx, finance, uuid.MustParse(note), id(), []delivery.Delta{{LineID: line, Quantity: amount(by), Amount: decimal.Zero}})
		return err
	})
}

// SHP-14: a posted correction moves stock as well: what didn't leave is there again, what left beyond the note is gone, as far as it is free.
func TestSHP14_ACorrectionMovesStock(t *testing.T) {
	w := stocked(t)
	lot := w.passed("L-1", "CK01", "105", 0)
	n := w.released("100")
	note := w.dispatch(n, "100").Want(201).ID()
	w.let(note).Want(201)
	w.wantLevel(lot, "5/0")
	for _, c := range []struct{ by, level string }{
		{"-10", "15/0"}, {"4", "11/0"}, {"6", "5/0"}, {"8", "0/0"}, // 3 more than are there: the next count finds them
	} {
		if err := w.correct(note, c.by); err != nil {
			t.Fatal(c.by, err)
		}
		w.wantLevel(lot, c.level)
	}
	if err := w.correct(note, "-108"); err != nil { // nothing left at all: all that was taken is back
		t.Fatal(err)
	}
	w.wantLevel(lot, "105/0")
}

// What is laid out for another notice isn't taken by a correction.
func TestSHP14_ACorrectionLeavesWhatIsReserved(t *testing.T) {
	w := stocked(t)
	lot := w.passed("L-1", "CK01", "30", 0)
	n, other := w.released("10"), w.released("15")
	note := w.dispatch(n, "10").Want(201).ID()
	w.let(note).Want(201)
	w.verb("keeper", other, "prepare", object{}).Want(201)
	w.wantLevel(lot, "20/15")
	if err := w.correct(note, "7"); err != nil {
		t.Fatal(err)
	}
	w.wantLevel(lot, "15/15")
	w.dispatch(other, "15").Want(201)
	w.wantLevel(lot, "0/0")
}

// CMP-08: goods that came back are lots of their own, which leave only when they have passed: also where nobody asks for inspections.
func TestSHP20_ReturnedGoodsWaitForAnInspection(t *testing.T) {
	for _, required := range []bool{true, false} {
		t.Run(map[bool]string{true: "required", false: "not required"}[required], func(t *testing.T) {
			w := stocked(t)
			lot := w.passed("L-1", "CK01", "100", 30)
			note := w.dispatch(w.released("100"), "100").Want(201).ID()
			w.let(note).Want(201)
			if !required {
				w.rule("shipping.inspection_required", "false")
			}
			line := w.As("keeper").Get("/v1/delivery-notes/" + note).Want(200).String("lines.0.id")
			back := w.As("finance").Post("/v1/goods-returns", object{
				"delivery_note_id": note, "reason": "色差退货", "lines": []object{{"delivery_line_id": line, "quantity": "40"}},
			}).Want(201).String("number")
			w.wantLevel(lot, "0/0")
			lots := w.As("keeper").Get("/v1/stock-lots?lot_no=" + back + "-1").Want(200)
			came := lots.String("data.0.id")
			if lots.Len("data") != 1 || lots.String("data.0.inspection") != "pending" || lots.String("data.0.expires_on") != w.day(30) {
				t.Fatalf("%s", lots.Body)
			}
			w.wantLevel(came, "40/0")
			n := w.released("30")
			if required {
				w.dispatch(n, "30").WantProblem(422, "stock.not_passed")
			} else { // nothing of it is taken: what leaves, leaves without a lot
				w.dispatch(n, "10").Want(201)
				w.wantLevel(came, "40/0")
			}
			w.report(came, "passed")
			w.dispatch(n, "20").Want(201)
			w.wantLevel(came, "20/0")
		})
	}
}

// Of each lot as much comes back as left of it, and no more: not in several returns, nor after a correction.
func TestSHP20_EachLotComesBackOnce(t *testing.T) {
	w := stocked(t)
	first, second := w.passed("L-1", "CK01", "60", 10), w.passed("L-2", "CK01", "40", 20)
	note := w.dispatch(w.released("100"), "100").Want(201).ID()
	w.let(note).Want(201)
	line := w.As("keeper").Get("/v1/delivery-notes/" + note).Want(200).String("lines.0.id")
	came := map[string]string{}
	back := func(quantity string) {
		t.Helper()
		number := w.As("finance").Post("/v1/goods-returns", object{
			"delivery_note_id": note, "reason": "色差退货", "lines": []object{{"delivery_line_id": line, "quantity": quantity}},
		}).Want(201).String("number")
		for _, part := range []string{"-1", "-2"} {
			lots := w.As("keeper").Get("/v1/stock-lots?lot_no=" + number + part).Want(200)
			if lots.Len("data") == 1 {
				if lots.At("data.0.returned") != true {
					t.Errorf("%s", lots.Body)
				}
				came[lots.String("data.0.origin_lot_id")] += lots.String("data.0.on_hand") + " "
			}
		}
	}
	back("30") // of what left last
	if err := w.correct(note, "-5"); err != nil {
		t.Fatal(err)
	}
	w.wantLevel(second, "5/0")
	back("30")
	if err := w.correct(note, "-35"); err != nil {
		t.Fatal(err)
	}
	w.wantLevel(first, "35/0")
	if came[second] != "30.0000 5.0000 " || came[first] != "25.0000 " {
		t.Errorf("%v", came)
	}
	w.reconciled()
}
