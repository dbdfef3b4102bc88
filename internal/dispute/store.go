package dispute

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// disputable locks an invoice and returns what of it is open and not disputed.
func disputable(tx pg.Tx, invoice uuid.UUID) (left decimal.Decimal, err error) {
	if err := tx.Exec("SELECT FROM invoices WHERE id = ? FOR NO KEY UPDATE", invoice).Error; err != nil {
		return zero, err
	}
	left = zero
	err = tx.Raw(`SELECT v.total - v.paid - coalesce((SELECT sum(d.amount) FROM disputed_items d WHERE d.invoice_id = v.id AND d.state IN ('open', 'deciding')), 0)
		FROM invoices v WHERE v.id = ? AND `+receivable.IsOpen, invoice).Scan(&left).Error
	return left, err
}

func store(tx pg.Tx, d *Dispute) error {
	err := pg.Update(tx, d.TableName(), d.ID, d.Version, map[string]any{
		"state": d.State, "credited": d.Credited, "quantity": d.Quantity, "approval_id": d.ApprovalID, "adjustment_id": d.AdjustmentID,
		"outcome": d.Outcome, "closed_by": d.ClosedBy, "closed_at": d.ClosedAt,
	})
	d.Version++
	return err
}

// list reads a page of disputed items of customers whom the caller sees (ORG-06), newest first.
func list(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Dispute, string, error) {
	q := tx.Table("disputed_items AS d").Select("d.*").Joins("JOIN customers c ON c.id = d.customer_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	for column, id := range map[string]uuid.UUID{"d.customer_id": f.CustomerID, "d.payer_id": f.PayerID, "d.invoice_id": f.InvoiceID, "c.owner_id": f.OwnerID} {
		if id != uuid.Nil {
			q = q.Where(column+" = ?", id)
		}
	}
	if f.State != "" {
		q = q.Where("d.state = ?", f.State)
	}
	if f.Reason != "" {
		q = q.Where("d.reason = ?", f.Reason)
	}
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("d.id < ?", after)
	}
	var rows []Dispute
	if err := q.Order("d.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(d Dispute) any { return d.ID })
}
