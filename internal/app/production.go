package app

import (
	"context"
	"time"

	"github.com/salesgate/salesgate/internal/allotment"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// promiseBatch is how many promised dates one transaction opens checks for.
const promiseBatch = 500

// followProduction registers what time does to orders in production. Repeating a sweep changes nothing.
func (a *App) followProduction(s *httpapi.Server) {
	a.jobs.Every("delivery_checks", 10*time.Minute, a.inBatches("delivery_checks", promiseBatch, s.DeliveryChecks.OpenDue)) // ORD-07
	a.jobs.Every("production_closed", time.Hour, a.batches("production_closed", s.Production.CloseShipped))
	a.jobs.Every("shortage_allotments", 10*time.Minute, a.batches("shortage_allotments", s.Allotments.EndFinished)) // ORD-08
	a.jobs.Period("production_behind", jobs.Daily, func(ctx context.Context, _ time.Time) error {                   // ORD-04
		return a.batches("production_behind", s.Production.MarkBehind)(ctx)
	})
}

// allowances tells package shipping what allotments leave (SHP-19).
type allowances struct{ allotments *allotment.Service }

// Allowance implements shipping.Allotments.
func (a allowances) Allowance(tx pg.Tx, takes []shipping.Take, hold bool) error {
	wanted := make([]allotment.Take, len(takes))
	for i, t := range takes {
		wanted[i] = allotment.Take(t)
	}
	return a.allotments.Allowance(tx, wanted, hold)
}
