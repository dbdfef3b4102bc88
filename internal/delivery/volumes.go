package delivery

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// What really left of a line l of a delivery note and stayed with the customer (SHP-14), in SQL: with what corrections changed and without what came
// back, whether it was invoiced or not. Usage, reps' volumes and lists count by nothing else (ARV-02, ARV-08, PRC-04).
const (
	ReallyLeft   = `(l.quantity + l.corrected_quantity - l.returned_quantity)`
	ReallyLeftIn = `(l.amount + l.corrected_amount - l.returned_amount)`
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
	from := make(pg.TextArray, len(since))
	for i := range since {
		from[i] = since[i].UTC().Format(time.RFC3339Nano)
	}
	var rows []MonthShipped
	err := tx.Raw(`SELECT l.product_id, CAST(date_trunc('month', n.shipped_on) AS date) AS month, l.unit, sum(`+ReallyLeft+`) AS quantity
		FROM unnest(?::uuid[], ?::timestamptz[]) AS w (id, since)
		JOIN delivery_note_lines l ON l.product_id = w.id
		JOIN delivery_notes n ON n.id = l.delivery_note_id AND n.state <> 'cancelled' AND n.created_at >= w.since
		GROUP BY 1, 2, 3`, pg.IDs(products), from).Scan(&rows).Error
	return rows, err
}

// ShippedQuantities returns how much of these products, or of all when ids is nil, left with delivery notes from a business date
// on and before another. A product of which nothing was shipped is missing. One statement.
func (s *Service) ShippedQuantities(tx pg.Tx, from, before time.Time, ids []uuid.UUID) (map[uuid.UUID]decimal.Decimal, error) {
	where, args := "", []any{from, before}
	if ids != nil {
		where, args = " AND l.product_id = ANY (?::uuid[])", append(args, pg.IDs(ids))
	}
	var rows []struct {
		ProductID uuid.UUID
		Quantity  decimal.Decimal
	}
	err := tx.Raw(`SELECT l.product_id, sum(`+ReallyLeft+`) AS quantity FROM delivery_note_lines l JOIN delivery_notes d ON d.id = l.delivery_note_id
		WHERE d.state <> 'cancelled' AND d.shipped_on >= ? AND d.shipped_on < ?`+where+" GROUP BY l.product_id", args...).Scan(&rows).Error
	shipped := make(map[uuid.UUID]decimal.Decimal, len(rows))
	for _, r := range rows {
		shipped[r.ProductID] = r.Quantity
	}
	return shipped, err
}
