package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// settleBatch is how many confirmed statements one transaction looks at.
const settleBatch = 500

// joinStatements builds what customers are told of their accounts, and what proves the books.
func (a *App) joinStatements(s *httpapi.Server) {
	s.Statements = statement.New(s.Rulebook, s.People, s.Credits, s.Attachments)
	s.Statements.Invoicing, s.Receivables.Statements = s.Invoicing, s.Statements
	s.Attachments.Register(statement.Subject, s.Statements.Seen, "statement.read")
	a.deadlines = append(a.deadlines, deadlines{"rep_figures", s.Statements.RecomputeDeadlines})
	a.jobs.Period("monthly_statements", jobs.Monthly, func(ctx context.Context, start time.Time) error { // ARV-02, ARV-03, ARV-08
		return a.MakeStatements(ctx, clock.AddMonths(start, -1))
	})
	a.jobs.Every("paid_disputes", 10*time.Minute, a.batches("paid_disputes", s.Statements.EndPaid))
	a.jobs.Every("settle_statements", time.Hour, func(ctx context.Context) error { return a.settleStatements(ctx, s.Statements) })
	a.jobs.Every("rep_figures", time.Minute, a.batches("rep_figures", s.Statements.Stand)) // ARV-08
	a.jobs.Period("verify", jobs.Daily, func(ctx context.Context, _ time.Time) error { return a.VerifyBooks(ctx) })
}

// MakeStatements makes the statements of a month (its first date) chunk by chunk, and goes on where it was cut off (ARV-02).
func (a *App) MakeStatements(ctx context.Context, month time.Time) error {
	statements, by := a.Server.Statements, pg.System("monthly_statements")
	var run statement.Run
	err := a.DB.Tx(ctx, by, func(tx pg.Tx) (err error) {
		run, err = statements.StartRun(tx, month)
		return err
	})
	for done := run.Done(); err == nil && !done; {
		err = a.DB.Tx(ctx, by, func(tx pg.Tx) (err error) {
			done, err = statements.MakeChunk(tx, run.ID, statement.Chunk)
			return err
		})
	}
	return err
}

func (a *App) settleStatements(ctx context.Context, statements *statement.Service) error {
	for after := uuid.Nil; ; {
		err := a.DB.Tx(ctx, pg.System("settle_statements"), func(tx pg.Tx) (err error) {
			after, err = statements.SettleDue(tx, after, settleBatch)
			return err
		})
		if err != nil || after == uuid.Nil {
			return err
		}
	}
}
