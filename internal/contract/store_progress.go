package contract

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// progressSQL goes from the contract's calls to the lines of their orders, to what left, and to what is paid of its invoices: each step
// by an index, so its cost is that of the contract's own documents. Keeping these sums on the contract would make every shipment,
// invoice and receipt lock it.
const progressSQL = `
WITH ordered AS (
	SELECT l.id, l.order_id, l.contract_line_id
	FROM (SELECT DISTINCT order_id FROM contract_call_offs WHERE contract_id = ?) o
	JOIN order_lines l ON l.order_id = o.order_id
	WHERE l.contract_line_id IN (SELECT id FROM contract_lines WHERE contract_id = ?)
), gone AS MATERIALIZED (
	SELECT o.contract_line_id, d.id, d.delivery_note_id, d.quantity + d.corrected_quantity AS quantity, d.amount + d.corrected_amount AS amount, d.invoiced_quantity, d.invoiced_amount
	FROM ordered o
	JOIN delivery_note_lines d ON d.order_id = o.order_id AND d.order_line_id = o.id
	JOIN delivery_notes n ON n.id = d.delivery_note_id AND n.state <> 'cancelled'
), shipped AS (
	SELECT contract_line_id, sum(quantity) AS quantity, sum(amount) AS amount, sum(invoiced_quantity) AS invoiced_quantity,
		sum(invoiced_amount) AS invoiced_amount FROM gone GROUP BY contract_line_id
), paid AS (
	SELECT g.contract_line_id, sum(i.amount * (v.paid - v.credited - v.written_off) / v.total) AS amount
	FROM gone g
	JOIN invoice_lines i ON i.delivery_note_id = g.delivery_note_id AND i.delivery_line_id = g.id
	JOIN invoices v ON v.id = i.invoice_id AND v.state = 'posted' AND v.kind = 'invoice'
	WHERE g.invoiced_quantity > 0 GROUP BY g.contract_line_id
)
SELECT l.id, coalesce(s.quantity, 0)::numeric(18, 4), coalesce(s.amount, 0)::numeric(18, 2), coalesce(s.invoiced_quantity, 0)::numeric(18, 4),
	coalesce(s.invoiced_amount, 0)::numeric(18, 2), coalesce(p.amount, 0)::numeric(18, 2)
FROM contract_lines l
LEFT JOIN shipped s ON s.contract_line_id = l.id
LEFT JOIN paid p ON p.contract_line_id = l.id
WHERE l.contract_id = ? ORDER BY l.line_no`

func readProgress(tx pg.Tx, contractID uuid.UUID) ([]LineProgress, error) {
	var rows []LineProgress
	var l LineProgress
	err := pg.ScanRows(tx, []any{&l.LineID, &l.ShippedQuantity, &l.ShippedAmount, &l.InvoicedQuantity, &l.InvoicedAmount, &l.PaidAmount},
		func() error {
			rows = append(rows, l)
			return nil
		}, progressSQL, contractID, contractID, contractID)
	return rows, err
}

func readCallOffs(tx pg.Tx, contractID uuid.UUID, open bool, last uuid.UUID, limit int) ([]CallOff, error) {
	rows, c := make([]CallOff, 0, limit), CallOff{}
	err := pg.ScanRows(tx, []any{&c.OrderID, &c.Number, &c.State, &c.Quantity, &c.Amount}, func() error {
		rows = append(rows, c)
		return nil
	}, `SELECT o.id, o.number, o.state, sum(x.quantity)::numeric(18, 4), sum(x.amount)::numeric(18, 2)
		FROM contract_call_offs x JOIN orders o ON o.id = x.order_id
		WHERE x.contract_id = ? AND x.order_id < ? AND x.quantity > 0 AND (NOT ?::bool OR o.state NOT IN ('closed', 'cancelled'))
		GROUP BY o.id ORDER BY o.id DESC LIMIT ?`, contractID, last, open, limit)
	return rows, err
}
