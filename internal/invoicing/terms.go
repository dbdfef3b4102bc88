package invoicing

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// Mode is when a payer's deliveries are invoiced (D2.10).
type Mode string

// The modes.
const (
	AtOnce         Mode = "at_once"
	AfterStatement Mode = "after_statement" // when the statement that they stand on is confirmed
)

// Terms is when a payer's deliveries are invoiced, in force from ValidFrom until ValidTo. Version 1 is what holds until somebody
// says otherwise: at once.
type Terms struct {
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
func (Terms) TableName() string { return "invoicing_terms" }

// GetTerms returns when a customer's deliveries are invoiced: its payer's terms. Returns errs.ErrNotFound also for a customer that
// the caller may not see.
func (s *Service) GetTerms(tx pg.Tx, who identity.Principal, customerID uuid.UUID) (Terms, error) {
	c, err := seen(tx, who, customerID)
	if err != nil {
		return Terms{}, err
	}
	return termsOf(tx, c.PayerID())
}

// SetTerms changes when a payer's deliveries are invoiced; what was in force stays in the history. Returns errs.ErrStale for
// another version, and ErrNotPayer for a customer that another one pays for. Locks the credit account.
func (s *Service) SetTerms(tx pg.Tx, who identity.Principal, customerID uuid.UUID, version int64, mode Mode, reason string) (Terms, error) {
	c, err := seen(tx, who, customerID)
	if err != nil {
		return Terms{}, err
	}
	if c.PayerID() != c.ID {
		return Terms{}, ErrNotPayer
	}
	if _, err := s.credit.Lock(tx, c.ID); err != nil {
		return Terms{}, err
	}
	before, err := termsOf(tx, c.ID)
	if err != nil {
		return Terms{}, err
	}
	if before.Version != version {
		return Terms{}, errs.ErrStale
	}
	if before.ID != uuid.Nil {
		if err := pg.One(tx.Exec("UPDATE invoicing_terms SET valid_to = ? WHERE id = ? AND valid_to IS NULL", tx.Now, before.ID)); err != nil {
			return Terms{}, err
		}
	}
	t := Terms{
		ID: uuid.Must(uuid.NewV7()), CustomerID: c.ID, Mode: mode, Version: before.Version + 1, ValidFrom: tx.Now, Reason: reason, SetBy: tx.By.Actor(),
	}
	if err := pg.Insert(tx, &t); err != nil {
		return Terms{}, err
	}
	return t, record(tx, "setInvoicingTerms", "customer", c.ID, before, t)
}

// ListTerms returns what was ever said of when a payer's deliveries are invoiced, the newest first.
func (s *Service) ListTerms(tx pg.Tx, who identity.Principal, customerID uuid.UUID, p pg.Page) ([]Terms, string, error) {
	c, err := seen(tx, who, customerID)
	if err != nil {
		return nil, "", err
	}
	q := tx.Where("customer_id = ?", c.PayerID())
	var last int64
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("version < ?", last)
	}
	var rows []Terms
	if err := q.Order("version DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(t Terms) any { return t.Version })
}

func termsOf(tx pg.Tx, payer uuid.UUID) (Terms, error) {
	t, err := pg.Take[Terms](tx, "customer_id = ? AND valid_to IS NULL", payer)
	if errors.Is(err, errs.ErrNotFound) {
		return Terms{CustomerID: payer, Mode: AtOnce, Version: 1}, nil
	}
	return t, err
}

// StatementConfirmed lets what a customer's confirmed statement shows be invoiced: its deliveries of these dates, and no others (D2.10). source is
// the statement. Saying it again changes nothing. Package statement calls it.
func (s *Service) StatementConfirmed(tx pg.Tx, customerID uuid.UUID, from, through time.Time, source uuid.UUID) error {
	return tx.Exec(`INSERT INTO statement_clearances (customer_id, starts_on, through, source_id, cleared_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, customerID, from, through, source, tx.Now).Error
}

// MayInvoice implements receivable.Terms: where the payer's terms say so, an invoice waits until the statements of its deliveries are confirmed,
// or says why not (D2.10). Nothing else stands between what left and its invoice (SHP-20).
func (s *Service) MayInvoice(tx pg.Tx, v receivable.Invoice, notes []delivery.Note, ahead string) error {
	terms, err := termsOf(tx, v.PayerID)
	if err != nil || terms.Mode == AtOnce || ahead != "" {
		return err
	}
	ids := make([]uuid.UUID, len(notes))
	for i, n := range notes {
		ids[i] = n.ID
	}
	awaits := false
	err = pg.ScanRow(tx, []any{&awaits}, "SELECT EXISTS (SELECT FROM delivery_notes n WHERE n.id = ANY(?::uuid[]) AND NOT ("+isCash+" OR "+isCleared+"))", pg.IDs(ids))
	if err == nil && awaits {
		err = ErrAwaitsStatement.At("/delivery_note_ids")
	}
	return err
}
