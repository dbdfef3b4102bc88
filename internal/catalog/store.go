package catalog

import (
	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/pg"
)

// Filter narrows a list of products; zero fields don't.
type Filter struct {
	Code       string // exactly
	Search     string // part of code, name, English name or specification, any case
	CategoryID *uuid.UUID
	Lifecycle  Lifecycle
	Kind       Kind
	Active     *bool
}

func list(tx pg.Tx, f Filter, page pg.Page) ([]Product, string, error) {
	q := tx.Order("code").Limit(page.Limit + 1)
	var after string
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("code > ?", after)
	}
	if f.Code != "" {
		q = q.Where("code = ?", f.Code)
	}
	if f.Search != "" {
		q = q.Where("search LIKE ?", pg.Containing(f.Search))
	}
	if f.CategoryID != nil {
		q = q.Where("category_id = ?", *f.CategoryID)
	}
	if f.Lifecycle != "" {
		q = q.Where("lifecycle = ?", f.Lifecycle)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if f.Active != nil {
		q = q.Where("active = ?", *f.Active)
	}
	var rows []Product
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(page, rows, func(p Product) any { return p.Code })
	if err != nil {
		return nil, "", err
	}
	return rows, next, attachRefs(tx, rows)
}

func store(tx pg.Tx, p Product) error {
	return pg.Update(tx, "products", p.ID, p.Version, map[string]any{
		"code": p.Code, "name": p.Name, "name_en": p.NameEN, "spec": p.Spec, "unit": p.Unit, "kind": p.Kind,
		"lifecycle": p.Lifecycle, "category_id": p.CategoryID, "tax_rate": p.TaxRate, "active": p.Active, "updated_at": p.UpdatedAt,
		"tonnes_per_unit": p.TonnesPerUnit, "dormant_at": p.DormantAt,
	})
}

// refKind marks the references of products among those of other modules.
const refKind = "product"

func insertRefs(tx pg.Tx, id uuid.UUID, refs []Ref) error {
	if len(refs) == 0 {
		return nil
	}
	rows := make([]Ref, len(refs))
	for i, r := range refs {
		rows[i] = Ref{Kind: refKind, Source: r.Source, ExternalID: r.ExternalID, SubjectID: id}
	}
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows)
	if res.Error == nil && res.RowsAffected != int64(len(rows)) {
		return ErrRefTaken
	}
	return res.Error
}

func withRefs(tx pg.Tx, p Product) (Product, error) {
	rows := []Product{p}
	err := attachRefs(tx, rows)
	return rows[0], err
}

func attachRefs(tx pg.Tx, products []Product) error {
	if len(products) == 0 {
		return nil
	}
	at := make(map[uuid.UUID]int, len(products))
	ids := make([]uuid.UUID, len(products))
	for i, p := range products {
		at[p.ID], ids[i] = i, p.ID
	}
	var refs []Ref
	if err := tx.Where("kind = ? AND subject_id IN ?", refKind, ids).Order("source, external_id").Find(&refs).Error; err != nil {
		return err
	}
	for _, r := range refs {
		p := &products[at[r.SubjectID]]
		p.Refs = append(p.Refs, r)
	}
	return nil
}
