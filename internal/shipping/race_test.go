package shipping_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// Ten notices of 200 on a limit of 1,000, of ten orders, each checked when it alone would fit: exactly five are released.
func TestCRD17_RaceTenReleasesOfWhichFiveFit(t *testing.T) {
	w := open(t, "1000")
	manager := w.Principal("manager")
	for round := range apitest.Rounds(10) {
		ids := make([]string, 10)
		for i := range ids {
			w.order, w.line = w.newOrder("200", "1", "200.00")
			ids[i] = w.checked("credit", "200")
		}
		codes := apitest.Race(10, func(i int) error {
			return w.as(context.Background(), manager, func(tx pg.Tx, s *shipping.Service) error {
				_, err := s.Release(tx, manager, uuid.MustParse(ids[i]), nil, "")
				return err
			})
		})
		if codes[""] != 5 || codes["shipping.situation_worse"] != 5 {
			t.Fatalf("round %d: %v", round, codes)
		}
		w.wantExposure("0", "0", "1000", "0")
		for _, n := range ids {
			w.verb("rep1", n, "cancel", object{"reason": "下一轮"}).Want(200)
		}
		w.wantExposure("0", "0", "0", "0")
	}
}

func TestSHP09_RaceOneOfManyLeavesTheGate(t *testing.T) {
	w := open(t, "1000")
	guard := w.Principal("guard")
	for range apitest.Rounds(5) {
		note := w.dispatch(w.released("10"), "10").Want(201)
		codes := apitest.Race(8, func(int) error {
			return w.as(context.Background(), guard, func(tx pg.Tx, s *shipping.Service) error {
				_, err := w.App.Server.Gate.CheckGatePass(tx, guard, gate.Sighting{
					PassNumber: note.String("gate_pass.number"), Vehicle: "浙A12345", Seen: []delivery.Goods{{ProductCode: "PET-150D", Quantity: amount("10")}},
				})
				return err
			})
		})
		if codes[""] != 1 || codes["gate.pass_used"] != 7 {
			t.Fatalf("%v", codes)
		}
	}
	w.agree()
}

// Cancel, revise, release and dispatch at once: whoever wins, documents, ledger and orders agree, and nothing has left
// that isn't released.
func TestSHP21_RaceCancelReleaseDispatch(t *testing.T) {
	w := open(t, "100000")
	rep, manager, keeper := w.Principal("rep1"), w.Principal("manager"), w.Principal("keeper")
	for range apitest.Rounds(6) {
		n := uuid.MustParse(w.checked("credit", "100"))
		line := uuid.MustParse(w.As("keeper").Get(notices + n.String()).String("lines.0.id"))
		load := delivery.Loading{Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: line, Quantity: amount("30")}}}
		var unexpected atomic.Value
		codes := apitest.Race(8, func(i int) error {
			who := []func(tx pg.Tx, s *shipping.Service) error{
				func(tx pg.Tx, s *shipping.Service) error { _, err := s.Release(tx, manager, n, nil, ""); return err },
				func(tx pg.Tx, s *shipping.Service) error {
					_, err := w.App.Server.Deliveries.Dispatch(tx, keeper, n, nil, load)
					return err
				},
				func(tx pg.Tx, s *shipping.Service) error { _, err := s.Cancel(tx, rep, n, nil, "取消"); return err },
				func(tx pg.Tx, s *shipping.Service) error { _, err := s.Revise(tx, rep, n, nil, "修订"); return err },
			}[i%4]
			err := w.as(context.Background(), []identity.Principal{manager, keeper, rep, rep}[i%4], who)
			if e, ok := errs.As(err); err != nil && (!ok || e.Kind == errs.Internal) {
				unexpected.Store(err)
			}
			return err
		})
		if err, ok := unexpected.Load().(error); ok {
			t.Fatalf("%v: %v", codes, err)
		}
		w.agree()
	}
}

