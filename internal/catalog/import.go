package catalog

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// ImportBatch registers or updates products known by their code and returns, for each row, "created", "updated" or
// "unchanged". The lifecycle of a product that exists is not touched: it changes by its own use case (PRC-02), and a row
// without a category leaves the product's. Four statements and one for each product that changes. Locks the
// products that exist, in id order.
func (s *Service) ImportBatch(tx pg.Tx, rows []Input) ([]string, error) {
	known, err := lockByCode(tx, rows)
	if err != nil {
		return nil, err
	}
	outcomes := make([]string, len(rows))
	var created []Product
	var entries []audit.Entry
	for i, in := range rows {
		before, exists := known[in.Code]
		p := in.product(tx)
		if !exists {
			outcomes[i] = "created"
			created = append(created, p)
			entries = append(entries, audit.Entry{Action: "importProduct", SubjectType: "product", SubjectID: p.ID, After: p})
			continue
		}
		after := before
		after.Name, after.NameEN, after.Spec, after.Unit, after.Kind, after.TaxRate = p.Name, p.NameEN, p.Spec, p.Unit, p.Kind, p.TaxRate
		if in.TonnesPerUnit != nil || before.Unit != p.Unit {
			after.TonnesPerUnit = p.TonnesPerUnit
		}
		if p.CategoryID != nil {
			after.CategoryID = p.CategoryID
		}
		if sameProduct(before, after) {
			outcomes[i] = "unchanged"
			continue
		}
		outcomes[i] = "updated"
		if err := updateImported(tx, &after); err != nil {
			return nil, err
		}
		entries = append(entries, audit.Entry{Action: "importProduct", SubjectType: "product", SubjectID: after.ID, Before: before, After: after})
	}
	if len(created) > 0 {
		if err := pg.Insert(tx, &created); err != nil {
			return nil, err
		}
	}
	return outcomes, audit.RecordAll(tx, entries)
}

func sameProduct(a, b Product) bool {
	return a.Name == b.Name && a.NameEN == b.NameEN && a.Spec == b.Spec && a.Unit == b.Unit && a.Kind == b.Kind &&
		a.TaxRate.Equal(b.TaxRate) && sameWeight(a.TonnesPerUnit, b.TonnesPerUnit) && (a.CategoryID == b.CategoryID || a.CategoryID != nil && b.CategoryID != nil && *a.CategoryID == *b.CategoryID)
}

func updateImported(tx pg.Tx, p *Product) error {
	err := pg.Update(tx, "products", p.ID, p.Version, map[string]any{
		"name": p.Name, "name_en": p.NameEN, "spec": p.Spec, "unit": p.Unit, "kind": p.Kind, "tax_rate": p.TaxRate,
		"category_id": p.CategoryID, "tonnes_per_unit": p.TonnesPerUnit, "updated_at": tx.Now,
	})
	p.Version, p.UpdatedAt = p.Version+1, tx.Now
	return err
}

func lockByCode(tx pg.Tx, rows []Input) (map[string]Product, error) {
	codes := make(pg.TextArray, len(rows))
	for i, in := range rows {
		codes[i] = in.Code
	}
	var found []Product
	if err := tx.Raw("SELECT * FROM products WHERE code = ANY(?) ORDER BY id FOR UPDATE", codes).Scan(&found).Error; err != nil {
		return nil, err
	}
	known := make(map[string]Product, len(found))
	for _, p := range found {
		known[p.Code] = p
	}
	return known, nil
}

// IDsByCode returns the ids of products by code; unknown codes are left out.
func IDsByCode(tx pg.Tx, codes []string) (map[string]uuid.UUID, error) {
	var rows []Product
	err := tx.Select("id", "code").Where("code = ANY(?)", pg.TextArray(codes)).Find(&rows).Error
	found := make(map[string]uuid.UUID, len(rows))
	for _, p := range rows {
		found[p.Code] = p.ID
	}
	return found, err
}

// CategoriesByCode returns the ids of all categories by code.
func CategoriesByCode(tx pg.Tx) (map[string]uuid.UUID, error) {
	var rows []Category
	err := tx.Select("id", "code").Find(&rows).Error
	found := make(map[string]uuid.UUID, len(rows))
	for _, c := range rows {
		found[c.Code] = c.ID
	}
	return found, err
}
