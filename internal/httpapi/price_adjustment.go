package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/priceadjust"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
)

// RefreshBasePriceList implements the operation of that name.
func (s *Server) RefreshBasePriceList(ctx context.Context, r api.RefreshBasePriceListRequestObject) (api.RefreshBasePriceListResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RefreshBasePriceList200JSONResponse, error) {
		l, err := s.PriceLists.RefreshBasePriceList(tx, who, r.ListID, optionalMatch(r.Params.IfMatch))
		return api.RefreshBasePriceList200JSONResponse{Body: priceListBody(l), Headers: api.RefreshBasePriceList200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// RecallBasePriceList implements the operation of that name.
func (s *Server) RecallBasePriceList(ctx context.Context, r api.RecallBasePriceListRequestObject) (api.RecallBasePriceListResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecallBasePriceList200JSONResponse, error) {
		l, err := s.PriceLists.RecallBasePriceList(tx, who, r.ListID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.RecallBasePriceList200JSONResponse{Body: priceListBody(l), Headers: api.RecallBasePriceList200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// CompareBasePriceList implements the operation of that name.
func (s *Server) CompareBasePriceList(ctx context.Context, r api.CompareBasePriceListRequestObject) (api.CompareBasePriceListResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CompareBasePriceList200JSONResponse, error) {
		f, err := differenceFilter(r.Params.Kind, r.Params.MinPercent, r.Params.Q)
		if err != nil {
			return api.CompareBasePriceList200JSONResponse{}, err
		}
		c, rows, next, err := s.PriceLists.CompareBasePriceList(tx, who, r.ListID, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.CompareBasePriceList200JSONResponse{}, err
		}
		body := api.CompareBasePriceList200JSONResponse{
			List: priceListBody(c.List), AsOf: c.As, Moved: each(c.Moved, moveBody), Data: each(rows, priceDifferenceBody), NextCursor: optional(next),
		}
		if r.Params.Cursor != nil {
			return body, nil
		}
		t, err := s.PriceLists.TotalDifferences(tx, who, r.ListID, f)
		totals := differenceTotalsBody(t)
		body.Totals = &totals
		return body, err
	})
}

// differenceFilter parses the percentage itself: the binding of query parameters passes over types that it doesn't know.
func differenceFilter(kind *api.PriceDifferenceKind, percent, q *string) (f pricelist.DifferenceFilter, err error) {
	f = pricelist.DifferenceFilter{Kind: pricelist.DifferenceKind(value(kind)), Search: value(q)}
	if percent != nil {
		var least decimal.Decimal
		least, err = decimal.Parse(*percent)
		f.MinPercent = &least
	}
	return f, err
}

func moveBody(m pricelist.Moved) api.PriceMove {
	return api.PriceMove{ListID: m.ListID, Number: m.Number, State: string(m.State), EffectiveAt: m.EffectiveAt, Lines: m.Lines}
}

func priceDifferenceBody(d pricelist.Difference) api.PriceDifference {
	return api.PriceDifference{
		ProductID: d.ProductID, ProductCode: d.ProductCode, ProductName: d.ProductName, Unit: d.Unit, Kind: api.PriceDifferenceKind(d.Kind),
		OldPrice: d.OldPrice, OldFloorPrice: d.OldFloor, Price: d.Price, FloorPrice: d.FloorPrice, Change: d.Change, ChangePercent: d.ChangePercent,
		Volume: d.Volume.Pad(4), Effect: d.Effect, OldMargin: marginBody(d.OldMargin), NewMargin: marginBody(d.NewMargin), Reason: optional(d.Reason),
	}
}

func differenceTotalsBody(t pricelist.DifferenceTotals) api.PriceDifferenceTotals {
	n := t.Counts
	return api.PriceDifferenceTotals{
		New: n[pricelist.FirstTime], Raised: n[pricelist.Raised], Lowered: n[pricelist.Lowered], FloorOnly: n[pricelist.FloorOnly],
		Unchanged: n[pricelist.Unchanged], LeftOut: n[pricelist.LeftOut], Effect: t.Effect, OldMargin: t.OldMargin, NewMargin: t.NewMargin,
		WithoutCost: optional(t.WithoutCost), VolumeFrom: openapi_types.Date{Time: t.From}, VolumeUntil: openapi_types.Date{Time: t.Before},
	}
}

// ListPriceRequests implements the operation of that name.
func (s *Server) ListPriceRequests(ctx context.Context, r api.ListPriceRequestsRequestObject) (api.ListPriceRequestsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceRequests200JSONResponse, error) {
		p := r.Params
		f := priceadjust.RequestFilter{
			State: priceadjust.RequestState(value(p.State)), Side: priceadjust.Side(value(p.Side)), ListID: p.ListID, ProductID: p.ProductID, Mine: value(p.Mine),
		}
		rows, next, err := s.PriceAdjustments.ListPriceRequests(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListPriceRequests200JSONResponse{Data: each(rows, priceRequestHead), NextCursor: optional(next)}, err
	})
}

// CreatePriceRequest implements the operation of that name.
func (s *Server) CreatePriceRequest(ctx context.Context, r api.CreatePriceRequestRequestObject) (api.CreatePriceRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreatePriceRequest201JSONResponse, error) {
		in := priceadjust.RequestInput{
			ReasonKind: pricelist.ReasonKind(r.Body.ReasonKind), Reason: r.Body.Reason, Figures: r.Body.Figures, AttachmentIDs: attachmentIDs(r.Body.AttachmentIds),
			Lines: each(r.Body.Lines, func(l api.PriceRequestLineInput) priceadjust.RequestLine {
				return priceadjust.RequestLine{
					ProductID: l.ProductID, Direction: priceadjust.Direction(l.Direction), WantedPrice: l.WantedPrice, WantedFloor: l.WantedFloor,
					MarketPrice: l.MarketPrice, Note: value(l.Note),
				}
			}),
		}
		q, err := s.PriceAdjustments.CreatePriceRequest(tx, who, in)
		if err != nil {
			return api.CreatePriceRequest201JSONResponse{}, err
		}
		body, err := s.priceRequestBody(tx, who, q)
		return api.CreatePriceRequest201JSONResponse{Body: body, Headers: api.CreatePriceRequest201ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// GetPriceRequest implements the operation of that name.
func (s *Server) GetPriceRequest(ctx context.Context, r api.GetPriceRequestRequestObject) (api.GetPriceRequestResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPriceRequest200JSONResponse, error) {
		q, err := s.PriceAdjustments.GetPriceRequest(tx, who, r.RequestID)
		if err != nil {
			return api.GetPriceRequest200JSONResponse{}, err
		}
		body, err := s.priceRequestBody(tx, who, q)
		return api.GetPriceRequest200JSONResponse{Body: body, Headers: api.GetPriceRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// DeclinePriceRequest implements the operation of that name.
func (s *Server) DeclinePriceRequest(ctx context.Context, r api.DeclinePriceRequestRequestObject) (api.DeclinePriceRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeclinePriceRequest200JSONResponse, error) {
		q, err := s.PriceAdjustments.DeclinePriceRequest(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch), r.Body.Answer)
		if err != nil {
			return api.DeclinePriceRequest200JSONResponse{}, err
		}
		body, err := s.priceRequestBody(tx, who, q)
		return api.DeclinePriceRequest200JSONResponse{Body: body, Headers: api.DeclinePriceRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// WithdrawPriceRequest implements the operation of that name.
func (s *Server) WithdrawPriceRequest(ctx context.Context, r api.WithdrawPriceRequestRequestObject) (api.WithdrawPriceRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawPriceRequest200JSONResponse, error) {
		q, err := s.PriceAdjustments.WithdrawPriceRequest(tx, who, r.RequestID, optionalMatch(r.Params.IfMatch))
		if err != nil {
			return api.WithdrawPriceRequest200JSONResponse{}, err
		}
		body, err := s.priceRequestBody(tx, who, q)
		return api.WithdrawPriceRequest200JSONResponse{Body: body, Headers: api.WithdrawPriceRequest200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// priceRequestBody adds the lines and papers of a request, and the base prices for whom prices are shown (ORD-03).
func (s *Server) priceRequestBody(tx pg.Tx, who identity.Principal, q priceadjust.PriceRequest) (api.PriceRequest, error) {
	files, err := s.Attachments.Of(tx, priceadjust.RequestSubject, q.ID)
	body := priceRequestHead(q)
	papers := attachmentBodies(files[q.ID])
	body.Attachments = &papers
	lines := each(q.Lines, func(l priceadjust.RequestLine) api.PriceRequestLine {
		return api.PriceRequestLine{
			ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Direction: api.PriceDirection(l.Direction),
			BasePrice: l.BasePrice, WantedPrice: l.WantedPrice, WantedFloor: l.WantedFloor, MarketPrice: l.MarketPrice, Note: optional(l.Note),
		}
	})
	if !identity.SeesPrices(who) {
		for i := range lines {
			lines[i].BasePrice = nil
		}
	}
	body.Lines = &lines
	return body, err
}

func priceRequestHead(q priceadjust.PriceRequest) api.PriceRequest {
	return api.PriceRequest{
		ID: q.ID, Number: q.Number, State: api.PriceRequestState(q.State), Side: api.PriceRequestSide(q.Side), ReasonKind: string(q.ReasonKind),
		Reason: q.Reason, Figures: q.Figures, ListID: q.ListID, Answer: optional(q.Answer), AnsweredAt: q.AnsweredAt, AnsweredBy: q.AnsweredBy,
		CreatedAt: q.CreatedAt, CreatedBy: q.CreatedBy, Etag: etag(q.Version),
	}
}

// ListPriceReviews implements the operation of that name.
func (s *Server) ListPriceReviews(ctx context.Context, r api.ListPriceReviewsRequestObject) (api.ListPriceReviewsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceReviews200JSONResponse, error) {
		rows, next, err := s.PriceAdjustments.ListPriceReviews(tx, who, priceadjust.ReviewState(value(r.Params.State)), page(r.Params.Limit, r.Params.Cursor))
		return api.ListPriceReviews200JSONResponse{Data: each(rows, priceReviewBody), NextCursor: optional(next)}, err
	})
}

// GetPriceReview implements the operation of that name.
func (s *Server) GetPriceReview(ctx context.Context, r api.GetPriceReviewRequestObject) (api.GetPriceReviewResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPriceReview200JSONResponse, error) {
		v, err := s.PriceAdjustments.GetPriceReview(tx, who, r.ReviewID)
		return api.GetPriceReview200JSONResponse{Body: priceReviewBody(v), Headers: api.GetPriceReview200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ListPriceReviewItems implements the operation of that name.
func (s *Server) ListPriceReviewItems(ctx context.Context, r api.ListPriceReviewItemsRequestObject) (api.ListPriceReviewItemsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceReviewItems200JSONResponse, error) {
		f := priceadjust.ReviewFilter{Answer: string(value(r.Params.Answer)), PricedBefore: value(r.Params.PricedBefore), Search: value(r.Params.Q)}
		rows, next, err := s.PriceAdjustments.ListReviewItems(tx, who, r.ReviewID, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListPriceReviewItems200JSONResponse{Data: each(rows, reviewItemBody), NextCursor: optional(next)}, err
	})
}

// ConfirmPriceReview implements the operation of that name.
func (s *Server) ConfirmPriceReview(ctx context.Context, r api.ConfirmPriceReviewRequestObject) (api.ConfirmPriceReviewResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmPriceReview200JSONResponse, error) {
		b := r.Body
		v, err := s.PriceAdjustments.ConfirmPriceReview(tx, who, r.ReviewID, optionalMatch(r.Params.IfMatch), priceadjust.ReviewConfirmation{
			Products: value(b.ProductIds), All: value(b.All), Filter: priceadjust.ReviewFilter{PricedBefore: value(b.PricedBefore), Search: value(b.Q)},
		})
		return api.ConfirmPriceReview200JSONResponse{Body: priceReviewBody(v), Headers: api.ConfirmPriceReview200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

func priceReviewBody(v priceadjust.PriceReview) api.PriceReview {
	return api.PriceReview{
		ID: v.ID, Number: v.Number, Quarter: openapi_types.Date{Time: v.Quarter}, State: api.PriceReviewState(v.State), OpenedAt: v.OpenedAt,
		DueOn: openapi_types.Date{Time: v.DueOn}, ClosedAt: v.ClosedAt, Products: v.Products, Open: v.Open, ResolutionID: v.ResolutionID, Etag: etag(v.Version),
	}
}

func reviewItemBody(i priceadjust.ReviewItem) api.PriceReviewItem {
	answer := "open"
	if i.Answer != nil {
		answer = string(*i.Answer)
	}
	return api.PriceReviewItem{
		ProductID: i.ProductID, ProductCode: i.ProductCode, ProductName: i.ProductName, Unit: i.Unit, Price: i.Price, FloorPrice: i.FloorPrice,
		PricedAt: i.PricedAt, Volume: i.Volume, Margin: marginBody(i.Margin), Answer: api.PriceReviewAnswer(answer), AnsweredAt: i.AnsweredAt,
		AnsweredBy: i.AnsweredBy, ListID: i.ListID,
	}
}

// ExportPriceDifferences implements the operation of that name.
func (s *Server) ExportPriceDifferences(ctx context.Context, r api.ExportPriceDifferencesRequestObject) (api.ExportPriceDifferencesResponseObject, error) {
	who := current(ctx).who
	f, err := differenceFilter(r.Params.Kind, r.Params.MinPercent, r.Params.Q)
	if err != nil {
		return nil, err
	}
	var l pricelist.BasePriceList
	err = s.DB.View(ctx, current(ctx).origin(), func(tx pg.Tx) (err error) {
		l, err = s.PriceLists.GetBasePriceList(tx, who, r.ListID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return differenceExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(r.Params.Format)), name: l.Number, header: differenceHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.PriceLists.EachDifference(tx, who, r.ListID, f, func(d pricelist.Difference) error { return row(differenceCells(d, current(ctx).lang)) })
		},
	}}, nil
}

type differenceExport struct{ sheetExport }

// VisitExportPriceDifferencesResponse writes the file.
func (e differenceExport) VisitExportPriceDifferencesResponse(w http.ResponseWriter) error {
	return e.send(w)
}

var differenceHeader = []column{
	{"产品编码", "Code", 20},
	{"产品名称", "Name", 32},
	{"单位", "Unit", 8},
	{"变动", "Difference", 12},
	{"原基准价", "Old base price", 14},
	{"新基准价", "New base price", 14},
	{"变动额", "Change", 12},
	{"变动率(%)", "Change (%)", 12},
	{"原底价", "Old floor price", 14},
	{"新底价", "New floor price", 14},
	{"近12个月发货量", "Shipped in 12 months", 18},
	{"影响额(不含税)", "Effect without tax", 18},
	{"原毛利率(%)", "Old margin (%)", 14},
	{"新毛利率(%)", "New margin (%)", 14},
	{"原因", "Reason", 30},
}

func differenceCells(d pricelist.Difference, lang string) []any {
	cells := []any{
		d.ProductCode, d.ProductName, d.Unit, differenceWord(d.Kind, lang), precise(d.OldPrice), precise(d.Price), precise(d.Change), precise(d.ChangePercent),
		precise(d.OldFloor), precise(d.FloorPrice), precise(&d.Volume), cell(d.Effect), nil, nil, d.Reason,
	}
	if d.OldMargin != nil {
		cells[12] = d.OldMargin.Percent
	}
	if d.NewMargin != nil {
		cells[13] = d.NewMargin.Percent
	}
	return cells
}

func differenceWord(kind pricelist.DifferenceKind, lang string) string {
	if lang == "en" {
		return string(kind)
	}
	switch kind {
	case pricelist.FirstTime:
		return "新增"
	case pricelist.Raised:
		return "上调"
	case pricelist.Lowered:
		return "下调"
	case pricelist.FloorOnly:
		return "仅底价"
	case pricelist.Unchanged:
		return "不变"
	case pricelist.LeftOut:
		return "未列入"
	}
	return string(kind)
}

// ExportBasePrices implements the operation of that name.
func (s *Server) ExportBasePrices(ctx context.Context, r api.ExportBasePricesRequestObject) (api.ExportBasePricesResponseObject, error) {
	who, p := current(ctx).who, r.Params
	f := pricelist.PriceFilter{At: value(p.At), Search: value(p.Q), CategoryID: p.CategoryID}
	err := s.DB.View(ctx, current(ctx).origin(), func(tx pg.Tx) (err error) {
		f.At, err = pricing.PricesAt(who, f.At, tx.Now)
		return err
	})
	if err != nil {
		return nil, err
	}
	name := "base-prices-"
	if current(ctx).lang != "en" {
		name = "基准价-"
	}
	return basePriceExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: name + clock.Today(f.At).Format(time.DateOnly), header: basePriceHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.PriceLists.EachBasePrice(tx, who, f, func(v pricelist.PriceView, names map[uuid.UUID]string) error { return row(basePriceCells(v, names)) })
		},
	}}, nil
}

type basePriceExport struct{ sheetExport }

// VisitExportBasePricesResponse writes the file.
func (e basePriceExport) VisitExportBasePricesResponse(w http.ResponseWriter) error { return e.send(w) }

var basePriceHeader = []column{
	{"产品编码", "Code", 20},
	{"产品名称", "Name", 32},
	{"单位", "Unit", 8},
	{"基准价", "Base price", 14},
	{"底价", "Floor price", 14},
	{"原基准价", "Old base price", 14},
	{"原底价", "Old floor price", 14},
	{"生效时间", "In force since", 20},
	{"失效时间", "Until", 20},
	{"基价表", "List", 20},
	{"拟定人", "Drafted by", 14},
	{"原因", "Reason", 40},
}

func basePriceCells(v pricelist.PriceView, names map[uuid.UUID]string) []any {
	var author, ends any
	if v.CreatedBy != nil {
		author = names[*v.CreatedBy]
	}
	if v.EndsAt != nil {
		ends = instantCell(*v.EndsAt)
	}
	return []any{
		v.ProductCode, v.ProductName, v.Unit, precise(&v.Price), precise(v.FloorPrice), precise(v.OldPrice), precise(v.OldFloorPrice),
		instantCell(v.EffectiveAt), ends, v.ListNumber, author, v.Reason,
	}
}

// instantCell is an instant as people in the company read it.
func instantCell(at time.Time) string { return at.In(clock.Shanghai).Format(time.DateTime) }
