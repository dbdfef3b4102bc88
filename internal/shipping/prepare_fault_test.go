package shipping_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/shipping"
)

// laid is what laying goods out may write, in figures.
func (w *world) laid() (s string) {
	w.t.Helper()
	w.view(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&s}, `SELECT concat_ws('|', (SELECT count(*) || '/' || coalesce(sum(version), 0) || '/' || count(ended_at) || '/' || count(picked_at) FROM stock_preparations),
			(SELECT count(*) || '/' || coalesce(sum(reserved), 0) FROM stock_preparation_lines), (SELECT sum(on_hand) || '/' || sum(reserved) FROM stock_levels),
			(SELECT count(*) FROM stock_movements), (SELECT count(*) FROM decisions), (SELECT count(*) FROM follow_ups), (SELECT count(*) FROM delivery_notes),
			(SELECT sum(version) FROM shipping_notices), (SELECT coalesce(sum(last), 0) FROM number_series), (SELECT count(*) FROM events))`)
	})
	return s
}

// Whatever statement of laying goods out, picking, loading or giving them back fails, nothing of it is there (SHP-16).
func TestSHP16_FaultAtEveryStatementOfAPreparation(t *testing.T) {
	w := stocked(t)
	w.passed("L1", "CK01", "60", 0)
	w.passed("L2", "CK01", "60", 40)
	notice, keeper := uuid.MustParse(w.released("100")), w.Principal("keeper")
	line := uuid.MustParse(w.lineOf(notice.String()))
	var list preparation.List
	prepare := func(tx pg.Tx, s *shipping.Service) (err error) {
		list, err = s.Prepare(tx, keeper, notice, nil, shipping.Preparing{})
		return err
	}
	for _, c := range []struct {
		name string
		do   func(tx pg.Tx, s *shipping.Service) error
	}{
		{"prepare", prepare},
		{"give back", func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.CancelPreparation(tx, keeper, list.ID, nil, "换批")
			return err
		}},
		{"prepare again", prepare},
		{"pick", func(tx pg.Tx, s *shipping.Service) error {
			_, err := s.PickPreparation(tx, keeper, list.ID, nil)
			return err
		}},
		{"load", func(tx pg.Tx, s *shipping.Service) error {
			_, err := w.App.Server.Deliveries.Dispatch(tx, keeper, notice, nil, delivery.Loading{Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: line, Quantity: amount("70")}}})
			return err
		}},
	} {
		before := w.laid()
		for at := int64(1); ; at++ {
			ctx, _ := pg.WithProbe(context.Background(), at)
			err := w.as(ctx, keeper, c.do)
			if err == nil {
				if at < 6 || w.laid() == before {
					t.Errorf("%s: only %d statements, or nothing was written", c.name, at-1)
				}
				break
			}
			if !errors.Is(err, pg.ErrInjected) {
				t.Fatalf("%s, statement %d: %v", c.name, at, err)
			}
			if after := w.laid(); after != before {
				t.Fatalf("%s, statement %d left something behind:\n%s\n%s", c.name, at, before, after)
			}
		}
		w.reconciled()
	}
}
