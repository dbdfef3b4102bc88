package httpapi

import (
	"context"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListProductCategories implements the operation of that name.
func (s *Server) ListProductCategories(ctx context.Context, r api.ListProductCategoriesRequestObject) (api.ListProductCategoriesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProductCategories200JSONResponse, error) {
		rows, next, err := s.Products.ListProductCategories(tx, who, page(r.Params.Limit, r.Params.Cursor))
		return api.ListProductCategories200JSONResponse{Data: each(rows, categoryBody), NextCursor: optional(next)}, err
	})
}

// CreateProductCategory implements the operation of that name.
func (s *Server) CreateProductCategory(ctx context.Context, r api.CreateProductCategoryRequestObject) (api.CreateProductCategoryResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateProductCategory201JSONResponse, error) {
		c, err := s.Products.CreateProductCategory(tx, who, r.Body.Code, r.Body.Name, value(r.Body.NameEn))
		return api.CreateProductCategory201JSONResponse{Body: categoryBody(c), Headers: api.CreateProductCategory201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// GetProductCategory implements the operation of that name.
func (s *Server) GetProductCategory(ctx context.Context, r api.GetProductCategoryRequestObject) (api.GetProductCategoryResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProductCategory200JSONResponse, error) {
		c, err := s.Products.GetProductCategory(tx, who, r.CategoryID)
		return api.GetProductCategory200JSONResponse{Body: categoryBody(c), Headers: api.GetProductCategory200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// UpdateProductCategory implements the operation of that name.
func (s *Server) UpdateProductCategory(ctx context.Context, r api.UpdateProductCategoryRequestObject) (api.UpdateProductCategoryResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateProductCategory200JSONResponse, error) {
		change := catalog.CategoryPatch{Code: r.Body.Code, Name: r.Body.Name, NameEN: r.Body.NameEn, Active: r.Body.Active}
		c, err := s.Products.UpdateProductCategory(tx, who, r.CategoryID, ifMatch(r.Params.IfMatch), change)
		return api.UpdateProductCategory200JSONResponse{Body: categoryBody(c), Headers: api.UpdateProductCategory200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ListProducts implements the operation of that name.
func (s *Server) ListProducts(ctx context.Context, r api.ListProductsRequestObject) (api.ListProductsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProducts200JSONResponse, error) {
		f := catalog.Filter{
			Search: value(r.Params.Q), Code: value(r.Params.Code), CategoryID: r.Params.CategoryID,
			Lifecycle: catalog.Lifecycle(value(r.Params.Lifecycle)), Kind: catalog.Kind(value(r.Params.Kind)), Active: r.Params.Active,
		}
		rows, next, err := s.Products.ListProducts(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListProducts200JSONResponse{Data: each(rows, productBody), NextCursor: optional(next)}, err
	})
}

// CreateProduct implements the operation of that name.
func (s *Server) CreateProduct(ctx context.Context, r api.CreateProductRequestObject) (api.CreateProductResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateProduct201JSONResponse, error) {
		p, err := s.Products.CreateProduct(tx, who, productInput(*r.Body))
		return api.CreateProduct201JSONResponse{Body: productBody(p), Headers: api.CreateProduct201ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// GetProduct implements the operation of that name.
func (s *Server) GetProduct(ctx context.Context, r api.GetProductRequestObject) (api.GetProductResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProduct200JSONResponse, error) {
		p, err := s.Products.GetProduct(tx, who, r.ProductID)
		return api.GetProduct200JSONResponse{Body: productBody(p), Headers: api.GetProduct200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// UpdateProduct implements the operation of that name.
func (s *Server) UpdateProduct(ctx context.Context, r api.UpdateProductRequestObject) (api.UpdateProductResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateProduct200JSONResponse, error) {
		p, err := s.Products.UpdateProduct(tx, who, r.ProductID, ifMatch(r.Params.IfMatch), productPatch(*r.Body))
		return api.UpdateProduct200JSONResponse{Body: productBody(p), Headers: api.UpdateProduct200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ChangeProductLifecycle implements the operation of that name.
func (s *Server) ChangeProductLifecycle(ctx context.Context, r api.ChangeProductLifecycleRequestObject) (api.ChangeProductLifecycleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ChangeProductLifecycle200JSONResponse, error) {
		to := catalog.Lifecycle(r.Body.Lifecycle)
		p, err := s.Products.ChangeProductLifecycle(tx, who, r.ProductID, optionalMatch(r.Params.IfMatch), to)
		return api.ChangeProductLifecycle200JSONResponse{Body: productBody(p), Headers: api.ChangeProductLifecycle200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// GetProductByExternalID implements the operation of that name.
func (s *Server) GetProductByExternalID(ctx context.Context, r api.GetProductByExternalIDRequestObject) (api.GetProductByExternalIDResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProductByExternalID200JSONResponse, error) {
		p, err := s.Products.GetProductByExternalID(tx, who, r.Source, r.ExternalID)
		return api.GetProductByExternalID200JSONResponse{Body: productBody(p), Headers: api.GetProductByExternalID200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// UpsertProductByExternalID implements the operation of that name.
func (s *Server) UpsertProductByExternalID(ctx context.Context, r api.UpsertProductByExternalIDRequestObject) (api.UpsertProductByExternalIDResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpsertProductByExternalID200JSONResponse, error) {
		p, err := s.Products.UpsertProduct(tx, who, r.Source, r.ExternalID, optionalMatch(r.Params.IfMatch), productInput(*r.Body))
		return api.UpsertProductByExternalID200JSONResponse{Body: productBody(p), Headers: api.UpsertProductByExternalID200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ListProductCosts implements the operation of that name.
func (s *Server) ListProductCosts(ctx context.Context, r api.ListProductCostsRequestObject) (api.ListProductCostsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProductCosts200JSONResponse, error) {
		rows, next, err := s.Products.ListProductCosts(tx, who, r.ProductID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListProductCosts200JSONResponse{Data: each(rows, costBody), NextCursor: optional(next)}, err
	})
}

// RecordProductCost implements the operation of that name.
func (s *Server) RecordProductCost(ctx context.Context, r api.RecordProductCostRequestObject) (api.RecordProductCostResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordProductCost201JSONResponse, error) {
		c, err := s.Products.RecordProductCost(tx, who, r.ProductID, r.Body.EffectiveOn.Time, r.Body.Cost, r.Body.Reason)
		return api.RecordProductCost201JSONResponse(costBody(c)), err
	})
}

func productInput(b api.ProductCreate) catalog.Input {
	in := catalog.Input{
		Code: b.Code, Name: b.Name, NameEN: value(b.NameEn), Spec: value(b.Spec), Unit: b.Unit, Kind: catalog.Kind(b.Kind),
		Lifecycle: catalog.Lifecycle(value(b.Lifecycle)), CategoryID: b.CategoryID, TaxRate: b.TaxRate,
		TonnesPerUnit: b.TonnesPerUnit,
	}
	for _, ref := range value(b.ExternalRefs) {
		in.Refs = append(in.Refs, catalog.Ref{Source: ref.Source, ExternalID: ref.ID})
	}
	return in
}

func productPatch(b api.ProductPatch) catalog.Patch {
	p := catalog.Patch{
		Code: b.Code, Name: b.Name, NameEN: b.NameEn, Spec: b.Spec, Unit: b.Unit, Kind: (*catalog.Kind)(b.Kind), TaxRate: b.TaxRate, Active: b.Active,
	}
	if b.CategoryID.IsSpecified() {
		var category *uuid.UUID
		patchPointer(&category, b.CategoryID)
		p.CategoryID = &category
	}
	if b.TonnesPerUnit.IsSpecified() {
		var tonnes *decimal.Decimal
		patchPointer(&tonnes, b.TonnesPerUnit)
		p.TonnesPerUnit = &tonnes
	}
	return p
}

func productBody(p catalog.Product) api.Product {
	return api.Product{
		ID: p.ID, Code: p.Code, Name: p.Name, NameEn: optional(p.NameEN), Spec: optional(p.Spec), Unit: p.Unit, Kind: api.ProductKind(p.Kind),
		Lifecycle: api.ProductLifecycle(p.Lifecycle), CategoryID: p.CategoryID, TaxRate: p.TaxRate, Active: p.Active,
		TonnesPerUnit: p.TonnesPerUnit,
		ExternalRefs:  each(p.Refs, func(r catalog.Ref) api.ExternalRef { return api.ExternalRef{Source: r.Source, ID: r.ExternalID} }),
		CreatedAt:     p.CreatedAt, UpdatedAt: p.UpdatedAt, Etag: etag(p.Version),
	}
}

func categoryBody(c catalog.Category) api.ProductCategory {
	return api.ProductCategory{
		ID: c.ID, Code: c.Code, Name: c.Name, NameEn: optional(c.NameEN), Active: c.Active, CreatedAt: c.CreatedAt, Etag: etag(c.Version),
	}
}

func costBody(c catalog.Cost) api.ProductCost {
	return api.ProductCost{
		EffectiveOn: openapi_types.Date{Time: c.EffectiveOn}, Cost: c.Cost, Reason: c.Reason, RecordedAt: c.RecordedAt, RecordedBy: c.RecordedBy,
	}
}

// each maps a slice; the result is never nil, so that an empty list is [] and not null.
func each[T, R any](rows []T, body func(T) R) []R {
	out := make([]R, len(rows))
	for i, row := range rows {
		out[i] = body(row)
	}
	return out
}
