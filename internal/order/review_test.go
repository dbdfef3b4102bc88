package order_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

func (w *world) review(id uuid.UUID, found ...order.Finding) (points []order.ReviewPoint, err error) {
	err = w.as("rep1", func(tx pg.Tx, who identity.Principal) (err error) {
		_, points, err = w.orders.RecordReview(tx, who, id, nil, found)
		return err
	})
	return points, err
}

func (w *world) returned(id, point uuid.UUID) error {
	return w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := w.orders.ReturnReviewPoint(tx, who, id, point, order.Told{To: "陈示例", Via: order.ChannelPhone})
		return err
	})
}

func (w *world) answered(id, point uuid.UUID) error {
	return w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := w.orders.AnswerReviewPoint(tx, who, id, point, order.OutcomeCorrected, "已改")
		return err
	})
}

func TestORD02_AFailedPointGoesBackToTheCustomerFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.create("rep1", w.draft(line(w.plain, "10", "10")))
	one := 1
	points, err := w.review(o.ID, order.Finding{Point: order.PointQuantity, Passed: true},
		order.Finding{LineNo: &one, Point: order.PointSpecification, Note: "规格不符"}, order.Finding{Point: order.PointDate, Note: "交期不明"})
	w.must(err)
	_, _, err = w.submit("rep1", o.ID)
	wantErr(t, err, order.ErrReview, "two points open")
	if e, _ := errs.As(err); e == nil || e.Params["open"] != 2 {
		t.Errorf("%+v", e)
	}
	wantErr(t, w.answered(o.ID, points[1].ID), order.ErrNotTold, "answer before they were told")
	wantErr(t, w.returned(o.ID, points[0].ID), order.ErrReviewed, "a point that passed")
	w.must(w.returned(o.ID, points[1].ID))
	wantErr(t, w.answered(o.ID, points[1].ID), order.ErrUncorrected, "corrected without a change")
	_, err = w.update("rep1", o.ID, func(d *order.Draft) { d.Lines[0].Remarks = "12 旦" })
	w.must(err)
	w.must(w.answered(o.ID, points[1].ID))
	wantErr(t, w.answered(o.ID, points[1].ID), order.ErrReviewed, "answered twice")
	_, _, err = w.submit("rep1", o.ID)
	wantErr(t, err, order.ErrReview, "one point open")
	w.must(w.returned(o.ID, points[2].ID))
	w.must(w.answered(o.ID, points[2].ID)) // the same change came after this point, too
	late, err := w.review(o.ID, order.Finding{Point: order.PointPrice, Note: "单价不符"})
	w.must(err)
	w.must(w.returned(o.ID, late[0].ID))
	wantErr(t, w.answered(o.ID, late[0].ID), order.ErrUncorrected, "corrected before it was found")
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := w.orders.AnswerReviewPoint(tx, who, o.ID, late[0].ID, order.OutcomeAccepted, "客户确认单价无误")
		return err
	}))
	if got, _, err := w.submit("rep1", o.ID); err != nil || got.State != order.StateConfirmed {
		t.Errorf("%s %v", got.State, err)
	}
	_, err = w.review(o.ID, order.Finding{Point: order.PointPrice, Passed: true})
	wantErr(t, err, errs.ErrState, "review of a confirmed order")
}

func TestORD02_AReviewSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o, two := w.create("rep1", w.draft(line(w.plain, "10", "10"))), 2
	_, err := w.review(o.ID, order.Finding{Point: order.PointPrice, Note: " "})
	wantErr(t, err, order.ErrReviewNote, "no note")
	_, err = w.review(o.ID, order.Finding{LineNo: &two, Point: order.PointPrice, Passed: true})
	wantErr(t, err, order.ErrNoLine, "line 2 of 1")
	err = w.as("rep1", func(tx pg.Tx, _ identity.Principal) error { // and the database says so too
		return tx.Exec(`INSERT INTO order_review_points (id, order_id, revision, point, passed, note, found_by, found_at, told_to, told_via, answer, outcome)
			VALUES (?, ?, 1, 'price', false, '', ?, now(), '', '', '', '')`, uuid.New(), o.ID, uuid.New()).Error
	})
	wantErr(t, err, order.ErrReviewNote, "constraint")
}

