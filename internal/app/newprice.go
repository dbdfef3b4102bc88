package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/newproduct"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/sample"
)

// joinNewProducts builds how a new product gets a price, and later a base price.
func (a *App) joinNewProducts(s *httpapi.Server) {
	s.NewProducts = newproduct.New(s.Rulebook, s.Approvals, s.Attachments, s.Products)
	s.NewProducts.Shipments = shippedVolumes{}
	s.Approvals.Register(newproduct.Matter, s.NewProducts)
	s.Prices.Watchers = append(s.Prices.Watchers, s.NewProducts)
	s.PriceLists.Watchers = append(s.PriceLists.Watchers, s.NewProducts)
	s.Attachments.Register(newproduct.Subject, s.NewProducts.Visible, "new_product.read")
	s.Attachments.Register(newproduct.SubjectFeasibility, s.NewProducts.FeasibilitySeen, "new_product.read")
	s.Attachments.Register(newproduct.SubjectCost, s.NewProducts.CostSeen, "product_cost.read") // PRC-13
	a.deadlines = append(a.deadlines, deadlines{"new_products", atOnce(s.NewProducts.RecomputeDeadlines)})
	a.jobs.Every("new_product_volumes", 10*time.Minute, func(ctx context.Context) error { return a.watchVolumes(ctx, s.NewProducts) })
}

// joinSamples builds what customers try before they order.
func (a *App) joinSamples(s *httpapi.Server) {
	s.Samples = sample.New(s.Rulebook, s.Approvals, s.Attachments)
	s.Approvals.Register(sample.Matter, s.Samples)
	s.Attachments.Register(sample.Subject, s.Samples.Visible, "sample.read")
	a.deadlines = append(a.deadlines, deadlines{"samples", atOnce(s.Samples.RecomputeDeadlines)})
}

// watchVolumes opens the price committee's tasks for what sells (PRC-04), a batch of products in a transaction.
func (a *App) watchVolumes(ctx context.Context, products *newproduct.Service) error {
	if err := a.batches("price_adoptions", products.CloseOvertaken)(ctx); err != nil {
		return err
	}
	for after := uuid.Nil; ; {
		err := a.DB.Tx(ctx, pg.System("new_product_volumes"), func(tx pg.Tx) (err error) {
			after, err = products.WatchVolumes(tx, after, batch)
			return err
		})
		if err != nil || after == uuid.Nil {
			return err
		}
	}
}

// shippedVolumes tells package newproduct what package delivery knows.
type shippedVolumes struct{}

// ShippedByMonth implements newproduct.Shipments.
func (shippedVolumes) ShippedByMonth(tx pg.Tx, products []uuid.UUID, since []time.Time) ([]newproduct.Shipped, error) {
	rows, err := delivery.ShippedByMonth(tx, products, since)
	volumes := make([]newproduct.Shipped, len(rows))
	for i, r := range rows {
		volumes[i] = newproduct.Shipped(r)
	}
	return volumes, err
}
