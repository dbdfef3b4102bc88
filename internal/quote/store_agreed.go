package quote

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// base is a quotation as a price base.
type base struct {
	Quotation
	unconfirmed bool // it was approved by word of mouth, which isn't confirmed although it should be
}

// readAgreed reads a quotation's heading with its lines, and shares a lock on it, in one statement.
func readAgreed(tx pg.Tx, id uuid.UUID) (base, []AgreedLine, error) {
	var q base
	var l AgreedLine
	var lines []AgreedLine
	err := pg.ScanRows(tx, []any{
		&q.ID, &q.Number, &q.Revision, &q.CustomerID, &q.State, &q.Unapproved, &q.ValidUntil, &q.unconfirmed,
		&l.LineID, &l.LineNo, &l.ProductID, &l.Unit, &l.Price, &l.MinQuantity, &l.MaxQuantity,
	}, func() error {
		lines = append(lines, l)
		return nil
	}, `SELECT q.id, q.number, q.revision, q.customer_id, q.state, q.unapproved, q.valid_until,
			EXISTS (SELECT FROM verbal_approvals v WHERE v.request_id = q.approval_id AND v.state IN ('open', 'overdue') AND v.confirm_by < ?),
			l.id, l.line_no, l.product_id, l.unit, l.net_price, l.min_quantity, l.max_quantity
		FROM quotations q JOIN quotation_lines l ON l.quotation_id = q.id WHERE q.id = ? ORDER BY l.line_no
		FOR SHARE OF q`, tx.Now, id)
	if err == nil && len(lines) == 0 {
		err = errs.ErrNotFound
	}
	return q, lines, err
}

// Shared is a condition on a table of documents that name a quotation by quotation_id: always true, and while it is asked it shares a lock
// on that quotation. With it a document is locked after its quotation, as the lock order has it, in the one statement that locks it.
const Shared = `(quotation_id IS NULL OR (SELECT count(*) FROM (SELECT FROM quotations q WHERE q.id = quotation_id FOR SHARE) AS named) >= 0)`
