package app

import (
	"context"
	"time"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// parallelJobs is how many jobs one server runs at once; each takes a connection of the pool while it works.
const parallelJobs = 4

// verbalBatch is how many verbal approvals one transaction marks as overdue.
const verbalBatch = 100

// sweeps registers the work that comes round. Intervals are how late it may be at worst, not rules.
func (a *App) sweeps(approvals *approval.Service, people *identity.Service) *jobs.Runner {
	r := jobs.New(a.DB, a.cfg.Log)
	r.Every("seal_events", 30*time.Second, func(ctx context.Context) error { return audit.SealAll(ctx, a.DB) })
	r.Every("purge_idempotency_keys", time.Hour, func(ctx context.Context) error { return jobs.PurgeIdempotencyKeys(ctx, a.DB) })
	r.Every("verbal_approvals", time.Minute, func(ctx context.Context) error { return a.markOverdueVerbals(ctx, approvals) })
	r.Every("follow_ups", time.Minute, a.escalateFollowUps)
	r.Every("prune_sessions", time.Hour, func(ctx context.Context) error {
		return a.DB.Tx(ctx, pg.System("prune_sessions"), people.Prune)
	})
	r.Every("rotate_signing_key", time.Hour, func(ctx context.Context) error {
		return a.DB.Tx(ctx, pg.System("rotate_signing_key"), people.Keys().RotateWhenDue)
	})
	return r
}

// followUpBatch is how many follow-ups one transaction escalates.
const followUpBatch = 200

// sweepFiles registers the clean-up of attachments.
func (a *App) sweepFiles(files *attachment.Service) {
	a.jobs.Every("attachment_orphans", time.Hour, files.Sweep)
	a.jobs.Every("attachment_storage", 6*time.Hour, files.SweepStorage)
}

// escalateFollowUps hands what is past due to the next role.
func (a *App) escalateFollowUps(ctx context.Context) error {
	for n := followUpBatch; n == followUpBatch; {
		err := a.DB.Tx(ctx, pg.System("follow_ups"), func(tx pg.Tx) (err error) {
			n, err = followup.Escalate(tx, followUpBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// markOverdueVerbals turns verbal approvals that were not confirmed in time into violations (ORG-05).
func (a *App) markOverdueVerbals(ctx context.Context, approvals *approval.Service) error {
	for n := verbalBatch; n == verbalBatch; {
		err := a.DB.Tx(ctx, pg.System("verbal_approvals"), func(tx pg.Tx) (err error) {
			n, err = approvals.MarkOverdueVerbals(tx, verbalBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
