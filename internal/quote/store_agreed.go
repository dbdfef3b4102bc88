package quote

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// readAgreed reads a quotation's heading with its lines, in one statement.
func readAgreed(tx pg.Tx, id uuid.UUID) (Quotation, []AgreedLine, error) {
	var q Quotation
	var l AgreedLine
	var lines []AgreedLine
	err := pg.ScanRows(tx, []any{
		&q.ID, &q.Number, &q.Revision, &q.CustomerID, &q.State, &q.Unapproved, &q.ValidUntil,
		&l.LineID, &l.LineNo, &l.ProductID, &l.Unit, &l.Price, &l.MinQuantity, &l.MaxQuantity,
	}, func() error {
		lines = append(lines, l)
		return nil
	}, `SELECT q.id, q.number, q.revision, q.customer_id, q.state, q.unapproved, q.valid_until,
			l.id, l.line_no, l.product_id, l.unit, l.net_price, l.min_quantity, l.max_quantity
		FROM quotations q JOIN quotation_lines l ON l.quotation_id = q.id WHERE q.id = ? ORDER BY l.line_no`, id)
	if err == nil && len(lines) == 0 {
		err = errs.ErrNotFound
	}
	return q, lines, err
}
