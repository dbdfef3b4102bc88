package production

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Unasked is an order of which production doesn't know what it should.
type Unasked struct {
	Number string // of the order
	What   string
}

// Reconcile compares orders under way with their production requests (ORD-03): each that counts has an open one of its revision, or waits
// for production to be told of it. Returns at most a thousand differences.
func Reconcile(tx pg.Tx) ([]Unasked, error) {
	var rows []Unasked
	return rows, tx.Raw(`SELECT o.number, CASE WHEN r.id IS NULL THEN 'no production request, and none is due'
				WHEN r.state <> 'open' THEN 'its production request is ' || r.state
				ELSE 'its production request is of revision ' || r.order_revision || ', the order of ' || o.revision END AS what
		FROM orders o LEFT JOIN production_requests r ON r.order_id = o.id
		WHERE o.state IN ('confirmed', 'partly_shipped') AND o.untold_since IS NULL
			AND (r.id IS NULL OR r.state <> 'open' OR r.order_revision <> o.revision)
		ORDER BY o.id LIMIT 1000`).Scan(&rows).Error
}

// Supplied reports whether purchasing has answered about the materials of an order, in any revision (ORD-04): it has acted on it.
func Supplied(tx pg.Tx, orderID uuid.UUID) (found bool, err error) {
	err = pg.ScanRow(tx, []any{&found}, "SELECT EXISTS (SELECT FROM production_requests WHERE order_id = ? AND materials_revision > 0)", orderID)
	return found, err
}
