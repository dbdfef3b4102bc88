package httpapi

import (
	"context"

	"github.com/govalues/decimal"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/newproduct"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// ListNewProductRequests implements the operation of that name.
func (s *Server) ListNewProductRequests(ctx context.Context, r api.ListNewProductRequestsRequestObject) (api.ListNewProductRequestsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListNewProductRequests200JSONResponse, error) {
		f := newproduct.Filter{
			State: newproduct.State(value(r.Params.State)), OwnerID: r.Params.OwnerID, ProductID: r.Params.ProductID, Open: value(r.Params.Open),
		}
		rows, next, err := s.NewProducts.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListNewProductRequests200JSONResponse{Data: each(rows, newProductSummary), NextCursor: optional(next)}, err
	})
}

// OpenNewProductRequest implements the operation of that name.
func (s *Server) OpenNewProductRequest(ctx context.Context, r api.OpenNewProductRequestRequestObject) (api.OpenNewProductRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.OpenNewProductRequest201JSONResponse, error) {
		in := newproduct.Input{
			CustomerID: r.Body.CustomerID, MonthlyQuantity: r.Body.MonthlyQuantity, WantedPrice: r.Body.WantedPrice,
			NeededOn: dayOf(r.Body.NeededOn), Market: r.Body.Market,
		}
		q, err := s.NewProducts.Open(tx, who, r.Body.ProductID, in, value(r.Body.AttachmentIds)...)
		return api.OpenNewProductRequest201JSONResponse{Body: newProductBody(q), Headers: api.OpenNewProductRequest201ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// GetNewProductRequest implements the operation of that name.
func (s *Server) GetNewProductRequest(ctx context.Context, r api.GetNewProductRequestRequestObject) (api.GetNewProductRequestResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetNewProductRequest200JSONResponse, error) {
		q, err := s.NewProducts.Get(tx, who, r.RequestID)
		return api.GetNewProductRequest200JSONResponse{Body: newProductBody(q), Headers: api.GetNewProductRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// UpdateNewProductRequest implements the operation of that name.
func (s *Server) UpdateNewProductRequest(ctx context.Context, r api.UpdateNewProductRequestRequestObject) (api.UpdateNewProductRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateNewProductRequest200JSONResponse, error) {
		q, err := s.NewProducts.Update(tx, who, r.RequestID, ifMatch(r.Params.IfMatch), func(in *newproduct.Input) { patchNewProduct(in, *r.Body) },
			value(r.Body.AttachmentIds)...)
		return api.UpdateNewProductRequest200JSONResponse{Body: newProductBody(q), Headers: api.UpdateNewProductRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

func patchNewProduct(in *newproduct.Input, b api.NewProductRequestPatch) {
	patchPointer(&in.CustomerID, b.CustomerID)
	patchPointer(&in.WantedPrice, b.WantedPrice)
	if b.NeededOn.IsSpecified() {
		var day *openapi_types.Date
		patchPointer(&day, b.NeededOn)
		in.NeededOn = dayOf(day)
	}
	if b.MonthlyQuantity != nil {
		in.MonthlyQuantity = *b.MonthlyQuantity
	}
	if b.Market != nil {
		in.Market = *b.Market
	}
}

// StateNewProductCost implements the operation of that name.
func (s *Server) StateNewProductCost(ctx context.Context, r api.StateNewProductCostRequestObject) (api.StateNewProductCostResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StateNewProductCost200JSONResponse, error) {
		q, err := s.NewProducts.StateCost(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch), r.Body.Cost, value(r.Body.Note), value(r.Body.AttachmentIds)...)
		return api.StateNewProductCost200JSONResponse{Body: newProductBody(q), Headers: api.StateNewProductCost200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// StateNewProductFeasibility implements the operation of that name.
func (s *Server) StateNewProductFeasibility(ctx context.Context, r api.StateNewProductFeasibilityRequestObject) (api.StateNewProductFeasibilityResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StateNewProductFeasibility200JSONResponse, error) {
		f := newproduct.Feasible{Feasible: r.Body.Feasible, MonthlyCapacity: r.Body.MonthlyCapacity, LeadDays: r.Body.LeadDays, Note: value(r.Body.Note)}
		q, err := s.NewProducts.StateFeasibility(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch), f, value(r.Body.AttachmentIds)...)
		return api.StateNewProductFeasibility200JSONResponse{Body: newProductBody(q), Headers: api.StateNewProductFeasibility200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// SendBackNewProductStatement implements the operation of that name.
func (s *Server) SendBackNewProductStatement(ctx context.Context, r api.SendBackNewProductStatementRequestObject) (api.SendBackNewProductStatementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SendBackNewProductStatement200JSONResponse, error) {
		q, err := s.NewProducts.SendBack(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch), newproduct.Kind(r.Body.Statement), r.Body.Reason)
		return api.SendBackNewProductStatement200JSONResponse{Body: newProductBody(q), Headers: api.SendBackNewProductStatement200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// ReturnNewProductRequest implements the operation of that name.
func (s *Server) ReturnNewProductRequest(ctx context.Context, r api.ReturnNewProductRequestRequestObject) (api.ReturnNewProductRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReturnNewProductRequest200JSONResponse, error) {
		q, err := s.NewProducts.ReturnRequest(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.ReturnNewProductRequest200JSONResponse{Body: newProductBody(q), Headers: api.ReturnNewProductRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// ResumeNewProductRequest implements the operation of that name.
func (s *Server) ResumeNewProductRequest(ctx context.Context, r api.ResumeNewProductRequestRequestObject) (api.ResumeNewProductRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ResumeNewProductRequest200JSONResponse, error) {
		q, err := s.NewProducts.ResumeRequest(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch))
		return api.ResumeNewProductRequest200JSONResponse{Body: newProductBody(q), Headers: api.ResumeNewProductRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// DraftNewProductPrice implements the operation of that name.
func (s *Server) DraftNewProductPrice(ctx context.Context, r api.DraftNewProductPriceRequestObject) (api.DraftNewProductPriceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DraftNewProductPrice200JSONResponse, error) {
		q, err := s.NewProducts.DraftPrice(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch), r.Body.Price, r.Body.FloorPrice, value(r.Body.Note))
		return api.DraftNewProductPrice200JSONResponse{Body: newProductBody(q), Headers: api.DraftNewProductPrice200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// SubmitNewProductPrice implements the operation of that name.
func (s *Server) SubmitNewProductPrice(ctx context.Context, r api.SubmitNewProductPriceRequestObject) (api.SubmitNewProductPriceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitNewProductPrice200JSONResponse, error) {
		q, err := s.NewProducts.SubmitDraft(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch))
		return api.SubmitNewProductPrice200JSONResponse{Body: newProductBody(q), Headers: api.SubmitNewProductPrice200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// CancelNewProductRequest implements the operation of that name.
func (s *Server) CancelNewProductRequest(ctx context.Context, r api.CancelNewProductRequestRequestObject) (api.CancelNewProductRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelNewProductRequest200JSONResponse, error) {
		q, err := s.NewProducts.CancelRequest(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelNewProductRequest200JSONResponse{Body: newProductBody(q), Headers: api.CancelNewProductRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// ListNewProductDecisions implements the operation of that name.
func (s *Server) ListNewProductDecisions(ctx context.Context, r api.ListNewProductDecisionsRequestObject) (api.ListNewProductDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListNewProductDecisions200JSONResponse, error) {
		if err := s.NewProducts.Visible(tx, who, r.RequestID); err != nil {
			return api.ListNewProductDecisions200JSONResponse{}, err
		}
		list, err := decisions(tx, newproduct.Subject, r.RequestID)
		return api.ListNewProductDecisions200JSONResponse(list), err
	})
}

// GetNewProductTimeline implements the operation of that name.
func (s *Server) GetNewProductTimeline(ctx context.Context, r api.GetNewProductTimelineRequestObject) (api.GetNewProductTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetNewProductTimeline200JSONResponse, error) {
		if err := s.NewProducts.Visible(tx, who, r.RequestID); err != nil {
			return api.GetNewProductTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, newproduct.Subject, r.RequestID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetNewProductTimeline200JSONResponse(t), err
	})
}

// ListInitialPrices implements the operation of that name.
func (s *Server) ListInitialPrices(ctx context.Context, r api.ListInitialPricesRequestObject) (api.ListInitialPricesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListInitialPrices200JSONResponse, error) {
		if _, err := s.Products.GetProduct(tx, who, r.ProductID); err != nil {
			return api.ListInitialPrices200JSONResponse{}, err
		}
		rows, next, err := s.Prices.ListInitialPrices(tx, who, r.ProductID, page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(p pricing.InitialPrice) api.InitialPrice {
			return api.InitialPrice{
				EffectiveAt: p.EffectiveAt, Price: p.Price, FloorPrice: p.FloorPrice, RequestID: p.RequestID, RequestNumber: p.Number,
				Reason: p.Reason, ApprovalID: p.ApprovalID,
			}
		})
		return api.ListInitialPrices200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListNewProductVolumes implements the operation of that name.
func (s *Server) ListNewProductVolumes(ctx context.Context, r api.ListNewProductVolumesRequestObject) (api.ListNewProductVolumesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListNewProductVolumes200JSONResponse, error) {
		rows, bounds, next, err := s.NewProducts.ListVolumes(tx, who, value(r.Params.Unwatchable), page(r.Params.Limit, r.Params.Cursor))
		return api.ListNewProductVolumes200JSONResponse{
			Data: each(rows, volumeBody), MonthBound: bounds.Month, TotalBound: bounds.Total, NextCursor: optional(next),
		}, err
	})
}

// ListPriceAdoptions implements the operation of that name.
func (s *Server) ListPriceAdoptions(ctx context.Context, r api.ListPriceAdoptionsRequestObject) (api.ListPriceAdoptionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceAdoptions200JSONResponse, error) {
		f := newproduct.AdoptionFilter{State: newproduct.AdoptionState(value(r.Params.State)), ProductID: r.Params.ProductID, Overdue: value(r.Params.Overdue)}
		rows, next, err := s.NewProducts.ListAdoptions(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		body := func(a newproduct.Adoption) api.PriceAdoption { return adoptionBody(a, tx) }
		return api.ListPriceAdoptions200JSONResponse{Data: each(rows, body), NextCursor: optional(next)}, err
	})
}

// GetPriceAdoption implements the operation of that name.
func (s *Server) GetPriceAdoption(ctx context.Context, r api.GetPriceAdoptionRequestObject) (api.GetPriceAdoptionResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPriceAdoption200JSONResponse, error) {
		a, err := s.NewProducts.GetAdoption(tx, who, r.AdoptionID)
		return api.GetPriceAdoption200JSONResponse{Body: adoptionBody(a, tx), Headers: api.GetPriceAdoption200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

func newProductSummary(q newproduct.Request) api.NewProductRequest {
	return api.NewProductRequest{
		ID: q.ID, Number: q.Number, ProductID: q.ProductID, ProductCode: q.Product.Code, ProductName: q.Product.Name, Unit: q.Product.Unit,
		Lifecycle: api.ProductLifecycle(q.Product.Lifecycle), CustomerID: q.CustomerID, OwnerID: q.OwnerID, State: api.NewProductState(q.State),
		StateReason: optional(q.StateReason), MonthlyQuantity: q.MonthlyQuantity, WantedPrice: q.WantedPrice, NeededOn: optionalDate(q.NeededOn),
		Market: q.Market, Price: q.Price, FloorPrice: q.FloorPrice, DraftNote: optional(q.DraftNote), DraftedBy: q.DraftedBy, DraftedAt: q.DraftedAt,
		ApprovalID: q.ApprovalID, SubmittedAt: q.SubmittedAt, DecidedAt: q.DecidedAt, CreatedAt: q.CreatedAt, UpdatedAt: q.UpdatedAt, Etag: etag(q.Version),
	}
}

func newProductBody(q newproduct.Request) api.NewProductRequest {
	body := newProductSummary(q)
	statements, files := each(q.Statements, statementBody), attachmentBodies(q.Attachments)
	body.Statements, body.Attachments = &statements, &files
	if m := q.Margins; m != nil {
		body.Margins = &api.NewProductMargins{AtPrice: marginBody(m.AtPrice), AtFloor: marginBody(m.AtFloor), AtWanted: marginBody(m.AtWanted)}
	}
	return body
}

func statementBody(st newproduct.Statement) api.NewProductStatement {
	files := attachmentBodies(st.Attachments)
	return api.NewProductStatement{
		ID: st.ID, Kind: api.NewProductStatementKind(st.Kind), Round: st.Round, AskedAt: st.AskedAt, DueAt: st.DueAt, AskReason: optional(st.AskReason),
		Given: st.GivenAt != nil, GivenAt: st.GivenAt, GivenBy: st.GivenBy, Cost: st.Cost, Feasible: st.Feasible, MonthlyCapacity: st.MonthlyCapacity,
		LeadDays: st.LeadDays, Note: optional(st.Note), Attachments: &files,
	}
}

func volumeBody(v newproduct.Volume) api.NewProductVolume {
	return api.NewProductVolume{
		ProductID: v.Product.ID, ProductCode: v.Product.Code, ProductName: v.Product.Name, Unit: v.Product.Unit, TonnesPerUnit: v.Product.TonnesPerUnit,
		Price: v.Initial.Price, PricedAt: v.Initial.EffectiveAt, ThisMonthTonnes: short(v.ThisMonth), BestMonth: openapi_types.Date{Time: v.Month},
		BestMonthTonnes: short(v.MonthTonnes), TotalTonnes: short(v.Total), Watchable: v.Unwatchable == "",
		UnwatchableReason: optional(string(v.Unwatchable)), AdoptionID: v.Adoption,
	}
}

func adoptionBody(a newproduct.Adoption, tx pg.Tx) api.PriceAdoption {
	return api.PriceAdoption{
		ID: a.ID, Number: a.Number, ProductID: a.ProductID, ProductCode: a.ProductCode, ProductName: a.ProductName,
		State: api.PriceAdoptionState(a.State), Reached: a.Reached, Month: openapi_types.Date{Time: a.Month}, MonthTonnes: short(a.MonthTonnes),
		TotalTonnes: short(a.TotalTonnes), MonthBound: short(a.MonthBound), TotalBound: short(a.TotalBound), OpenedAt: a.OpenedAt, DueAt: a.DueAt,
		Overdue: a.State == newproduct.AdoptionOpen && a.DueAt.Before(tx.Now), ClosedAt: a.ClosedAt, ListID: a.ListID, ResolutionID: a.ResolutionID,
		AuthorityTableID: a.AuthorityTableID, GeneralAuthority: optional(a.GeneralAuthority), Etag: etag(a.Version),
	}
}

// short is a decimal without zeros at its end.
func short(d decimal.Decimal) decimal.Decimal { return d.Trim(0) }
