package order_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// together runs the functions at once and returns their errors.
func together(fns ...func() error) []error {
	var wg sync.WaitGroup
	start, results := make(chan struct{}), make([]error, len(fns))
	for i, fn := range fns {
		wg.Go(func() {
			<-start
			results[i] = fn()
		})
	}
	close(start)
	wg.Wait()
	return results
}

func won(results []error) (n int) {
	for _, err := range results {
		if err == nil {
			n++
		}
	}
	return n
}

func TestRaceSubmitHasOneWinner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 5 {
		o := w.create("rep1", w.draft(line(w.plain, "100", "9.75")))
		fns := make([]func() error, 6)
		for i := range fns {
			fns[i] = func() error {
				_, _, err := w.submit("rep1", o.ID)
				return err
			}
		}
		results := together(fns...)
		if won(results) != 1 || len(w.decisions(o.ID)) != 1 {
			t.Fatalf("round %d: %v", round, results)
		}
	}
}

func TestRaceCancelAgainstApprove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 10 {
		o := w.pending()
		results := together(
			func() error { return w.decide("supervisor", o.ID, approval.Approve) },
			func() error { _, err := w.call("rep1", w.orders.Cancel, o.ID); return err },
			func() error { _, err := w.call("rep1", w.orders.Reopen, o.ID); return err },
		)
		got, r := w.read(o.ID), w.request(o.ID)
		ok := map[order.State]approval.State{
			order.StateConfirmed: approval.Approved, order.StateCancelled: approval.Void, order.StateDraft: approval.Void,
		}[got.State] == r.State
		if !ok {
			t.Fatalf("round %d: order %s, request %s, %v", round, got.State, r.State, results)
		}
		for _, err := range results {
			if e, ours := errs.As(err); err != nil && (!ours || e.Kind != errs.Conflict) {
				t.Fatalf("round %d: %v", round, err)
			}
		}
	}
}

func TestRaceReserveNeverExceedsTheLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o, _, err := w.place("rep1", w.draft(line(w.plain, "100", "10")))
	w.must(err)
	fns := make([]func() error, 10)
	for i := range fns {
		fns[i] = func() error { return w.goods(o.ID, w.orders.Reserve, "20") }
	}
	results := together(fns...)
	if got := w.read(o.ID); won(results) != 5 || got.Lines[0].Noticed.String() != "100.0000" {
		t.Fatalf("%d winners, noticed %s", won(results), got.Lines[0].Noticed)
	}
}

func TestNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fns := make([]func() error, 24)
	for i := range fns {
		fns[i] = func() error {
			d := w.draft(line(w.plain, "10", "10"))
			if i%3 == 0 { // a third fails after the number was taken
				return w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
					if _, _, err := w.orders.CreateAndSubmit(tx, who, d); err != nil {
						return err
					}
					return errors.New("late failure")
				})
			}
			_, _, err := w.place("rep1", d)
			return err
		}
	}
	if n := won(together(fns...)); n != 16 {
		t.Fatalf("%d orders", n)
	}
	if max := countSQL(w, "SELECT max(right(number, 5)::int) FROM orders"); max != 16 {
		t.Errorf("16 orders, the last is number %d", max)
	}
}

// TestFaultAtEveryStatement fails the use cases at each of their statements in turn: all or nothing.
func TestFaultAtEveryStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, err := w.place("rep1", w.draft(line(w.plain, "1", "10"))) // caches are warm
	w.must(err)
	trace := func() string {
		var rows []string
		w.Tx(func(tx pg.Tx) error {
			return tx.Raw(`SELECT concat_ws(' ', (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines), (SELECT count(*) FROM decisions),
				(SELECT count(*) FROM approval_requests), (SELECT count(*) FROM approval_tasks), (SELECT count(*) FROM events),
				(SELECT sum(last) FROM number_series), (SELECT string_agg(state || version, ',' ORDER BY id) FROM orders))`).Scan(&rows).Error
		})
		return fmt.Sprint(rows)
	}
	who := w.Principal("rep1")
	drafted := w.create("rep1", w.draft(line(w.plain, "100", "9.75")))
	pending, approved := w.pending(), w.pending()
	w.must(w.decide("supervisor", approved.ID, approval.Approve))
	request, supervisor := w.request(pending.ID), w.Principal("supervisor")
	for name, do := range map[string]func(tx pg.Tx) error{
		"create and submit, at once": func(tx pg.Tx) error {
			_, _, err := w.orders.CreateAndSubmit(tx, who, w.draft(line(w.plain, "10", "10"), line(w.plain, "1", "10")))
			return err
		},
		"create and submit, pending": func(tx pg.Tx) error {
			_, _, err := w.orders.CreateAndSubmit(tx, who, w.draft(line(w.plain, "10", "9.50")))
			return err
		},
		"submit": func(tx pg.Tx) error { _, _, err := w.orders.Submit(tx, who, drafted.ID, nil); return err },
		"approve": func(tx pg.Tx) error {
			_, err := w.approvals.ApproveRequest(tx, supervisor, request.ID, approval.Verdict{})
			return err
		},
		"revise": func(tx pg.Tx) error { _, err := w.orders.Reopen(tx, who, approved.ID, nil, "x"); return err },
	} {
		before := trace()
		for n := int64(1); ; n++ {
			ctx, _ := pg.WithProbe(context.Background(), n)
			err := w.DB.Tx(ctx, who.Origin("test"), do)
			if err == nil {
				if n < 6 {
					t.Errorf("%s: only %d statements", name, n)
				}
				break
			}
			if !errors.Is(err, pg.ErrInjected) {
				t.Fatalf("%s, statement %d: %v", name, n, err)
			}
			if after := trace(); after != before {
				t.Fatalf("%s, statement %d left %s instead of %s", name, n, after, before)
			}
		}
	}
}

// The shortest way of an order with all that the program wires to it: six statements, and with key and stored answer eight. Parameters are read again when
// they are older than a second, hence the best of three.
func TestCreateAndSubmitIsSixStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft(line(w.plain, "10", "10"), line(w.floored, "20", "10"), line(w.plain, "5", "9.90"))
	who, best := w.Principal("rep1"), int64(99)
	for range 4 {
		ctx, probe := pg.WithProbe(context.Background(), 0)
		var o order.Order
		w.must(w.DB.Tx(ctx, who.Origin("test"), func(tx pg.Tx) (err error) {
			o, _, err = w.orders.CreateAndSubmit(tx, who, d)
			return err
		}))
		best = min(best, probe.Statements())
		if stored := w.read(o.ID); stored.State != order.StateConfirmed || len(stored.Lines) != 3 || stored.Lines[0].ID == uuid.Nil {
			t.Errorf("%+v", stored)
		}
	}
	if best != 6 {
		t.Errorf("%d statements", best)
	}
}
