package httpapi

import (
	"context"

	"github.com/google/uuid"
	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// ListShippingNotices implements the operation of that name.
func (s *Server) ListShippingNotices(ctx context.Context, r api.ListShippingNoticesRequestObject) (api.ListShippingNoticesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListShippingNotices200JSONResponse, error) {
		f := shipping.Filter{
			CustomerID: r.Params.CustomerID, OrderID: r.Params.OrderID, State: shipping.State(value(r.Params.State)),
			Flow: shipping.Flow(value(r.Params.Flow)), Number: value(r.Params.Number),
		}
		if r.Params.ShipFrom != nil {
			f.ShipFrom = &r.Params.ShipFrom.Time
		}
		if r.Params.ShipTo != nil {
			f.ShipTo = &r.Params.ShipTo.Time
		}
		rows, next, err := s.Shipments.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.ShippingNoticeSummary, len(rows))
		for i, n := range rows {
			data[i] = api.ShippingNoticeSummary{
				ID: n.ID, Number: n.Number, CustomerID: n.CustomerID, CustomerName: n.CustomerName, OwnerID: n.OwnerID,
				Flow: api.ShippingFlow(n.Flow), State: api.ShippingState(n.State), Priority: n.Priority,
				ShipDate: openapi.Date{Time: n.ShipDate}, Currency: api.Currency(n.Currency), Etag: etag(n.Version),
			}
			if identity.SeesPrices(who) { // ORD-03
				data[i].Amount, data[i].DispatchedAmount = &n.Amount, &n.DispatchedAmount
			}
		}
		return api.ListShippingNotices200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateShippingNotice implements the operation of that name.
func (s *Server) CreateShippingNotice(ctx context.Context, r api.CreateShippingNoticeRequestObject) (api.CreateShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateShippingNotice201JSONResponse, error) {
		n, err := s.Shipments.Create(tx, who, r.Body.CustomerID, noticeContent(*r.Body))
		return api.CreateShippingNotice201JSONResponse{Body: noticeBody(who, n), Headers: api.CreateShippingNotice201ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// GetShippingNotice implements the operation of that name.
func (s *Server) GetShippingNotice(ctx context.Context, r api.GetShippingNoticeRequestObject) (api.GetShippingNoticeResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetShippingNotice200JSONResponse, error) {
		n, err := s.Shipments.Get(tx, who, r.ShippingNoticeID)
		if err != nil {
			return api.GetShippingNotice200JSONResponse{}, err
		}
		body := noticeBody(who, n)
		if identity.SeesPrices(who) {
			var files map[uuid.UUID][]attachment.Attachment
			if files, err = s.Attachments.Of(tx, shipping.SubjectNotice, n.ID); len(files) > 0 {
				bodies := attachmentBodies(files[n.ID])
				body.Attachments = &bodies
			}
		}
		return api.GetShippingNotice200JSONResponse{Body: body, Headers: api.GetShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// UpdateShippingNotice implements the operation of that name.
func (s *Server) UpdateShippingNotice(ctx context.Context, r api.UpdateShippingNoticeRequestObject) (api.UpdateShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateShippingNotice200JSONResponse, error) {
		n, err := s.Shipments.Update(tx, who, r.ShippingNoticeID, ifMatch(r.Params.IfMatch), func(c *shipping.Content) { patchNotice(c, *r.Body) })
		return api.UpdateShippingNotice200JSONResponse{Body: noticeBody(who, n), Headers: api.UpdateShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// SubmitShippingNotice implements the operation of that name.
func (s *Server) SubmitShippingNotice(ctx context.Context, r api.SubmitShippingNoticeRequestObject) (api.SubmitShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitShippingNotice200JSONResponse, error) {
		n, err := s.Shipments.Submit(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch))
		return api.SubmitShippingNotice200JSONResponse{Body: noticeBody(who, n), Headers: api.SubmitShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// CheckShippingNotice implements the operation of that name.
func (s *Server) CheckShippingNotice(ctx context.Context, r api.CheckShippingNoticeRequestObject) (api.CheckShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CheckShippingNotice200JSONResponse, error) {
		c := shipping.Checking{
			FirstBusiness: value(r.Body.FirstBusiness), Receipts: value(r.Body.ReceiptIds), Files: attachmentIDs(r.Body.AttachmentIds), Remark: value(r.Body.Remark),
		}
		n, err := s.Shipments.Check(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), c)
		return api.CheckShippingNotice200JSONResponse{Body: noticeBody(who, n), Headers: api.CheckShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// ExplainOverdue implements the operation of that name.
func (s *Server) ExplainOverdue(ctx context.Context, r api.ExplainOverdueRequestObject) (api.ExplainOverdueResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ExplainOverdue200JSONResponse, error) {
		n, err := s.Shipments.Explain(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.ExplainOverdue200JSONResponse{Body: noticeBody(who, n), Headers: api.ExplainOverdue200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// ReleaseShippingNotice implements the operation of that name.
func (s *Server) ReleaseShippingNotice(ctx context.Context, r api.ReleaseShippingNoticeRequestObject) (api.ReleaseShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReleaseShippingNotice200JSONResponse, error) {
		n, err := s.Shipments.Release(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), value(r.Body.Comment))
		return api.ReleaseShippingNotice200JSONResponse{Body: noticeBody(who, n), Headers: api.ReleaseShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// ReviseShippingNotice implements the operation of that name.
func (s *Server) ReviseShippingNotice(ctx context.Context, r api.ReviseShippingNoticeRequestObject) (api.ReviseShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReviseShippingNotice200JSONResponse, error) {
		n, err := s.Shipments.Revise(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.ReviseShippingNotice200JSONResponse{Body: noticeBody(who, n), Headers: api.ReviseShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// CancelShippingNotice implements the operation of that name.
func (s *Server) CancelShippingNotice(ctx context.Context, r api.CancelShippingNoticeRequestObject) (api.CancelShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelShippingNotice200JSONResponse, error) {
		n, err := s.Shipments.Cancel(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelShippingNotice200JSONResponse{Body: noticeBody(who, n), Headers: api.CancelShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// CloseShippingNotice implements the operation of that name.
func (s *Server) CloseShippingNotice(ctx context.Context, r api.CloseShippingNoticeRequestObject) (api.CloseShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CloseShippingNotice200JSONResponse, error) {
		n, err := s.Shipments.Close(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CloseShippingNotice200JSONResponse{Body: noticeBody(who, n), Headers: api.CloseShippingNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// DispatchShippingNotice implements the operation of that name.
func (s *Server) DispatchShippingNotice(ctx context.Context, r api.DispatchShippingNoticeRequestObject) (api.DispatchShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DispatchShippingNotice201JSONResponse, error) {
		l := delivery.Loading{Vehicle: value(r.Body.Vehicle), Carrier: value(r.Body.Carrier), Driver: value(r.Body.Driver)}
		for _, p := range r.Body.Lines {
			l.Lines = append(l.Lines, delivery.Loaded{NoticeLineID: p.NoticeLineID, Quantity: p.Quantity})
		}
		d, err := s.Deliveries.Dispatch(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), l)
		return api.DispatchShippingNotice201JSONResponse{Body: deliveryBody(who, d), Headers: api.DispatchShippingNotice201ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// GetShippingNoticeTimeline implements the operation of that name.
func (s *Server) GetShippingNoticeTimeline(ctx context.Context, r api.GetShippingNoticeTimelineRequestObject) (api.GetShippingNoticeTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetShippingNoticeTimeline200JSONResponse, error) {
		if err := s.Shipments.Seen(tx, who, r.ShippingNoticeID); err != nil {
			return api.GetShippingNoticeTimeline200JSONResponse{}, err
		}
		body, err := timeline(tx, shipping.SubjectNotice, r.ShippingNoticeID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetShippingNoticeTimeline200JSONResponse(body), err
	})
}

// ListShippingNoticeDecisions implements the operation of that name.
func (s *Server) ListShippingNoticeDecisions(ctx context.Context, r api.ListShippingNoticeDecisionsRequestObject) (api.ListShippingNoticeDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListShippingNoticeDecisions200JSONResponse, error) {
		if err := s.Shipments.Seen(tx, who, r.ShippingNoticeID); err != nil {
			return api.ListShippingNoticeDecisions200JSONResponse{}, err
		}
		if !identity.SeesPrices(who) { // ORD-03: what gates decide speaks of amounts and credit in words
			return api.ListShippingNoticeDecisions200JSONResponse{Data: []api.Decision{}}, nil
		}
		body, err := decisions(tx, shipping.SubjectNotice, r.ShippingNoticeID)
		return api.ListShippingNoticeDecisions200JSONResponse(body), err
	})
}

func noticeContent(b api.ShippingNoticeCreate) shipping.Content {
	return shipping.Content{
		Flow: shipping.Flow(b.Flow), ShipDate: b.ShipDate.Time, ShortLeadReason: value(b.ShortLeadReason), OverdueReason: value(b.OverdueReason),
		Vehicle: value(b.Vehicle), Carrier: value(b.Carrier), Driver: value(b.Driver),
		DriverPhone: value(b.DriverPhone), Remarks: value(b.Remarks), Files: attachmentIDs(b.AttachmentIds), Lines: noticeLines(b.Lines),
	}
}

func noticeLines(lines []api.ShippingLineInput) []shipping.LineInput {
	inputs := make([]shipping.LineInput, len(lines))
	for i, l := range lines {
		inputs[i] = shipping.LineInput{OrderID: l.OrderID, OrderLineID: l.OrderLineID, Quantity: l.Quantity}
	}
	return inputs
}

func patchNotice(c *shipping.Content, b api.ShippingNoticePatch) {
	if b.Flow != nil {
		c.Flow = shipping.Flow(*b.Flow)
	}
	if b.ShipDate != nil {
		c.ShipDate = b.ShipDate.Time
	}
	if b.Lines != nil {
		c.Lines = noticeLines(*b.Lines)
	}
	c.Files = attachmentIDs(b.AttachmentIds)
	patch(&c.ShortLeadReason, b.ShortLeadReason)
	patch(&c.OverdueReason, b.OverdueReason)
	patch(&c.Vehicle, b.Vehicle)
	patch(&c.Carrier, b.Carrier)
	patch(&c.Driver, b.Driver)
	patch(&c.DriverPhone, b.DriverPhone)
	patch(&c.Remarks, b.Remarks)
}

// noticeBody shows a notice; prices, amounts, figures and what is said of debts only to whom they are shown (ORD-03).
func noticeBody(who identity.Principal, n shipping.Notice) api.ShippingNotice {
	body := api.ShippingNotice{
		ID: n.ID, Number: n.Number, CustomerID: n.CustomerID, PayerID: n.PayerID, OwnerID: n.OwnerID, Flow: api.ShippingFlow(n.Flow),
		State: api.ShippingState(n.State), Priority: n.Priority, PriorityReason: optional(n.PriorityReason), ShipDate: openapi.Date{Time: n.ShipDate},
		ShortLeadReason: optional(n.ShortLeadReason), Vehicle: optional(n.Vehicle), Carrier: optional(n.Carrier), Driver: optional(n.Driver),
		DriverPhone: optional(n.DriverPhone), Remarks: optional(n.Remarks), Currency: api.Currency(n.Currency), ApprovalID: n.ApprovalID,
		SpecialReleaseID: n.SpecialReleaseID, ReleasedBy: n.ReleasedBy, ReleasedAt: n.ReleasedAt, EndedReason: optional(n.EndedReason),
		Revision: n.Revision, CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, Etag: etag(n.Version), Lines: make([]api.ShippingLine, len(n.Lines)),
	}
	for i, l := range n.Lines {
		body.Lines[i] = api.ShippingLine{
			ID: l.ID, OrderID: l.OrderID, OrderLineID: l.OrderLineID, ProductID: l.ProductID, ProductCode: l.ProductCode,
			ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity, DispatchedQuantity: l.DispatchedQuantity,
		}
	}
	if identity.SeesPrices(who) {
		priceNotice(&body, n)
	}
	return body
}

func priceNotice(body *api.ShippingNotice, n shipping.Notice) {
	body.Amount, body.DispatchedAmount, body.OverdueReason = &n.Amount, &n.DispatchedAmount, optional(n.OverdueReason)
	if n.Flow == shipping.Prepaid {
		body.CoveredAmount = &n.CoveredAmount
	}
	if n.Flow == shipping.NewCustomer && n.ReleasedAt != nil {
		body.CreditReviewDue = optional(true)
	}
	if n.Figures != nil {
		body.Figures = figuresBody(n)
	}
	for i, l := range n.Lines {
		body.Lines[i].Price, body.Lines[i].Amount = &l.Price, &l.Amount
	}
}

func figuresBody(n shipping.Notice) *api.ShippingFigures {
	f := n.Figures
	body := &api.ShippingFigures{
		Amount: f.Amount, Receivable: f.Receivable, Shipped: f.Shipped, Released: f.Released, Prepaid: f.Prepaid, Exposure: f.Exposure,
		ExposureAfter: f.ExposureAfter, LimitKind: string(f.LimitKind), Limit: f.Limit, HeadroomAfter: f.HeadroomAfter,
		OverdueAmount: f.OverdueAmount, OverdueDays: f.OverdueDays, Grade: optional(string(f.Grade)), Covered: f.Covered,
		FirstBusiness: f.FirstBusiness, Remark: optional(f.Remark),
	}
	if f.Papers > 0 {
		body.Papers = &f.Papers
	}
	if len(f.Receipts) > 0 {
		body.Receipts = &f.Receipts
	}
	if n.CheckedBy != nil && n.CheckedAt != nil {
		body.CheckedBy, body.CheckedAt = *n.CheckedBy, *n.CheckedAt
	}
	return body
}
