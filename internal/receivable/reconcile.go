package receivable

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// Difference is a payer whose ledger isn't what the documents say.
type Difference struct {
	PayerID   uuid.UUID
	Part      string // "receivable" or "prepaid"
	Ledger    decimal.Decimal
	Documents decimal.Decimal
}

// Reconcile compares the exposure ledger with invoices and receipts (CRD-11) and returns each difference: none, if all
// is well. It reads all documents; salesgate verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var rows []Difference
	err := tx.Raw(`WITH documents AS (
			SELECT payer_id, 'receivable' AS part, sum(total - paid) AS amount FROM invoices
				WHERE state = 'posted' AND kind <> 'reversal' GROUP BY payer_id
			UNION ALL
			SELECT payer_id, 'prepaid', sum(amount - allocated) FROM receipts WHERE state = 'posted' GROUP BY payer_id
		), ledger AS (
			SELECT payer_id, 'receivable' AS part, receivable AS amount FROM credit_accounts
			UNION ALL SELECT payer_id, 'prepaid', prepaid FROM credit_accounts
		)
		SELECT payer_id, part, COALESCE(l.amount, 0.00) AS ledger, COALESCE(d.amount, 0.00) AS documents
		FROM documents d FULL JOIN ledger l USING (payer_id, part)
		WHERE COALESCE(l.amount, 0) <> COALESCE(d.amount, 0) ORDER BY payer_id, part`).Scan(&rows).Error
	return rows, err
}
