package order_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

func (w *world) update(username string, id uuid.UUID, change func(*order.Draft)) (o order.Order, err error) {
	version := w.read(id).Version
	err = w.as(username, func(tx pg.Tx, who identity.Principal) (err error) {
		o, err = w.orders.Update(tx, who, id, version, change)
		return err
	})
	return o, err
}

// verb is one of the service's methods that take a reason.
type verb func(pg.Tx, identity.Principal, uuid.UUID, *int64, string) (order.Order, error)

func (w *world) call(username string, v verb, id uuid.UUID) (o order.Order, err error) {
	err = w.as(username, func(tx pg.Tx, who identity.Principal) (err error) {
		o, err = v(tx, who, id, nil, "客户要求")
		return err
	})
	return o, err
}

// goods runs one of Reserve, Unreserve and Ship on the order's first line.
func (w *world) goods(id uuid.UUID, do func(pg.Tx, *order.Order, []order.Shipped) error, quantity string) error {
	return w.DB.Tx(w.t.Context(), pg.System("test"), func(tx pg.Tx) error {
		o, err := w.orders.LockOpen(tx, id)
		if err != nil {
			return err
		}
		return do(tx, o, []order.Shipped{{LineID: o.Lines[0].ID, Quantity: dec(quantity)}})
	})
}

// pending is an order that waits for the sales supervisor.
func (w *world) pending() order.Order {
	w.t.Helper()
	o, _, err := w.place("rep1", w.draft(line(w.plain, "100", "9.75")))
	w.must(err)
	if o.State != order.StateSubmitted {
		w.t.Fatal(o.State)
	}
	return o
}

func (w *world) wantState(id uuid.UUID, want order.State, what string) order.Order {
	w.t.Helper()
	o := w.read(id)
	if o.State != want {
		w.t.Errorf("%s: %s, want %s (%s)", what, o.State, want, o.StateReason)
	}
	return o
}

func TestPRC10_RejectedAndReturnedOrdersAreDraftsWithTheReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, v := range []approval.Verb{approval.Reject, approval.Return, approval.Withdraw} {
		o := w.pending()
		who := "supervisor"
		if v == approval.Withdraw {
			who = "rep1"
		}
		w.must(w.decide(who, o.ID, v))
		if got := w.wantState(o.ID, order.StateDraft, string(v)); got.StateReason == "" || got.Revision != 1 {
			t.Errorf("%s: %+v", v, got)
		}
		if _, err := w.update("rep1", o.ID, func(d *order.Draft) { d.Lines[0].Price = dec("9.80") }); err != nil {
			t.Error(err)
		}
		if again, _, err := w.submit("rep1", o.ID); err != nil || again.State != order.StateConfirmed {
			t.Errorf("%s, corrected: %v %s", v, err, again.State)
		}
	}
}

func TestORD02_WhatWasJudgedCannotChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	for what, change := range map[string]func(*order.Draft){
		"price": func(d *order.Draft) { d.Lines[0].Price = dec("9.74") }, "quantity": func(d *order.Draft) { d.Lines[0].Quantity = dec("101") },
		"discount": func(d *order.Draft) { d.HeaderDiscount = dec("0.01") }, "a line": func(d *order.Draft) { d.Lines = append(d.Lines, line(w.plain, "1", "0")) },
		"terms": func(d *order.Draft) { d.Terms = &credit.Terms{Settlement: credit.Cash} },
	} {
		_, err := w.update("rep1", o.ID, change)
		wantErr(t, err, order.ErrProtected, "submitted: "+what)
	}
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	_, err := w.update("rep1", o.ID, func(d *order.Draft) { d.Lines[0].Price = dec("9.74") })
	wantErr(t, err, order.ErrProtected, "confirmed: price")
	got, err := w.update("rep1", o.ID, func(d *order.Draft) { d.Remarks, d.CustomerOrderNo = "加急", "PO-7" })
	if err != nil || got.Remarks != "加急" || got.State != order.StateConfirmed {
		t.Errorf("remarks: %v %+v", err, got)
	}
	// Neither behind the program's back.
	err = w.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec("UPDATE order_lines SET price = 1 WHERE order_id = ?", o.ID).Error
	})
	wantErr(t, err, order.ErrFrozen, "SQL")
}

func TestORD02_EditAfterApprovalIsJudgedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	first := w.request(o.ID)
	revised, err := w.call("rep1", w.orders.Reopen, o.ID)
	if err != nil || revised.State != order.StateDraft || revised.Revision != 2 {
		t.Fatalf("%v %+v", err, revised)
	}
	if r := w.request(o.ID); r.ID != first.ID || r.State != approval.Void {
		t.Errorf("the approval is %s", r.State)
	}
	wantErr(t, w.goods(o.ID, w.orders.Reserve, "1"), errs.ErrState, "a notice of an order in revision")
	if _, err := w.update("rep1", o.ID, func(d *order.Draft) { d.Lines[0].Price = dec("9.10") }); err != nil {
		t.Fatal(err)
	}
	again, _, err := w.submit("rep1", o.ID)
	if err != nil || again.State != order.StateSubmitted || w.route(o.ID) != "general_manager" {
		t.Fatalf("%v %s %s", err, again.State, w.route(o.ID))
	}
	// The old approval is worth nothing, also when the new price is the old one.
	w.must(w.decide("gm", o.ID, approval.Return))
	if _, err := w.update("rep1", o.ID, func(d *order.Draft) { d.Lines[0].Price = dec("9.75") }); err != nil {
		t.Fatal(err)
	}
	if again, _, err = w.submit("rep1", o.ID); err != nil || again.State != order.StateSubmitted {
		t.Fatalf("%v %s", err, again.State)
	}
}

