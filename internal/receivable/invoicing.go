package receivable

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// Mode is when a payer's deliveries are invoiced (D2.10).
type Mode string

// The modes.
const (
	AtOnce         Mode = "at_once"
	AfterStatement Mode = "after_statement" // when the statement that they stand on is confirmed
)

// InvoicingTerms is when a payer's deliveries are invoiced, in force from ValidFrom until ValidTo. Version 1 is what holds until somebody
// says otherwise: at once.
type InvoicingTerms struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	Mode       Mode
	Version    int64
	ValidFrom  time.Time
	ValidTo    *time.Time
	Reason     string
	SetBy      *uuid.UUID
}

// TableName is for GORM.
func (InvoicingTerms) TableName() string { return "invoicing_terms" }

// GetInvoicingTerms returns when a customer's deliveries are invoiced: its payer's terms. Returns errs.ErrNotFound also for a customer that
// the caller may not see.
func (s *Service) GetInvoicingTerms(tx pg.Tx, who identity.Principal, customerID uuid.UUID) (InvoicingTerms, error) {
	c, err := mustSeeCustomer(tx, who, customerID)
	if err != nil {
		return InvoicingTerms{}, err
	}
	return invoicingTerms(tx, c.PayerID())
}

// SetInvoicingTerms changes when a payer's deliveries are invoiced; what was in force stays in the history. Returns errs.ErrStale for
// another version, and ErrNotPayer for a customer that another one pays for. Locks the credit account.
func (s *Service) SetInvoicingTerms(tx pg.Tx, who identity.Principal, customerID uuid.UUID, version int64, mode Mode, reason string) (InvoicingTerms, error) {
	c, err := mustSeeCustomer(tx, who, customerID)
	if err != nil {
		return InvoicingTerms{}, err
	}
	if c.PayerID() != c.ID {
		return InvoicingTerms{}, ErrNotPayer
	}
	if _, err := s.credit.Lock(tx, c.ID); err != nil {
		return InvoicingTerms{}, err
	}
	before, err := invoicingTerms(tx, c.ID)
	if err != nil {
		return InvoicingTerms{}, err
	}
	if before.Version != version {
		return InvoicingTerms{}, errs.ErrStale
	}
	if before.ID != uuid.Nil {
		if err := pg.One(tx.Exec("UPDATE invoicing_terms SET valid_to = ? WHERE id = ? AND valid_to IS NULL", tx.Now, before.ID)); err != nil {
			return InvoicingTerms{}, err
		}
	}
	t := InvoicingTerms{
		ID: uuid.Must(uuid.NewV7()), CustomerID: c.ID, Mode: mode, Version: before.Version + 1, ValidFrom: tx.Now, Reason: reason, SetBy: creator(tx),
	}
	if err := pg.Insert(tx, &t); err != nil {
		return InvoicingTerms{}, err
	}
	return t, record(tx, "setInvoicingTerms", "customer", c.ID, before, t)
}

// ListInvoicingTerms returns what was ever said of when a payer's deliveries are invoiced, the newest first.
func (s *Service) ListInvoicingTerms(tx pg.Tx, who identity.Principal, customerID uuid.UUID) ([]InvoicingTerms, error) {
	c, err := mustSeeCustomer(tx, who, customerID)
	if err != nil {
		return nil, err
	}
	var rows []InvoicingTerms
	return rows, tx.Where("customer_id = ?", c.PayerID()).Order("version DESC").Limit(200).Find(&rows).Error
}

func invoicingTerms(tx pg.Tx, payer uuid.UUID) (InvoicingTerms, error) {
	t, err := pg.Take[InvoicingTerms](tx, "customer_id = ? AND valid_to IS NULL", payer)
	if errors.Is(err, errs.ErrNotFound) {
		return InvoicingTerms{CustomerID: payer, Mode: AtOnce, Version: 1}, nil
	}
	return t, err
}

// StatementConfirmed lets what a customer's confirmed statement shows be invoiced: its deliveries until a date (D2.10). source is the
// statement. Saying it again changes nothing. Package statement calls it.
func (s *Service) StatementConfirmed(tx pg.Tx, customerID uuid.UUID, through time.Time, source uuid.UUID) error {
	return tx.Exec(`INSERT INTO statement_clearances (customer_id, through, source_id, cleared_at) VALUES (?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, customerID, through, source, tx.Now).Error
}

// mayInvoice holds an invoice to the payer's terms: where they say so, it waits for the statement of its deliveries to be confirmed, or
// says why not (D2.10). Nothing else stands between what left and its invoice (SHP-20).
func (s *Service) mayInvoice(tx pg.Tx, v Invoice, notes []shipping.DeliveryNote, ahead string) error {
	terms, err := invoicingTerms(tx, v.PayerID)
	if err != nil || terms.Mode == AtOnce || ahead != "" {
		return err
	}
	var through *time.Time
	err = pg.ScanRow(tx, []any{&through}, `SELECT max(through) FROM statement_clearances WHERE customer_id IN (?, ?)`, v.CustomerID, v.PayerID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if n.Flow == shipping.COD || n.Flow == shipping.Prepaid {
			continue // paid at once, invoiced at once
		}
		if through == nil || n.ShippedOn.After(*through) {
			return ErrAwaitsStatement.At("/delivery_note_ids")
		}
	}
	return nil
}

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
