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

// Reconcile compares booked lines with their receipts (ARV-01): posted, of the same amount and date. None is the only right answer; salesgate
// verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var rows []Difference
	err := tx.Raw(`SELECT l.id AS line_id, CASE WHEN r.state <> 'posted' THEN 'receipt ' || r.number || ' is reversed'
			WHEN r.amount <> l.amount THEN 'receipt ' || r.number || ' says ' || r.amount || ', the bank ' || l.amount
			ELSE 'receipt ' || r.number || ' is of another day' END AS what
		FROM bank_lines l JOIN receipts r ON r.id = l.receipt_id
		WHERE r.state <> 'posted' OR r.amount <> l.amount OR r.received_on <> l.booked_on ORDER BY l.id`).Scan(&rows).Error
	return rows, err
}
