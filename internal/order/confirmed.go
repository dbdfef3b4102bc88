package order

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// ConfirmedAmounts returns what each of these customers ordered: the totals of the orders that were confirmed from one instant up
// to another and not cancelled. Customers without any are left out. One statement.
func (s *Service) ConfirmedAmounts(tx pg.Tx, customerIDs []uuid.UUID, from, to time.Time) (map[uuid.UUID]decimal.Decimal, error) {
	return confirmedAmounts(tx, customerIDs, from, to)
}
