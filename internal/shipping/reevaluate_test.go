package shipping_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// askLimit files a change of the customer's limit as far as the general manager, and returns its approval.
func (w *world) askLimit(limit string, more object) string {
	w.t.Helper()
	body := object{
		"customer_id": w.customer, "grade": "B", "limit_kind": "amount", "limit_amount": limit, "settlement": "net_days", "terms_days": 30, "reasons": "用量变化",
	}
	maps.Copy(body, more)
	asked := w.As("rep1").Post("/v1/credit-limit-requests", body).Want(201).String("approval_id")
	w.As("finance").Post("/v1/approvals/"+asked+"/approve", object{}).Want(200)
	return asked
}

// setLimit changes the customer's limit.
func (w *world) setLimit(limit string, more object) {
	w.t.Helper()
	w.As("gm").Post("/v1/approvals/"+w.askLimit(limit, more)+"/approve", object{}).Want(200)
}

// queued counts the jobs that judge waiting notices anew.
func (w *world) queued() (n int) {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		return tx.Raw(`SELECT count(*) FROM river_job WHERE kind = 'reevaluate_shipments'`).Scan(&n).Error
	})
	return n
}

func TestCRD10_AHigherLimitAsksFewerOfWhatWaits(t *testing.T) {
	w := open(t, "1000")
	fresh, agreed := w.checked("credit", "1500"), w.checked("credit", "1600")
	asked := w.As("gm").Get(notices + agreed).String("approval_id")
	w.As("manager").Post("/v1/approvals/"+asked+"/approve", object{}).Want(200) // now with the general manager
	w.setLimit("2000", nil)
	if w.queued() != 1 {
		t.Fatalf("%d jobs", w.queued())
	}
	w.reevaluate()
	w.wantState(agreed, "released") // who must agree now has agreed to worse
	w.wantRule(agreed, "CRD-10", "info")
	w.wantState(fresh, "checked")                                                     // within the limit when it was judged, with the sales manager
	if got := w.As("rep1").Get("/v1/me/follow-ups").Want(200).Len("data"); got != 2 { // of each of them
		t.Errorf("the rep is told %d times", got)
	}
	w.setLimit("5000", nil)
	w.reevaluate()
	renewed := w.As("gm").Get(notices + fresh).Want(200).String("approval_id")
	if got := w.As("gm").Get("/v1/approvals/" + renewed).Want(200); got.Len("route") != 1 {
		t.Errorf("within the limit %d are asked: %s", got.Len("route"), got.Body)
	}
	w.reevaluate() // nothing has changed
	if got := w.As("gm").Get(notices + fresh).Want(200).String("approval_id"); got != renewed {
		t.Error("asked again for nothing")
	}
	w.As("manager").Post("/v1/approvals/"+renewed+"/approve", object{}).Want(200)
	w.wantState(fresh, "released")
	w.agree()
}

func TestCRD10_ALowerLimitAsksMoreOfWhatWaits(t *testing.T) {
	w := open(t, "2000")
	n := w.checked("credit", "1500")
	before := w.As("gm").Get(notices + n).String("approval_id")
	w.setLimit("1000", nil)
	w.reevaluate()
	w.wantState(n, "checked")
	after := w.As("gm").Get(notices + n).String("approval_id")
	if got := w.As("gm").Get("/v1/approvals/" + before).Want(200).String("approval.state"); got != "void" || after == before {
		t.Errorf("the approval of before is %s", got)
	}
	if got := w.As("gm").Get("/v1/approvals/" + after).Want(200).Len("route"); got != 2 {
		t.Errorf("%d are asked", got)
	}
	w.setLimit("1000", object{"temporary_limit": object{"amount": "1500.00", "from": w.day(1), "until": w.day(2)}})
	w.reevaluate()
	if got := w.As("gm").Get(notices + n).String("approval_id"); got != after {
		t.Error("asked anew before the temporary limit begins")
	}
	w.forward(1)
	if err := w.App.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	jobs := w.queued()
	w.reevaluate()
	if got := w.As("gm").Get("/v1/approvals/" + w.As("gm").Get(notices+n).String("approval_id")).Want(200).Len("route"); got != 1 || jobs == 0 {
		t.Errorf("under the temporary limit %d are asked, %d jobs", got, jobs)
	}
}

