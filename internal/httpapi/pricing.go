package httpapi

import (
	"context"
	"time"

	"github.com/govalues/decimal"
	"github.com/oapi-codegen/nullable"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
)

// ListBasePriceLists implements the operation of that name.
func (s *Server) ListBasePriceLists(ctx context.Context, r api.ListBasePriceListsRequestObject) (api.ListBasePriceListsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBasePriceLists200JSONResponse, error) {
		f := pricelist.ListFilter{State: pricing.State(value(r.Params.State)), Resolution: r.Params.ResolutionID}
		rows, next, err := s.PriceLists.ListBasePriceLists(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListBasePriceLists200JSONResponse{Data: each(rows, priceListBody), NextCursor: optional(next)}, err
	})
}

// CreateBasePriceList implements the operation of that name.
func (s *Server) CreateBasePriceList(ctx context.Context, r api.CreateBasePriceListRequestObject) (api.CreateBasePriceListResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateBasePriceList201JSONResponse, error) {
		in := pricelist.ListInput{EffectiveAt: r.Body.EffectiveAt, ReasonKind: pricelist.ReasonKind(r.Body.ReasonKind), Reason: r.Body.Reason, RequestIDs: value(r.Body.RequestIds), Resolution: r.Body.ResolutionID, GeneralAuthority: value(r.Body.GeneralAuthority)}
		l, err := s.PriceLists.CreateBasePriceList(tx, who, in)
		return api.CreateBasePriceList201JSONResponse{Body: priceListBody(l), Headers: api.CreateBasePriceList201ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// GetBasePriceList implements the operation of that name.
func (s *Server) GetBasePriceList(ctx context.Context, r api.GetBasePriceListRequestObject) (api.GetBasePriceListResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetBasePriceList200JSONResponse, error) {
		l, err := s.PriceLists.GetBasePriceList(tx, who, r.ListID)
		return api.GetBasePriceList200JSONResponse{Body: priceListBody(l), Headers: api.GetBasePriceList200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// UpdateBasePriceList implements the operation of that name.
func (s *Server) UpdateBasePriceList(ctx context.Context, r api.UpdateBasePriceListRequestObject) (api.UpdateBasePriceListResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateBasePriceList200JSONResponse, error) {
		change := pricelist.ListPatch{
			EffectiveAt: patchInstant(r.Body.EffectiveAt), ReasonKind: (*pricelist.ReasonKind)(r.Body.ReasonKind), Reason: r.Body.Reason,
			GeneralAuthority: r.Body.GeneralAuthority,
		}
		l, err := s.PriceLists.UpdateBasePriceList(tx, who, r.ListID, ifMatch(r.Params.IfMatch), change)
		return api.UpdateBasePriceList200JSONResponse{Body: priceListBody(l), Headers: api.UpdateBasePriceList200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// ListBasePriceLines implements the operation of that name.
func (s *Server) ListBasePriceLines(ctx context.Context, r api.ListBasePriceLinesRequestObject) (api.ListBasePriceLinesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBasePriceLines200JSONResponse, error) {
		rows, next, err := s.PriceLists.ListBasePriceLines(tx, who, r.ListID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListBasePriceLines200JSONResponse{Data: each(rows, priceLineBody), NextCursor: optional(next)}, err
	})
}

// SetBasePriceLines implements the operation of that name.
func (s *Server) SetBasePriceLines(ctx context.Context, r api.SetBasePriceLinesRequestObject) (api.SetBasePriceLinesResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetBasePriceLines200JSONResponse, error) {
		lines := each(r.Body.Lines, func(b api.BasePriceLineInput) pricelist.PriceLine {
			return pricelist.PriceLine{ProductID: b.ProductID, Price: b.Price, FloorPrice: b.FloorPrice, Reason: value(b.Reason)}
		})
		l, err := s.PriceLists.SetBasePriceLines(tx, who, r.ListID, ifMatch(r.Params.IfMatch), lines)
		return api.SetBasePriceLines200JSONResponse{Body: priceListBody(l), Headers: api.SetBasePriceLines200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// RemoveBasePriceLine implements the operation of that name.
func (s *Server) RemoveBasePriceLine(ctx context.Context, r api.RemoveBasePriceLineRequestObject) (api.RemoveBasePriceLineResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RemoveBasePriceLine200JSONResponse, error) {
		l, err := s.PriceLists.RemoveBasePriceLine(tx, who, r.ListID, ifMatch(r.Params.IfMatch), r.ProductID)
		return api.RemoveBasePriceLine200JSONResponse{Body: priceListBody(l), Headers: api.RemoveBasePriceLine200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// SubmitBasePriceList implements the operation of that name.
func (s *Server) SubmitBasePriceList(ctx context.Context, r api.SubmitBasePriceListRequestObject) (api.SubmitBasePriceListResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitBasePriceList200JSONResponse, error) {
		l, err := s.PriceLists.SubmitBasePriceList(tx, who, r.ListID, optionalMatch(r.Params.IfMatch))
		return api.SubmitBasePriceList200JSONResponse{Body: priceListBody(l), Headers: api.SubmitBasePriceList200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// CancelBasePriceList implements the operation of that name.
func (s *Server) CancelBasePriceList(ctx context.Context, r api.CancelBasePriceListRequestObject) (api.CancelBasePriceListResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelBasePriceList200JSONResponse, error) {
		l, err := s.PriceLists.CancelBasePriceList(tx, who, r.ListID, optionalMatch(r.Params.IfMatch))
		return api.CancelBasePriceList200JSONResponse{Body: priceListBody(l), Headers: api.CancelBasePriceList200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// ListBasePrices implements the operation of that name.
func (s *Server) ListBasePrices(ctx context.Context, r api.ListBasePricesRequestObject) (api.ListBasePricesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBasePrices200JSONResponse, error) {
		f := pricelist.PriceFilter{At: value(r.Params.At), Search: value(r.Params.Q), CategoryID: r.Params.CategoryID}
		rows, next, err := s.PriceLists.ListBasePrices(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListBasePrices200JSONResponse{Data: each(rows, basePriceBody), NextCursor: optional(next)}, err
	})
}

// GetBasePrice implements the operation of that name.
func (s *Server) GetBasePrice(ctx context.Context, r api.GetBasePriceRequestObject) (api.GetBasePriceResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetBasePrice200JSONResponse, error) {
		p, err := s.PriceLists.GetBasePrice(tx, who, r.ProductID, value(r.Params.At))
		return api.GetBasePrice200JSONResponse(basePriceBody(p)), err
	})
}

// ListBasePriceHistory implements the operation of that name.
func (s *Server) ListBasePriceHistory(ctx context.Context, r api.ListBasePriceHistoryRequestObject) (api.ListBasePriceHistoryResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBasePriceHistory200JSONResponse, error) {
		rows, next, err := s.PriceLists.ListBasePriceHistory(tx, who, r.ProductID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListBasePriceHistory200JSONResponse{Data: each(rows, basePriceBody), NextCursor: optional(next)}, err
	})
}

func priceListBody(l pricelist.BasePriceList) api.BasePriceList {
	return api.BasePriceList{
		ID: l.ID, Number: l.Number, State: api.PriceRevisionState(l.State), Standing: optional(string(l.Standing)), EffectiveAt: l.EffectiveAt,
		ReasonKind: string(l.ReasonKind), Reason: l.Reason, CreatedAt: l.CreatedAt, CreatedBy: l.CreatedBy, SubmittedAt: l.SubmittedAt,
		SubmittedBy: l.SubmittedBy, ApprovalID: l.ApprovalID, PublishedAt: l.PublishedAt, RecalledAt: l.RecalledAt, RecalledBy: l.RecalledBy,
		RecallReason: optional(l.RecallReason), ResolutionID: l.ResolutionID, GeneralAuthority: optional(l.GeneralAuthority), Etag: etag(l.Version),
	}
}

func priceLineBody(l pricelist.LineView) api.BasePriceLine {
	return api.BasePriceLine{
		ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Price: l.Price, FloorPrice: l.FloorPrice,
		OldPrice: l.OldPrice, OldFloorPrice: l.OldFloorPrice, Reason: optional(l.Reason),
	}
}

func basePriceBody(p pricelist.PriceView) api.BasePrice {
	return api.BasePrice{
		ProductID: p.ProductID, ProductCode: p.ProductCode, ProductName: p.ProductName, Unit: p.Unit, Price: p.Price, FloorPrice: p.FloorPrice,
		OldPrice: p.OldPrice, OldFloorPrice: p.OldFloorPrice, EffectiveAt: p.EffectiveAt, EndsAt: p.EndsAt, ListID: p.ListID,
		ListNumber: p.ListNumber, ReasonKind: string(p.ReasonKind), Reason: p.Reason, DraftedBy: p.CreatedBy, SubmittedBy: p.SubmittedBy,
		ApprovalID: p.ApprovalID, PublishedAt: p.PublishedAt,
	}
}

// patchInstant is nil when the field wasn't sent, and points to nil when it was sent as null.
func patchInstant(sent nullable.Nullable[time.Time]) **time.Time {
	if !sent.IsSpecified() {
		return nil
	}
	var at *time.Time
	patchPointer(&at, sent)
	return &at
}

// bounds maps null to nil.
func bounds(sent nullable.Nullable[decimal.Decimal]) *decimal.Decimal {
	var d *decimal.Decimal
	patchPointer(&d, sent)
	return d
}

// nullOr maps nil to null.
func nullOr(d *decimal.Decimal) nullable.Nullable[decimal.Decimal] {
	if d == nil {
		return nullable.NewNullNullable[decimal.Decimal]()
	}
	return nullable.NewNullableWithValue(*d)
}
