package statement

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// recentStatements is how many of a payer's statements a remittance may mean: five years of months.
const recentStatements = 60

// Named returns the last date of the statement of a payer that a text names: the latest, when it names several. It is what
// receivable asks when a remittance is laid over invoices (ARV-01).
func (s *Service) Named(tx pg.Tx, payerID uuid.UUID, text string) (through time.Time, found bool, err error) {
	var rows []Statement
	err = tx.Select("number, ends_on").Where("customer_id = ? AND state <> 'superseded'", payerID).Order("id DESC").Limit(recentStatements).Find(&rows).Error
	for _, v := range rows {
		if receivable.Mentions(text, v.Number) && v.EndsOn.After(through) {
			through, found = v.EndsOn, true
		}
	}
	return through, found, err
}
