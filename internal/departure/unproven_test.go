package departure_test

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// planned is a transport notice for a truck of a carrier for all of a notice.
func (w *world) planned(notice string) string {
	w.t.Helper()
	carrier := w.As("keeper").Post("/v1/carriers", object{"name": "云岭示例物流有限公司", "tax_number": "91330000MA2EXAMPL7"}).Want(201).ID()
	return w.As("rep1").Post("/v1/transport-notices", object{
		"shipping_notice_id": notice, "carrier_id": carrier, "vehicle": "浙A·12345", "driver": "吴示例", "pickup_on": clock.Today(w.now()).Format(time.DateOnly), "to_region": "海角",
	}).Want(201).ID()
}

// carried loads a quantity of the notice on the truck that is expected.
func (w *world) carried(notice, quantity string) string {
	w.t.Helper()
	line := w.As("keeper").Get("/v1/shipping-notices/" + notice).Want(200).String("lines.0.id")
	return w.verb("keeper", notice, "dispatch", object{
		"vehicle": "浙A·12345", "carrier": "云岭示例物流有限公司", "driver": "吴示例", "lines": []object{{"notice_line_id": line, "quantity": quantity}},
	}).Want(201).ID()
}

// Who has signed for the goods has the truck there: its transport notice is done; and a proof that is refused leaves it as it is.
func TestSHP14_AProofEndsTheTransport(t *testing.T) {
	w := open(t)
	notice := w.notice("10")
	truck := "/v1/transport-notices/" + w.planned(notice)
	note := w.carried(notice, "10")
	proof := object{"signer": "陈示例", "received_on": clock.Today(w.now()).Format(time.DateOnly)}
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/proof", proof).WantProblem(409, "departure.not_left")
	if got := w.As("rep1").Get(truck).Want(200).String("state"); got != "loaded" {
		t.Errorf("the refused proof left it %s", got)
	}
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/departure", object{"left_at": w.now()}).Want(200)
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/proof", proof).Want(201)
	if got := w.As("rep1").Get(truck).Want(200); got.String("state") != "done" || got.At("done_at") == nil {
		t.Errorf("%s", got.Body)
	}
}

// A proof that never comes is asked for once shipping.proof_days have passed: not on the day before, not on the seventh, once on the eighth.
func TestSHP14_AMissingProofIsAskedFor(t *testing.T) {
	w := open(t)
	proven, silent, yard := w.left("10"), w.left("10"), w.loaded("10")
	proof := object{"signer": "陈示例", "received_on": clock.Today(w.now()).Format(time.DateOnly)}
	w.As("keeper").Post("/v1/delivery-notes/"+proven+"/proof", proof).Want(201)
	asked := func(days int) (n int) {
		t.Helper()
		w.DB.Clock().SetOffset(time.Duration(days) * 24 * time.Hour)
		w.Tx(func(tx pg.Tx) (err error) {
			n, err = w.App.Server.Departures.AskForProofs(tx, 100)
			return err
		})
		return n
	}
	for _, c := range []struct{ days, want int }{{6, 0}, {7, 0}, {8, 1}, {9, 0}} {
		if n := asked(c.days); n != c.want {
			t.Errorf("after %d days %d are asked for, want %d", c.days, n, c.want)
		}
	}
	for _, who := range []string{"rep1", "keeper"} {
		task := w.As(who).Get("/v1/me/follow-ups?kind=departure.unproven").Want(200)
		if task.Len("data") != 1 || task.String("data.0.subject_id") != silent {
			t.Errorf("%s: %s", who, task.Body)
		}
	}
	late := w.As("clerk").Get("/v1/dispatch-register?proof_late=true").Want(200)
	if late.Len("data") != 1 || late.String("data.0.delivery_note_id") != silent || late.At("data.0.proof_late") != true {
		t.Errorf("%s", late.Body)
	}
	w.As("keeper").Post("/v1/delivery-notes/"+silent+"/proof", proof).Want(201)
	if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'departure.unproven' AND state = 'open'`); n != 0 {
		t.Errorf("%d tasks are still open", n)
	}
	if late := w.As("clerk").Get("/v1/dispatch-register?proof_late=true").Want(200); late.Len("data") != 0 {
		t.Errorf("%s", late.Body)
	}
	w.wantNote(yard, "issued")
}

// The notice was closed while its truck stood in the yard: the goods can be unloaded, are free again everywhere, and the pass is dead.
func TestSHP21_ATruckOfAClosedNoticeIsUnloaded(t *testing.T) {
	w := open(t)
	for _, loaded := range []string{"6", "10"} {
		notice := w.notice("10")
		truck := ""
		if loaded == "6" {
			truck = w.planned(notice)
		}
		note := w.carried(notice, loaded)
		w.verb("rep1", notice, "close", object{"reason": "客户不再需要"}).Want(200)
		w.As("keeper").Post("/v1/delivery-notes/"+note+"/cancel", object{"reason": "退回仓库"}).Want(200)
		w.wantNote(note, "cancelled")
		if got := w.As("rep1").Get("/v1/shipping-notices/" + notice).Want(200); got.String("state") != "closed" {
			t.Errorf("%s", got.Body)
		}
		if n := w.count(`SELECT count(*) FROM order_lines WHERE id = ? AND (noticed <> 0 OR shipped <> 0)`, w.line); n != 0 {
			t.Error("the goods aren't free on the order")
		}
		if n := w.count(`SELECT count(*) FROM credit_accounts WHERE released <> 0 OR shipped <> 0`); n != 0 {
			t.Error("the exposure still counts them")
		}
		w.wantShipped("0", "0")
		if truck != "" && w.As("rep1").Get("/v1/transport-notices/"+truck).Want(200).String("state") != "cancelled" {
			t.Error("the truck is still expected")
		}
		w.As("guard").Post("/v1/gate-checks", object{
			"pass_number": w.note(note).String("gate_pass.number"), "vehicle": "浙A12345", "seen": []object{{"product_code": "PET-150D", "quantity": loaded}},
		}).WantProblem(409, "gate.pass_cancelled")
		w.verb("keeper", notice, "dispatch", object{"vehicle": "浙A·12345", "lines": []object{{"notice_line_id": w.As("keeper").Get("/v1/shipping-notices/" + notice).String("lines.0.id"), "quantity": "1"}}}).Want(409)
	}
}
