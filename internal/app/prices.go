package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/priceadjust"
	"github.com/salesgate/salesgate/internal/pricelist"
)

// rollOutJob writes the lines of an approved base price list ahead of its instant.
type rollOutJob struct {
	ID uuid.UUID `json:"id"`
}

// Kind implements jobs.Args.
func (rollOutJob) Kind() string { return "roll_out_base_prices" }

// adjustPrices registers what is done about base prices without anybody asking.
func (a *App) adjustPrices(lists *pricelist.Service, adjustments *priceadjust.Service) {
	jobs.Handle(a.jobs, func(ctx context.Context, job rollOutJob) error { return a.rollOut(ctx, lists, job.ID) })
	a.jobs.Every("base_price_lists", time.Minute, func(ctx context.Context) error { return a.sweepLists(ctx, lists) }) // PRC-05
	a.deadlines = append(a.deadlines, deadlines{"price_reviews", atOnce(adjustments.RecomputeDeadlines)})
	a.jobs.Period("price_review", jobs.Quarterly, a.inPeriod("price_review", adjustments.OpenPriceReview)) // PRC-08
}

// rollOut does all that is to be done for a list, a piece in a transaction.
func (a *App) rollOut(ctx context.Context, lists *pricelist.Service, id uuid.UUID) error {
	for more := true; more; {
		err := a.DB.Tx(ctx, pg.System("roll_out_base_prices"), func(tx pg.Tx) (err error) {
			more, err = lists.RollOut(tx, id)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepLists goes on with roll-outs that a server left behind, and writes what follows from lists that have come into force.
func (a *App) sweepLists(ctx context.Context, lists *pricelist.Service) error {
	var ids []uuid.UUID
	err := a.DB.View(ctx, pg.System("base_price_lists"), func(tx pg.Tx) (err error) {
		ids, err = lists.RollOutsDue(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := a.rollOut(ctx, lists, id); err != nil {
			return err
		}
	}
	return a.batches("base_price_lists", lists.SettleLists)(ctx)
}
