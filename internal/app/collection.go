package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/baddebt"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/dispute"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// payersAtOnce is how many payers one transaction of the collection's jobs deals with.
const payersAtOnce = 500

// joinCollection builds the chasing of what is due, and what becomes of what isn't paid.
func (a *App) joinCollection(s *httpapi.Server) {
	s.Collection = collection.New(s.Rulebook)
	s.Disputes = dispute.New(s.Approvals, s.Credits, s.Receivables)
	s.Approvals.Register(dispute.Matter, s.Disputes)
	s.BadDebts = baddebt.New(s.Rulebook, s.Approvals, s.Attachments, s.Credits, s.Receivables)
	s.Approvals.Register(baddebt.Matter, s.BadDebts)
	s.Attachments.Register(baddebt.Subject, s.BadDebts.See, "collection.read")
	a.jobs.Every("payment_promises", time.Hour, func(ctx context.Context) error { return a.judgePromises(ctx, s.Collection) }) // ARV-05
	a.jobs.Period("dunning", jobs.Daily, func(ctx context.Context, _ time.Time) error { return a.proposeDunnings(ctx, s.Collection) })
	a.jobs.Period("weekly_receivables", jobs.Weekly, a.inPeriod("weekly_receivables", s.Collection.MakeReport)) // ARV-05
}

// judgePromises computes all promises, some payers at a time.
func (a *App) judgePromises(ctx context.Context, c *collection.Service) error {
	for after := uuid.Nil; ; {
		err := a.DB.Tx(ctx, pg.System("payment_promises"), func(tx pg.Tx) (err error) {
			after, err = c.JudgePromises(tx, after, payersAtOnce)
			return err
		})
		if err != nil || after == uuid.Nil {
			return err
		}
	}
}

// proposeDunnings makes the day's proposals, promises first: those of today's day keep their items out.
func (a *App) proposeDunnings(ctx context.Context, c *collection.Service) error {
	if err := a.judgePromises(ctx, c); err != nil {
		return err
	}
	total := 0
	for after := uuid.Nil; ; {
		made := 0
		err := a.DB.Tx(ctx, pg.System("dunning"), func(tx pg.Tx) (err error) {
			after, made, err = c.ProposeDunnings(tx, after, payersAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		if total += made; after == uuid.Nil {
			break
		}
	}
	return a.DB.Tx(ctx, pg.System("dunning"), func(tx pg.Tx) error { return c.TellOfProposals(tx, total) })
}
