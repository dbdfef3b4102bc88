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
	n := pg.Narrow()
	n.Seen(who, "c.owner_id IN @owners")
	n.By(f.OwnerID != uuid.Nil, "c.owner_id = @owner", "owner", f.OwnerID)
	n.By(f.CustomerID != uuid.Nil, "d.customer_id = @customer", "customer", f.CustomerID)
	n.By(f.PayerID != uuid.Nil, "d.payer_id = @payer", "payer", f.PayerID)
	n.By(f.InvoiceID != uuid.Nil, "d.invoice_id = @invoice", "invoice", f.InvoiceID)
	n.By(f.Number != "", "d.number = @number", "number", f.Number)
	n.By(f.State != "", "d.state = @state", "state", f.State)
	n.By(f.Reason != "", "d.reason = @reason", "reason", f.Reason)
	return pg.Newest(tx, page, n, `SELECT d.*, c.name AS customer_name, y.name AS payer_name
		FROM disputed_items d JOIN customers c ON c.id = d.customer_id JOIN customers y ON y.id = d.payer_id `, "d.id", func(d Dispute) uuid.UUID { return d.ID })
}
