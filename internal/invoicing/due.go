package invoicing

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ToInvoice is what of a customer's deliveries isn't invoiced.
type ToInvoice struct {
	CustomerID    uuid.UUID
	CustomerCode  string
	CustomerName  string
	PayerID       uuid.UUID
	Mode          Mode
	Notes         int             // delivery notes with something left
	Amount        decimal.Decimal // of all
	DueAmount     decimal.Decimal // of what the terms let be invoiced now
	DueNotes      int
	OldestShipped time.Time
}

// toInvoiceSQL adds up what is left of the deliveries by customer and payer: the partial index has nothing but lines that are not
// invoiced yet. $1 the last date of shipping.
const toInvoiceSQL = `SELECT d.customer_id, c.code AS customer_code, c.name AS customer_name, d.payer_id, coalesce(t.mode, 'at_once') AS mode,
		count(*) AS notes, sum(d.amount) AS amount, coalesce(sum(d.amount) FILTER (WHERE d.due), 0.00) AS due_amount,
		count(*) FILTER (WHERE d.due) AS due_notes, min(d.shipped_on) AS oldest_shipped
	FROM (
		SELECT n.customer_id, n.payer_id, n.shipped_on, n.id, sum(l.amount + l.corrected_amount - l.invoiced_amount - l.returned_amount) AS amount,
			n.flow IN ('cod', 'prepaid') OR coalesce(i.mode, 'at_once') = 'at_once' OR EXISTS (SELECT FROM statement_clearances s
				WHERE s.customer_id IN (n.customer_id, n.payer_id) AND s.through >= n.shipped_on) AS due
		FROM delivery_note_lines l JOIN delivery_notes n ON n.id = l.delivery_note_id AND n.state <> 'cancelled' AND n.shipped_on <= ?
		LEFT JOIN invoicing_terms i ON i.customer_id = n.payer_id AND i.valid_to IS NULL
		WHERE l.invoiced_quantity + l.returned_quantity < l.quantity + l.corrected_quantity GROUP BY n.id, i.mode
	) d JOIN customers c ON c.id = d.customer_id
	LEFT JOIN invoicing_terms t ON t.customer_id = d.payer_id AND t.valid_to IS NULL`

// ListToInvoice returns a page of customers with something to invoice, by customer; only those of whom something may be invoiced now when
// due is set. One statement.
func (s *Service) ListToInvoice(tx pg.Tx, who identity.Principal, through time.Time, due bool, p pg.Page) ([]ToInvoice, string, error) {
	sql, args := toInvoiceSQL+" WHERE true", []any{orToday(tx, through)}
	if owners, all := who.Owners(); !all {
		sql, args = sql+" AND c.owner_id IN ?", append(args, owners)
	}
	var last [2]uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		sql, args = sql+" AND (d.customer_id, d.payer_id) > (?, ?)", append(args, last[0], last[1])
	}
	sql += " GROUP BY d.customer_id, d.payer_id, c.code, c.name, t.mode"
	if due {
		sql += " HAVING bool_or(d.due)"
	}
	var rows []ToInvoice
	if err := tx.Raw(sql+" ORDER BY d.customer_id, d.payer_id LIMIT ?", append(args, p.Limit+1)...).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(t ToInvoice) any { return [2]uuid.UUID{t.CustomerID, t.PayerID} })
}

func orToday(tx pg.Tx, day time.Time) time.Time {
	if day.IsZero() {
		return clock.Today(tx.Now)
	}
	return day
}
