package gate_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/verify"
)

// verified holds everything against everything.
func (w *world) verified() {
	w.t.Helper()
	found, err := verify.All(context.Background(), w.DB, pg.System("test"), app.Checks())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range found {
		if d.Check != "production" { // the order is written with SQL
			w.t.Error(d)
		}
	}
}

// gone has a truck of 10 kg unloaded on paper that a phone lets out all the same, meanwhile in between; it returns the conflict.
func (w *world) gone(notice string, meanwhile func()) string {
	w.t.Helper()
	note := w.truck(notice, "10").Want(201).ID()
	check := w.seen(1, note, nil)
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/cancel", object{"reason": "车辆故障"}).Want(200)
	meanwhile()
	check["seen_at"] = w.now()
	c := w.wantConflict(w.handIn("phone-1", check), "0", "cancelled", "pending")
	w.bookLate()
	w.bookLate() // again does nothing
	return c
}

// wantBooked finds the goods of a conflict booked: the note has left, can be invoiced, stands in the exposure, and rule is held against the guard.
func (w *world) wantBooked(conflict, rule string) string {
	w.t.Helper()
	c := w.As("keeper").Get("/v1/gate-conflicts/" + conflict).Want(200)
	if c.String("booking") != "booked" {
		w.t.Fatalf("%s", c.Body)
	}
	note := c.String("booked_note_id")
	w.wantNote(note, "left")
	if n := w.count(`SELECT count(*) FROM violations WHERE kind = 'gate.let_out' AND person_id = ?`, w.People["guard"]); n != 1 {
		w.t.Errorf("%d violations of the dead pass", n)
	}
	if n := w.count(`SELECT count(*) FROM violations WHERE rule = ? AND kind LIKE 'gate.unchecked.%' AND person_id = ? AND subject_id = ?`, rule, w.People["guard"], note); rule != "" && n != 1 {
		w.t.Errorf("%d violations of %s: %s", n, rule, c.Body)
	}
	w.verified()
	w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201)
	w.verified()
	return note
}

func TestSHP14_GoneOnAnOutlivedCheck(t *testing.T) {
	w := open(t)
	n := w.notice("10")
	w.DB.Clock().SetOffset(15 * 24 * time.Hour)
	c := w.gone(n, func() { w.DB.Clock().SetOffset(16 * 24 * time.Hour) })
	w.wantBooked(c, "SHP-03")
	if got := w.As("gm").Get("/v1/shipping-notices/" + n).String("state"); got != "dispatched" {
		t.Errorf("the notice is %s", got)
	}
}

// A payment that was reversed covers nothing, whether or not the notice has been taken back by then; finance is told.
func TestSHP10_GoneWithoutItsPayment(t *testing.T) {
	for name, takenBack := range map[string]bool{"released": false, "taken back": true} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			receipt := w.As("clerk").Post("/v1/receipts", object{
				"customer_id": w.customer, "amount": "10", "method": "bank_transfer", "reference": uuid.NewString(), "received_on": clock.Today(w.now()).Format(time.DateOnly),
			}).Want(201).ID()
			n := w.write("prepaid", "10")
			c := w.gone(n, func() {
				w.As("finance").Post("/v1/receipts/"+receipt+"/reverse", object{"reason": "退票"}).Want(200)
				if takenBack {
					w.Tx(func(tx pg.Tx) error { return w.App.Server.Shipments.Uncover(tx, uuid.MustParse(n)) })
				}
			})
			detail := w.As("guard").Get("/v1/gate-conflicts/" + c).Want(200)
			if strings.Contains(detail.String("detail_en"), "10.00") || strings.Contains(detail.String("detail_zh"), "10.00") { // ORD-03
				t.Errorf("%s", detail.Body)
			}
			if got := w.As("clerk").Get("/v1/me/follow-ups?kind=shipment.left_unpaid").Want(200).Len("data"); got != 1 {
				t.Errorf("finance is told %d times", got)
			}
			w.wantBooked(c, "SHP-10")
		})
	}
}

