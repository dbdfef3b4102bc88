package bankstatement

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Difference is a line of a bank statement that isn't what its receipt says.
type Difference struct {
	LineID uuid.UUID
	What   string
}

// Reconcile compares booked lines with their receipts (ARV-01): posted, of the same amount and date, and the only one that was posted of the line.
// None is the only right answer; salesgate verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var rows []Difference
	err := tx.Raw(`SELECT l.id AS line_id, CASE WHEN r.state <> 'posted' THEN 'receipt ' || r.number || ' is reversed'
			WHEN r.amount <> l.amount THEN 'receipt ' || r.number || ' says ' || r.amount || ', the bank ' || l.amount
			ELSE 'receipt ' || r.number || ' is of another day' END AS what
		FROM bank_lines l JOIN receipts r ON r.id = l.receipt_id
		WHERE r.state <> 'posted' OR r.amount <> l.amount OR r.received_on <> l.booked_on
		UNION ALL SELECT l.id, 'receipt ' || r.number || ' was posted of it, and it doesn''t say so'
		FROM bank_lines l JOIN bank_imports i ON i.id = l.import_id
		JOIN receipts r ON r.reference = i.number || '/' || l.row_no AND r.state = 'posted' AND r.method = 'bank_transfer'
		WHERE NOT EXISTS (SELECT FROM bank_lines x WHERE x.receipt_id = r.id)
		UNION ALL SELECT l.id, 'receipt ' || r.number || ' names it too'
		FROM bank_lines l JOIN receipts r ON r.reference = l.transaction_id AND r.amount = l.amount AND r.received_on = l.booked_on AND r.state = 'posted'
			AND r.method = 'bank_transfer'
		WHERE l.transaction_id <> '' AND l.state = 'booked' AND NOT EXISTS (SELECT FROM bank_lines x WHERE x.receipt_id = r.id)
		ORDER BY 1`).Scan(&rows).Error
	return rows, err
}
