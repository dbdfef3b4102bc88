package httpapi

import (
	"context"

	"github.com/google/uuid"
	"github.com/oapi-codegen/nullable"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListOrders implements the operation of that name.
func (s *Server) ListOrders(ctx context.Context, r api.ListOrdersRequestObject) (api.ListOrdersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOrders200JSONResponse, error) {
		f := order.Filter{
			CustomerID: r.Params.CustomerID, OwnerID: r.Params.OwnerID, State: order.State(value(r.Params.State)), Number: value(r.Params.Number),
		}
		rows, next, err := s.Orders.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.OrderSummary, len(rows))
		for i, o := range rows {
			data[i] = api.OrderSummary{
				ID: o.ID, Number: o.Number, CustomerID: o.CustomerID, CustomerCode: o.CustomerCode, CustomerName: o.CustomerName,
				OwnerID: o.OwnerID, State: string(o.State), Revision: o.Revision, CustomerOrderNo: optional(o.CustomerOrderNo),
				Currency: order.Currency, CreatedAt: o.CreatedAt, Etag: etag(o.Version),
			}
			if identity.SeesPrices(who) { // ORD-03
				data[i].Total = &o.Total
			}
		}
		return api.ListOrders200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateOrder implements the operation of that name.
func (s *Server) CreateOrder(ctx context.Context, r api.CreateOrderRequestObject) (api.CreateOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateOrder201JSONResponse, error) {
		o, d, err := s.createOrder(tx, who, *r.Body)
		return api.CreateOrder201JSONResponse{Body: orderBody(who, o, d), Headers: api.CreateOrder201ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

func (s *Server) createOrder(tx pg.Tx, who identity.Principal, b api.OrderCreate) (order.Order, *decision.Decision, error) {
	if !value(b.Submit) {
		o, err := s.Orders.Create(tx, who, orderDraft(b))
		return o, nil, err
	}
	if err := identity.Permit(who, "order.submit"); err != nil {
		return order.Order{}, nil, err
	}
	o, d, err := s.Orders.CreateAndSubmit(tx, who, orderDraft(b))
	return o, &d, err
}

// UpdateOrder implements the operation of that name.
func (s *Server) UpdateOrder(ctx context.Context, r api.UpdateOrderRequestObject) (api.UpdateOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateOrder200JSONResponse, error) {
		o, err := s.Orders.Update(tx, who, r.OrderID, ifMatch(r.Params.IfMatch), func(d *order.Draft) { patchOrder(d, *r.Body) })
		return api.UpdateOrder200JSONResponse{Body: orderBody(who, o, nil), Headers: api.UpdateOrder200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// SubmitOrder implements the operation of that name.
func (s *Server) SubmitOrder(ctx context.Context, r api.SubmitOrderRequestObject) (api.SubmitOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitOrder200JSONResponse, error) {
		o, d, err := s.Orders.Submit(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch))
		return api.SubmitOrder200JSONResponse{Body: orderBody(who, o, &d), Headers: api.SubmitOrder200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// UpsertOrderByExternalID implements the operation of that name.
func (s *Server) UpsertOrderByExternalID(ctx context.Context, r api.UpsertOrderByExternalIDRequestObject) (api.UpsertOrderByExternalIDResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpsertOrderByExternalID200JSONResponse, error) {
		o, d, err := s.Orders.Upsert(tx, who, r.Source, r.ExternalID, optionalMatch(r.Params.IfMatch), orderDraft(*r.Body), value(r.Body.Submit))
		return api.UpsertOrderByExternalID200JSONResponse{Body: orderBody(who, o, d), Headers: api.UpsertOrderByExternalID200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// GetOrder implements the operation of that name.
func (s *Server) GetOrder(ctx context.Context, r api.GetOrderRequestObject) (api.GetOrderResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOrder200JSONResponse, error) {
		o, err := s.Orders.Get(tx, who, r.OrderID)
		if err != nil {
			return api.GetOrder200JSONResponse{}, err
		}
		body := orderBody(who, o, nil)
		files, err := s.Orders.Attachments(tx, who, o.ID)
		if identity.SeesPrices(who) {
			body.Attachments = new(each(files, attachmentBody))
		}
		return api.GetOrder200JSONResponse{Body: body, Headers: api.GetOrder200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// GetOrderByExternalID implements the operation of that name.
func (s *Server) GetOrderByExternalID(ctx context.Context, r api.GetOrderByExternalIDRequestObject) (api.GetOrderByExternalIDResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOrderByExternalID200JSONResponse, error) {
		o, err := s.Orders.GetByExternalID(tx, who, r.Source, r.ExternalID)
		return api.GetOrderByExternalID200JSONResponse{Body: orderBody(who, o, nil), Headers: api.GetOrderByExternalID200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// ReviseOrder implements the operation of that name.
func (s *Server) ReviseOrder(ctx context.Context, r api.ReviseOrderRequestObject) (api.ReviseOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReviseOrder200JSONResponse, error) {
		o, err := s.Orders.Revise(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.ReviseOrder200JSONResponse{Body: orderBody(who, o, nil), Headers: api.ReviseOrder200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// CancelOrder implements the operation of that name.
func (s *Server) CancelOrder(ctx context.Context, r api.CancelOrderRequestObject) (api.CancelOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelOrder200JSONResponse, error) {
		o, err := s.Orders.Cancel(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelOrder200JSONResponse{Body: orderBody(who, o, nil), Headers: api.CancelOrder200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// CloseOrder implements the operation of that name.
func (s *Server) CloseOrder(ctx context.Context, r api.CloseOrderRequestObject) (api.CloseOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CloseOrder200JSONResponse, error) {
		o, err := s.Orders.Close(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CloseOrder200JSONResponse{Body: orderBody(who, o, nil), Headers: api.CloseOrder200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// CopyOrder implements the operation of that name.
func (s *Server) CopyOrder(ctx context.Context, r api.CopyOrderRequestObject) (api.CopyOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CopyOrder201JSONResponse, error) {
		o, err := s.Orders.Copy(tx, who, r.OrderID)
		return api.CopyOrder201JSONResponse{Body: orderBody(who, o, nil), Headers: api.CopyOrder201ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// ListOrderDecisions implements the operation of that name.
func (s *Server) ListOrderDecisions(ctx context.Context, r api.ListOrderDecisionsRequestObject) (api.ListOrderDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOrderDecisions200JSONResponse, error) {
		if _, err := s.Orders.Get(tx, who, r.OrderID); err != nil {
			return api.ListOrderDecisions200JSONResponse{}, err
		}
		if !identity.SeesPrices(who) { // ORD-03: what gates decide speaks of prices and credit in words
			return api.ListOrderDecisions200JSONResponse{Data: []api.Decision{}}, nil
		}
		list, err := decisions(tx, order.Subject, r.OrderID)
		return api.ListOrderDecisions200JSONResponse(list), err
	})
}

// GetOrderTimeline implements the operation of that name.
func (s *Server) GetOrderTimeline(ctx context.Context, r api.GetOrderTimelineRequestObject) (api.GetOrderTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOrderTimeline200JSONResponse, error) {
		if _, err := s.Orders.Get(tx, who, r.OrderID); err != nil {
			return api.GetOrderTimeline200JSONResponse{}, err
		}
		list, err := timeline(tx, order.Subject, r.OrderID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetOrderTimeline200JSONResponse(list), err
	})
}

func orderDraft(b api.OrderCreate) order.Draft {
	d := order.Draft{
		CustomerID: b.CustomerID, Channel: order.ChannelAPI, CustomerOrderNo: value(b.CustomerOrderNo), HeaderDiscount: value(b.HeaderDiscount),
		Remarks: value(b.Remarks), Lines: orderLines(b.Lines), ReceivedAt: b.ReceivedAt, QuotationID: b.QuotationID, ContractID: b.ContractID,
		Attachments: value(b.AttachmentIds), Handling: order.Handling{
			DeliveryPlace: value(b.DeliveryPlace), Packing: value(b.Packing), Transport: value(b.Transport), SpecialDemands: value(b.SpecialDemands),
		},
	}
	if b.Channel != nil {
		d.Channel = order.Channel(*b.Channel)
	}
	if b.Settlement != nil {
		d.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement), Days: value(b.TermsDays)}
	}
	return d
}

func orderLines(lines []api.OrderLineInput) []order.LineDraft {
	drafts := make([]order.LineDraft, len(lines))
	for i, l := range lines {
		drafts[i] = order.LineDraft{
			ID: l.ID, ProductID: l.ProductID, Quantity: l.Quantity, Unit: value(l.Unit), Price: l.Price, Remarks: value(l.Remarks),
			QuotationLineID: l.QuotationLineID, ContractLineID: l.ContractLineID, Handling: order.Handling{
				DeliveryPlace: value(l.DeliveryPlace), Packing: value(l.Packing), Transport: value(l.Transport), SpecialDemands: value(l.SpecialDemands),
			},
		}
		if l.PromisedOn != nil {
			drafts[i].PromisedOn = &l.PromisedOn.Time
		}
	}
	return drafts
}

func patchOrder(d *order.Draft, b api.OrderPatch) {
	if b.CustomerID != nil {
		d.CustomerID = *b.CustomerID
	}
	if b.Channel != nil {
		d.Channel = order.Channel(*b.Channel)
	}
	if b.Settlement != nil {
		d.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement)}
	}
	if b.TermsDays != nil {
		d.Terms.Days = *b.TermsDays
	}
	if b.HeaderDiscount != nil {
		d.HeaderDiscount = *b.HeaderDiscount
	}
	if b.Lines != nil {
		d.Lines = orderLines(*b.Lines)
	}
	if b.ReceivedAt != nil {
		d.ReceivedAt = b.ReceivedAt
	}
	d.Attachments = value(b.AttachmentIds)
	patchID(&d.QuotationID, b.QuotationID)
	patchID(&d.ContractID, b.ContractID)
	patch(&d.DeliveryPlace, b.DeliveryPlace)
	patch(&d.Packing, b.Packing)
	patch(&d.Transport, b.Transport)
	patch(&d.SpecialDemands, b.SpecialDemands)
	patch(&d.CustomerOrderNo, b.CustomerOrderNo)
	patch(&d.Remarks, b.Remarks)
}

// orderBody shows an order, without prices, amounts and terms to whom they aren't shown (ORD-03).
func orderBody(who identity.Principal, o order.Order, d *decision.Decision) api.Order {
	body := api.Order{
		ID: o.ID, Number: o.Number, CustomerID: o.CustomerID, OwnerID: o.OwnerID, State: string(o.State), StateReason: optional(o.StateReason),
		Revision: o.Revision, Channel: api.OrderChannel(o.Channel), CustomerOrderNo: optional(o.CustomerOrderNo),
		Currency: api.Currency(o.Currency), Remarks: optional(o.Remarks), ApprovalID: o.ApprovalID, CopiedFromID: o.CopiedFromID,
		SubmittedBy: o.SubmittedBy, SubmittedAt: o.SubmittedAt, ConfirmedAt: o.ConfirmedAt, EndedAt: o.EndedAt,
		ReceivedAt: o.Received(), DeliveryPlace: optional(o.DeliveryPlace), Packing: optional(o.Packing), Transport: optional(o.Transport),
		SpecialDemands: optional(o.SpecialDemands), QuotationID: o.QuotationID, ContractID: o.ContractID, ReviewOpen: o.ReviewOpen, ReviewAsked: o.ReviewAsked,
		CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, Etag: etag(o.Version), Lines: make([]api.OrderLine, len(o.Lines)),
	}
	for i, l := range o.Lines {
		body.Lines[i] = api.OrderLine{
			ID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, Unit: l.Unit, Quantity: l.Quantity, PromisedOn: optionalDate(l.PromisedOn), Remarks: optional(l.Remarks),
			DeliveryPlace: optional(l.DeliveryPlace), Packing: optional(l.Packing), Transport: optional(l.Transport),
			SpecialDemands: optional(l.SpecialDemands), QuotationLineID: l.QuotationLineID, ContractLineID: l.ContractLineID,
			Noticed: l.Noticed, Shipped: l.Shipped, Open: l.Open(),
		}
	}
	if !identity.SeesPrices(who) {
		return body
	}
	body.Settlement, body.TermsDays, body.HeaderDiscount = new(api.Settlement(o.Settlement)), &o.TermsDays, &o.HeaderDiscount
	body.Gross, body.Total, body.Tax = &o.Gross, &o.Total, &o.Tax
	for i, l := range o.Lines {
		b := &body.Lines[i]
		b.Price, b.TaxRate, b.Amount, b.NetAmount = &l.Price, &l.TaxRate, &l.Amount, &l.NetAmount
	}
	if d != nil {
		decided := decisionBody(*d)
		body.Decision = &decided
	}
	return body
}

// patchID is patch for an optional id: null takes it away.
func patchID(field **uuid.UUID, sent nullable.Nullable[uuid.UUID]) {
	if !sent.IsSpecified() {
		return
	}
	*field = nil
	if id, err := sent.Get(); err == nil {
		*field = &id
	}
}
