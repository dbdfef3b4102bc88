package customer

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func insert(tx pg.Tx, c Customer) error {
	if err := pg.Insert(tx, &c); err != nil {
		return err
	}
	return insertParts(tx, c)
}

func insertParts(tx pg.Tx, c Customer) error {
	if err := pg.Insert(tx, &c.Contacts); err != nil {
		return err
	}
	if len(c.Addresses) == 0 {
		return nil
	}
	return pg.Insert(tx, &c.Addresses)
}

func replaceParts(tx pg.Tx, c Customer) error {
	if err := clearParts(tx, c.ID); err != nil {
		return err
	}
	return insertParts(tx, c)
}

func clearParts(tx pg.Tx, id uuid.UUID) error {
	if err := tx.Where("customer_id = ?", id).Delete(&Contact{}).Error; err != nil {
		return err
	}
	return tx.Where("customer_id = ?", id).Delete(&Address{}).Error
}

// update writes what may change and raises the version.
func update(tx pg.Tx, c *Customer) error {
	err := pg.Update(tx, "customers", c.ID, c.Version, map[string]any{
		"name": c.Name, "name_key": c.NameKey, "name_grams": c.NameGrams, "uscc": c.USCC, "industry": c.Industry, "region": c.Region,
		"remarks": c.Remarks, "status": c.Status, "owner_id": c.OwnerID, "owned_at": c.OwnedAt, "bill_to_id": c.BillToID,
		"updated_at": c.UpdatedAt,
	})
	c.Version++
	return err
}

func attachParts(tx pg.Tx, c *Customer) error {
	if err := tx.Where("customer_id = ?", c.ID).Order("position_no").Find(&c.Contacts).Error; err != nil {
		return err
	}
	return tx.Where("customer_id = ?", c.ID).Order("id").Find(&c.Addresses).Error
}

// findClaim looks for a claim on one of the keys that isn't except's: the code before the name before a phone.
func findClaim(tx pg.Tx, k Keys, except uuid.UUID) (*Claim, error) {
	var rows []Claim
	err := tx.Raw(`SELECT h.subject_type, h.subject_id, h.owner_id, u.name AS owner_name, h.owned_at, h.pooled, h.kind AS same
		FROM company_holders h JOIN users u ON u.id = h.owner_id
		WHERE ((h.kind = 'uscc' AND h.key = ?) OR (h.kind = 'name' AND h.key = ?) OR (h.kind = 'phone' AND h.key = ANY(?)))
		AND h.subject_id <> ?
		ORDER BY CASE h.kind WHEN 'uscc' THEN 1 WHEN 'name' THEN 2 ELSE 3 END LIMIT 1`,
		k.USCC, k.Name, pg.TextArray(k.Phones), except).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// heldClaims returns the claims on any of many keys.
func heldClaims(tx pg.Tx, usccs, names, phones pg.TextArray) (map[claimKey]Claim, error) {
	var hits []struct {
		Claim
		Key string
	}
	err := tx.Raw(`SELECT h.key, h.subject_type, h.subject_id, h.owner_id, u.name AS owner_name, h.owned_at, h.pooled, h.kind AS same
		FROM company_holders h JOIN users u ON u.id = h.owner_id
		WHERE (h.kind = 'uscc' AND h.key = ANY(?)) OR (h.kind = 'name' AND h.key = ANY(?)) OR (h.kind = 'phone' AND h.key = ANY(?))`,
		usccs, names, phones).Scan(&hits).Error
	held := make(map[claimKey]Claim, len(hits))
	for _, h := range hits {
		held[claimKey{h.Same, h.Key}] = h.Claim
	}
	return held, err
}

func paysForOthers(tx pg.Tx, id uuid.UUID) (bool, error) {
	var n int64
	err := tx.Raw("SELECT count(*) FROM (SELECT FROM customers WHERE bill_to_id = ? LIMIT 1) one", id).Scan(&n).Error
	return n > 0, err
}

func errIsNotFound(err error) bool { return errors.Is(err, errs.ErrNotFound) }

// Filter narrows a list.
type Filter struct {
	Query   string // substring of the name, or the code, credit code or a phone
	OwnerID *uuid.UUID
	Status  Status // "" for any
}

// Summary is a customer as a list shows it.
type Summary struct {
	ID           uuid.UUID
	Code         string
	Name         string
	USCC         *string `gorm:"column:uscc"`
	Region       string
	Status       Status
	OwnerID      uuid.UUID
	Version      int64
	ContactName  string
	ContactPhone string
}

// List returns customers that the caller may see (ORG-06), newest first, and the cursor of the next page. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Summary, string, error) {
	q := tx.Table("customers c").Select(`c.id, c.code, c.name, c.uscc, c.region, c.status, c.owner_id, c.version,
		k.name AS contact_name, k.phone AS contact_phone`).
		Joins(`CROSS JOIN LATERAL (SELECT name, phone FROM customer_contacts WHERE customer_id = c.id ORDER BY position_no LIMIT 1) k`)
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	if f.OwnerID != nil {
		q = q.Where("c.owner_id = ?", *f.OwnerID)
	}
	if f.Status != "" {
		q = q.Where("c.status = ?", f.Status)
	}
	if f.Query != "" {
		where, args := search(f.Query)
		q = q.Where(where, args...)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("c.id < ?", last)
	}
	var rows []Summary
	if err := q.Order("c.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Summary) any { return r.ID })
}

// search makes the condition for a text that a person typed. Each branch has an index of its own.
func search(text string) (string, []any) {
	where, args := "c.code = ? OR c.uscc = ?", []any{text, text}
	if key := NameKey(text); key != "" {
		where += " OR (c.name_grams @> ? AND position(? IN c.name_key) > 0)"
		args = append(args, pg.TextArray(Grams(key)), key)
	}
	if phone := PhoneKey(text); phone != "" {
		where += " OR c.id = ANY (ARRAY(SELECT customer_id FROM customer_contacts WHERE phone_key = ?))"
		args = append(args, phone)
	}
	return where, args
}

// Brief returns a customer without its parts, for other modules. Returns errs.ErrNotFound. Takes no lock and checks no
// visibility: the calling module does.
func Brief(tx pg.Tx, id uuid.UUID) (Customer, error) { return pg.Take[Customer](tx, "id = ?", id) }

// Matching is the condition of List's text search on customers c, for lists of other modules that name customers.
func Matching(text string) (where string, args []any) { return search(text) }