func TestORD01_AWrittenOrderKeepsItsOriginal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []order.Channel{order.ChannelFax, order.ChannelMail, order.ChannelEmail} {
		d := w.draft(line(w.plain, "10", "10"))
		d.Channel = c
		_, _, err := w.place("rep1", d)
		wantErr(t, err, order.ErrNoOriginal, string(c))
	}
	for _, c := range []order.Channel{order.ChannelPhone, order.ChannelVisit, order.ChannelAPI, order.ChannelOther} {
		d := w.draft(line(w.plain, "10", "10"))
		d.Channel = c
		if _, _, err := w.place("rep1", d); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	future := w.draft(line(w.plain, "10", "10"))
	at := w.DB.Clock().Now().Add(time.Minute)
	future.ReceivedAt = &at
	_, _, err := w.place("rep1", future)
	wantErr(t, err, order.ErrReceived, "received in a minute")
}

func TestORD02_UnitsAndPromisesAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, bad := line(w.plain, "10", "10"), line(w.plain, "5", "10")
	good.Unit, bad.Unit = "kg", "t"
	_, _, err := w.place("rep1", w.draft(good, bad))
	wantErr(t, err, order.ErrUnit, "5 t of what is sold by the kg")
	if e, _ := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Pointer != "/lines/1/unit" {
		t.Errorf("%+v", e)
	}
	_, _, err = w.place("rep1", w.draft(good))
	w.must(err)
	for days, want := range map[int]bool{-1: false, 0: true, 1: true} {
		l := line(w.plain, "10", "10")
		now := w.DB.Clock().Now().In(time.FixedZone("CST", 8*3600))
		l.PromisedOn = new(time.Date(now.Year(), now.Month(), now.Day()+days, 0, 0, 0, 0, time.UTC))
		_, _, err := w.place("rep1", w.draft(l))
		if want != (err == nil) || !want && !errors.Is(err, order.ErrPromised) {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

// follower writes down what it is told.
type follower struct {
	told   []string
	broken bool
}

var errBroken = errors.New("the factory is closed")

func (f *follower) OrderConfirmed(_ pg.Tx, o *order.Order) error {
	if f.broken {
		return errBroken
	}
	f.told = append(f.told, "confirmed "+string(o.State))
	return nil
}

func (f *follower) OrderChanged(_ pg.Tx, was, now *order.Order) error {
	f.told = append(f.told, "changed "+was.Lines[0].Quantity.Trim(0).String()+" "+now.Lines[0].Quantity.Trim(0).String())
	return nil
}

func (f *follower) OrderCancelled(_ pg.Tx, o *order.Order) error {
	f.told = append(f.told, "stopped "+string(o.State))
	return nil
}

// tell tells the follower of all that waits, as the queue does.
func (w *world) tell() (ids []uuid.UUID) {
	w.t.Helper()
	w.must(w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
		if ids, err = w.orders.Untold(tx, 100); err != nil {
			return err
		}
		for _, id := range ids {
			err = errors.Join(err, w.orders.Tell(tx, id), w.orders.Tell(tx, id))
		}
		return err
	}))
	return ids
}

