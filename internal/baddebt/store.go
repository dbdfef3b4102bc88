package baddebt

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// openInvoice is what an application sees of an invoice.
type openInvoice struct {
	ID     uuid.UUID
	Number string
	DueOn  time.Time
	Open   decimal.Decimal
}

// lockOpen locks the payer's open invoices that are asked for, in id order.
func lockOpen(tx pg.Tx, payer uuid.UUID, asked []collection.ItemAmount) (map[uuid.UUID]openInvoice, error) {
	ids := make([]uuid.UUID, len(asked))
	for i, a := range asked {
		ids[i] = a.InvoiceID
	}
	var rows []openInvoice
	err := tx.Raw(`SELECT v.id, v.number, v.due_on, v.total - v.paid AS open FROM invoices v
		WHERE v.id = ANY (?::uuid[]) AND v.payer_id = ? AND `+receivable.IsOpen+` ORDER BY v.id FOR NO KEY UPDATE`, pg.IDs(ids), payer).Scan(&rows).Error
	open := make(map[uuid.UUID]openInvoice, len(rows))
	for _, v := range rows {
		open[v.ID] = v
	}
	return open, err
}

func insert(tx pg.Tx, b Application) error {
	if err := pg.Insert(tx, &b); err != nil {
		return err
	}
	return tx.Omit("Number", "Recovered").Create(&b.Items).Error
}

func setApproval(tx pg.Tx, b *Application, request uuid.UUID) error {
	b.ApprovalID = &request
	return store(tx, b)
}

func store(tx pg.Tx, b *Application) error {
	err := pg.Update(tx, "bad_debts", b.ID, b.Version, map[string]any{
		"state": b.State, "approval_id": b.ApprovalID, "decided_at": b.DecidedAt, "written_by": b.WrittenBy, "written_at": b.WrittenAt,
		"ended_reason": b.EndedReason,
	})
	b.Version++
	return err
}

func storeWritten(tx pg.Tx, it Item) error {
	return pg.One(tx.Exec("UPDATE bad_debt_items SET live = false, write_off_id = ? WHERE bad_debt_id = ? AND invoice_id = ?", it.WriteOffID, it.BadDebtID, it.InvoiceID))
}

func freeItems(tx pg.Tx, id uuid.UUID) error {
	return tx.Exec("UPDATE bad_debt_items SET live = false WHERE bad_debt_id = ? AND live", id).Error
}

// hasMoved reports whether something of an application was paid or corrected since it was applied for.
func hasMoved(tx pg.Tx, id uuid.UUID) (moved bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM bad_debt_items i JOIN invoices v ON v.id = i.invoice_id
		WHERE i.bad_debt_id = ? AND (v.state <> 'posted' OR v.total - v.paid <> i.open_at))`, id).Scan(&moved).Error
	return moved, err
}

// readItems reads the items of applications, by invoice id.
func readItems(tx pg.Tx, all []*Application) error {
	byID := make(map[uuid.UUID]*Application, len(all))
	ids := make([]uuid.UUID, len(all))
	for i, b := range all {
		byID[b.ID], ids[i], b.Items = b, b.ID, nil
	}
	var rows []Item
	err := tx.Raw(`SELECT i.*, v.number, w.recovered FROM bad_debt_items i JOIN invoices v ON v.id = i.invoice_id
		LEFT JOIN write_offs w ON w.id = i.write_off_id WHERE i.bad_debt_id = ANY (?::uuid[]) ORDER BY i.invoice_id`, pg.IDs(ids)).Scan(&rows).Error
	for _, it := range rows {
		byID[it.BadDebtID].Items = append(byID[it.BadDebtID].Items, it)
	}
	return err
}

// list reads a page of applications about payers whom the caller sees (ORG-06), newest first.
func list(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Application, string, error) {
	n := pg.Narrow()
	n.Seen(who, "c.owner_id IN @owners")
	n.By(f.OwnerID != uuid.Nil, "c.owner_id = @owner", "owner", f.OwnerID)
	n.By(f.PayerID != uuid.Nil, "d.payer_id = @payer", "payer", f.PayerID)
	n.By(f.Number != "", "d.number = @number", "number", f.Number)
	n.By(f.State != "", "d.state = @state", "state", f.State)
	rows, next, err := pg.Newest(tx, page, n, "SELECT d.*, c.name AS payer_name FROM bad_debts d JOIN customers c ON c.id = d.payer_id ", "d.id",
		func(b Application) uuid.UUID { return b.ID })
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	all := make([]*Application, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	return rows, next, readItems(tx, all)
}
