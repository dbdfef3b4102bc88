package stock

import "github.com/salesgate/salesgate/internal/pg"

// Difference is a place where stock isn't what its movements, or the documents, say.
type Difference struct {
	Where string // "lot L1 in W1", "notice SN-…", "delivery note DN-…"
	What  string
}

// Reconcile holds stock against its movements and against what preparation lists, notices, delivery notes and reports say, and returns each
// difference: none, if all is well. At most a thousand of each kind. salesgate verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var found []Difference
	for _, query := range reconciliations {
		var rows []Difference
		if err := tx.Raw(query + " LIMIT 1000").Scan(&rows).Error; err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return found, nil
}

// place names a level (x) for people.
const place = `'lot ' || (SELECT lot_no FROM stock_lots WHERE id = x.lot_id) || ' in ' || (SELECT code FROM warehouses WHERE id = x.warehouse_id)`

var reconciliations = []string{
	// levels are their movements
	`SELECT ` + place + ` AS "where", 'on hand ' || x.on_hand || ', reserved ' || x.reserved || '; movements say ' || x.moved || ' and ' || x.held AS what
	FROM (SELECT v.lot_id, v.warehouse_id, v.on_hand, v.reserved, coalesce(m.on_hand, 0.0000) AS moved, coalesce(m.reserved, 0.0000) AS held
		FROM stock_levels v LEFT JOIN (SELECT lot_id, warehouse_id, sum(on_hand) AS on_hand, sum(reserved) AS reserved
			FROM stock_movements GROUP BY 1, 2) m USING (lot_id, warehouse_id)) x
	WHERE x.on_hand <> x.moved OR x.reserved <> x.held ORDER BY 1`,

	// what is reserved is what preparation lists hold
	`SELECT ` + place + ` AS "where", 'reserved ' || x.reserved || ', preparation lists hold ' || x.held AS what
	FROM (SELECT v.lot_id, v.warehouse_id, v.reserved, coalesce(l.held, 0.0000) AS held FROM stock_levels v
		LEFT JOIN (SELECT lot_id, warehouse_id, sum(reserved) AS held FROM stock_preparation_lines WHERE reserved > 0 GROUP BY 1, 2) l
			USING (lot_id, warehouse_id)) x
	WHERE x.reserved <> x.held ORDER BY 1`,

	// a notice holds at most what hasn't left of it, and nothing unless it is released
	`SELECT 'notice ' || n.number AS "where", CASE WHEN n.state IN ('released', 'partly_dispatched') THEN 'holds ' || x.held || ' of a line with a rest of ' ||
			coalesce(l.quantity - l.dispatched_quantity, 0) ELSE 'holds ' || x.held || ' and is ' || n.state END AS what
	FROM (SELECT notice_id, notice_line_id, sum(reserved) AS held FROM stock_preparation_lines WHERE reserved > 0 GROUP BY 1, 2) x
		JOIN shipping_notices n ON n.id = x.notice_id LEFT JOIN shipping_notice_lines l ON l.id = x.notice_line_id
	WHERE n.state NOT IN ('released', 'partly_dispatched') OR l.id IS NULL OR x.held > l.quantity - l.dispatched_quantity ORDER BY 1`,

	// an ended list holds nothing
	`SELECT 'preparation list ' || p.number AS "where", 'has ended and holds ' || sum(l.reserved) AS what
	FROM stock_preparations p JOIN stock_preparation_lines l ON l.preparation_id = p.id
	WHERE p.ended_at IS NOT NULL AND l.reserved > 0 GROUP BY p.id ORDER BY 1`,

	// of a delivery note, no more left stock than it says, corrections counted, and nothing once it is unloaded
	`SELECT 'delivery note ' || coalesce(d.number, x.delivery_note_id::text) AS "where",
		'its lots come to ' || x.taken || ', it delivers ' || x.delivered || ' and is ' || coalesce(d.state, 'unknown') AS what
	FROM (SELECT m.delivery_note_id, m.notice_line_id, m.taken, coalesce((SELECT sum(l.quantity + l.corrected_quantity) FROM delivery_note_lines l
				WHERE l.delivery_note_id = m.delivery_note_id AND l.notice_line_id = m.notice_line_id), 0.0000) AS delivered
		FROM (SELECT delivery_note_id, notice_line_id, - sum(on_hand) AS taken FROM stock_movements
			WHERE delivery_note_id IS NOT NULL AND kind <> 'return' GROUP BY 1, 2) m) x
		LEFT JOIN delivery_notes d ON d.id = x.delivery_note_id
	WHERE d.id IS NULL OR d.state = 'cancelled' AND x.taken <> 0 OR d.state <> 'cancelled' AND (x.taken > x.delivered OR x.taken < 0) ORDER BY 1`,

	// of each lot, no more came back of a delivery note than had left with it
	`SELECT 'delivery note ' || coalesce(d.number, x.delivery_note_id::text) AS "where", x.back || ' of lot ' || coalesce(l.lot_no, 'unknown') || ' came back, ' || x.taken || ' had left' AS what
	FROM (SELECT m.delivery_note_id, CASE m.kind WHEN 'return' THEN b.origin_lot_id ELSE m.lot_id END AS lot_id,
			- coalesce(sum(m.on_hand) FILTER (WHERE m.kind <> 'return'), 0) AS taken, coalesce(sum(m.on_hand) FILTER (WHERE m.kind = 'return'), 0) AS back
		FROM stock_movements m JOIN stock_lots b ON b.id = m.lot_id WHERE m.delivery_note_id IS NOT NULL GROUP BY 1, 2) x
		LEFT JOIN delivery_notes d ON d.id = x.delivery_note_id LEFT JOIN stock_lots l ON l.id = x.lot_id
	WHERE x.back > x.taken OR x.taken < 0 ORDER BY 1`,

	// what came back into stock of a delivery note's line is on the note
	`SELECT 'delivery note ' || d.number AS "where", x.back || ' came back into stock, the note says ' || x.returned AS what
	FROM (SELECT m.delivery_note_id, m.notice_line_id, sum(m.on_hand) AS back, coalesce((SELECT sum(l.returned_quantity) FROM delivery_note_lines l
				WHERE l.delivery_note_id = m.delivery_note_id AND l.notice_line_id = m.notice_line_id), 0.0000) AS returned
		FROM stock_movements m WHERE m.kind = 'return' AND m.delivery_note_id IS NOT NULL GROUP BY 1, 2) x JOIN delivery_notes d ON d.id = x.delivery_note_id
	WHERE x.back > x.returned ORDER BY 1`,

	// a lot is what the report says that was inspected last, and its levels say the same
	`SELECT 'lot ' || x.lot_no AS "where", 'is ' || x.inspection || ', its last report says ' || x.said AS what
	FROM (SELECT t.lot_no, t.inspection, coalesce((SELECT r.result FROM inspection_reports r WHERE r.lot_id = t.id
			ORDER BY r.inspected_at DESC, r.id DESC LIMIT 1), 'pending') AS said FROM stock_lots t) x
	WHERE x.inspection <> x.said ORDER BY 1`,
	`SELECT ` + place + ` AS "where", 'the level says ' || x.inspection || ', the lot ' || t.inspection AS what
	FROM stock_levels x JOIN stock_lots t ON t.id = x.lot_id
	WHERE x.inspection <> t.inspection OR x.expires_on IS DISTINCT FROM t.expires_on ORDER BY 1`,
}
