package catalog

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Service holds the use cases of products, categories and costs.
type Service struct{}

// New returns the service.
func New() *Service { return &Service{} }

// CreateProduct registers a product. Returns ErrCodeTaken, ErrRefTaken or ErrCategory.
func (s *Service) CreateProduct(tx pg.Tx, _ identity.Principal, in Input) (Product, error) {
	p := in.product(tx)
	// References first: of two first calls for one external id the second waits here and not on the code.
	if err := insertRefs(tx, p.ID, in.Refs); err != nil {
		return Product{}, err
	}
	if err := pg.Insert(tx, &p); err != nil {
		return Product{}, err
	}
	return p, audit.Record(tx, audit.Entry{Action: "createProduct", SubjectType: "product", SubjectID: p.ID, After: p})
}

func (in Input) product(tx pg.Tx) Product {
	p := Product{
		ID: uuid.Must(uuid.NewV7()), Code: in.Code, Name: in.Name, NameEN: in.NameEN, Spec: in.Spec, Unit: in.Unit,
		Kind: in.Kind, Lifecycle: in.Lifecycle, CategoryID: in.CategoryID, TaxRate: in.TaxRate, Active: true,
		TonnesPerUnit: in.TonnesPerUnit, CreatedAt: tx.Now, CreatedBy: actor(tx), UpdatedAt: tx.Now, Version: 1, Refs: in.Refs,
	}
	if p.Lifecycle == "" {
		p.Lifecycle = LifecycleNew
	}
	if p.Lifecycle == LifecycleDormant {
		p.DormantAt = &p.CreatedAt
	}
	if p.TonnesPerUnit == nil {
		p.TonnesPerUnit = TonnesOf(p.Unit)
	}
	return p
}

// GetProduct returns a product with what other systems call it. Everyone who is signed in sees products.
func (s *Service) GetProduct(tx pg.Tx, _ identity.Principal, id uuid.UUID) (Product, error) {
	p, err := pg.Take[Product](tx, "id = ?", id)
	if err != nil {
		return Product{}, err
	}
	return withRefs(tx, p)
}

// GetProductByCode returns the product with exactly this code.
func (s *Service) GetProductByCode(tx pg.Tx, _ identity.Principal, code string) (Product, error) {
	p, err := pg.Take[Product](tx, "code = ?", code)
	if err != nil {
		return Product{}, err
	}
	return withRefs(tx, p)
}

// GetProductByExternalID returns the product that source calls externalID.
func (s *Service) GetProductByExternalID(tx pg.Tx, _ identity.Principal, source, externalID string) (Product, error) {
	p, err := pg.Take[Product](tx, "id = (SELECT subject_id FROM external_refs WHERE kind = ? AND source = ? AND external_id = ?)", refKind, source, externalID)
	if err != nil {
		return Product{}, err
	}
	return withRefs(tx, p)
}

// UpdateProduct changes a product, if its version is still the one given. Locks the product. Returns errs.ErrNotFound,
// errs.ErrStale, ErrCodeTaken or ErrCategory.
func (s *Service) UpdateProduct(tx pg.Tx, _ identity.Principal, id uuid.UUID, version int64, patch Patch) (Product, error) {
	p, err := lock(tx, id, &version)
	if err != nil {
		return Product{}, err
	}
	return change(tx, "updateProduct", p, patch.apply)
}

// ChangeProductLifecycle moves a product to another state of its lifecycle (PRC-02). version is optional. Locks the product. Returns
// ErrLifecycle for an arrow that isn't there, errs.ErrNotFound or errs.ErrStale.
func (s *Service) ChangeProductLifecycle(tx pg.Tx, _ identity.Principal, id uuid.UUID, version *int64, to Lifecycle) (Product, error) {
	p, err := lock(tx, id, version)
	if err != nil {
		return Product{}, err
	}
	if !p.Lifecycle.CanBecome(to) { // PRC-02
		return Product{}, ErrLifecycle.With("from", p.Lifecycle, "to", to)
	}
	return change(tx, "changeProductLifecycle", p, func(p *Product) {
		p.Lifecycle = to
		if to == LifecycleDormant {
			p.DormantAt = &tx.Now
		}
	})
}

