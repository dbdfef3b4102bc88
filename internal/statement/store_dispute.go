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

// effectOf is what a document that was booked after the statement's end did to the balance. One that settles several disputes counts with the
// first. Returns ErrNotAdjusting for one that isn't there.
func effectOf(tx pg.Tx, v Statement, document uuid.UUID) (decimal.Decimal, error) {
	var row struct {
		Moves  int
		Effect decimal.Decimal
		Known  bool
	}
	err := tx.Raw(`SELECT count(*) AS moves, coalesce(sum(CASE part WHEN 'prepaid' THEN -amount ELSE amount END), 0.00) AS effect,
			EXISTS (SELECT FROM statements s JOIN statement_disputes d ON d.statement_id = s.id WHERE s.number = ? AND d.adjusting_id = ?) AS known
		FROM credit_movements WHERE document_id = ? AND payer_id = ? AND seq > ? AND part <> 'released'`,
		v.Number, document, document, v.CustomerID, v.ToSeq).Scan(&row).Error
	switch {
	case err != nil:
		return decimal.Zero, err
	case row.Moves == 0:
		return decimal.Zero, ErrNotAdjusting.At("/adjusting_document_id")
	case row.Known:
		return row.Effect.Zero(), nil
	}
	return row.Effect, nil
}

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
