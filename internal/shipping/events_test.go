package shipping_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// asked is how many steps the approval of a waiting notice has: one within the limit, two above it.
func (w *world) asked(notice string) int {
	w.t.Helper()
	return w.As("gm").Get("/v1/approvals/" + w.As("gm").Get(notices+notice).Want(200).String("approval_id")).Want(200).Len("route")
}

// wantEvent runs what waits to be judged anew, which an event must have asked for, and compares who is asked then.
func (w *world) wantEvent(queued int, notice string, steps int) {
	w.t.Helper()
	if now := w.queued(); (now > queued) != (steps > 0) {
		w.t.Fatalf("%d jobs, %d before", now, queued)
	}
	if steps == 0 {
		return
	}
	w.reevaluate()
	if got := w.asked(notice); got != steps {
		w.t.Errorf("%d steps, want %d", got, steps)
	}
	w.agree()
}

// SHP-03: another notice that is released, or taken back, changes what finance's check said of those that wait. One that leaves room for
// them doesn't, nor do goods that move on.
func TestSHP03_AnotherNoticeTurnsWhatWaits(t *testing.T) {
	w := open(t, "1000")
	small, big, n := w.checked("credit", "400"), w.checked("credit", "200"), w.checked("credit", "600")
	before := w.queued()
	w.verb("manager", small, "release", object{}).Want(200) // 400 + 600 is the limit
	w.wantEvent(before, n, 0)
	w.verb("manager", big, "release", object{}).Want(200)
	w.wantEvent(before, n, 2)
	before = w.queued()
	note := w.dispatch(small, "400").Want(201).ID()
	w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201)
	w.wantEvent(before, n, 0)
	w.verb("rep1", big, "cancel", object{"reason": "推迟"}).Want(200)
	w.wantEvent(before, n, 1)
}

// SHP-03: so does a receipt that is reversed.
func TestSHP03_AReversedReceiptTurnsWhatWaits(t *testing.T) {
	w := open(t, "1000")
	money := w.receipt("500", "bank_transfer", "B-1").ID()
	n := w.checked("credit", "1500")
	if got := w.asked(n); got != 1 {
		t.Fatalf("%d steps", got)
	}
	before := w.queued()
	w.As("finance").Post("/v1/receipts/"+money+"/reverse", object{"reason": "记错客户"}).Want(200)
	w.wantEvent(before, n, 2)
	before = w.queued()
	w.receipt("500", "bank_transfer", "B-2")
	w.wantEvent(before, n, 1)
}

// SHP-03: so does a bill that bounces.
func TestSHP03_ABouncedBillTurnsWhatWaits(t *testing.T) {
	w := open(t, "1000")
	w.As("clerk").Post("/v1/receipts", object{
		"customer_id": w.customer, "amount": "500", "method": "acceptance_bill", "received_on": w.day(0),
		"bill": object{"number": "1102330000123", "drawer": "云岭示例纺织有限公司", "acceptor": "示例银行云岭支行", "issued_on": w.day(0), "matures_on": w.day(2)},
	}).Want(201)
	n := w.checked("credit", "1500")
	w.forward(2)
	before := w.queued()
	bill := w.As("clerk").Get("/v1/acceptance-bills").Want(200).String("data.0.id")
	w.As("finance").Post("/v1/acceptance-bills/"+bill+"/bounce", object{"happened_on": w.day(0), "note": "拒付"}).Want(200)
	w.wantEvent(before, n, 2)
}

// SHP-03: a new grade has what waits looked at again.
func TestSHP03_ANewGradeTurnsWhatWaits(t *testing.T) {
	w := open(t, "1000")
	n := w.checked("credit", "1500")
	if got := w.asked(n); got != 2 {
		t.Fatalf("%d steps", got)
	}
	before := w.queued()
	asked := w.As("rep1").Post("/v1/credit-limit-requests", object{
		"customer_id": w.customer, "grade": "A", "limit_kind": "unlimited", "settlement": "net_days", "terms_days": 30, "reasons": "评级上调",
	}).Want(201).String("approval_id")
	for _, who := range []string{"finance", "gm"} {
		w.As(who).Post("/v1/approvals/"+asked+"/approve", object{}).Want(200)
	}
	w.wantEvent(before, n, 1)
}

