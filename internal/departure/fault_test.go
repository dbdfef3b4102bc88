package departure_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/departure"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// written is what a use case of this module may write, in figures.
func (w *world) written() (s string) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&s}, `SELECT concat_ws('|', (SELECT count(*) || '/' || coalesce(sum(version), 0) || coalesce(string_agg(state, ',' ORDER BY id), '') FROM delivery_corrections),
			(SELECT count(*) || '/' || coalesce(sum(amount), 0) FROM delivery_correction_lines), (SELECT sum(corrected_quantity) || '/' || sum(corrected_amount) FROM delivery_note_lines),
			(SELECT sum(version) || string_agg(state, ',' ORDER BY id) FROM delivery_notes), (SELECT sum(version) || string_agg(state, ',' ORDER BY id) FROM gate_passes),
			(SELECT sum(shipped) || '/' || sum(noticed) FROM order_lines), (SELECT count(*) FROM credit_movements), (SELECT count(*) FROM stock_movements),
			(SELECT count(*) FROM follow_ups), (SELECT count(*) FROM follow_ups WHERE state = 'open'), (SELECT sum(last) FROM number_series), (SELECT count(*) FROM events))`)
	})
	return s
}

// faults fails one statement after the other of a use case, each time wants that nothing was written, and at last lets it through.
func (w *world) faults(name string, who identity.Principal, do func(tx pg.Tx, s *departure.Service) error) {
	w.t.Helper()
	before := w.written()
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := w.DB.Tx(ctx, who.Origin("test"), func(tx pg.Tx) error { return do(tx, w.App.Server.Departures) })
		if err == nil {
			if n < 6 || w.written() == before {
				w.t.Errorf("%s: only %d statements, or nothing was written", name, n-1)
			}
			w.verified()
			return
		}
		if !errors.Is(err, pg.ErrInjected) {
			w.t.Fatalf("%s, statement %d: %v", name, n, err)
		}
		if after := w.written(); after != before {
			w.t.Fatalf("%s, statement %d left something behind:\n%s\n%s", name, n, before, after)
		}
	}
}

// Whatever statement of a report that goods left, or of a correction, fails, nothing of it is there (SHP-14).
func TestSHP14_FaultAtEveryStatementOfADeparture(t *testing.T) {
	w := open(t)
	keeper, clerk := w.Principal("keeper"), w.Principal("clerk")
	note, other := uuid.MustParse(w.loaded("10")), uuid.MustParse(w.left("10"))
	w.faults("report", keeper, func(tx pg.Tx, s *departure.Service) error {
		_, err := s.ReportDeparture(tx, keeper, note, nil, departure.Report{LeftAt: tx.Now})
		return err
	})
	line := uuid.MustParse(w.note(other.String()).String("lines.0.id"))
	var c departure.Correction
	propose := func(quantity string) {
		w.faults("propose", keeper, func(tx pg.Tx, s *departure.Service) (err error) {
			c, err = s.CreateCorrection(tx, keeper, other, departure.FromDeparture, "少装", []departure.Quantity{{LineID: line, Quantity: decimal.MustParse(quantity)}})
			return err
		})
	}
	propose("9")
	w.faults("post", clerk, func(tx pg.Tx, s *departure.Service) error {
		_, err := s.PostCorrection(tx, clerk, c.ID, nil, "")
		return err
	})
	w.wantShipped("19", "19")
	propose("8")
	w.faults("reject", clerk, func(tx pg.Tx, s *departure.Service) error {
		_, err := s.RejectCorrection(tx, clerk, c.ID, nil, "磅单无误")
		return err
	})
	w.wantShipped("19", "19")
}

// A holiday that is entered later moves the deadline of what is loaded and not reported, and of nothing that left (SHP-14).
func TestSHP14_AHolidayMovesTheReport(t *testing.T) {
	w := open(t)
	left, open := w.left("10"), w.loaded("10")
	was := map[string]string{left: w.note(left).String("report_due_at"), open: w.note(open).String("report_due_at")}
	day := "/v1/calendar/days/" + was[open][:10]
	w.As("admin").Put(day, w.As("admin").Get(day).Want(200).ETag(), object{"working": false, "reason": "厂庆"}).Want(200)
	for range 2 { // a second time moves nothing
		if err := w.App.RecomputeDeadlines(context.Background()); err != nil {
			t.Fatal(err)
		}
		if due := w.note(open).String("report_due_at"); due[:10] <= was[open][:10] || due[10:] != was[open][10:] {
			t.Errorf("due at %s, before the holiday at %s", due, was[open])
		}
		if due := w.note(left).String("report_due_at"); due != was[left] {
			t.Errorf("of what has left it moved to %s from %s", due, was[left])
		}
	}
}
