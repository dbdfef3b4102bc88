package pricing

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func insertEntries(tx pg.Tx, table uuid.UUID, entries []Entry) error {
	rows := slices.Clone(entries)
	for i := range rows {
		rows[i].TableID, rows[i].Level = table, rows[i].level()
	}
	return pg.Insert(tx, &rows)
}

func replaceEntries(tx pg.Tx, table uuid.UUID, entries []Entry) error {
	if err := tx.Exec("DELETE FROM price_authority_entries WHERE table_id = ?", table).Error; err != nil {
		return err
	}
	return insertEntries(tx, table, entries)
}

// GetPriceAuthorityTable returns a table with its entries and where it stands in time.
func (s *Service) GetPriceAuthorityTable(tx pg.Tx, _ identity.Principal, id uuid.UUID) (AuthorityTable, error) {
	t, err := pg.Take[AuthorityTable](tx, "id = ?", id)
	if err != nil {
		return AuthorityTable{}, err
	}
	if t.Entries, err = readEntries(tx, id); err != nil {
		return AuthorityTable{}, err
	}
	err = Stand(tx, authorityTable, &t.Revision)
	return t, err
}

// GetPriceAuthority returns the table in force at an instant, past or future; zero is now (PRC-09). Returns
// errs.ErrNotFound before the first.
func (s *Service) GetPriceAuthority(tx pg.Tx, who identity.Principal, at time.Time) (AuthorityTable, error) {
	if at.IsZero() {
		at = tx.Now
	}
	id, err := inForce(tx, authorityTable, at)
	if err != nil {
		return AuthorityTable{}, err
	}
	if id == uuid.Nil {
		return AuthorityTable{}, errs.ErrNotFound
	}
	return s.GetPriceAuthorityTable(tx, who, id)
}

// ListPriceAuthorityTables returns a page of tables without their entries, the latest first.
func (s *Service) ListPriceAuthorityTables(tx pg.Tx, _ identity.Principal, state State, page pg.Page) ([]AuthorityTable, string, error) {
	q := tx.Order("created_at DESC, id DESC").Limit(page.Limit + 1)
	var after tableCursor
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(created_at, id) < (?, ?)", after.At, after.ID)
	}
	if state != "" {
		q = q.Where("state = ?", state)
	}
	var rows []AuthorityTable
	if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
		return rows, "", err
	}
	all := make([]*Revision, len(rows))
	for i := range rows {
		all[i] = &rows[i].Revision
	}
	if err := Stand(tx, authorityTable, all...); err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(t AuthorityTable) any { return tableCursor{t.CreatedAt, t.ID} })
}

type tableCursor struct {
	At time.Time
	ID uuid.UUID
}

// percent writes a bound the same way whatever its trailing zeros.
func percent(d *decimal.Decimal) string {
	if d == nil {
		return "∞"
	}
	return d.Trim(0).String()
}

func sorted(rows []string) []string {
	slices.Sort(rows)
	return rows
}

// namesOfEntries reads the products that entries are for, and the names of the categories.
func namesOfEntries(tx pg.Tx, tables ...[]Entry) (map[uuid.UUID]catalog.Product, map[uuid.UUID]string, error) {
	var products, categories []uuid.UUID
	for _, e := range slices.Concat(tables...) {
		if e.ProductID != nil {
			products = append(products, *e.ProductID)
		}
		if e.CategoryID != nil {
			categories = append(categories, *e.CategoryID)
		}
	}
	known, err := catalog.Briefs(tx, products)
	if err != nil || len(categories) == 0 {
		return known, nil, err
	}
	var rows []struct {
		ID   uuid.UUID
		Name string
	}
	err = tx.Raw("SELECT id, name FROM product_categories WHERE id = ANY (CAST(? AS uuid[]))", uuidArray(categories)).Scan(&rows).Error
	names := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return known, names, err
}