// A payment that is reversed while the truck stands at the ramp stops it at the gate, before and after the notice was taken back; another payment lets it
// out, and what it needs is the whole amount: one fen below isn't enough.
func TestSHP10_ALoadedTruckWhoseMoneyIsGoneStaysIn(t *testing.T) {
	w := open(t)
	pays := func(amount string) string {
		return w.As("clerk").Post("/v1/receipts", object{
			"customer_id": w.customer, "amount": amount, "method": "bank_transfer", "reference": uuid.NewString(), "received_on": clock.Today(w.now()).Format(time.DateOnly),
		}).Want(201).ID()
	}
	first := pays("10.00")
	n := w.write("prepaid", "10")
	note := w.truck(n, "10").Want(201).ID()
	shows := func() apitest.Answer {
		seen := w.seen(1, note, object{"sequence": nil, "seen_at": nil, "decision": nil})
		return w.As("guard").Post("/v1/gate-checks", seen)
	}
	w.As("finance").Post("/v1/receipts/"+first+"/reverse", object{"reason": "退票"}).Want(200)
	for range 2 {
		a := shows().WantProblem(422, "gate.unpaid")
		if strings.Contains(a.String("detail"), "10.00") || a.At("params.amount") != nil { // ORD-03
			t.Errorf("%s", a.Body)
		}
		w.Tx(func(tx pg.Tx) error { return w.App.Server.Shipments.Uncover(tx, uuid.MustParse(n)) })
	}
	w.wantNote(note, "issued")
	pays("9.99")
	shows().WantProblem(422, "gate.unpaid")
	pays("0.01")
	shows().Want(201)
	w.wantNote(note, "left")
	w.verified()
}

func TestSHP16_GoneOfAFailedLot(t *testing.T) {
	w := open(t)
	lot := w.lot("L1", "30")
	n := w.notice("10")
	c := w.gone(n, func() { w.inspect(lot, "failed") })
	w.wantBooked(c, "SHP-16")
	if n := w.count(`SELECT on_hand::int FROM stock_levels WHERE lot_id = ?`, lot); n != 20 {
		t.Errorf("%d on hand, want 20", n)
	}
	if n := w.As("quality").Get("/v1/me/follow-ups?kind=gate.conflict").Want(200).Len("data"); n != 1 {
		t.Errorf("quality is told %d times", n)
	}
}

// Others have laid the goods out meanwhile, or nothing is left: what isn't there is named, and the delivery is whole.
func TestSHP16_GoneWithTooLittleStock(t *testing.T) {
	w := open(t)
	lot := w.lot("L1", "13")
	n, other := w.notice("10"), w.notice("7")
	c := w.gone(n, func() { w.truck(other, "7").Want(201) })
	note := w.wantBooked(c, "SHP-16")
	if q := w.note(note).String("lines.0.quantity"); q != "10.0000" {
		t.Errorf("%s", q)
	}
	if n := w.count(`SELECT on_hand::int FROM stock_levels WHERE lot_id = ?`, lot); n != 0 {
		t.Errorf("%d on hand", n)
	}
	if got := w.As("keeper").Get("/v1/gate-conflicts/" + c).Want(200); !strings.Contains(got.String("detail_en"), "4 kg aren't in stock") {
		t.Errorf("%s", got.Body)
	}
}