// SHP-03: so does all that lowers what was invoiced or had left: a credit note, goods that come back, invoiced or not, and a correction.
func TestSHP03_WhatIsOwedNoMoreTurnsWhatWaits(t *testing.T) {
	for name, lower := range map[string]func(w *world, note, line string){
		"credit note": func(w *world, note, _ string) {
			v := w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201).ID()
			w.As("finance").Post("/v1/invoices/"+v+"/credit", object{"cause": "price", "reason": "价格更正", "amount": "200.00"}).Want(201)
		},
		"return": func(w *world, note, line string) {
			w.As("finance").Post("/v1/goods-returns", object{
				"delivery_note_id": note, "reason": "色差", "lines": []object{{"delivery_line_id": line, "quantity": "200"}},
			}).Want(201)
		},
		"return of what was invoiced": func(w *world, note, line string) {
			w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201)
			w.As("finance").Post("/v1/goods-returns", object{
				"delivery_note_id": note, "reason": "色差", "lines": []object{{"delivery_line_id": line, "quantity": "200"}},
			}).Want(201)
		},
		"correction": func(w *world, note, line string) {
			c := w.As("clerk").Post("/v1/delivery-corrections", object{
				"delivery_note_id": note, "cause": "customer", "reason": "过磅差异", "lines": []object{{"delivery_line_id": line, "quantity": "300"}},
			}).Want(201).ID()
			w.As("finance").Post("/v1/delivery-corrections/"+c+"/post", object{}).Want(200)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, "1000")
			note := w.dispatch(w.released("500"), "500").Want(201).ID()
			w.let(note).Want(201)
			line := w.As("keeper").Get("/v1/delivery-notes/" + note).Want(200).String("lines.0.id")
			n := w.checked("credit", "700")
			if got := w.asked(n); got != 2 {
				t.Fatalf("%d steps", got)
			}
			before := w.queued()
			lower(w, note, line) // 300 + 700 is the limit
			w.wantEvent(before, n, 1)
		})
	}
}

// uncover is the job of a payment that was reversed.
func (w *world) uncover(notice string) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error { return w.App.Server.Shipments.Uncover(tx, uuid.MustParse(notice)) })
}

func (w *world) lostCovers() (n int) {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		return tx.Raw(`SELECT count(*) FROM river_job WHERE kind = 'lost_cover'`).Scan(&n).Error
	})
	return n
}

// A payment that is reversed after its notice was released takes the release with it while nothing has left; what has left is owed, and finance
// is asked for it (SHP-10).
func TestSHP10_AReversedPaymentTakesTheRelease(t *testing.T) {
	w := open(t, "0")
	money := w.receipt("100", "bank_transfer", "B-1").ID()
	waiting, part, gone := w.checked("prepaid", "10"), w.checked("prepaid", "40"), w.checked("prepaid", "50")
	w.dispatch(part, "15").Want(201)
	note := w.dispatch(gone, "50").Want(201).ID()
	w.As("finance").Post("/v1/receipts/"+money+"/reverse", object{"reason": "汇款撤回"}).Want(200)
	w.dispatch(waiting, "10").WantProblem(422, "shipping.not_covered") // before the job has run
	w.dispatch(part, "1").WantProblem(422, "shipping.not_covered")
	if w.lostCovers() != 3 {
		t.Fatalf("%d jobs", w.lostCovers())
	}
	for _, n := range []string{waiting, part, gone} {
		w.uncover(n)
		w.uncover(n) // twice does no harm
	}
	w.wantState(waiting, "draft")
	w.wantState(part, "closed")
	w.wantState(gone, "dispatched")
	w.wantExposure("0", "65", "0", "0")
	if got := w.As("rep1").Get("/v1/me/follow-ups").Want(200).Len("data"); got != 3 {
		t.Errorf("the rep is told %d times", got)
	}
	told := w.As("clerk").Get("/v1/me/follow-ups").Want(200)
	if strings.Count(string(told.Body), "shipment.left_unpaid") != 2 {
		t.Errorf("finance: %s", told.Body)
	}
	if due, err := time.Parse(time.RFC3339, told.String("data.0.due_at")); err != nil || due.Sub(w.DB.Clock().Now()) > 5*24*time.Hour { // 8 working hours
		t.Errorf("due at %v, %v", due, err)
	}
	invoice := w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201)
	if invoice.String("due_on") != w.day(0) {
		t.Errorf("due on %s", invoice.String("due_on"))
	}
	w.wantExposure("50", "15", "0", "0")
}

// Whichever of reversal and loading is first, nothing leaves that isn't paid, unless it had left before.
func TestSHP10_RaceReversalAgainstDispatch(t *testing.T) {
	w := open(t, "0")
	keeper, finance := w.Principal("keeper"), w.Principal("finance")
	for i := range apitest.Rounds(6) {
		money := uuid.MustParse(w.receipt("10", "bank_transfer", "B-"+itoa(i)).ID())
		n := w.checked("prepaid", "10")
		line := uuid.MustParse(w.As("keeper").Get(notices + n).String("lines.0.id"))
		codes := apitest.Race(2, func(i int) error {
			if i == 0 {
				return w.DB.Tx(context.Background(), finance.Origin("test"), func(tx pg.Tx) error {
					_, err := w.App.Server.Receivables.ReverseReceipt(tx, finance, money, nil, "撤回")
					return err
				})
			}
			return w.as(context.Background(), keeper, func(tx pg.Tx, s *shipping.Service) error {
				_, err := w.App.Server.Deliveries.Dispatch(tx, keeper, uuid.MustParse(n), nil, delivery.Loading{Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: line, Quantity: amount("10")}}})
				return err
			})
		})
		if codes[""] < 1 || codes[""]+codes["shipping.not_covered"] != 2 {
			t.Fatalf("%v", codes)
		}
		w.uncover(n)
		if codes[""] == 2 {
			w.wantState(n, "dispatched")
		} else {
			w.wantState(n, "draft")
		}
		w.agree()
	}
}
