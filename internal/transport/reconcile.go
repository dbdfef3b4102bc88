package transport

import "github.com/salesgate/salesgate/internal/pg"

// Difference is a document that doesn't agree with another.
type Difference struct {
	Number string
	What   string
}

// Reconcile compares vouchers with delivery notes and transport notices, and settlements with what they list (SHP-08, SHP-18), and returns each
// difference, at most a thousand: none, if all is well. It reads all documents; salesgate verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var rows []Difference
	err := tx.Raw(`SELECT v.number, 'it counts, but delivery note ' || d.number || ' is cancelled' AS what
			FROM freight_vouchers v JOIN delivery_notes d ON d.id = v.delivery_note_id WHERE v.state <> 'cancelled' AND d.state = 'cancelled'
		UNION ALL SELECT t.number, 'it is loaded and ours to pay, but has no freight voucher'
			FROM transport_notices t WHERE t.state IN ('loaded', 'done') AND t.paid_by = 'company' AND NOT EXISTS (SELECT FROM freight_vouchers v
				WHERE v.delivery_note_id = t.delivery_note_id AND v.transport_notice_id = t.id AND v.state <> 'cancelled')
		UNION ALL SELECT t.number, 'it is loaded, but its delivery note is cancelled'
			FROM transport_notices t JOIN delivery_notes d ON d.id = t.delivery_note_id WHERE t.state IN ('loaded', 'done') AND d.state = 'cancelled'
		UNION ALL SELECT v.number, 'its adjusting documents come to ' || coalesce(a.amount, 0) || ', it says ' || v.adjusted
			FROM freight_vouchers v LEFT JOIN (SELECT voucher_id, sum(amount) AS amount FROM freight_adjustments GROUP BY voucher_id) a ON a.voucher_id = v.id
			WHERE v.adjusted <> coalesce(a.amount, 0)
		UNION ALL SELECT v.number, 'it is signed without signatures'
			FROM freight_vouchers v WHERE v.state = 'signed' AND NOT EXISTS (SELECT FROM paper_signatures g WHERE g.subject_type = 'freight_voucher' AND g.subject_id = v.id)
		UNION ALL SELECT x.number, 'it comes to ' || x.amount || ', what it lists to ' || coalesce(l.amount, 0)
			FROM carrier_settlements x LEFT JOIN (SELECT settlement_id, sum(amount) AS amount FROM carrier_settlement_lines WHERE state = 'listed' GROUP BY settlement_id) l
				ON l.settlement_id = x.id WHERE x.amount <> coalesce(l.amount, 0)
		UNION ALL SELECT v.number, 'its settlement doesn''t list it, or lists another amount'
			FROM freight_vouchers v LEFT JOIN carrier_settlement_lines l ON l.voucher_id = v.id AND l.adjustment_id IS NULL AND l.state = 'listed'
			WHERE v.settlement_id IS DISTINCT FROM l.settlement_id OR l.amount <> v.amount
		UNION ALL SELECT a.number, 'its settlement doesn''t list it, or lists another amount'
			FROM freight_adjustments a LEFT JOIN carrier_settlement_lines l ON l.adjustment_id = a.id AND l.state = 'listed'
			WHERE a.settlement_id IS DISTINCT FROM l.settlement_id OR l.amount <> a.amount
		ORDER BY 1, 2 LIMIT 1000`).Scan(&rows).Error
	return rows, err
}
