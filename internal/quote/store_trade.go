package quote

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// What orders and deliveries, which come after this module, say of a customer.

// shippedTonnes is what left for the customer after one day up to and including another, in tonnes. What nobody has said the weight of
// counts nothing.
func shippedTonnes(tx pg.Tx, customerID uuid.UUID, after, until time.Time) (decimal.Decimal, error) {
	var total decimal.Decimal
	err := pg.ScanRow(tx, []any{&total}, `SELECT coalesce(trunc(sum(l.quantity * p.tonnes_per_unit), 4), 0)
		FROM delivery_notes n JOIN delivery_note_lines l ON l.delivery_note_id = n.id JOIN products p ON p.id = l.product_id
		WHERE n.customer_id = ? AND n.state = 'left' AND n.shipped_on > ? AND n.shipped_on <= ?`, customerID, after, until)
	return total, err
}

// readTrade reads how long and how much the customer has bought (QUO-03), in one statement.
func readTrade(tx pg.Tx, customerID uuid.UUID, after, until time.Time, b *Background) error {
	return pg.ScanRow(tx, []any{&b.FirstTradeOn, &b.ShippedTonnes, &b.ShippedAmount}, `SELECT
			(SELECT (min(confirmed_at) AT TIME ZONE 'Asia/Shanghai')::date FROM orders WHERE customer_id = c.id AND confirmed_at IS NOT NULL),
			coalesce(round(sum(l.quantity * p.tonnes_per_unit), 4), 0), coalesce(sum(l.amount), 0)
		FROM (SELECT ?::uuid AS id) c
		LEFT JOIN delivery_notes n ON n.customer_id = c.id AND n.state = 'left' AND n.shipped_on > ? AND n.shipped_on <= ?
		LEFT JOIN delivery_note_lines l ON l.delivery_note_id = n.id LEFT JOIN products p ON p.id = l.product_id
		GROUP BY c.id`, customerID, after, until)
}

// lastPrices are the last three net prices of each product in confirmed orders of the customer.
func lastPrices(tx pg.Tx, customerID uuid.UUID, products []uuid.UUID) ([]LastPrice, error) {
	var rows []LastPrice
	err := tx.Raw(`SELECT r.product_id, r.order_id, r.number, (r.confirmed_at AT TIME ZONE 'Asia/Shanghai')::date AS "on",
			round(r.net_amount / r.quantity, 4) AS price, r.quantity, r.unit
		FROM (
			SELECT l.product_id, o.id AS order_id, o.number, o.confirmed_at, l.net_amount, l.quantity, l.unit,
				row_number() OVER (PARTITION BY l.product_id ORDER BY o.id DESC, l.line_no) AS n
			FROM orders o JOIN order_lines l ON l.order_id = o.id
			WHERE o.customer_id = ? AND o.confirmed_at IS NOT NULL AND o.state <> 'cancelled' AND l.product_id IN ?
		) r WHERE r.n <= 3 ORDER BY r.product_id, r.n`, customerID, products).Scan(&rows).Error
	return rows, err
}
