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

// What a delivery note n is to invoicing, and its lines l.
const (
	// isCash: paid on delivery or ahead, and so due at once whatever the payer's terms are (SHP-10, SHP-11).
	isCash = "n.flow IN ('cod', 'prepaid')"

	// isCleared: it left in the dates of a statement that was confirmed (D2.10).
	isCleared = `EXISTS (SELECT FROM statement_clearances s WHERE s.customer_id IN (n.customer_id, n.payer_id) AND n.shipped_on BETWEEN s.starts_on AND s.through)`

	// mayNow: the terms i of its payer let it be invoiced now.
	mayNow = "(" + isCash + " OR coalesce(i.mode, 'at_once') = 'at_once' OR " + isCleared + ")"

	// isOpen: something of the line is to be invoiced. What is free of charge never is. A partial index has nothing but these lines.
	isOpen = `l.invoiced_quantity + l.returned_quantity < l.quantity + l.corrected_quantity AND l.invoiced_amount + l.returned_amount < l.amount + l.corrected_amount`

	// inReach: it left until a date or, of what is due at once, until another one; a daily run waits until the gate has let it out. $1 the date
	// of cash, $2 the other one, $3 whether the run is a daily one.
	inReach = `n.state <> 'cancelled' AND n.shipped_on <= CASE WHEN ` + isCash + ` THEN ?::date ELSE ?::date END AND (n.state = 'left' OR NOT ?::boolean)`
)

// What of each delivery note isn't invoiced, with the arguments of inReach: of one customer's (notesSQL), or of all, from the lines that are open to
// their notes (openSQL), since PostgreSQL, which can't know how few they are, would rather read all notes there ever were.
const (
	notesSQL = openAmount + ` FROM delivery_note_lines l JOIN delivery_notes n ON n.id = l.delivery_note_id` + withTerms
	openSQL  = openAmount + ` FROM delivery_note_lines l CROSS JOIN LATERAL (SELECT * FROM delivery_notes d WHERE d.id = l.delivery_note_id OFFSET 0) n` + withTerms

	openAmount = `SELECT n.customer_id, n.payer_id, n.shipped_on, n.id, sum(l.amount + l.corrected_amount - l.invoiced_amount - l.returned_amount) AS amount,
		i.mode, ` + mayNow + ` AS due`
	withTerms = ` LEFT JOIN invoicing_terms i ON i.customer_id = n.payer_id AND i.valid_to IS NULL WHERE ` + inReach + ` AND ` + isOpen
	byNote    = ` GROUP BY n.customer_id, n.payer_id, n.shipped_on, n.id, n.flow, i.mode`
)

// Sought is what to invoice is looked for by; zero fields don't narrow.
type Sought struct {
	Through    time.Time // today when zero
	Due        bool      // only customers of whom something may be invoiced now
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID // whose the customer is
}

// ListToInvoice returns a page of customers with something to invoice, by customer. One statement, which begins with the lines that are open, however
// much was invoiced before.
func (s *Service) ListToInvoice(tx pg.Tx, who identity.Principal, by Sought, p pg.Page) ([]ToInvoice, string, error) {
	through := orToday(tx, by.Through)
	notes, args := openSQL, []any{through, through, false}
	if by.CustomerID != nil {
		notes, args = notesSQL+" AND n.customer_id = ?", append(args, *by.CustomerID)
	}
	sql := `SELECT c.id AS customer_id, c.code AS customer_code, c.name AS customer_name, q.* FROM (
			SELECT d.customer_id AS of_customer, d.payer_id, coalesce(d.mode, 'at_once') AS mode, count(*) AS notes, sum(d.amount) AS amount,
				coalesce(sum(d.amount) FILTER (WHERE d.due), 0.00) AS due_amount, count(*) FILTER (WHERE d.due) AS due_notes, min(d.shipped_on) AS oldest_shipped
			FROM (` + notes + byNote + `) d GROUP BY d.customer_id, d.payer_id, d.mode
		) q JOIN customers c ON c.id = q.of_customer WHERE (q.due_notes > 0 OR NOT ?)`
	args = append(args, by.Due)
	if by.OwnerID != nil {
		sql, args = sql+" AND c.owner_id = ?", append(args, *by.OwnerID)
	}
	if owners, all := who.Owners(); !all {
		sql, args = sql+" AND c.owner_id IN ?", append(args, owners)
	}
	var last [2]uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		sql, args = sql+" AND c.id >= ? AND (c.id, q.payer_id) > (?, ?)", append(args, last[0], last[0], last[1])
	}
	var rows []ToInvoice
	if err := tx.Raw(sql+" ORDER BY c.id, q.payer_id LIMIT ?", append(args, p.Limit+1)...).Scan(&rows).Error; err != nil {
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
