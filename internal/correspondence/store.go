package correspondence

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// customerOf reads whose the deal of a notice is. Returns ErrAbout and errs.ErrNotFound.
func customerOf(tx pg.Tx, n Notice) (customer, owner uuid.UUID, err error) {
	into := []any{&customer, &owner}
	switch {
	case n.OrderID != nil && n.ContractID == nil && n.QuotationID == nil:
		err = pg.ScanRow(tx, into, "SELECT customer_id, owner_id FROM orders WHERE id = ?", *n.OrderID)
	case n.ContractID != nil && n.OrderID == nil && n.QuotationID == nil:
		err = pg.ScanRow(tx, into, "SELECT customer_id, owner_id FROM contracts WHERE id = ?", *n.ContractID)
	case n.QuotationID != nil && n.OrderID == nil && n.ContractID == nil:
		err = pg.ScanRow(tx, into, "SELECT customer_id, owner_id FROM quotations WHERE id = ? AND customer_id IS NOT NULL", *n.QuotationID)
	default:
		err = ErrAbout
	}
	return customer, owner, err
}

func storeAnswer(tx pg.Tx, n *Notice) error {
	err := pg.Update(tx, "customer_notices", n.ID, n.Version, map[string]any{
		"state": n.State, "answer": n.Answer, "answered_via": n.AnsweredVia, "answered_by": n.AnsweredBy, "answered_at": n.AnsweredAt,
	})
	n.Version++
	return err
}

func list(tx pg.Tx, who identity.Principal, f Filter, last uuid.UUID, limit int) ([]Notice, error) {
	q := tx.Where("id < ?", last).Order("id DESC").Limit(limit)
	if owners, all := who.Owners(); !all {
		q = q.Where("owner_id IN ?", append([]uuid.UUID{uuid.Nil}, owners...))
	}
	if f.CustomerID != nil {
		q = q.Where("customer_id = ?", *f.CustomerID)
	}
	if f.OrderID != nil {
		q = q.Where("order_id = ?", *f.OrderID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Overdue {
		q = q.Where("state = 'open' AND due_at < ?", tx.Now)
	}
	var rows []Notice
	return rows, q.Find(&rows).Error
}
