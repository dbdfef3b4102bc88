package httpapi

import (
	"context"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListDeliveryNotes implements the operation of that name.
func (s *Server) ListDeliveryNotes(ctx context.Context, r api.ListDeliveryNotesRequestObject) (api.ListDeliveryNotesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDeliveryNotes200JSONResponse, error) {
		f := delivery.Filter{
			NoticeID: r.Params.ShippingNoticeID, CustomerID: r.Params.CustomerID, OrderID: r.Params.OrderID,
			State: string(value(r.Params.State)), Open: value(r.Params.Open),
		}
		rows, next, err := s.Deliveries.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.DeliveryNoteSummary, len(rows))
		for i, d := range rows {
			data[i] = api.DeliveryNoteSummary{
				ID: d.ID, Number: d.Number, ShippingNoticeID: d.NoticeID, ShippingNoticeNumber: d.NoticeNumber, CustomerID: d.CustomerID,
				CustomerName: d.CustomerName, State: api.DeliveryState(d.State), Vehicle: d.Vehicle, Currency: api.Currency(d.Currency),
				ShippedOn: openapi.Date{Time: d.ShippedOn}, Etag: etag(d.Version),
			}
			if identity.SeesPrices(who) { // ORD-03
				data[i].Amount, data[i].InvoicedAmount = &d.Amount, &d.InvoicedAmount
			}
		}
		return api.ListDeliveryNotes200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetDeliveryNote implements the operation of that name.
func (s *Server) GetDeliveryNote(ctx context.Context, r api.GetDeliveryNoteRequestObject) (api.GetDeliveryNoteResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDeliveryNote200JSONResponse, error) {
		d, err := s.Deliveries.Get(tx, who, r.DeliveryNoteID)
		return api.GetDeliveryNote200JSONResponse{Body: deliveryBody(who, d), Headers: api.GetDeliveryNote200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// CancelDeliveryNote implements the operation of that name.
func (s *Server) CancelDeliveryNote(ctx context.Context, r api.CancelDeliveryNoteRequestObject) (api.CancelDeliveryNoteResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelDeliveryNote200JSONResponse, error) {
		d, err := s.Deliveries.Cancel(tx, who, r.DeliveryNoteID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelDeliveryNote200JSONResponse{Body: deliveryBody(who, d), Headers: api.CancelDeliveryNote200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// GetDeliveryNoteTimeline implements the operation of that name.
func (s *Server) GetDeliveryNoteTimeline(ctx context.Context, r api.GetDeliveryNoteTimelineRequestObject) (api.GetDeliveryNoteTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDeliveryNoteTimeline200JSONResponse, error) {
		if err := s.Deliveries.Seen(tx, who, r.DeliveryNoteID); err != nil {
			return api.GetDeliveryNoteTimeline200JSONResponse{}, err
		}
		body, err := timeline(tx, delivery.Subject, r.DeliveryNoteID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetDeliveryNoteTimeline200JSONResponse(body), err
	})
}

// ListDeliveryNoteDecisions implements the operation of that name.
func (s *Server) ListDeliveryNoteDecisions(ctx context.Context, r api.ListDeliveryNoteDecisionsRequestObject) (api.ListDeliveryNoteDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDeliveryNoteDecisions200JSONResponse, error) {
		if err := s.Deliveries.Seen(tx, who, r.DeliveryNoteID); err != nil {
			return api.ListDeliveryNoteDecisions200JSONResponse{}, err
		}
		body, err := decisions(tx, delivery.Subject, r.DeliveryNoteID)
		return api.ListDeliveryNoteDecisions200JSONResponse(body), err
	})
}

// deliveryBody shows a delivery note; prices and amounts only to whom they are shown (ORD-03).
func deliveryBody(who identity.Principal, d delivery.Note) api.DeliveryNote {
	body := api.DeliveryNote{
		ID: d.ID, Number: d.Number, ShippingNoticeID: d.NoticeID, CustomerID: d.CustomerID, PayerID: d.PayerID, Flow: api.ShippingFlow(d.Flow),
		State: api.DeliveryState(d.State), Vehicle: d.Vehicle, Carrier: optional(d.Carrier), Driver: optional(d.Driver),
		Currency: api.Currency(d.Currency), ShippedOn: openapi.Date{Time: d.ShippedOn}, LeftAt: d.LeftAt, ReportDueAt: d.ReportDueAt, ReportedAt: d.ReportedAt,
		CancelReason: optional(d.CancelReason), GatePass: passBody(d.Pass), CreatedAt: d.CreatedAt, Etag: etag(d.Version),
		Lines: make([]api.DeliveryLine, len(d.Lines)),
	}
	for i, l := range d.Lines {
		body.Lines[i] = api.DeliveryLine{
			ID: l.ID, NoticeLineID: l.NoticeLineID, OrderID: l.OrderID, OrderLineID: l.OrderLineID, ProductID: l.ProductID,
			ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity, InvoicedQuantity: l.InvoicedQuantity,
		}
		if len(l.Lots) > 0 {
			lots := each(l.Lots, deliveryLot)
			body.Lines[i].Lots = &lots
		}
	}
	for i, l := range d.Lines {
		if !l.CorrectedQuantity.IsZero() {
			body.Lines[i].CorrectedQuantity = &d.Lines[i].CorrectedQuantity
		}
	}
	if !identity.SeesPrices(who) {
		return body
	}
	body.Amount = &d.Amount
	for i, l := range d.Lines {
		b := &body.Lines[i]
		b.Price, b.Amount, b.InvoicedAmount = &l.Price, &l.Amount, &l.InvoicedAmount
		if !l.CorrectedQuantity.IsZero() {
			b.CorrectedAmount = &d.Lines[i].CorrectedAmount
		}
	}
	return body
}
