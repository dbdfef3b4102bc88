package app

import (
	"context"
	"time"

	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// prospectBatch is how many prospects one transaction grades or returns to the pool.
const prospectBatch = 500

// prospectSweeps registers what time does to prospects. Repeating a sweep on the same day changes nothing.
func (a *App) prospectSweeps(prospects *prospect.Service) {
	a.jobs.Every("opportunity_grades", time.Hour, a.inBatches("opportunity_grades", prospectBatch, prospects.Regrade)) // CUS-07
	a.jobs.Every("prospect_pool", time.Hour, a.inBatches("prospect_pool", prospectBatch, prospects.ReturnToPool))      // CUS-08
	a.jobs.Period("development_plans", jobs.HalfYearly, a.inPeriod("development_plans", prospects.AskForPlans))        // CUS-01
	a.jobs.Period("development_reviews", jobs.Quarterly, a.inPeriod("development_reviews", prospects.AskForReviews))   // CUS-04
}

// inPeriod does the work of a period in one transaction.
func (a *App) inPeriod(name string, work func(tx pg.Tx, start time.Time) error) func(context.Context, time.Time) error {
	return func(ctx context.Context, start time.Time) error {
		return a.DB.Tx(ctx, pg.System(name), func(tx pg.Tx) error { return work(tx, start) })
	}
}

// inBatches runs one transaction after the other until one finds less than limit to do.
func (a *App) inBatches(name string, limit int, step func(tx pg.Tx, limit int) (int, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for n := limit; n == limit; {
			err := a.DB.Tx(ctx, pg.System(name), func(tx pg.Tx) (err error) {
				n, err = step(tx, limit)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}
