package shipping

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// MonthShipped is what left of a product in a month of Shanghai's calendar, in one unit.
type MonthShipped struct {
	ProductID uuid.UUID
	Month     time.Time // its first day
	Unit      string
	Quantity  decimal.Decimal
}

// ShippedByMonth sums up what left of each product on delivery notes written since its instant (PRC-04). Cancelled ones don't
// count. One statement, by index from product to line to note.
func ShippedByMonth(tx pg.Tx, products []uuid.UUID, since []time.Time) ([]MonthShipped, error) {
	ids, from := make(pg.TextArray, len(products)), make(pg.TextArray, len(since))
	for i := range products {
		ids[i], from[i] = products[i].String(), since[i].UTC().Format(time.RFC3339Nano)
	}
	var rows []MonthShipped
	err := tx.Raw(`SELECT l.product_id, CAST(date_trunc('month', n.shipped_on) AS date) AS month, l.unit, sum(l.quantity) AS quantity
		FROM unnest(?::uuid[], ?::timestamptz[]) AS w (id, since)
		JOIN delivery_note_lines l ON l.product_id = w.id
		JOIN delivery_notes n ON n.id = l.delivery_note_id AND n.state <> 'cancelled' AND n.created_at >= w.since
		GROUP BY 1, 2, 3`, ids, from).Scan(&rows).Error
	return rows, err
}
