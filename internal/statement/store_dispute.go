package statement

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// disputesOf reads the disputes of a statement and, of a revision, those that led to it.
func disputesOf(tx pg.Tx, v Statement) ([]Dispute, error) {
	var rows []Dispute
	return rows, tx.Raw(`SELECT d.* FROM statements s JOIN statement_disputes d ON d.statement_id = s.id
		WHERE s.number = ? AND s.revision <= ? ORDER BY d.id`, v.Number, v.Revision).Scan(&rows).Error
}

func updateDispute(tx pg.Tx, d Dispute) error {
	return pg.One(tx.Exec(`UPDATE statement_disputes SET state = ?, resolution = ?, adjusting_id = ?, effect = ?, resolved_at = ?, resolved_by = ?
		WHERE id = ? AND state = 'open'`, d.State, d.Resolution, d.AdjustingID, d.Effect, d.ResolvedAt, d.ResolvedBy, d.ID))
}

// effectOf is what an adjusting document that was booked after the statement's end did to the balance, as far as it corrects the disputed document (ARV-06):
// its credit note, adjusting document, reversal, return or delivery correction; of what is said to be paid, the payment that was allotted to it, without what was
// on the statement as a prepayment already. A correction that settles several disputes counts with the first. Returns ErrNotAdjusting for any other document.
func effectOf(tx pg.Tx, v Statement, d Dispute, adjusting uuid.UUID) (decimal.Decimal, error) {
	var row struct {
		Moves  int
		Effect decimal.Decimal
		Known  bool
		Paid   decimal.Decimal
		Came   decimal.Decimal
	}
	err := tx.Raw(effectSQL, map[string]any{
		"number": v.Number, "payer": v.CustomerID, "to": v.ToSeq, "document": d.DocumentID, "adjusting": adjusting, "paid": d.Reason == "paid_already",
	}).Scan(&row).Error
	switch {
	case err != nil:
		return decimal.Zero, err
	case row.Paid.IsPos():
		return row.Paid.Min(row.Came).Neg(), nil
	case row.Moves == 0:
		return decimal.Zero, ErrNotAdjusting.At("/adjusting_document_id")
	case row.Known:
		return row.Effect.Zero(), nil
	}
	return row.Effect, nil
}

// effectSQL reads what an adjusting document did. Related to the disputed document are what it moved itself (an invoice its deliveries, a credit note its
// invoice) and the invoices of a disputed delivery.
const effectSQL = `WITH related AS MATERIALIZED (
		SELECT CAST(@document AS uuid) AS id
		UNION SELECT m.item_id FROM credit_movements m WHERE m.document_id = @document AND m.payer_id = @payer AND m.part <> 'released'
		UNION SELECT m.document_id FROM credit_movements m WHERE m.payer_id = @payer AND m.part = 'shipped' AND m.document_type = 'invoice' AND m.item_id = @document
	), corrections AS (
		SELECT m.document_id AS id FROM credit_movements m JOIN related r ON r.id = m.item_id
			WHERE m.document_id = @adjusting AND m.payer_id = @payer AND m.document_type IN ('credit_note', 'adjustment', 'reversal', 'goods_return', 'delivery_correction')
		UNION SELECT i.id FROM invoices i JOIN related r ON r.id = i.corrects_id WHERE i.id = @adjusting OR i.source_id = @adjusting AND i.cause = 'return'
	), effect AS (
		SELECT count(*) AS moves, coalesce(sum(CASE m.part WHEN 'prepaid' THEN -m.amount ELSE m.amount END), 0.00) AS effect
		FROM credit_movements m JOIN corrections c ON c.id = m.document_id WHERE m.payer_id = @payer AND m.seq > @to AND m.part <> 'released'
	), payments AS MATERIALIZED (
		SELECT a.receipt_id, a.amount FROM allocations a JOIN related r ON r.id = a.invoice_id
		WHERE @paid AND a.state = 'posted' AND @adjusting IN (a.id, a.receipt_id)
			AND EXISTS (SELECT FROM credit_movements m WHERE m.document_id = a.id AND m.payer_id = @payer AND m.seq > @to)
	)
	SELECT e.moves, e.effect, (SELECT coalesce(sum(amount), 0.00) FROM payments) AS paid,
		(SELECT coalesce(sum(m.amount), 0.00) FROM credit_movements m WHERE m.document_id IN (SELECT receipt_id FROM payments) AND m.document_type = 'receipt'
			AND m.payer_id = @payer AND m.seq > @to AND m.part = 'prepaid') AS came,
		EXISTS (SELECT FROM statements s JOIN statement_disputes d ON d.statement_id = s.id WHERE s.number = @number AND d.adjusting_id = @adjusting) AS known
	FROM effect e`

