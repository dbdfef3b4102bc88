package statement

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// SettleDue settles those of the next n confirmed statements of which nothing is owed any more: no item that was open at their end, and no
// invoice made since of what had been delivered. It returns the last id that it looked at, uuid.Nil when none is left.
func (s *Service) SettleDue(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	last, settled, err := settleConfirmed(tx, after, n)
	if err != nil {
		return uuid.Nil, err
	}
	entries := make([]audit.Entry, len(settled))
	for i, id := range settled {
		entries[i] = audit.Entry{Action: "settleStatement", SubjectType: Subject, SubjectID: id, Before: map[string]any{"state": Confirmed}, After: map[string]any{"state": Settled}}
	}
	return last, audit.RecordAll(tx, entries)
}

func settleConfirmed(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, []uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT id FROM statements WHERE state = 'confirmed' AND id > ? ORDER BY id LIMIT ? FOR UPDATE`, after, n).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, nil, err
	}
	var settled []uuid.UUID
	err = tx.Raw(`UPDATE statements v SET state = 'settled', settled_at = ?, version = version + 1
		WHERE v.id = ANY (?::uuid[]) AND NOT EXISTS (
			SELECT FROM credit_open_items o WHERE o.payer_id = v.customer_id AND o.part IN ('receivable', 'shipped') AND o.open_amount > 0
			AND EXISTS (SELECT FROM credit_movements m WHERE m.payer_id = o.payer_id AND m.seq <= v.to_seq AND m.part = o.part AND m.item_id = o.item_id)
		) AND NOT EXISTS (
			SELECT FROM credit_movements i JOIN credit_open_items o ON o.payer_id = i.payer_id AND o.part = 'receivable' AND o.item_id = i.document_id AND o.open_amount > 0
			WHERE i.payer_id = v.customer_id AND i.seq > v.to_seq AND i.document_type = 'invoice' AND i.part = 'shipped'
			AND EXISTS (SELECT FROM credit_movements g WHERE g.payer_id = i.payer_id AND g.seq <= v.to_seq AND g.part = 'shipped' AND g.item_id = i.item_id)
		) RETURNING v.id`, tx.Now, pg.IDs(ids)).Scan(&settled).Error
	return ids[len(ids)-1], settled, err
}

// Difference is where statements don't continue each other, or don't say what the ledger says.
type Difference struct {
	StatementID uuid.UUID
	Number      string
	What        string
}

// Reconcile returns where a statement isn't what the ledger's movements make of it, or a chain has a gap (ARV-02): none, if all is well. It
// reads the whole ledger; salesgate verify calls it.
func Reconcile(tx pg.Tx) ([]Difference, error) {
	var rows []Difference
	err := tx.Raw(`WITH live AS (
			SELECT * FROM statements WHERE revision = 1
		), told AS (
			SELECT v.id, coalesce(sum(m.amount) FILTER (WHERE m.part = 'receivable'), 0) AS receivable,
				coalesce(sum(m.amount) FILTER (WHERE m.part = 'shipped'), 0) AS shipped, coalesce(sum(m.amount) FILTER (WHERE m.part = 'prepaid'), 0) AS prepaid
			FROM live v LEFT JOIN credit_movements m ON m.payer_id = v.customer_id AND m.seq > v.from_seq AND m.seq <= v.to_seq GROUP BY v.id
		), opens AS (
			SELECT v.id, coalesce(sum(m.amount) FILTER (WHERE m.part = 'receivable'), 0) AS receivable,
				coalesce(sum(m.amount) FILTER (WHERE m.part = 'shipped'), 0) AS shipped, coalesce(sum(m.amount) FILTER (WHERE m.part = 'prepaid'), 0) AS prepaid
			FROM live v LEFT JOIN credit_movements m ON m.payer_id = v.customer_id AND m.seq <= v.from_seq WHERE v.previous_id IS NULL GROUP BY v.id
		)
		SELECT v.id AS statement_id, v.number, 'its closing isn''t its opening with the movements of the ledger' AS what FROM live v JOIN told t ON t.id = v.id
			WHERE (v.closing_receivable - v.opening_receivable, v.closing_shipped - v.opening_shipped, v.closing_prepaid - v.opening_prepaid) <> (t.receivable, t.shipped, t.prepaid)
		UNION ALL SELECT v.id, v.number, 'its opening isn''t what the ledger was' FROM live v JOIN opens o ON o.id = v.id
			WHERE (v.opening_receivable, v.opening_shipped, v.opening_prepaid) <> (o.receivable, o.shipped, o.prepaid)
		UNION ALL SELECT v.id, v.number, 'it doesn''t continue the statement before it'
			FROM (SELECT *, lag(number) OVER (PARTITION BY customer_id ORDER BY starts_on) AS before FROM live WHERE kind = 'monthly') v
			LEFT JOIN statements q ON q.id = v.previous_id WHERE v.before IS NOT NULL AND v.before IS DISTINCT FROM q.number
		ORDER BY 2, 3`).Scan(&rows).Error
	return rows, err
}
