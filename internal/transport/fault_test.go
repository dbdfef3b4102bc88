package transport_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// written is what a use case of this module may write, in figures.
func (w *world) written() (s string) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&s}, `SELECT concat_ws('|', (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM transport_notices), (SELECT count(*) FROM transport_notice_lines),
			(SELECT count(*) || '/' || coalesce(sum(adjusted + version), 0) FROM freight_vouchers), (SELECT count(*) FROM freight_adjustments), (SELECT count(*) FROM paper_signatures),
			(SELECT count(*) || '/' || coalesce(sum(amount + version), 0) FROM carrier_settlements), (SELECT count(*) FROM carrier_settlement_lines),
			(SELECT count(*) FROM attachments WHERE subject_id IS NOT NULL), (SELECT sum(last) FROM number_series), (SELECT count(*) FROM events))`)
	})
	return s
}

// faults fails one statement after the other of a use case, each time wants that nothing was written, and at last lets it through.
func (w *world) faults(name string, who identity.Principal, do func(tx pg.Tx, s *transport.Service) error) {
	w.t.Helper()
	before := w.written()
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := w.DB.Tx(ctx, who.Origin("test"), func(tx pg.Tx) error { return do(tx, w.App.Server.Transport) })
		if err == nil {
			if n < 6 || w.written() == before {
				w.t.Errorf("%s: only %d statements, or nothing was written", name, n-1)
			}
			w.agree()
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

// Whatever statement of a transport notice, a signature, an adjustment or a settlement fails, nothing of it is there.
func TestSHP07_SHP08_SHP18_FaultAtEveryStatement(t *testing.T) {
	w := open(t)
	rep, keeper, clerk, finance := w.Principal("rep1"), w.Principal("keeper"), w.Principal("clerk"), w.Principal("finance")
	notice, ours := w.released("1000"), parse(w.carrier)
	plan := transport.Plan{
		CarrierID: &ours, Vehicle: "浙A·00001", Driver: "吴示例", DriverPhone: "13800000077", PickupOn: clock.Today(w.DB.Clock().Now()).AddDate(0, 0, 3), Way: carrier.Way{To: "海角"},
	}
	var planned transport.Notice
	w.faults("plan", rep, func(tx pg.Tx, s *transport.Service) (err error) {
		planned, err = s.Create(tx, rep, parse(notice), plan)
		return err
	})
	w.faults("change", rep, func(tx pg.Tx, s *transport.Service) error {
		_, err := s.Change(tx, rep, planned.ID, nil, "换司机", func(p *transport.Plan) { p.Driver = "郑示例" })
		return err
	})
	w.faults("cancel", rep, func(tx pg.Tx, s *transport.Service) error {
		_, err := s.Cancel(tx, rep, planned.ID, nil, "改期")
		return err
	})
	w.planned(notice, "浙A·00002", "").Want(201)
	note := w.load(notice, "浙A·00002", "1000").Want(201).ID()
	voucher := parse(w.voucherOf(note).ID())
	paper := func() (transport.Signature, uuid.UUID) {
		return transport.Signature{CarrierSigner: "吴示例", CarrierPhone: "13800000077"}, parse(w.paper()["attachment_ids"].([]string)[0])
	}
	g, file := paper()
	w.faults("sign the delivery note", keeper, func(tx pg.Tx, s *transport.Service) error {
		_, err := s.SignDelivery(tx, keeper, parse(note), g, file)
		return err
	})
	g, file = paper()
	w.faults("sign the voucher", keeper, func(tx pg.Tx, s *transport.Service) error {
		_, err := s.SignVoucher(tx, keeper, voucher, nil, g, file)
		return err
	})
	w.faults("adjust", clerk, func(tx pg.Tx, s *transport.Service) error {
		_, err := s.Adjust(tx, clerk, voucher, nil, transport.Adjustment{Kind: "waiting", Amount: amount("20.00"), Reason: "等待费"})
		return err
	})
	var settled transport.Settlement
	w.faults("settle", clerk, func(tx pg.Tx, s *transport.Service) (err error) {
		settled, err = s.DraftSettlement(tx, ours, firstOf(tx.Now))
		return err
	})
	w.faults("confirm", finance, func(tx pg.Tx, s *transport.Service) error {
		_, err := s.ConfirmSettlement(tx, finance, settled.ID, nil)
		return err
	})
}
