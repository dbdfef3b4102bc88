package collection

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// disputable locks an invoice and returns what of it is open and not disputed.
func disputable(tx pg.Tx, invoice uuid.UUID) (left decimal.Decimal, err error) {
	if err := tx.Exec("SELECT FROM invoices WHERE id = ? FOR NO KEY UPDATE", invoice).Error; err != nil {
		return zero, err
	}
	left = zero
	err = tx.Raw("SELECT v.total - v.paid - "+disputedOf+" FROM invoices v WHERE v.id = ? AND "+openItem, invoice).Scan(&left).Error
	return left, err
}

func storeDispute(tx pg.Tx, d *Dispute) error {
	err := pg.Update(tx, d.TableName(), d.ID, d.Version, map[string]any{
		"state": d.State, "credited": d.Credited, "quantity": d.Quantity, "approval_id": d.ApprovalID, "adjustment_id": d.AdjustmentID,
		"outcome": d.Outcome, "closed_by": d.ClosedBy, "closed_at": d.ClosedAt,
	})
	d.Version++
	return err
}

func listDisputes(tx pg.Tx, who identity.Principal, f DisputeFilter, page pg.Page) ([]Dispute, string, error) {
	q := visible(tx, who, "disputed_items", "customer_id")
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
	return paged(q, page, func(d Dispute) any { return d.ID })
}