func disputesLeft(tx pg.Tx, statement uuid.UUID) (open, accepted int, effect decimal.Decimal, err error) {
	err = pg.ScanRow(tx, []any{&open, &accepted, &effect}, `SELECT count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'accepted'),
		coalesce(sum(effect), 0.00) FROM statement_disputes WHERE statement_id = ?`, statement)
	return open, accepted, effect, err
}

func insertRevision(tx pg.Tx, id, next uuid.UUID, effect decimal.Decimal) error {
	return pg.One(tx.Exec(`INSERT INTO statements (id, number, revision, kind, customer_id, starts_on, ends_on, from_seq, to_seq, previous_id,
			opening_receivable, opening_shipped, opening_prepaid, brought, delivered, invoiced, invoice_difference, adjusted, credited, received, written_off,
			closing_receivable, closing_shipped, closing_prepaid, not_due, late_first, late_second, late_third, late_beyond,
			bound_first, bound_second, bound_third, late_documents, adjusted_after, state, sent_via, confirmed_via, confirmed_name, made_at, made_by, version)
		SELECT ?, number, revision + 1, kind, customer_id, starts_on, ends_on, from_seq, to_seq, previous_id,
			opening_receivable, opening_shipped, opening_prepaid, brought, delivered, invoiced, invoice_difference, adjusted, credited, received, written_off,
			closing_receivable, closing_shipped, closing_prepaid, not_due, late_first, late_second, late_third, late_beyond,
			bound_first, bound_second, bound_third, late_documents, adjusted_after + ?, 'draft', '', '', '', ?, ?, 1
		FROM statements WHERE id = ?`, next, effect, tx.Now, tx.By.Actor(), id))
}

// paidSQL is true of an open dispute d about an invoice (or another item that is due) that is paid, or about a delivery of which all is invoiced and paid, by money that
// was booked after the dispute was raised.
const paidSQL = `d.state = 'open' AND CASE
		WHEN d.document_type IN ('invoice', 'opening', 'adjustment') THEN EXISTS (SELECT FROM credit_open_items o WHERE o.payer_id = d.customer_id AND o.part = 'receivable' AND o.item_id = d.document_id AND o.open_amount = 0)
			AND EXISTS (SELECT FROM credit_movements m WHERE m.payer_id = d.customer_id AND m.part = 'receivable' AND m.item_id = d.document_id
				AND m.reason = 'paid' AND m.at > d.raised_at)
		WHEN d.document_type = 'delivery_note' THEN EXISTS (SELECT FROM credit_open_items o WHERE o.payer_id = d.customer_id AND o.part = 'shipped' AND o.item_id = d.document_id AND o.open_amount = 0)
			AND EXISTS (SELECT FROM credit_movements n JOIN credit_movements m ON m.payer_id = n.payer_id AND m.item_id = n.document_id AND m.part = 'receivable'
				WHERE n.payer_id = d.customer_id AND n.part = 'shipped' AND n.item_id = d.document_id AND n.document_type = 'invoice' AND m.reason = 'paid' AND m.at > d.raised_at)
			AND NOT EXISTS (SELECT FROM credit_movements n JOIN credit_open_items o ON o.payer_id = n.payer_id AND o.part = 'receivable' AND o.item_id = n.document_id AND o.open_amount > 0
				WHERE n.payer_id = d.customer_id AND n.part = 'shipped' AND n.item_id = d.document_id AND n.document_type = 'invoice')
		ELSE false END`

func paidDisputes(tx pg.Tx, n int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw(`SELECT DISTINCT d.statement_id FROM statement_disputes d WHERE `+paidSQL+` ORDER BY 1 LIMIT ?`, n).Scan(&ids).Error
}

func endPaid(tx pg.Tx, statement uuid.UUID) error {
	return tx.Exec(`UPDATE statement_disputes d SET state = 'paid', resolved_at = ? WHERE d.statement_id = ? AND `+paidSQL, tx.Now, statement).Error
}

func revokeLinks(tx pg.Tx, statement uuid.UUID) error {
	_, err := pg.Exec(tx, "UPDATE statement_links SET revoked_at = ? WHERE statement_id = ? AND revoked_at IS NULL", tx.Now, statement)
	return err
}