func TestORD03_ProductionIsToldOnceOfAnOrderThatCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &follower{}
	w.orders.Follower = f
	_, _, err := w.place("rep1", w.draft(line(w.plain, "10", "10"))) // at once
	w.must(err)
	o := w.create("rep1", w.draft(line(w.plain, "10", "10")))
	_, _, err = w.submit("rep1", o.ID) // at once, in two steps
	w.must(err)
	asked, _, err := w.place("rep1", w.draft(line(w.plain, "10", "9.6"))) // by the sales manager
	w.must(err)
	if w.tell(); len(f.told) != 2 {
		t.Errorf("told of an order that waits, or not of one that counts: %v", f.told)
	}
	w.must(w.decide("manager", asked.ID, "approve"))
	w.tell()
	if got := strings.Join(f.told, ", "); got != "confirmed confirmed, confirmed confirmed, confirmed confirmed" {
		t.Error(got)
	}
	if again := w.tell(); len(again) != 0 || len(f.told) != 3 {
		t.Errorf("%v are told again: %v", again, f.told)
	}
}

// What becomes of an order before production was told that it counts: it is told of what counts then, once, or of nothing.
func TestORD03_ProductionIsToldOfWhatCountsByThen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &follower{}
	w.orders.Follower = f
	taken, _, err := w.place("rep1", w.draft(line(w.plain, "10", "10")))
	w.must(err)
	shipped, _, err := w.place("rep1", w.draft(line(w.plain, "10", "10")))
	w.must(err)
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := w.orders.Reopen(tx, who, taken.ID, nil, "x")
		return err
	}))
	w.must(w.goods(shipped.ID, w.orders.Reserve, "4"))
	w.must(w.goods(shipped.ID, w.orders.Ship, "4"))
	if ids := w.tell(); len(ids) != 1 || ids[0] != shipped.ID {
		t.Errorf("told of %v", ids)
	}
	_, _, err = w.submit("rep1", taken.ID)
	w.must(err)
	w.tell()
	if got := strings.Join(f.told, ", "); got != "stopped draft, confirmed partly_shipped, confirmed confirmed" {
		t.Error(got)
	}
}

// A follower that fails keeps the order in the queue, and others aren't kept by it.
func TestORD03_AnOrderThatCannotBeToldOfStaysInTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &follower{broken: true}
	w.orders.Follower = f
	o, _, err := w.place("rep1", w.draft(line(w.plain, "10", "10")))
	w.must(err)
	tell := func() error {
		return w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return w.orders.Tell(tx, o.ID) })
	}
	if err := tell(); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
	waiting := func() (n int) {
		w.Tx(func(tx pg.Tx) (err error) { n, err = order.CountUntold(tx); return err })
		return n
	}
	if waiting() != 1 {
		t.Errorf("%d wait", waiting())
	}
	f.broken = false
	w.must(tell())
	if waiting() != 0 || len(f.told) != 1 {
		t.Errorf("%d wait, told %v", waiting(), f.told)
	}
}

func TestRaceORD03_OneOfTwoQueuesTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &follower{}
	w.orders.Follower = f
	o, _, err := w.place("rep1", w.draft(line(w.plain, "10", "10")))
	w.must(err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return w.orders.Tell(tx, o.ID) }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(f.told) != 1 {
		t.Errorf("told %v", f.told)
	}
}

func TestORD03_ALineSaysHowItIsHandledAndTheOrderTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft(line(w.plain, "10", "10"), line(w.plain, "10", "10"))
	d.DeliveryPlace, d.Packing, d.SpecialDemands = "一号仓", "袋装", "贴批号"
	d.Lines[1].Handling = order.Handling{Packing: "吨袋", Transport: "自提"}
	o, _, err := w.place("rep1", d)
	w.must(err)
	o = w.read(o.ID)
	if got := o.HandlingOf(o.Lines[1]); got != (order.Handling{DeliveryPlace: "一号仓", Packing: "吨袋", Transport: "自提", SpecialDemands: "贴批号"}) {
		t.Errorf("%+v", got)
	}
	err = w.as("rep1", func(tx pg.Tx, who identity.Principal) error { // part of what was judged
		_, err := w.orders.Update(tx, who, o.ID, o.Version, func(d *order.Draft) { d.Packing = "散装" })
		return err
	})
	wantErr(t, err, order.ErrProtected, "packing of a confirmed order")
}
