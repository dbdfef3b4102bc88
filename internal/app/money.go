package app

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/invoicing"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/verify"
)

// joinMoney builds invoicing, receipts and bank statements.
func (a *App) joinMoney(s *httpapi.Server) {
	s.Invoicing = invoicing.New(s.Rulebook, s.Credits, s.Receivables)
	s.Receivables.Terms = s.Invoicing
	s.BankStatements = bankstatement.New(s.Rulebook, s.Credits, s.Receivables)
	s.Receivables.Lines = s.BankStatements
	s.Invoicing.Enqueue = func(tx pg.Tx, id uuid.UUID) error { return jobs.InsertTx(tx, invoiceRunJob{id}) }
	jobs.Handle(a.jobs, func(ctx context.Context, job invoiceRunJob) error { return a.invoiceAll(ctx, s.Invoicing, job.ID) })
	jobs.Handle(a.jobs, func(ctx context.Context, job shipping.LostCover) error { // SHP-10
		return a.DB.Tx(ctx, pg.System("lost_cover"), func(tx pg.Tx) error { return s.Shipments.Uncover(tx, job.NoticeID) })
	})
	a.jobs.Every("free_deposits", time.Minute, a.each("free_deposits", s.Receivables.FreeDeposits))                               // ARV-01
	a.jobs.Period("daily_invoices", jobs.Daily, func(ctx context.Context, day time.Time) error { return a.InvoiceDay(ctx, day) }) // SHP-11, D2.10
	a.jobs.Every("invoice_runs", time.Minute, func(ctx context.Context) error { return a.resumeInvoiceRuns(ctx, s.Invoicing) })
}

// invoiceRunJob carries out a run of invoices, or goes on with one.
type invoiceRunJob struct {
	ID uuid.UUID `json:"id"`
}

// Kind implements jobs.Args.
func (invoiceRunJob) Kind() string { return "run_invoices" }

// invoiceAll does what is left of a run, a customer in a transaction. What refuses one customer is written down, and the next one comes.
func (a *App) invoiceAll(ctx context.Context, r *invoicing.Service, id uuid.UUID) error {
	by := pg.System("run_invoices")
	for more := true; more; {
		var tried invoicing.RunItem
		err := a.DB.Tx(ctx, by, func(tx pg.Tx) (err error) {
			tried, more, err = r.ContinueRun(tx, id)
			return err
		})
		if refused, ok := errs.As(err); ok && (refused.Kind == errs.Rule || refused.Kind == errs.Conflict) {
			err = a.DB.Tx(ctx, by, func(tx pg.Tx) error { return r.RefuseItem(tx, tried, refused.Code) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// InvoiceDay invoices what is due on a day and nobody has invoiced: cash that wasn't brought back (SHP-11), and what is invoiced at once (D2.10). A
// run that goes on is done first.
func (a *App) InvoiceDay(ctx context.Context, day time.Time) error {
	r := a.Server.Invoicing
	if err := a.resumeInvoiceRuns(ctx, r); err != nil {
		return err
	}
	var run invoicing.Run
	err := a.DB.Tx(ctx, pg.System("daily_invoices"), func(tx pg.Tx) (err error) {
		run, err = r.StartDaily(tx, day)
		return err
	})
	if errors.Is(err, invoicing.ErrNothingDue) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.invoiceAll(ctx, r, run.ID)
}

// resumeInvoiceRuns goes on with runs that a server left behind.
func (a *App) resumeInvoiceRuns(ctx context.Context, r *invoicing.Service) error {
	var ids []uuid.UUID
	err := a.DB.View(ctx, pg.System("invoice_runs"), func(tx pg.Tx) (err error) {
		ids, err = r.RunsOpen(tx)
		return err
	})
	for _, id := range ids {
		if err == nil {
			err = a.invoiceAll(ctx, r, id)
		}
	}
	return err
}

// verifyBankLines: booked lines of bank statements are what their receipts say (ARV-01).
func verifyBankLines(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := bankstatement.Reconcile(tx)
	return differing(rows, err, func(d bankstatement.Difference) verify.Difference {
		return verify.Difference{SubjectType: "bank_line", SubjectID: &d.LineID, What: d.What}
	})
}