func TestORD02_CopyAfterApprovalIsJudgedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	var c order.Order
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) (err error) {
		c, err = w.orders.Copy(tx, who, o.ID)
		return err
	}))
	if c.State != order.StateDraft || c.Number == o.Number || *c.CopiedFromID != o.ID || c.Lines[0].Price.String() != "9.7500" {
		t.Fatalf("%+v", c)
	}
	if c, _, err := w.submit("rep1", c.ID); err != nil || c.State != order.StateSubmitted || w.route(c.ID) != "sales_supervisor" {
		t.Errorf("%v %s", err, c.State)
	}
	// Nor does a copy take along what was shipped.
	w.must(w.goods(o.ID, w.orders.Reserve, "60"))
	w.must(w.goods(o.ID, w.orders.Ship, "60"))
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) (err error) {
		c, err = w.orders.Copy(tx, who, o.ID)
		return err
	}))
	if l := c.Lines[0]; !l.Shipped.IsZero() || l.Open().String() != "100.0000" {
		t.Errorf("%+v", l)
	}
}

// Between submission and approval the customer became one that may not order: the approval doesn't help (ORD-10).
func TestORD10_IsCheckedAgainWhenApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := customer.New().Update(tx, who, w.customer, 1, func(p *customer.Profile) { p.Status = customer.Suspended })
		return err
	}))
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	got := w.wantState(o.ID, order.StateDraft, "approved for a suspended customer")
	all := w.decisions(o.ID)
	if last := all[len(all)-1]; last.Outcome != decision.Refused || failed(last) != "ORD-02" || got.StateReason == "" {
		t.Errorf("%+v", last)
	}
}

