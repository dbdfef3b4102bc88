package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/statement"
	"github.com/salesgate/salesgate/internal/stock"
	"github.com/salesgate/salesgate/internal/transport"
	"github.com/salesgate/salesgate/internal/verify"
)

// VerifyBooks runs every check and keeps what they find (CRD-11).
func (a *App) VerifyBooks(ctx context.Context) error {
	by, began, checks := pg.System("verify"), a.DB.Clock().Now(), Checks()
	found, err := verify.All(ctx, a.DB, by, checks)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		a.cfg.Log.ErrorContext(ctx, "the books differ", "differences", len(found), "first", found[0].String())
	} else {
		a.cfg.Log.InfoContext(ctx, "the books agree", "checks", len(checks))
	}
	return a.DB.Tx(ctx, by, func(tx pg.Tx) error {
		_, err := KeepVerification(tx, began, "job", found)
		return err
	})
}

// KeepVerification stores what a run of all checks found. Finance has verify.mend_days for the differences.
func KeepVerification(tx pg.Tx, began time.Time, source string, found []verify.Difference) (verify.Verification, error) {
	days, err := rulebook.New().Int(tx, "verify.mend_days")
	if err != nil {
		return verify.Verification{}, err
	}
	return verify.Keep(tx, began, source, len(Checks()), found, days)
}

// Checks is everything that `salesgate verify` compares. A module that keeps sums of its own adds its line.
func Checks() []verify.Check {
	return []verify.Check{
		{Name: "exposure", Run: verifyExposure},
		{Name: "credit_groups", Run: verifyGroups},
		{Name: "receivables", Run: verifyReceivables},
		{Name: "bank_lines", Run: verifyBankLines},
		{Name: "goods", Run: verifyGoods},
		{Name: "deliveries", Run: verifyDeliveries},
		{Name: "stock", Run: verifyStock},
		{Name: "transport", Run: verifyTransport},
		{Name: "production", Run: verifyProduction},
		{Name: "ageing", Run: verifyAgeing},
		{Name: "statements", Run: verifyStatements},
		{Name: "totals", Run: verifyTotals},
	}
}

// verifyExposure: account = Σ movements = Σ open items, for each part of each payer (CRD-11).
func verifyExposure(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := credit.Reconcile(tx)
	return differing(rows, err, func(d credit.Difference) verify.Difference {
		return ofPayer(d.PayerID, "%s: account %s, movements %s, open items %s", d.Part, d.Account, d.Movements, d.Items)
	})
}

func verifyGroups(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := credit.ReconcileGroups(tx)
	return differing(rows, err, func(d credit.GroupDifference) verify.Difference {
		what := d.What + " differs from what was approved"
		if d.PayerID != nil {
			what += ", payer " + d.PayerID.String()
		}
		return verify.Difference{SubjectType: "credit_group", SubjectID: &d.GroupID, What: what}
	})
}

// verifyReceivables: the ledger's receivable and prepaid are what invoices and receipts say.
func verifyReceivables(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := receivable.Reconcile(tx)
	return differing(rows, err, func(d receivable.Difference) verify.Difference {
		return ofPayer(d.PayerID, "%s: ledger %s, documents %s", d.Part, d.Ledger, d.Documents)
	})
}

// verifyGoods: the ledger's released and shipped are what notices and delivery notes say.
func verifyGoods(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := delivery.Reconcile(tx)
	return differing(rows, err, func(d delivery.Difference) verify.Difference {
		return ofPayer(d.PayerID, "%s: ledger %s, documents %s", d.Part, d.Ledger, d.Documents)
	})
}

// verifyDeliveries: orders, notices, delivery notes and gate passes say the same of the same goods.
func verifyDeliveries(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := delivery.ReconcileGoods(tx)
	return differing(rows, err, func(d delivery.GoodsDifference) verify.Difference {
		return verify.Difference{SubjectType: d.Subject, Number: d.Number, What: d.What}
	})
}

// verifyStock: what lots hold is what their movements add up to, and what notices, delivery notes and reports say.
func verifyStock(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := stock.Reconcile(tx)
	return differing(rows, err, func(d stock.Difference) verify.Difference {
		return verify.Difference{SubjectType: "stock", Number: d.Where, What: d.What}
	})
}

// verifyTransport: vouchers are what delivery notes and transport notices say, and settlements what they list.
func verifyTransport(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := transport.Reconcile(tx)
	return differing(rows, err, func(d transport.Difference) verify.Difference {
		return verify.Difference{SubjectType: "transport", Number: d.Number, What: d.What}
	})
}

func verifyProduction(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := production.Reconcile(tx)
	return differing(rows, err, func(d production.Unasked) verify.Difference {
		return verify.Difference{SubjectType: "order", Number: d.Number, What: d.What}
	})
}

// verifyAgeing: the buckets of each payer add up to what is receivable.
func verifyAgeing(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := statement.New(rulebook.New(), nil, nil, nil).ReconcileAgeing(tx)
	return differing(rows, err, func(d statement.AgeingDifference) verify.Difference {
		return ofPayer(d.PayerID, "ageing: account %s, buckets %s", d.Account, d.Buckets)
	})
}

// verifyStatements: each is what the ledger's movements make of it, and continues the one before.
func verifyStatements(tx pg.Tx) ([]verify.Difference, error) {
	rows, err := statement.Reconcile(tx)
	return differing(rows, err, func(d statement.Difference) verify.Difference {
		return verify.Difference{SubjectType: statement.Subject, SubjectID: &d.StatementID, Number: d.Number, What: d.What}
	})
}

// verifyTotals: the whole company comes to the same by every way to add it up.
func verifyTotals(tx pg.Tx) ([]verify.Difference, error) {
	totals, err := verify.Totals(tx)
	return verify.Differing(totals), err
}

// differing maps what a module's check found.
func differing[T any](rows []T, err error, each func(T) verify.Difference) ([]verify.Difference, error) {
	found := make([]verify.Difference, len(rows))
	for i, r := range rows {
		found[i] = each(r)
	}
	return found, err
}

func ofPayer(id uuid.UUID, format string, figures ...any) verify.Difference {
	return verify.Difference{SubjectType: verify.SubjectCustomer, SubjectID: &id, What: fmt.Sprintf(format, figures...)}
}
