package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// parallelJobs is how many jobs one server runs at once; each takes a connection of the pool while it works.
const parallelJobs = 4

// batch is how many verbal approvals, overdue steps, deputies or follow-ups one transaction deals with.
const batch = 100

// sweeps registers the work that comes round. Intervals are how late it may be at worst, not rules.
func (a *App) sweeps(approvals *approval.Service, people *identity.Service) *jobs.Runner {
	r := jobs.New(a.DB, a.cfg.Log)
	r.Every("seal_events", 30*time.Second, func(ctx context.Context) error { return audit.SealAll(ctx, a.DB) })
	r.Every("purge_idempotency_keys", time.Hour, func(ctx context.Context) error { return jobs.PurgeIdempotencyKeys(ctx, a.DB) })
	r.Every("verbal_approvals", time.Minute, a.batches("verbal_approvals", approvals.MarkOverdueVerbals)) // ORG-05
	r.Every("escalate_approvals", time.Minute, a.batches("escalate_approvals", approvals.EscalateOverdue))
	r.Every("rescue_approvals", time.Minute, a.batches("rescue_approvals", approvals.RescueVacant))
	r.Every("announce_deputies", 30*time.Second, a.batches("announce_deputies", approval.AnnounceDeputations)) // ORG-04
	r.Every("follow_ups", time.Minute, a.batches("follow_ups", followup.Escalate))
	r.Every("prune_sessions", time.Hour, func(ctx context.Context) error {
		return a.DB.Tx(ctx, pg.System("prune_sessions"), people.Prune)
	})
	r.Every("rotate_signing_key", time.Hour, func(ctx context.Context) error {
		return a.DB.Tx(ctx, pg.System("rotate_signing_key"), people.Keys().RotateWhenDue)
	})
	return r
}

// sweepFiles registers the clean-up of attachments.
func (a *App) sweepFiles(files *attachment.Service) {
	a.jobs.Every("attachment_orphans", time.Hour, files.Sweep)
	a.jobs.Every("attachment_storage", 6*time.Hour, files.SweepStorage)
}

// batches makes a sweep of what deals with at most so many at a time, each batch in a transaction of its own.
func (a *App) batches(name string, some func(tx pg.Tx, limit int) (int, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for n := batch; n == batch; {
			err := a.DB.Tx(ctx, pg.System(name), func(tx pg.Tx) (err error) {
				n, err = some(tx, batch)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// each is batches for work that is done in parts of its own size: it goes on until nothing is left.
func (a *App) each(name string, some func(tx pg.Tx, limit int) (int, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for n := 1; n > 0; {
			err := a.DB.Tx(ctx, pg.System(name), func(tx pg.Tx) (err error) {
				n, err = some(tx, batch)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// changesAtOnce is how many due change requests are looked up at once; each is applied in a transaction of its own.
const changesAtOnce = 200

// applyCustomerChanges applies the approved change requests whose date has come (CUS-06). One that is refused ends as stale and
// doesn't keep the others.
func (a *App) applyCustomerChanges(ctx context.Context, requests *customer.Requests) error {
	for {
		var due []uuid.UUID
		err := a.DB.View(ctx, pg.System("customer_changes"), func(tx pg.Tx) (err error) {
			due, err = requests.Due(tx, changesAtOnce)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for _, id := range due {
			if err := a.applyCustomerChange(ctx, requests, id); err != nil {
				return err
			}
		}
	}
}

func (a *App) applyCustomerChange(ctx context.Context, requests *customer.Requests, id uuid.UUID) error {
	err := a.DB.Tx(ctx, pg.System("customer_changes"), func(tx pg.Tx) error { return requests.ApplyDue(tx, id) })
	refused, ours := errs.As(err)
	if !ours || refused.Kind != errs.Conflict && refused.Kind != errs.Rule {
		return err
	}
	return a.DB.Tx(ctx, pg.System("customer_changes"), func(tx pg.Tx) error { return requests.GiveUp(tx, id, refused) })
}