// CRD-12: a payment takes the overdue amount away; what was blocked for a reason goes on.
func TestCRD12_APaymentTurnsWhatIsBlocked(t *testing.T) {
	w := open(t, "1000")
	invoice := w.As("clerk").Post("/v1/invoices/opening", object{
		"customer_id": w.customer, "amount": "100.00", "invoice_no": "20260001", "invoiced_on": w.day(-40), "due_on": w.day(-10),
	})
	if invoice.Status != 201 {
		w.owe("100", -10)
	}
	n := w.write(w.draft("credit", "10"))
	w.verb("clerk", n, "check", object{}).Want(200)
	w.wantState(n, "blocked")
	before := w.queued()
	w.pay("5") // money came, but what is overdue stays so
	if w.queued() != before+1 {
		t.Errorf("%d jobs after a receipt, %d before", w.queued(), before)
	}
	w.reevaluate()
	w.wantState(n, "blocked")
	w.setLimit("1000", object{"overdue_tolerance": object{"amount": "100.00", "days": 10}})
	w.reevaluate()
	w.wantState(n, "checked") // within the tolerance: not SHP-05's overdue
	w.wantRule(n, "SHP-04", "passed")
	w.wantRule(n, "CRD-12", "info")
}

// A limit goes down while notices are released: each release was within the limit of its time, and none of before comes after one
// of afterwards. So it is as if one had come after the other.
func TestCRD17_RaceLimitChangeAndReleasesAreSerial(t *testing.T) {
	w := open(t, "1000")
	manager, gm := w.Principal("manager"), w.Principal("gm")
	for range apitest.Rounds(3) {
		ids := make([]string, 5)
		for i := range ids {
			ids[i] = w.checked("credit", "200")
		}
		asked := uuid.MustParse(w.askLimit("500", nil))
		codes := apitest.Race(6, func(i int) error {
			if i == 5 {
				return w.DB.Tx(context.Background(), gm.Origin("test"), func(tx pg.Tx) error {
					_, err := w.App.Server.Approvals.ApproveRequest(tx, gm, asked, approval.Verdict{})
					return err
				})
			}
			return w.as(context.Background(), manager, func(tx pg.Tx, s *shipping.Service) error {
				_, err := s.Release(tx, manager, uuid.MustParse(ids[i]), nil, "")
				return err
			})
		})
		if codes[""]+codes["shipping.situation_worse"] != 6 {
			t.Fatalf("%v", codes)
		}
		var released []struct{ Limit, After string }
		w.view(func(tx pg.Tx) error {
			return tx.Raw(`SELECT d.inputs -> 'position' -> 'Profile' -> 'Limit' ->> 'Amount' AS limit,
					(SELECT sum(p.amount)::text FROM credit_movements p WHERE p.payer_id = m.payer_id AND p.part = 'released' AND p.seq <= m.seq) AS after
				FROM credit_movements m JOIN decisions d ON d.subject_id = m.document_id AND d.gate = 'shipment' AND d.outcome = 'passed' AND d.inputs IS NOT NULL
				WHERE m.payer_id = ? AND m.document_id IN ? AND m.amount > 0 ORDER BY m.seq`, w.customer, ids).Scan(&released).Error
		})
		if len(released) != codes[""]-1 || len(released) < 2 {
			t.Fatalf("%d released of %v", len(released), codes)
		}
		lowered := false
		for _, r := range released {
			lowered = lowered || amount(r.Limit).Equal(amount("500"))
			if lowered != amount(r.Limit).Equal(amount("500")) || amount(r.After).Cmp(amount(r.Limit)) > 0 {
				t.Fatalf("no serial order: %+v", released)
			}
		}
		for _, n := range ids {
			w.verb("rep1", n, "cancel", object{"reason": "下一轮"}).Want(200)
		}
		w.setLimit("1000", nil)
		w.agree()
	}
}

// Two drafts of one order line never come to more or less than the line: the last takes the rest.
func TestSHP02_DraftsOfOneLineAddUpToIt(t *testing.T) {
	w := open(t, "unlimited")
	w.order, w.line = w.newOrder("3", "1", "1.00") // a third is 0.33
	sum := amount("0")
	for range 3 {
		n := w.As("rep1").Post("/v1/shipping-notices", w.draft("credit", "1")).Want(201)
		sum, _ = sum.Add(amount(n.String("amount")))
	}
	if !sum.Equal(amount("1.00")) {
		t.Errorf("three thirds of 1.00 are %s", sum)
	}
}

// CUS-15: who is served first is a parameter.
func TestCUS15_PrioritiesAreParameters(t *testing.T) {
	w := open(t, "1000") // grade B
	if got := w.As("rep1").Post("/v1/shipping-notices", w.draft("credit", "1")).Want(201).At("priority"); got != float64(2) {
		t.Errorf("priority of B is %v", got)
	}
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
			VALUES ('shipping.priority_b', 2, '4', ?, ?, 'x')`, tx.Now, tx.Now).Error
	})
	w.forward(1)
	body := w.draft("credit", "1")
	for range 20 { // parameters are believed for a second
		if w.As("rep1").Post("/v1/shipping-notices", body).Want(201).At("priority") == float64(4) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("the parameter doesn't count")
}