// 1 finds the approval; 5 decide it; 11 judge and release; 1 reads the answer. See doc.go of approval, order and credit. Parameters are
// read again when they are older than a second, hence the best of three.
func TestReleaseStatements(t *testing.T) {
	w := open(t, "1000")
	manager, best := w.Principal("manager"), int64(99)
	for range 3 {
		n := uuid.MustParse(w.checked("credit", "100"))
		ctx, probe := pg.WithProbe(context.Background(), 0)
		if err := w.as(ctx, manager, func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.Release(tx, manager, n, nil, "")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		best = min(best, probe.Statements())
	}
	if best > 18 {
		t.Errorf("%d statements", best)
	}
}

func TestListIsOneStatement(t *testing.T) {
	w := open(t, "1000")
	for range 3 {
		w.released("1")
	}
	gm := w.Principal("gm")
	ctx, probe := pg.WithProbe(context.Background(), 0)
	err := w.DB.View(ctx, gm.Origin("test"), func(tx pg.Tx) error {
		rows, _, err := w.App.Server.Shipments.List(tx, gm, shipping.Filter{State: shipping.StateReleased}, pg.Page{Limit: 2})
		if len(rows) != 2 {
			t.Errorf("%d rows", len(rows))
		}
		return err
	})
	if err != nil || probe.Statements() != 1 {
		t.Errorf("%d statements: %v", probe.Statements(), err)
	}
	first := w.As("rep1").Get("/v1/shipping-notices?limit=2").Want(200)
	if got := w.As("rep1").Get("/v1/shipping-notices?limit=2&cursor=" + first.String("next_cursor")).Want(200).Len("data"); got != 1 {
		t.Errorf("second page has %d", got)
	}
	if got := w.As("rep2").Get("/v1/shipping-notices").Want(200).Len("data"); got != 0 {
		t.Errorf("ORG-06: another rep lists %d", got)
	}
}

// Every use case, with its n-th statement failing, for every n: nothing is half done.
func TestFaultAtEveryStatement(t *testing.T) {
	w := open(t, "100000")
	w.pay("500")
	rep, clerk, manager, keeper, guard := w.Principal("rep1"), w.Principal("clerk"), w.Principal("manager"), w.Principal("keeper"), w.Principal("guard")
	submitted, prepaid, waiting := w.write(w.draft("credit", "10")), w.write(w.draft("prepaid", "10")), w.checked("credit", "10")
	ready, doomed := w.released("10"), w.released("10")
	line := uuid.MustParse(w.As("keeper").Get(notices + ready).String("lines.0.id"))
	unload := w.dispatch(w.released("10"), "10").ID()
	pass := w.dispatch(w.released("10"), "10").String("gate_pass.number")
	for _, c := range []struct {
		name string
		who  identity.Principal
		do   func(tx pg.Tx, s *shipping.Service) error
	}{
		{"check", clerk, func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.Check(tx, clerk, uuid.MustParse(submitted), nil, shipping.Checking{})
			return err
		}},
		{"check and release", clerk, func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.Check(tx, clerk, uuid.MustParse(prepaid), nil, shipping.Checking{})
			return err
		}},
		{"release", manager, func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.Release(tx, manager, uuid.MustParse(waiting), nil, "")
			return err
		}},
		{"dispatch", keeper, func(tx pg.Tx, s *shipping.Service) error {
			_, err := w.App.Server.Deliveries.Dispatch(tx, keeper, uuid.MustParse(ready), nil, delivery.Loading{Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: line, Quantity: amount("4")}}})
			return err
		}},
		{"cancel", rep, func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.Cancel(tx, rep, uuid.MustParse(doomed), nil, "取消")
			return err
		}},
		{"unload", keeper, func(tx pg.Tx, s *shipping.Service) error {
			_, err := w.App.Server.Deliveries.Cancel(tx, keeper, uuid.MustParse(unload), nil, "卸货")
			return err
		}},
		{"gate", guard, func(tx pg.Tx, s *shipping.Service) error {
			_, err := w.App.Server.Gate.CheckGatePass(tx, guard, gate.Sighting{PassNumber: pass, Vehicle: "浙A12345", Seen: []delivery.Goods{{ProductCode: "PET-150D", Quantity: amount("10")}}})
			return err
		}},
	} {
		before := w.fingerprint()
		for at := int64(1); ; at++ {
			ctx, _ := pg.WithProbe(context.Background(), at)
			err := w.as(ctx, c.who, c.do)
			if err == nil {
				break
			}
			if !errors.Is(err, pg.ErrInjected) {
				t.Fatalf("%s, statement %d: %v", c.name, at, err)
			}
			if after := w.fingerprint(); after != before {
				t.Fatalf("%s, statement %d left traces:\n%s\n%s", c.name, at, before, after)
			}
		}
		w.agree()
	}
}

// fingerprint is everything that a use case could leave behind.
func (w *world) fingerprint() string {
	w.t.Helper()
	var print string
	w.view(func(tx pg.Tx) error {
		return tx.Raw(`SELECT (SELECT count(*) FROM events) || ' ' || (SELECT count(*) FROM decisions) || ' ' || (SELECT count(*) FROM credit_movements)
			|| ' ' || (SELECT sum(version) FROM shipping_notices) || ' ' || (SELECT sum(version) FROM orders) || ' ' || (SELECT count(*) FROM approval_requests)
			|| ' ' || (SELECT coalesce(sum(version), 0) FROM delivery_notes) || ' ' || (SELECT coalesce(sum(version), 0) FROM gate_passes)
			|| ' ' || (SELECT count(*) FROM gate_checks) || ' ' || (SELECT coalesce(sum(last), 0) FROM number_series)`).Scan(&print).Error
	})
	return print
}
