package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// joinTransport builds how goods are carried, and what carriers get for it.
func (a *App) joinTransport(s *httpapi.Server) {
	s.Transport = transport.New(s.Attachments)
	s.Transport.Shipments, s.Transport.Deliveries = s.Shipments, s.Deliveries
	s.Shipments.Transport, s.Deliveries.Transport = s.Transport, s.Transport
	s.Attachments.Register(transport.SubjectVoucher, s.Transport.VoucherSeen, "freight_voucher.read")
	s.Attachments.Register(delivery.Subject, s.Deliveries.Seen, "shipment.read")
	a.jobs.Period("carrier_settlements", jobs.Monthly, func(ctx context.Context, start time.Time) error { // SHP-18
		return a.draftSettlements(ctx, s.Transport, start.AddDate(0, -1, 0))
	})
}

// draftSettlements drafts each carrier's settlement of a month, in a transaction of its own. What somebody drafted meanwhile is left as it is, so it
// goes on where it was cut off.
func (a *App) draftSettlements(ctx context.Context, t *transport.Service, month time.Time) error {
	var carriers []uuid.UUID
	by := pg.System("carrier_settlements")
	err := a.DB.View(ctx, by, func(tx pg.Tx) (err error) {
		carriers, err = t.DueSettlements(tx, month)
		return err
	})
	if err != nil {
		return err
	}
	for _, carrier := range carriers {
		err := a.DB.Tx(ctx, by, func(tx pg.Tx) error {
			_, err := t.DraftSettlement(tx, carrier, month)
			return err
		})
		if e, ours := errs.As(err); err != nil && (!ours || e.Def != transport.ErrMonthSettled && e.Def != transport.ErrNothing) {
			return err
		}
	}
	return nil
}
