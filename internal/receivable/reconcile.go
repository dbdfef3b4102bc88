package receivable

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// Difference is a payer whose ledger isn't what the documents say, or a document whose sums aren't what its parts say.
type Difference struct {
	PayerID   uuid.UUID
	Part      string // "receivable", "prepaid", or what of a document: "paid of INV-202611-00042"
	Ledger    decimal.Decimal
	Documents decimal.Decimal
}

// Reconcile compares the exposure ledger with invoices, credit notes, adjustments, write-offs and receipts (CRD-11), and these with each
// other (ARV-06, ARV-07): what is settled of each invoice, what is used of each receipt, what covers each payment-first notice (SHP-10), what
// is invoiced of each delivery line and came back of it, what came in for each write-off, and bills with their receipts. It returns each difference: none, if all is well. It reads all documents;
// salesgate verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var all []Difference
	for _, query := range []string{ledgerSQL, settledSQL, usedSQL, coversSQL, invoicedSQL, returnedSQL, recoveredSQL, billsSQL} {
		var rows []Difference
		if err := tx.Raw(query).Scan(&rows).Error; err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

const ledgerSQL = `WITH documents AS (
		SELECT payer_id, 'receivable' AS part, sum(total - paid) AS amount FROM invoices
			WHERE state = 'posted' AND total > 0 GROUP BY payer_id
		UNION ALL
		SELECT payer_id, 'prepaid', sum(amount - allocated) FROM receipts WHERE state = 'posted' GROUP BY payer_id
	), ledger AS (
		SELECT payer_id, 'receivable' AS part, receivable AS amount FROM credit_accounts
		UNION ALL SELECT payer_id, 'prepaid', prepaid FROM credit_accounts
	)
	SELECT payer_id, part, COALESCE(l.amount, 0.00) AS ledger, COALESCE(d.amount, 0.00) AS documents
	FROM documents d FULL JOIN ledger l USING (payer_id, part)
	WHERE COALESCE(l.amount, 0) <> COALESCE(d.amount, 0) ORDER BY payer_id, part`

// settledSQL: paid = payments + credited + written off, credited = its corrections, written off = its write-offs less what came in.
const settledSQL = `WITH settled AS (
		SELECT v.id, v.payer_id, v.number, v.paid, v.credited, v.written_off, coalesce(a.amount, 0.00) AS payments, coalesce(c.amount, 0.00) AS corrections,
			coalesce(w.amount, 0.00) AS lost
		FROM invoices v
		LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM allocations WHERE state = 'posted' GROUP BY invoice_id) a ON a.invoice_id = v.id
		LEFT JOIN (SELECT corrects_id, -sum(total) AS amount FROM invoices WHERE corrects_id IS NOT NULL AND total < 0 AND state = 'posted' GROUP BY corrects_id) c
			ON c.corrects_id = v.id
		LEFT JOIN (SELECT invoice_id, sum(amount - recovered) AS amount FROM write_offs WHERE state = 'posted' GROUP BY invoice_id) w ON w.invoice_id = v.id
		WHERE v.total > 0
	)
	SELECT payer_id, 'paid of ' || number AS part, paid AS ledger, payments + corrections + lost AS documents FROM settled WHERE paid <> payments + corrections + lost
	UNION ALL SELECT payer_id, 'credited of ' || number, credited, corrections FROM settled WHERE credited <> corrections
	UNION ALL SELECT payer_id, 'written off of ' || number, written_off, lost FROM settled WHERE written_off <> lost
	ORDER BY 1, 2`

// usedSQL: allocated = its allocations and refunds, covering = what it covers of notices and orders.
const usedSQL = `WITH used AS (
		SELECT r.id, r.payer_id, r.number, r.state, r.amount, r.allocated, r.covering, coalesce(a.amount, 0.00) + coalesce(f.amount, 0.00) AS paid, coalesce(c.amount, 0.00) + coalesce(o.amount, 0.00) AS aside
		FROM receipts r
		LEFT JOIN (SELECT receipt_id, sum(amount) AS amount FROM allocations WHERE state = 'posted' GROUP BY receipt_id) a ON a.receipt_id = r.id
		LEFT JOIN (SELECT receipt_id, sum(amount) AS amount FROM refunds WHERE state = 'posted' GROUP BY receipt_id) f ON f.receipt_id = r.id
		LEFT JOIN (SELECT receipt_id, sum(amount) AS amount FROM notice_covers GROUP BY receipt_id) c ON c.receipt_id = r.id
		LEFT JOIN (SELECT receipt_id, sum(amount) AS amount FROM order_deposits GROUP BY receipt_id) o ON o.receipt_id = r.id
	)
	SELECT payer_id, 'allocated of ' || number AS part, allocated AS ledger, paid AS documents FROM used WHERE allocated <> paid
	UNION ALL SELECT payer_id, 'covering of ' || number, covering, aside FROM used WHERE covering <> aside
	UNION ALL SELECT payer_id, 'used of reversed ' || number, allocated + covering, 0.00 FROM used WHERE state = 'reversed' AND allocated + covering <> 0
	ORDER BY 1, 2`

// coversSQL: what is set aside for a payment-first notice is no more than is to leave on it and has left uninvoiced, and, while it waits or is
// released, no less than what is to leave, but for what left beyond it, whose invoice takes it. The notice says what it is covered by:
// all of what waits, the amount of what is released, what left of what is closed. A payment that was just reversed is told to the notice by a job.
const coversSQL = `WITH held AS (
		SELECT n.payer_id, n.number, n.state, n.covered_amount, n.amount, n.dispatched_amount, coalesce(c.amount, 0.00) AS held, coalesce(l.amount, 0.00) AS uninvoiced,
			CASE WHEN n.state IN ('submitted', 'checked', 'blocked', 'released', 'partly_dispatched') THEN n.amount - n.dispatched_amount ELSE 0.00 END AS rest,
			greatest(coalesce(l.went, 0.00) - n.dispatched_amount, 0.00) AS beyond,
			EXISTS (SELECT FROM river_job j WHERE j.kind = 'lost_cover' AND j.state NOT IN ('completed', 'cancelled', 'discarded') AND j.args->>'notice_id' = n.id::text) AS lost
		FROM shipping_notices n
		LEFT JOIN (SELECT notice_id, sum(amount) AS amount FROM notice_covers GROUP BY notice_id) c ON c.notice_id = n.id
		LEFT JOIN (SELECT d.notice_id, sum(x.amount + x.corrected_amount - x.invoiced_amount - x.returned_amount) AS amount, sum(x.amount + greatest(x.corrected_amount, 0)) AS went
			FROM delivery_notes d JOIN delivery_note_lines x ON x.delivery_note_id = d.id WHERE d.flow = 'prepaid' AND d.state <> 'cancelled' GROUP BY d.notice_id) l
			ON l.notice_id = n.id
		WHERE n.flow = 'prepaid' OR c.amount > 0
	)
	SELECT payer_id, 'cover of ' || number AS part, held AS ledger, rest + uninvoiced AS documents FROM held WHERE held > rest + uninvoiced
	UNION ALL SELECT payer_id, 'cover of ' || number, held, rest - beyond FROM held
		WHERE state IN ('checked', 'blocked', 'released', 'partly_dispatched') AND held < rest - beyond AND NOT lost
	UNION ALL SELECT payer_id, 'covered amount of ' || number, covered_amount, due FROM (SELECT *, CASE
			WHEN state IN ('draft', 'submitted', 'refused', 'cancelled') THEN 0.00 WHEN state = 'closed' THEN dispatched_amount
			WHEN state IN ('checked', 'blocked') THEN held ELSE amount END AS due FROM held) h WHERE covered_amount <> due AND NOT lost
	ORDER BY 1, 2`

// invoicedSQL: what is invoiced of a delivery line is what the invoices and their corrections say (SHP-20).
const invoicedSQL = `SELECT n.payer_id, 'invoiced of ' || n.number || '/' || l.position_no AS part, l.invoiced_quantity AS ledger, coalesce(i.quantity, 0) AS documents
	FROM delivery_note_lines l JOIN delivery_notes n ON n.id = l.delivery_note_id
	LEFT JOIN (SELECT delivery_line_id, sum(quantity) AS quantity FROM invoice_lines GROUP BY delivery_line_id) i ON i.delivery_line_id = l.id
	WHERE l.invoiced_quantity <> coalesce(i.quantity, 0) ORDER BY 1, 2`

// returnedSQL: what came back of a delivery line is what goods returns took before it was invoiced, and what credit notes for returns took
// off invoices (SHP-20).
const returnedSQL = `WITH back AS (
		SELECT delivery_line_id, sum(quantity) AS quantity FROM (
			SELECT delivery_line_id, quantity - credited AS quantity FROM goods_return_lines
			UNION ALL SELECT l.delivery_line_id, -l.quantity FROM invoice_lines l JOIN invoices v ON v.id = l.invoice_id
				WHERE v.kind = 'credit_note' AND v.cause = 'return' AND l.delivery_line_id IS NOT NULL
		) x GROUP BY delivery_line_id
	)
	SELECT n.payer_id, 'returned of ' || n.number || '/' || l.position_no AS part, l.returned_quantity AS ledger, coalesce(b.quantity, 0) AS documents
	FROM delivery_note_lines l JOIN delivery_notes n ON n.id = l.delivery_note_id LEFT JOIN back b ON b.delivery_line_id = l.id
	WHERE l.returned_quantity <> coalesce(b.quantity, 0) ORDER BY 1, 2`

const recoveredSQL = `SELECT w.payer_id, 'recovered of ' || w.number AS part, w.recovered AS ledger, coalesce(c.amount, 0.00) AS documents
	FROM write_offs w LEFT JOIN (SELECT write_off_id, sum(amount) AS amount FROM recoveries WHERE state = 'posted' GROUP BY write_off_id) c ON c.write_off_id = w.id
	WHERE w.recovered <> coalesce(c.amount, 0) ORDER BY 1, 2`

// billsSQL: a bill that bounced or was cancelled has a reversed receipt, and no other has; both say the same amount.
const billsSQL = `SELECT r.payer_id, 'bill ' || b.number AS part, CASE r.state WHEN 'posted' THEN r.amount ELSE 0.00 END AS ledger,
		CASE WHEN b.state IN ('bounced', 'cancelled') THEN 0.00 ELSE b.amount END AS documents
	FROM acceptance_bills b JOIN receipts r ON r.id = b.receipt_id
	WHERE (r.state = 'reversed') <> (b.state IN ('bounced', 'cancelled')) OR r.amount <> b.amount ORDER BY 1, 2`
