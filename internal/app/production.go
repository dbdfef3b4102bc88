package app

import (
	"context"
	"time"

	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/production"
)

// promiseBatch is how many promised dates one transaction opens checks for.
const promiseBatch = 500

// followProduction registers what time does to orders in production. Repeating a sweep changes nothing.
func (a *App) followProduction(s *production.Service) {
	a.jobs.Every("delivery_checks", 10*time.Minute, a.inBatches("delivery_checks", promiseBatch, s.OpenChecks)) // ORD-07
	a.jobs.Every("production_closed", time.Hour, a.batches("production_closed", s.CloseShipped))
	a.jobs.Every("shortage_allotments", 10*time.Minute, a.batches("shortage_allotments", s.EndAllotments)) // ORD-08
	a.jobs.Period("production_behind", jobs.Daily, func(ctx context.Context, _ time.Time) error {          // ORD-04
		return a.batches("production_behind", s.MarkBehind)(ctx)
	})
}