// The content hash of the approval is held against the order under lock, whatever has changed it.
func TestORD02_ApprovalIsOfThisContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	w.Tx(func(tx pg.Tx) error {
		for _, q := range []string{
			"ALTER TABLE order_lines DISABLE TRIGGER order_lines_frozen",
			"UPDATE order_lines SET price = 5, amount = 500, net_amount = 500", "UPDATE orders SET gross = 500, total = 500",
			"ALTER TABLE order_lines ENABLE TRIGGER order_lines_frozen",
		} {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	w.wantState(o.ID, order.StateDraft, "approved, but changed")
}

// An approval counts on for what didn't get worse, and no price may get worse under it, whatever the facts of the matter say.
func TestPRC10_NoWorsePriceRidesOnAnEarlierApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for what, c := range map[string]struct {
		change func(*order.Draft)
		want   order.State
	}{
		"as approved":       {func(*order.Draft) {}, order.StateConfirmed},
		"a lower price":     {func(d *order.Draft) { d.Lines[0].Price = dec("8.4999") }, order.StateSubmitted},
		"a header discount": {func(d *order.Draft) { d.HeaderDiscount = dec("0.01") }, order.StateSubmitted},
		"less of it":        {func(d *order.Draft) { d.Lines[0].Quantity = dec("99") }, order.StateConfirmed},
		"another product":   {func(d *order.Draft) { d.Lines[0] = line(w.floored, "1", "1") }, order.StateSubmitted},
		"the same line twice": {func(d *order.Draft) {
			d.Lines[0].Quantity = dec("50")
			d.Lines = append(d.Lines, line(w.plain, "50", "8.5"))
		}, order.StateSubmitted},
	} {
		o, _, err := w.place("rep1", w.draft(line(w.plain, "100", "8.5")))
		w.must(err)
		w.must(w.decide("gm", o.ID, approval.Approve))
		w.wantState(o.ID, order.StateConfirmed, what)
		_, err = w.call("rep1", w.orders.Reopen, o.ID)
		w.must(err)
		if _, err := w.update("rep1", o.ID, c.change); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if again, _, err := w.submit("rep1", o.ID); err != nil || again.State != c.want {
			t.Errorf("%s: %v %s, route %s", what, err, again.State, w.route(o.ID))
		}
	}
}

func TestCON06_TermsThatBecameSpecialGoToFinanceToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending() // on 30 days, as approved
	w.Tx(func(tx pg.Tx) error {
		for _, q := range []string{
			"ALTER TABLE credit_profiles DISABLE TRIGGER USER", "UPDATE credit_profiles SET terms_days = 15", "ALTER TABLE credit_profiles ENABLE TRIGGER USER",
		} {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	w.wantState(o.ID, order.StateSubmitted, "approved, but 30 days are special now")
	if r := w.route(o.ID); r != "special_terms sales_supervisor" {
		t.Errorf("asked anew: %s", r)
	}
	w.must(w.decide("finance", o.ID, approval.Approve))
	w.wantState(o.ID, order.StateConfirmed, "finance agreed too; the price is what the supervisor approved")
}

func TestGoodsMoveTheState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o, _, err := w.place("rep1", w.draft(line(w.plain, "100", "10")))
	w.must(err)
	wantErr(t, w.goods(o.ID, w.orders.Reserve, "100.0001"), order.ErrNotOpen, "more than is open")
	w.must(w.goods(o.ID, w.orders.Reserve, "100"))
	wantErr(t, w.goods(o.ID, w.orders.Reserve, "0.0001"), order.ErrNotOpen, "nothing is open")
	w.must(w.goods(o.ID, w.orders.Unreserve, "40"))
	wantErr(t, w.goods(o.ID, w.orders.Ship, "60.0001"), order.ErrNotNoticed, "more than is on notices")
	w.must(w.goods(o.ID, w.orders.Ship, "50"))
	got := w.wantState(o.ID, order.StatePartlyShipped, "half of it")
	if l := got.Lines[0]; l.Open().String() != "40.0000" || l.Noticed.String() != "10.0000" {
		t.Errorf("%+v", l)
	}
	_, err = w.call("rep1", w.orders.Close, o.ID)
	wantErr(t, err, order.ErrLiveNotices, "close with a live notice")
	_, err = w.call("rep1", w.orders.Cancel, o.ID)
	wantErr(t, err, errs.ErrState, "cancel what is partly shipped")

	// A revision keeps what has moved, and counts again only after the gate.
	if _, err = w.call("rep1", w.orders.Reopen, o.ID); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*order.Draft){
		"below":   func(d *order.Draft) { d.Lines[0].Quantity = dec("59.9999") },
		"price":   func(d *order.Draft) { d.Lines[0].Price = dec("11") },
		"product": func(d *order.Draft) { d.Lines[0].ProductID = w.floored },
		"removed": func(d *order.Draft) { d.Lines = []order.LineDraft{line(w.plain, "100", "10")} },
	} {
		_, err := w.update("rep1", o.ID, change)
		wantErr(t, err, order.ErrLineMoved, what)
	}
	_, err = w.update("rep1", o.ID, func(d *order.Draft) { d.HeaderDiscount = dec("1") })
	wantErr(t, err, order.ErrDiscountMoved, "discount")
	if _, err := w.update("rep1", o.ID, func(d *order.Draft) { d.Lines[0].Quantity = dec("60") }); err != nil {
		t.Fatal(err)
	}
	w.must(w.goods(o.ID, w.orders.Ship, "5")) // a released notice leaves all the same
	w.wantState(o.ID, order.StateDraft, "in revision")
	_, err = w.call("rep1", w.orders.Cancel, o.ID)
	wantErr(t, err, order.ErrLiveNotices, "cancel a revision")
	if again, _, err := w.submit("rep1", o.ID); err != nil || again.State != order.StatePartlyShipped {
		t.Fatalf("%v %s", err, again.State)
	}
	w.must(w.goods(o.ID, w.orders.Ship, "5"))
	w.wantState(o.ID, order.StateShipped, "all of it")
	if closed, err := w.call("rep1", w.orders.Close, o.ID); err != nil || closed.State != order.StateClosed || closed.EndedAt == nil {
		t.Errorf("%v %+v", err, closed)
	}
}

func TestCancelEndsTheApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	if c, err := w.call("rep1", w.orders.Cancel, o.ID); err != nil || c.State != order.StateCancelled {
		t.Fatalf("%v %s", err, c.State)
	}
	if r := w.request(o.ID); r.State != approval.Void {
		t.Errorf("request %s", r.State)
	}
	if err := w.decide("supervisor", o.ID, approval.Approve); err == nil {
		t.Error("a cancelled order was approved")
	}
	w.wantState(o.ID, order.StateCancelled, "after that")
	_, err := w.call("rep1", w.orders.Cancel, o.ID)
	wantErr(t, err, errs.ErrState, "cancel twice")
	if n := countSQL(w, "SELECT count(*) FROM approval_tasks WHERE state = 'open'"); n != 0 {
		t.Errorf("%d open tasks", n)
	}
}

// An approval by phone that its giver denies takes the order out of its course (ORG-05).
func TestORG05_DeniedVerbalApprovalReopensTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	r := w.request(o.ID)
	w.Tx(func(tx pg.Tx) error { return w.orders.VerbalApprovalDenied(tx, r) })
	if got := w.wantState(o.ID, order.StateDraft, "denied"); got.Revision != 2 {
		t.Errorf("%+v", got)
	}
}

func countSQL(w *world, query string, args ...any) (n int64) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error { return tx.Raw(query, args...).Scan(&n).Error })
	return n
}
