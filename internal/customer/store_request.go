package customer

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ReadStanding reads what the order gate asks about a customer's first business, in one statement (CUS-05). Returns
// errs.ErrNotFound. No visibility check: the caller does it.
func ReadStanding(tx pg.Tx, customerID uuid.UUID) (Standing, error) {
	var s Standing
	err := pg.ScanRow(tx, []any{&s.Opening, &s.Number, &s.State, &s.AppliedFrom}, `SELECT c.opening, coalesce(a.number, ''), coalesce(a.state, ''),
			a.credited_from
		FROM customers c LEFT JOIN LATERAL (
			SELECT number, state, credited_from FROM customer_applications WHERE customer_id = c.id ORDER BY id DESC LIMIT 1) a ON true
		WHERE c.id = ?`, customerID)
	return s, err
}

// HasOrdered reports whether an order of the customer was ever confirmed, apart from one. No visibility check: the caller does it.
func HasOrdered(tx pg.Tx, customerID, but uuid.UUID) (bool, error) {
	var found bool
	err := pg.ScanRow(tx, []any{&found}, "SELECT EXISTS (SELECT FROM orders WHERE customer_id = ? AND confirmed_at IS NOT NULL AND id <> ?)", customerID, but)
	return found, err
}

// requests narrows a query of applications or changes r with their customers c to what the caller may see.
func requests(tx pg.Tx, who identity.Principal, table string, f RequestFilter, p pg.Page) (pg.Tx, error) {
	q := tx.Table(table + " r").Select("r.*, c.code AS customer_code, c.name AS customer_name").Joins("JOIN customers c ON c.id = r.customer_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	if f.ID != uuid.Nil {
		q = q.Where("r.id = ?", f.ID)
	}
	if f.CustomerID != uuid.Nil {
		q = q.Where("r.customer_id = ?", f.CustomerID)
	}
	if f.State != "" {
		q = q.Where("r.state = ?", f.State)
	}
	if f.Late != nil {
		q = q.Where("r.late = ?", *f.Late)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if found {
		q = q.Where("r.id < ?", last)
	}
	tx.DB = q.Order("r.id DESC").Limit(p.Limit + 1)
	return tx, err
}

func listApplications(tx pg.Tx, who identity.Principal, f RequestFilter, p pg.Page) ([]Application, string, error) {
	q, err := requests(tx, who, "customer_applications", f, p)
	if err != nil {
		return nil, "", err
	}
	var rows []Application
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(a Application) any { return a.ID })
}

func listChanges(tx pg.Tx, who identity.Principal, f RequestFilter, p pg.Page) ([]Change, string, error) {
	q, err := requests(tx, who, "customer_changes", f, p)
	if err != nil {
		return nil, "", err
	}
	var rows []Change
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(ch Change) any { return ch.ID })
}

func dueChanges(tx pg.Tx, today time.Time, limit int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw("SELECT id FROM customer_changes WHERE state = 'approved' AND effective_on <= ? ORDER BY effective_on, id LIMIT ?",
		today, limit).Scan(&ids).Error
	return ids, err
}

// storeChange writes the customer with the part that the change is about.
func storeChange(tx pg.Tx, c *Customer, ch *Change) error {
	if err := update(tx, c); err != nil {
		return err
	}
	switch {
	case ch.Field == FieldContact && ch.NewValue.none():
		return pg.One(tx.Where("id = ?", ch.PartID).Delete(&Contact{}))
	case ch.Field == FieldAddress && ch.NewValue.none():
		return pg.One(tx.Where("id = ?", ch.PartID).Delete(&Address{}))
	}
	for i := range c.Contacts {
		if ch.PartID != nil && c.Contacts[i].ID == *ch.PartID {
			return pg.One(tx.Select("*").Where("id = ?", ch.PartID).Updates(&c.Contacts[i]))
		}
	}
	for i := range c.Addresses {
		if ch.PartID != nil && c.Addresses[i].ID == *ch.PartID {
			return pg.One(tx.Select("*").Where("id = ?", ch.PartID).Updates(&c.Addresses[i]))
		}
	}
	return nil
}
