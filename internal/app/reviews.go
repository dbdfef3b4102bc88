package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// dueBatch is how many individual reviews one transaction opens or marks as overdue.
const dueBatch = 500

// sweepReviews registers what opens credit reviews: the calendar in June and December (CRD-09), and every day whoever's review
// has come (CRD-02, SHP-12).
func (a *App) sweepReviews(reviews *creditreview.Service) {
	a.jobs.Period("credit_review_batch", jobs.HalfYearly, func(ctx context.Context, start time.Time) error {
		return a.openReviewBatch(ctx, reviews, start)
	})
	a.jobs.Period("credit_reviews_due", jobs.Daily, func(ctx context.Context, _ time.Time) error { return a.openDueReviews(ctx, reviews) })
	a.jobs.Every("credit_reviews_overdue", 10*time.Minute, func(ctx context.Context) error { return a.markOverdueReviews(ctx, reviews) })
}

// openReviewBatch makes the batch of a period chunk by chunk, and goes on where it was cut off.
func (a *App) openReviewBatch(ctx context.Context, reviews *creditreview.Service, period time.Time) error {
	by := pg.System("credit_review_batch")
	var b creditreview.Batch
	var started bool
	err := a.DB.Tx(ctx, by, func(tx pg.Tx) (err error) {
		b, started, err = reviews.StartBatch(tx, period)
		return err
	})
	for done := !started; err == nil && !done; {
		err = a.DB.Tx(ctx, by, func(tx pg.Tx) (err error) {
			done, err = reviews.OpenChunk(tx, b.ID, creditreview.Chunk)
			return err
		})
	}
	return err
}

func (a *App) openDueReviews(ctx context.Context, reviews *creditreview.Service) error {
	for after := uuid.Nil; ; {
		err := a.DB.Tx(ctx, pg.System("credit_reviews_due"), func(tx pg.Tx) (err error) {
			after, err = reviews.OpenDue(tx, after, dueBatch)
			return err
		})
		if err != nil || after == uuid.Nil {
			return err
		}
	}
}

func (a *App) markOverdueReviews(ctx context.Context, reviews *creditreview.Service) error {
	for n := dueBatch; n == dueBatch; {
		err := a.DB.Tx(ctx, pg.System("credit_reviews_overdue"), func(tx pg.Tx) (err error) {
			n, err = reviews.MarkOverdue(tx, dueBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return a.DB.Tx(ctx, pg.System("credit_reviews_overdue"), reviews.CloseBatches)
}
