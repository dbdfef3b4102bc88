package delivery

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// Difference is a payer whose ledger isn't what notices and delivery notes say.
type Difference struct {
	PayerID   uuid.UUID
	Part      string // "released" or "shipped"
	Ledger    decimal.Decimal
	Documents decimal.Decimal
}

// Reconcile compares the exposure ledger with shipping notices and delivery notes (CRD-11, SHP-20) and returns each
// difference: none, if all is well. It reads all documents; salesgate verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var rows []Difference
	err := tx.Raw(`WITH documents AS (
			SELECT payer_id, 'released' AS part, sum(amount - dispatched_amount) AS amount FROM shipping_notices
				WHERE state IN ('released', 'partly_dispatched') GROUP BY payer_id
			UNION ALL
			SELECT n.payer_id, 'shipped', sum(l.amount + l.corrected_amount - l.invoiced_amount - l.returned_amount) FROM delivery_notes n
				JOIN delivery_note_lines l ON l.delivery_note_id = n.id WHERE n.state <> 'cancelled' GROUP BY n.payer_id
		), ledger AS (
			SELECT payer_id, 'released' AS part, released AS amount FROM credit_accounts
			UNION ALL SELECT payer_id, 'shipped', shipped FROM credit_accounts
		)
		SELECT payer_id, part, COALESCE(l.amount, 0.00) AS ledger, COALESCE(d.amount, 0.00) AS documents
		FROM documents d FULL JOIN ledger l USING (payer_id, part)
		WHERE COALESCE(l.amount, 0) <> COALESCE(d.amount, 0) ORDER BY payer_id, part`).Scan(&rows).Error
	return rows, err
}
