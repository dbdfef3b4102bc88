package statement

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func update(tx pg.Tx, v *Statement) error {
	err := pg.Update(tx, "statements", v.ID, v.Version, map[string]any{
		"state": v.State, "sent_at": v.SentAt, "sent_by": v.SentBy, "sent_via": v.SentVia, "confirmed_at": v.ConfirmedAt,
		"confirmed_via": v.ConfirmedVia, "confirmed_name": v.ConfirmedName, "confirmed_by": v.ConfirmedBy, "settled_at": v.SettledAt, "replaced_by": v.ReplacedBy,
	})
	v.Version++
	return err
}

func newestOf(tx pg.Tx, customer uuid.UUID) (Statement, error) {
	var rows []Statement
	err := tx.Where("customer_id = ?", customer).Order("id DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return Statement{}, err
	}
	return rows[0], nil
}

// clearsFrom returns the first date whose deliveries may be invoiced when the statement is confirmed (D2.10): what follows the statement that it
// continues. The first of a chain says what is owed from before by its opening, which no other statement ever confirms.
func clearsFrom(tx pg.Tx, v Statement) (time.Time, error) {
	if v.Kind == Manual {
		return v.StartsOn, nil
	}
	from := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	if v.PreviousID == nil {
		return from, nil
	}
	err := pg.ScanRow(tx, []any{&from}, "SELECT ends_on + 1 FROM statements WHERE id = ?", *v.PreviousID)
	return from, err
}

// Filter narrows a list of statements.
type Filter struct {
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID // whose the customer is
	Month      *time.Time // that they begin in
	State      State      // "" for any but superseded
	Kind       string     // "" for any
	Number     string     // "" for any; what was superseded is found by it too
}

// Row is a statement in a list, with whose it is.
type Row struct {
	Statement
	Code    string
	Name    string
	OwnerID uuid.UUID
}

// List returns statements of customers that the caller may see (ORG-06), newest first. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Row, string, error) {
	q := tx.Table("statements v").Select("v.*, c.code, c.name, c.owner_id").Joins("JOIN customers c ON c.id = v.customer_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	if f.CustomerID != nil {
		q = q.Where("v.customer_id = ?", *f.CustomerID)
	}
	if f.OwnerID != nil {
		q = q.Where("c.owner_id = ?", *f.OwnerID)
	}
	if f.Month != nil {
		q = q.Where("v.starts_on >= ? AND v.starts_on < (CAST(? AS date) + INTERVAL '1 month')", *f.Month, *f.Month)
	}
	if f.Kind != "" {
		q = q.Where("v.kind = ?", f.Kind)
	}
	if f.Number != "" {
		q = q.Where("v.number = ?", f.Number)
	}
	if f.State != "" {
		q = q.Where("v.state = ?", f.State)
	} else if f.Number == "" {
		q = q.Where("v.state <> 'superseded'")
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("v.id < ?", last)
	}
	var rows []Row
	if err := q.Order("v.id DESC").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Row) any { return r.ID })
}

// linesSQL groups the movements of a statement by document. What only moved between receivable and prepaid is left out: the customer's balance is
// the same before and after.
const linesSQL = `WITH line AS (
		SELECT m.document_type, m.document_id, statement_kind(m.document_type, m.reason) AS kind, min(m.seq) AS seq, min(m.happened_on) AS happened_on,
			min(m.at) AS booked_at, max(m.due_on) AS due_on, coalesce(sum(m.amount) FILTER (WHERE m.part = 'receivable'), 0.00) AS moved,
			sum(CASE m.part WHEN 'prepaid' THEN -m.amount ELSE m.amount END) AS amount
		FROM credit_movements m WHERE m.payer_id = @payer AND m.seq > @from AND m.seq <= @to AND m.part <> 'released'
		GROUP BY 1, 2, 3
	), run AS (
		SELECT l.*, CAST(@opening AS numeric) + sum(amount) OVER (ORDER BY seq) AS balance FROM line l
	)
	SELECT r.document_type, r.document_id, r.kind, r.seq, coalesce(CASE r.document_type WHEN 'receipt' THEN c.received_on END, r.happened_on) AS happened_on, r.booked_at, r.due_on, r.amount, r.balance,
		CASE r.kind WHEN 'invoice' THEN r.moved ELSE 0.00 END AS invoiced, coalesce(CASE r.document_type WHEN 'receipt' THEN c.received_on END, r.happened_on) < CAST(@starts AS date) AS late,
		coalesce(d.number, g.number, i.number, c.number, f.number, k.number, w.number, '') AS number, coalesce(i.remarks, c.remarks, f.reason, k.reason, '') AS remarks,
		nullif(coalesce(d.customer_id, i.customer_id), @payer) AS customer_id,
		coalesce((SELECT x.state FROM statement_disputes x WHERE x.statement_id = @id AND x.document_id = r.document_id ORDER BY x.id DESC LIMIT 1), '') AS dispute
	FROM run r
	LEFT JOIN delivery_notes d ON d.id = r.document_id AND r.kind = 'delivery'
	LEFT JOIN goods_returns g ON g.id = r.document_id AND r.kind = 'delivery'
	LEFT JOIN invoices i ON i.id = r.document_id AND r.kind NOT IN ('delivery', 'receipt')
	LEFT JOIN receipts c ON c.id = r.document_id AND r.kind = 'receipt'
	LEFT JOIN refunds f ON f.id = r.document_id AND r.kind = 'receipt'
	LEFT JOIN delivery_corrections k ON k.id = r.document_id AND r.document_type = 'delivery_correction'
	LEFT JOIN recoveries v ON v.id = r.document_id AND r.kind = 'write_off'
	LEFT JOIN write_offs w ON w.id = coalesce(v.write_off_id, r.document_id) AND r.kind = 'write_off'
	WHERE r.kind <> 'allocation' AND (r.amount <> 0 OR r.kind = 'invoice') AND r.seq > @after
		AND (CAST(@all AS boolean) OR r.document_id = ANY (CAST(@only AS uuid[]))) ORDER BY r.seq LIMIT @limit`

// linesOf reads a page of a statement's lines; of the documents that only names, when it names any.
func linesOf(tx pg.Tx, v Statement, p pg.Page, only ...uuid.UUID) ([]Line, string, error) {
	after := int64(0)
	if _, err := p.After(&after); err != nil {
		return nil, "", err
	}
	var rows []Line
	err := tx.Raw(linesSQL, map[string]any{
		"payer": v.CustomerID, "from": v.FromSeq, "to": v.ToSeq, "opening": v.Opening, "starts": v.StartsOn, "id": v.ID, "after": after, "limit": p.Limit + 1,
		"all": len(only) == 0, "only": pg.IDs(only),
	}).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(l Line) any { return l.Seq })
}
