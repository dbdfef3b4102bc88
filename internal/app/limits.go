package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// limitBatch is how many special releases, or payers whose limit is another since today, one transaction deals with.
const limitBatch = 200

// watchLimits registers what follows from credit that changes: at once what waits is judged anew, and day by day what limits do by
// themselves, beginning and ending.
func (a *App) watchLimits(credits *credit.Service, shipments *shipping.Service) {
	jobs.Handle(a.jobs, func(ctx context.Context, job shipping.Reevaluation) error {
		if err := a.Reevaluate(ctx, shipments, job.PayerID); err != nil || !job.Released {
			return err
		}
		return a.Rejudge(ctx, shipments, job.PayerID)
	})
	a.jobs.Every("special_releases", time.Minute, func(ctx context.Context) error { return a.expireSpecialReleases(ctx, shipments) })
	a.jobs.Period("limit_dates", jobs.Daily, func(ctx context.Context, day time.Time) error { return a.limitDates(ctx, credits, day) })
}

// Reevaluate judges the waiting notices of a payer anew, each in a transaction of its own.
func (a *App) Reevaluate(ctx context.Context, shipments *shipping.Service, payer uuid.UUID) error {
	return a.judgeEach(ctx, payer, shipments.Waiting, shipments.Reevaluate)
}

// Rejudge judges the released notices of a payer anew of which nothing has left, each in a transaction of its own.
func (a *App) Rejudge(ctx context.Context, shipments *shipping.Service, payer uuid.UUID) error {
	return a.judgeEach(ctx, payer, shipments.Released, shipments.Rejudge)
}

func (a *App) judgeEach(ctx context.Context, payer uuid.UUID, which func(pg.Tx, uuid.UUID) ([]uuid.UUID, error), judge func(pg.Tx, uuid.UUID) error) error {
	by := pg.System("reevaluate_shipments")
	var ids []uuid.UUID
	err := a.DB.View(ctx, by, func(tx pg.Tx) (err error) {
		ids, err = which(tx, payer)
		return err
	})
	for _, id := range ids {
		if err != nil {
			return err
		}
		err = a.DB.Tx(ctx, by, func(tx pg.Tx) error { return judge(tx, id) })
	}
	return err
}

func (a *App) expireSpecialReleases(ctx context.Context, shipments *shipping.Service) error {
	for n := limitBatch; n == limitBatch; {
		err := a.DB.Tx(ctx, pg.System("special_releases"), func(tx pg.Tx) (err error) {
			n, err = shipments.ExpireSpecialReleases(tx, limitBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// limitDates has judged anew what waits for payers whose limit counts otherwise since that day. Doing it twice does no harm.
func (a *App) limitDates(ctx context.Context, credits *credit.Service, day time.Time) error {
	for after := uuid.Nil; ; {
		err := a.DB.Tx(ctx, pg.System("limit_dates"), func(tx pg.Tx) (err error) {
			after, err = credits.LimitsTurned(tx, day, after, limitBatch)
			return err
		})
		if err != nil || after == uuid.Nil {
			return err
		}
	}
}
