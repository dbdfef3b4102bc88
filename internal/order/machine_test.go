package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/order"
)

// TestAnyHistoryKeepsTheInvariants throws random commands at one order, refused ones included, and looks after each
// whether what must always be true still is.
func TestAnyHistoryKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(r *rapid.T) {
		o := w.create("rep1", w.draft(line(w.plain, "100", "10")))
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			step(r, w, o.ID)
			invariants(r, w, o.ID)
		}
	})
}

func step(r *rapid.T, w *world, id uuid.UUID) {
	quantity := rapid.SampledFrom([]string{"0.0001", "10", "50", "100"}).Draw(r, "quantity")
	price := rapid.SampledFrom([]string{"10", "9.75", "9"}).Draw(r, "price")
	var err error
	do := rapid.SampledFrom([]string{"edit", "submit", "approve", "reject", "revise", "cancel", "close", "reserve", "unreserve", "ship"}).Draw(r, "do")
	switch do {
	case "edit":
		_, err = w.update("rep1", id, func(d *order.Draft) { d.Lines[0].Quantity, d.Lines[0].Price = dec(quantity), dec(price) })
	case "submit":
		_, _, err = w.submit("rep1", id)
	case "approve", "reject":
		if w.read(id).State != order.StateSubmitted {
			return
		}
		who := map[string]string{"sales_supervisor": "supervisor", "general_manager": "gm"}[w.request(id).Route[0].Stage]
		err = w.decide(who, id, approval.Verb(do))
	case "revise":
		_, err = w.call("rep1", w.orders.Reopen, id)
	case "cancel":
		_, err = w.call("rep1", w.orders.Cancel, id)
	case "close":
		_, err = w.call("rep1", w.orders.Close, id)
	case "reserve":
		err = w.goods(id, w.orders.Reserve, quantity)
	case "unreserve":
		err = w.goods(id, w.orders.Unreserve, quantity)
	case "ship":
		err = w.goods(id, w.orders.Ship, quantity)
	}
	if e, ours := errs.As(err); err != nil && (!ours || e.Kind != errs.Conflict && e.Kind != errs.Rule) {
		r.Fatalf("%s: %v", do, err)
	}
}

func invariants(r *rapid.T, w *world, id uuid.UUID) {
	o := w.read(id)
	net := decimal.Zero
	shipped, noticed := false, false
	for _, l := range o.Lines {
		taken, _ := l.Noticed.Add(l.Shipped)
		if taken.Cmp(l.Quantity) > 0 || l.Noticed.IsNeg() || l.Shipped.IsNeg() {
			r.Fatalf("%s: noticed %s, shipped %s of %s", o.State, l.Noticed, l.Shipped, l.Quantity)
		}
		shipped, noticed = shipped || l.Shipped.IsPos(), noticed || l.Noticed.IsPos()
		net, _ = net.Add(l.NetAmount)
	}
	if net.Cmp(o.Total) != 0 {
		r.Fatalf("net amounts %s, total %s", net, o.Total)
	}
	switch o.State {
	case order.StateCancelled:
		if shipped || noticed {
			r.Fatal("cancelled with goods on the way")
		}
	case order.StateClosed, order.StateShipped:
		if noticed {
			r.Fatalf("%s with goods on notices", o.State)
		}
	case order.StateConfirmed, order.StatePartlyShipped:
		if shipped != (o.State == order.StatePartlyShipped) {
			r.Fatalf("%s, shipped %v", o.State, shipped)
		}
		counts(r, w, o)
	case order.StateSubmitted:
		if q := w.request(id); q.State != approval.Pending || q.ID != *o.ApprovalID {
			r.Fatalf("submitted, but its request is %s", q.State)
		}
	case order.StateDraft:
		if n := countSQL(w, "SELECT count(*) FROM approval_requests WHERE subject_id = ? AND state IN ('pending', 'approved')", id); n != 0 {
			r.Fatalf("a draft with %d live approvals", n)
		}
	}
}

// counts holds an order that counts to what let it: a passed gate for exactly this content, by nobody's own decision.
func counts(r *rapid.T, w *world, o order.Order) {
	q := w.request(o.ID)
	if q.State != approval.Approved || string(q.Content) != string(o.Content) {
		r.Fatalf("%s by a request that is %s", o.State, q.State)
	}
	if len(q.Route) > 0 && countSQL(w, "SELECT count(*) FROM approval_decisions WHERE request_id = ? AND decided_by = submitted_by", q.ID) != 0 {
		r.Fatal("approved by the submitter")
	}
	all := w.decisions(o.ID)
	if all[len(all)-1].Outcome != decision.Passed {
		r.Fatalf("the last decision is %s", all[len(all)-1].Outcome)
	}
}