// What another truck took of the notice, or of the order, isn't there for it: the note says more than both, and each is as it was.
func TestSHP07_GoneBeyondTheNoticeAndTheOrder(t *testing.T) {
	w := open(t)
	w.lot("L1", "13")
	n := w.notice("10")
	c := w.gone(n, func() {
		w.truck(n, "6").Want(201)
		w.lot("L2", "4")
		w.verb("keeper", n, "prepare", object{"lines": []object{{"notice_line_id": w.lineOf(n), "lots": []object{w.named("L2", "4")}}}}).Want(201)
		for _, sql := range []string{`UPDATE orders SET revision = 2 WHERE id = ?`, `UPDATE order_lines SET quantity = 13 WHERE order_id = ?`, `UPDATE order_lines SET revision = 2 WHERE order_id = ?`} {
			w.Tx(func(tx pg.Tx) error { return tx.Exec(sql, w.order).Error })
		}
	})
	note := w.wantBooked(c, "SHP-07")
	w.wantViolation(note, "SHP-02")
	if n := w.count(`SELECT count(*) FROM delivery_note_lines WHERE delivery_note_id = ? AND unnoticed_quantity = 6 AND unordered_quantity = 3 AND amount = 10`, note); n != 1 {
		t.Error("6 of the 10 had no room on the notice, 3 none on the order")
	}
}

func (w *world) lineOf(notice string) string {
	w.t.Helper()
	return w.As("keeper").Get("/v1/shipping-notices/" + notice).Want(200).String("lines.0.id")
}

// named names a quantity of a lot as the keeper does.
func (w *world) named(lot, quantity string) object {
	w.t.Helper()
	var l struct{ LotID, WarehouseID uuid.UUID }
	w.Tx(func(tx pg.Tx) error {
		return tx.Raw(`SELECT v.lot_id, v.warehouse_id FROM stock_levels v JOIN stock_lots t ON t.id = v.lot_id WHERE t.lot_no = ?`, lot).Scan(&l).Error
	})
	return object{"lot_id": l.LotID, "warehouse_id": l.WarehouseID, "quantity": quantity}
}

func (w *world) wantViolation(note, rule string) {
	w.t.Helper()
	if n := w.count(`SELECT count(*) FROM violations WHERE rule = ? AND subject_id = ?`, rule, note); n != 1 {
		w.t.Errorf("%d violations of %s", n, rule)
	}
}

// Nothing was to leave on a notice that is cancelled, revised or closed: the goods have.
func TestSHP21_GoneOnANoticeThatEnded(t *testing.T) {
	for verb, state := range map[string]string{"cancel": "cancelled", "revise": "draft"} {
		t.Run(verb, func(t *testing.T) {
			w := open(t)
			w.lot("L1", "10")
			n := w.notice("10")
			c := w.gone(n, func() { w.verb("rep1", n, verb, object{"reason": "客户推迟"}).Want(200) })
			w.wantBooked(c, "SHP-07")
			if got := w.As("gm").Get("/v1/shipping-notices/" + n).String("state"); got != state {
				t.Errorf("the notice is %s", got)
			}
		})
	}
}

// What can't be booked for a reason nobody thought of is told by its code: the texts may speak of money, and guards read them (ORD-03).
func TestORD03_AConflictSaysNoAmounts(t *testing.T) {
	w := open(t)
	n := w.notice("10")
	note := w.truck(n, "10").Want(201).ID()
	check := w.seen(1, note, nil)
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/cancel", object{"reason": "车辆故障"}).Want(200)
	c := w.wantConflict(w.handIn("phone-1", check), "0", "cancelled", "pending")
	refusal := shipping.ErrNotCovered.With("covered", decimal.MustParse("31.41"), "amount", decimal.MustParse("271.82"))
	w.Tx(func(tx pg.Tx) error { return w.App.Server.Gate.GiveUpBooking(tx, uuid.MustParse(c), refusal) })
	got := w.As("guard").Get("/v1/gate-conflicts/" + c).Want(200)
	if got.String("booking") != "impossible" || !strings.Contains(got.String("detail_en"), "shipping.not_covered") {
		t.Errorf("%s", got.Body)
	}
	for _, figure := range []string{"31.41", "271.82"} {
		if strings.Contains(string(got.Body), figure) {
			t.Errorf("the guard reads %s: %s", figure, got.Body)
		}
	}
}
