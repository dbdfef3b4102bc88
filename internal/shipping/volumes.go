package shipping

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// ShippedQuantities returns how much of these products, or of all when ids is nil, left with delivery notes from a business date
// on and before another. A product of which nothing was shipped is missing. One statement.
func (s *Service) ShippedQuantities(tx pg.Tx, from, before time.Time, ids []uuid.UUID) (map[uuid.UUID]decimal.Decimal, error) {
	var rows []struct {
		ProductID uuid.UUID
		Quantity  decimal.Decimal
	}
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.String()
	}
	where, args := "", []any{from, before}
	if ids != nil {
		where, args = " AND l.product_id = ANY (CAST(? AS uuid[]))", append(args, "{"+strings.Join(words, ",")+"}")
	}
	err := tx.Raw(`SELECT l.product_id, sum(l.quantity) AS quantity FROM delivery_note_lines AS l
		JOIN delivery_notes AS d ON d.id = l.delivery_note_id
		WHERE d.state <> 'cancelled' AND d.shipped_on >= ? AND d.shipped_on < ?`+where+" GROUP BY l.product_id", args...).Scan(&rows).Error
	shipped := make(map[uuid.UUID]decimal.Decimal, len(rows))
	for _, r := range rows {
		shipped[r.ProductID] = r.Quantity
	}
	return shipped, err
}