// UpsertProduct creates or changes the product that source calls externalID: what an ERP pushes. version is optional. A
// product that exists keeps its lifecycle, which is decided here and not there, and nothing is written when nothing
// differs. When two first calls meet, one runs again and finds the product. Locks the product if it exists.
func (s *Service) UpsertProduct(tx pg.Tx, who identity.Principal, source, externalID string, version *int64, in Input) (Product, error) {
	found, err := s.GetProductByExternalID(tx, who, source, externalID)
	if errors.Is(err, errs.ErrNotFound) {
		return s.createNamed(tx, who, Ref{Source: source, ExternalID: externalID}, in)
	}
	if err != nil {
		return Product{}, err
	}
	p, err := lock(tx, found.ID, version)
	if err != nil || in.equals(p) {
		return p, err
	}
	return change(tx, "upsertProductByExternalId", p, in.patch().apply)
}

// createNamed creates a product with the reference that it is called by, whether or not the caller names that among the others too.
func (s *Service) createNamed(tx pg.Tx, who identity.Principal, name Ref, in Input) (Product, error) {
	refs := []Ref{name}
	for _, r := range in.Refs {
		if r.Source != name.Source || r.ExternalID != name.ExternalID {
			refs = append(refs, r)
		}
	}
	in.Refs = refs
	p, err := s.CreateProduct(tx, who, in)
	if !errors.Is(err, ErrRefTaken) {
		return p, err
	}
	if _, missing := s.GetProductByExternalID(tx, who, name.Source, name.ExternalID); missing == nil {
		return Product{}, pg.ErrAgain // another first call was quicker
	}
	return Product{}, err // one of the others is another product's
}

// ListProducts returns a page of products in the order of their codes.
func (s *Service) ListProducts(tx pg.Tx, _ identity.Principal, f Filter, page pg.Page) ([]Product, string, error) {
	return list(tx, f, page)
}

func lock(tx pg.Tx, id uuid.UUID, version *int64) (Product, error) {
	p, err := pg.TakeForUpdate[Product](tx, "id = ?", id)
	if err != nil {
		return Product{}, err
	}
	if version != nil && p.Version != *version {
		return Product{}, errs.ErrStale
	}
	return withRefs(tx, p)
}

func change(tx pg.Tx, action string, p Product, apply func(*Product)) (Product, error) {
	before := p
	apply(&p)
	p.UpdatedAt = tx.Now
	if err := store(tx, p); err != nil {
		return Product{}, err
	}
	p.Version++
	return p, audit.Record(tx, audit.Entry{Action: action, SubjectType: "product", SubjectID: p.ID, Before: before, After: p})
}

func (in Input) patch() Patch {
	active := true
	p := Patch{
		Code: &in.Code, Name: &in.Name, NameEN: &in.NameEN, Spec: &in.Spec, Unit: &in.Unit, Kind: &in.Kind,
		CategoryID: &in.CategoryID, TaxRate: &in.TaxRate, Active: &active,
	}
	if in.TonnesPerUnit != nil {
		p.TonnesPerUnit = &in.TonnesPerUnit
	}
	return p
}

// equals reports whether upserting in would leave the product as it is.
func (in Input) equals(p Product) bool {
	q := p
	in.patch().apply(&q)
	same := q.CategoryID == p.CategoryID || (q.CategoryID != nil && p.CategoryID != nil && *q.CategoryID == *p.CategoryID)
	return same && q.TaxRate.Equal(p.TaxRate) && q.Code == p.Code && q.Name == p.Name && q.NameEN == p.NameEN &&
		q.Spec == p.Spec && q.Unit == p.Unit && q.Kind == p.Kind && q.Active == p.Active && sameWeight(q.TonnesPerUnit, p.TonnesPerUnit)
}

func actor(tx pg.Tx) *uuid.UUID {
	if tx.By.ActorID == uuid.Nil {
		return nil
	}
	id := tx.By.ActorID
	return &id
}
