package gate_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// written is what the gate may write, in figures.
func (w *world) written() (s string) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&s}, `SELECT concat_ws('|', (SELECT count(*) FROM gate_checks), (SELECT string_agg(state, ',' ORDER BY id) || sum(version) FROM gate_passes),
			(SELECT string_agg(state, ',' ORDER BY id) || sum(version) FROM delivery_notes), (SELECT count(*) FROM gate_pass_endings), (SELECT count(*) FROM gate_conflicts),
			(SELECT count(*) FROM gate_devices), (SELECT count(*) FROM decisions), (SELECT count(*) FROM delivery_corrections), (SELECT count(*) FROM violations),
			(SELECT count(*) FROM follow_ups), (SELECT count(*) FROM river_job WHERE kind = 'book_gate_departure'), (SELECT sum(last) FROM number_series), (SELECT count(*) FROM events))`)
	})
	return s
}

// faults fails one statement after the other of what a guard does, each time wants that nothing was written, and at last lets it through. The end may be
// a refusal, which is written too.
func (w *world) faults(name string, guard identity.Principal, refusal string, do func(tx pg.Tx) error) {
	w.t.Helper()
	before := w.written()
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := w.DB.Tx(ctx, guard.Origin("test"), do)
		if errors.Is(err, pg.ErrInjected) {
			if after := w.written(); after != before {
				w.t.Fatalf("%s, statement %d left something behind:\n%s\n%s", name, n, before, after)
			}
			continue
		}
		code := ""
		if e, ok := errs.As(err); ok {
			code = e.Code
		}
		if err != nil && code == "" || code != refusal {
			w.t.Fatalf("%s, statement %d: %v", name, n, err)
		}
		if n < 6 || w.written() == before {
			w.t.Errorf("%s: only %d statements, or nothing was written", name, n-1)
		}
		return
	}
}

// Whatever statement of a check, or of what a phone hands in, fails, nothing of it is there: the pass is good and the goods are in (SHP-09).
func TestSHP09_FaultAtEveryStatementAtTheGate(t *testing.T) {
	w := open(t)
	guard := w.Principal("guard")
	passOf := func(note string) string { return w.note(note).String("gate_pass.number") }
	ten := []delivery.Goods{{ProductCode: "PET-150D", Quantity: decimal.MustParse("10")}}
	check := func(seen gate.Sighting) func(tx pg.Tx) error {
		return func(tx pg.Tx) error { _, err := w.App.Server.Gate.CheckGatePass(tx, guard, seen); return err }
	}
	good, dead := w.loaded("10"), w.loaded("10")
	pass := passOf(good)
	w.faults("another vehicle", guard, gate.ErrGateVehicle.Code, check(gate.Sighting{PassNumber: pass, Vehicle: "浙A99999", Seen: ten}))
	w.faults("let out", guard, "", check(gate.Sighting{PassNumber: pass, Vehicle: "浙A12345", Seen: ten}))
	w.wantNote(good, "left")

	fits, other, deadPass := w.loaded("10"), w.loaded("10"), passOf(dead)
	w.As("keeper").Post("/v1/delivery-notes/"+dead+"/cancel", object{"reason": "卸货"}).Want(200)
	offline := func(sequence int64, pass, quantity string) gate.OfflineCheck {
		return gate.OfflineCheck{Sequence: sequence, SeenAt: w.now(), Decision: gate.LetOut, Sighting: gate.Sighting{
			PassNumber: pass, Vehicle: "浙A12345", Seen: []delivery.Goods{{ProductCode: "PET-150D", Quantity: decimal.MustParse(quantity)}},
		}}
	}
	batch := gate.Batch{DeviceID: "phone-1", SentAt: w.now(), Checks: []gate.OfflineCheck{
		offline(1, passOf(fits), "10"), offline(2, passOf(other), "9"), offline(3, deadPass, "10"), offline(4, "GP-NONE", "10"),
	}}
	w.faults("synchronise", guard, "", func(tx pg.Tx) error {
		_, _, err := w.App.Server.Gate.SynchroniseGateChecks(tx, guard, batch)
		return err
	})
	if n := w.count(`SELECT count(*) FROM gate_conflicts`); n != 3 {
		t.Errorf("%d conflicts", n)
	}
	w.wantNote(fits, "left")
	w.bookLate()
	w.agree()
	var conflict uuid.UUID
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&conflict}, `SELECT id FROM gate_conflicts ORDER BY id LIMIT 1`)
	})
	keeper := w.Principal("keeper")
	w.faults("resolve", keeper, "", func(tx pg.Tx) error {
		_, err := w.App.Server.Gate.ResolveConflict(tx, keeper, conflict, nil, "已核对")
		return err
	})
}
