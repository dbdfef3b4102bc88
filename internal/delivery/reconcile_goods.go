package delivery

import "github.com/salesgate/salesgate/internal/pg"

// GoodsDifference is a document whose quantities or state aren't what others say.
type GoodsDifference struct {
	Subject string // "order", "shipping_notice" or "delivery_note"
	Number  string
	What    string
}

// ReconcileGoods compares what orders, notices, delivery notes and gate passes say of the same goods (SHP-07, SHP-09, SHP-14), each with one pass
// over the documents, and returns each difference, at most a thousand of each kind: none, if all is well. salesgate verify calls it.
func ReconcileGoods(tx pg.Tx) ([]GoodsDifference, error) {
	var found []GoodsDifference
	for _, query := range goodsSQL {
		var rows []GoodsDifference
		if err := tx.Raw(query + " ORDER BY 2, 3 LIMIT 1000").Scan(&rows).Error; err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return found, nil
}

var goodsSQL = []string{
	// what an order's line has under way is what released notices still hold, what it has shipped is what delivery notes and their corrections say
	`SELECT 'order' AS subject, o.number, 'line ' || l.line_no || ': noticed ' || l.noticed || ', notices say ' || coalesce(n.quantity, 0)
			|| '; shipped ' || l.shipped || ', delivery notes say ' || coalesce(d.quantity, 0) AS what
	FROM order_lines l JOIN orders o ON o.id = l.order_id
	LEFT JOIN (SELECT x.order_line_id, sum(x.quantity - x.dispatched_quantity) AS quantity FROM shipping_notice_lines x
		JOIN shipping_notices s ON s.id = x.notice_id AND s.state IN ('released', 'partly_dispatched') GROUP BY 1) n ON n.order_line_id = l.id
	LEFT JOIN (SELECT x.order_line_id, sum(x.quantity + x.corrected_quantity - x.unordered_quantity) AS quantity FROM delivery_note_lines x
		JOIN delivery_notes s ON s.id = x.delivery_note_id AND s.state <> 'cancelled' GROUP BY 1) d ON d.order_line_id = l.id
	WHERE l.noticed <> coalesce(n.quantity, 0) OR l.shipped <> coalesce(d.quantity, 0)`,

	// what left of a notice is what its delivery notes took off it
	`SELECT 'shipping_notice' AS subject, n.number, 'position ' || l.position_no || ': dispatched ' || l.dispatched_quantity || ' for ' || l.dispatched_amount
			|| ', delivery notes say ' || coalesce(d.quantity, 0) || ' for ' || coalesce(d.amount, 0) AS what
	FROM shipping_notice_lines l JOIN shipping_notices n ON n.id = l.notice_id
	LEFT JOIN (SELECT x.notice_line_id, sum(x.quantity - x.unnoticed_quantity) AS quantity,
			sum(x.amount - x.unnoticed_amount) AS amount FROM delivery_note_lines x
		JOIN delivery_notes s ON s.id = x.delivery_note_id AND s.state <> 'cancelled' GROUP BY 1) d ON d.notice_line_id = l.id
	WHERE l.dispatched_quantity <> coalesce(d.quantity, 0) OR l.dispatched_amount <> coalesce(d.amount, 0)`,
	`SELECT 'shipping_notice' AS subject, n.number, 'amount ' || n.amount || ' of which dispatched ' || n.dispatched_amount || ', its lines come to ' || coalesce(l.amount, 0)
			|| ' and ' || coalesce(l.dispatched, 0) AS what
	FROM shipping_notices n
	LEFT JOIN (SELECT notice_id, sum(amount) AS amount, sum(dispatched_amount) AS dispatched FROM shipping_notice_lines GROUP BY 1) l ON l.notice_id = n.id
	WHERE n.amount <> coalesce(l.amount, 0) OR n.dispatched_amount <> coalesce(l.dispatched, 0)`,

	// a delivery note is its lines, and its pass says whether it left
	`SELECT 'delivery_note' AS subject, d.number, 'amount ' || d.amount || ', its lines come to ' || coalesce(l.amount, 0) AS what
	FROM delivery_notes d LEFT JOIN (SELECT delivery_note_id, sum(amount) AS amount FROM delivery_note_lines GROUP BY 1) l ON l.delivery_note_id = d.id
	WHERE d.amount <> coalesce(l.amount, 0)`,
	`SELECT 'delivery_note' AS subject, d.number, 'it is ' || d.state || ', its gate pass ' || p.number || ' is ' || p.state AS what
	FROM delivery_notes d JOIN gate_passes p ON p.delivery_note_id = d.id
	WHERE p.state = 'used' AND d.state <> 'left' OR d.state IN ('left', 'cancelled') AND p.state = 'valid'`,
}
