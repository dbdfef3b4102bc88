package order_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// changed asks for a change and carries it out as if its deciders had agreed.
func (w *world) changed(id uuid.UUID, change func(*order.Draft)) (now order.Order, err error) {
	err = w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		a, err := w.orders.Ask(tx, who, id, nil, change)
		if err != nil {
			return err
		}
		approved := order.Approved{
			OrderID: id, Revision: a.Was.Revision, Content: a.Was.Content, ApprovalID: uuid.New(), Facts: a.Facts, Number: "OC-TEST", Reason: "x",
		}
		o, refusal, err := w.orders.Alter(tx, approved, a.Draft)
		if refusal != nil {
			return refusal
		}
		now = o
		return err
	})
	return now, err
}

func TestORD05_AnEndedAgreementDoesNotHinderWhatDoesNotNameIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, l := w.quoted(w.plain, "8", 0, same)
	d := w.byQuote(q, l, "10", "8")
	d.Lines = append(d.Lines, line(w.floored, "10", "10"))
	quoted, _, err := w.place("rep1", d)
	w.must(err)
	c, cl := w.agreed("100", "8", "800", asIs)
	called, _, err := w.place("rep1", func() order.Draft {
		d := w.byContract(c, cl, "10", "8")
		d.Lines = append(d.Lines, line(w.floored, "10", "10"))
		return d
	}())
	w.must(err)
	if called.State == order.StateSubmitted {
		w.must(w.decide("finance", called.ID, approval.Approve))
	}
	w.Tx(func(tx pg.Tx) error {
		if err := tx.Exec("UPDATE quotations SET valid_until = valid_from WHERE id = ?", q).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE contracts SET state = 'expired', ended_at = now() WHERE id = ?", c).Error
	})
	for name, id := range map[string]uuid.UUID{"quotation": quoted.ID, "contract": called.ID} {
		got, err := w.changed(id, func(d *order.Draft) { d.Lines[1].Quantity = dec("20") })
		if err != nil || got.Revision != 2 {
			t.Errorf("%s: the other line: %v", name, err)
		}
		if _, err := w.changed(id, func(d *order.Draft) { d.Lines[0].Price = dec("7.9") }); err == nil {
			t.Errorf("%s: a lower price by what has ended", name)
		}
	}
}

func TestCON09_AMovedLineKeepsItsAgreement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, l := w.agreed("100", "8", "800", asIs)
	other, otherLine := w.agreed("100", "8", "800", asIs)
	o, _, err := w.place("rep1", w.byContract(c, l, "10", "8"))
	w.must(err)
	if o.State == order.StateSubmitted {
		w.must(w.decide("finance", o.ID, approval.Approve))
	}
	w.must(w.goods(o.ID, w.orders.Reserve, "4"))
	w.must(w.goods(o.ID, w.orders.Ship, "4"))
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := w.orders.Reopen(tx, who, o.ID, nil, "x")
		return err
	}))
	for name, change := range map[string]func(*order.Draft){
		"another contract": func(d *order.Draft) { d.ContractID, d.Lines[0].ContractLineID = &other, &otherLine },
		"no contract":      func(d *order.Draft) { d.ContractID, d.Lines[0].ContractLineID = nil, nil },
		"no line of it":    func(d *order.Draft) { d.Lines[0].ContractLineID = nil },
	} {
		_, err := w.update("rep1", o.ID, change)
		wantErr(t, err, order.ErrLineMoved, name)
	}
	if got := w.called(c) + ", " + w.called(other); got != "4 32, 0 0" {
		t.Error(got)
	}
	_, err = w.update("rep1", o.ID, func(d *order.Draft) { d.Lines[0].Quantity = dec("12") })
	w.must(err)
}

// A change's approval is the one that the order stands by from then on, and a phone approval that is denied later still takes it back.
func TestORD05_AChangedOrderStandsByTheApprovalOfItsChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.pending()
	w.must(w.decide("supervisor", o.ID, approval.Approve))
	first := w.request(o.ID)
	got, err := w.changed(o.ID, func(d *order.Draft) { d.Lines[0].Quantity = dec("90") })
	w.must(err)
	if got.ApprovalID == nil || *got.ApprovalID == first.ID {
		t.Errorf("%v", got.ApprovalID)
	}
	w.Tx(func(tx pg.Tx) error { return w.orders.VerbalApprovalDenied(tx, first) })
	w.wantState(o.ID, order.StateDraft, "denied after a change")
}

// The database lets the lines of an order that counts change with its next revision only.
func TestORD05_LinesChangeWithARevisionOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o, _, err := w.place("rep1", w.draft(line(w.plain, "10", "10"), line(w.plain, "10", "10")))
	w.must(err)
	frozen := func(what string) {
		t.Helper()
		for _, sql := range []string{"UPDATE order_lines SET quantity = 9 WHERE order_id = ?", "DELETE FROM order_lines WHERE order_id = ?"} {
			err := w.as("rep1", func(tx pg.Tx, _ identity.Principal) error { return tx.Exec(sql, o.ID).Error })
			wantErr(t, err, order.ErrFrozen, what+": "+sql)
		}
	}
	frozen("confirmed")
	_, err = w.changed(o.ID, func(d *order.Draft) { d.Lines = d.Lines[:1] })
	w.must(err)
	frozen("changed")
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := w.orders.Reopen(tx, who, o.ID, nil, "x")
		return err
	}))
	_, _, err = w.submit("rep1", o.ID)
	w.must(err)
	frozen("taken back and confirmed as it was")
	if got := w.read(o.ID); len(got.Lines) != 1 || got.Revision != 3 {
		t.Errorf("%+v", got)
	}
}

func TestORD07_AnOrderWithoutPromisedDatesSaysWhatThatMeans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dated := line(w.plain, "10", "10")
	dated.PromisedOn = new(time.Now().AddDate(0, 1, 0))
	said := func(d order.Draft) string {
		_, dec, err := w.place("rep1", d)
		w.must(err)
		var all []string
		for _, c := range dec.Checks {
			if c.Rule == "ORD-07" && c.Result == decision.CheckInfo {
				all = append(all, c.EN)
			}
		}
		return strings.Join(all, " ")
	}
	if got := said(w.draft(dated, dated)); got != "" {
		t.Error(got)
	}
	if got := said(w.draft(line(w.plain, "10", "10"), dated, line(w.plain, "1", "10"))); !strings.HasPrefix(got, "Lines 1, 3 promise no date") {
		t.Error(got)
	}
}

// Goods for which every amount rounds to nothing aren't given away: half a fen is a fen.
func TestPRC10_AnOrderOfAmountsThatRoundToNothingIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tiny := func(quantity string, n int) order.Draft {
		var lines []order.LineDraft
		for range n {
			lines = append(lines, line(w.plain, quantity, "9.8"))
		}
		return w.draft(lines...)
	}
	for quantity, want := range map[string]error{"0.0005": order.ErrWorthless, "0.0006": nil} { // 0.0049 and 0.00588
		for _, n := range []int{1, 200} {
			_, _, err := w.place("rep1", tiny(quantity, n))
			if want == nil {
				w.must(err)
				continue
			}
			wantErr(t, err, want, quantity)
		}
	}
	free := tiny("0.0005", 1)
	free.Lines = append(free.Lines, line(w.plain, "1", "0")) // stated as free: the price gate asks who may
	o, _, err := w.place("rep1", free)
	if err != nil || o.State != order.StateSubmitted {
		t.Errorf("%s %v", o.State, err)
	}
}
