package catalog

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Category groups products, for price authority and for lists. Categories have no levels.
type Category struct {
	ID        uuid.UUID
	Code      string
	Name      string
	NameEN    string
	Active    bool
	CreatedAt time.Time
	CreatedBy *uuid.UUID
	Version   int64
}

// TableName is where categories are kept.
func (Category) TableName() string { return "product_categories" }

// CategoryPatch is a change to a category: nil leaves a field as it is.
type CategoryPatch struct {
	Code, Name, NameEN *string
	Active             *bool
}

// CreateProductCategory registers a category. Returns ErrCategoryCodeTaken.
func (s *Service) CreateProductCategory(tx pg.Tx, _ identity.Principal, code, name, nameEN string) (Category, error) {
	c := Category{
		ID: uuid.Must(uuid.NewV7()), Code: code, Name: name, NameEN: nameEN, Active: true,
		CreatedAt: tx.Now, CreatedBy: actor(tx), Version: 1,
	}
	if err := pg.Insert(tx, &c); err != nil {
		return Category{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "createProductCategory", SubjectType: "product_category", SubjectID: c.ID, After: c})
}

// GetProductCategory returns one category.
func (s *Service) GetProductCategory(tx pg.Tx, _ identity.Principal, id uuid.UUID) (Category, error) {
	return pg.Take[Category](tx, "id = ?", id)
}

// ListProductCategories returns a page of categories in the order of their codes.
func (s *Service) ListProductCategories(tx pg.Tx, _ identity.Principal, page pg.Page) ([]Category, string, error) {
	q := tx.Order("code").Limit(page.Limit + 1)
	var after string
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("code > ?", after)
	}
	var rows []Category
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(c Category) any { return c.Code })
}

// UpdateProductCategory changes a category, if its version is still the one given. Locks the category. Returns
// errs.ErrNotFound, errs.ErrStale or ErrCategoryCodeTaken.
func (s *Service) UpdateProductCategory(tx pg.Tx, _ identity.Principal, id uuid.UUID, version int64, patch CategoryPatch) (Category, error) {
	c, err := pg.TakeForUpdate[Category](tx, "id = ?", id)
	if err != nil {
		return Category{}, err
	}
	if c.Version != version {
		return Category{}, errs.ErrStale
	}
	before := c
	set(&c.Code, patch.Code)
	set(&c.Name, patch.Name)
	set(&c.NameEN, patch.NameEN)
	set(&c.Active, patch.Active)
	err = pg.Update(tx, "product_categories", c.ID, c.Version, map[string]any{
		"code": c.Code, "name": c.Name, "name_en": c.NameEN, "active": c.Active,
	})
	if err != nil {
		return Category{}, err
	}
	c.Version++
	return c, audit.Record(tx, audit.Entry{
		Action: "updateProductCategory", SubjectType: "product_category", SubjectID: c.ID, Before: before, After: c,
	})
}
