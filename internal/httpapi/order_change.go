package httpapi

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/orderchange"
	"github.com/salesgate/salesgate/internal/pg"
)

// RequestOrderChange implements the operation of that name.
func (s *Server) RequestOrderChange(ctx context.Context, r api.RequestOrderChangeRequestObject) (api.RequestOrderChangeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RequestOrderChange201JSONResponse, error) {
		c, err := s.OrderChanges.Propose(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch), r.Body.Reason, func(d *order.Draft) { changeOrder(d, *r.Body) })
		return api.RequestOrderChange201JSONResponse{Body: orderChange(tx, who, c), Headers: api.RequestOrderChange201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// RequestOrderCancellation implements the operation of that name.
func (s *Server) RequestOrderCancellation(ctx context.Context, r api.RequestOrderCancellationRequestObject) (api.RequestOrderCancellationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RequestOrderCancellation201JSONResponse, error) {
		c, err := s.OrderChanges.ProposeCancel(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.RequestOrderCancellation201JSONResponse{Body: orderChange(tx, who, c), Headers: api.RequestOrderCancellation201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ListOrderChanges implements the operation of that name.
func (s *Server) ListOrderChanges(ctx context.Context, r api.ListOrderChangesRequestObject) (api.ListOrderChangesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOrderChanges200JSONResponse, error) {
		f := orderchange.Filter{OrderID: r.Params.OrderID, State: orderchange.State(value(r.Params.State))}
		rows, next, err := s.OrderChanges.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(c orderchange.Request) api.OrderChange { return orderChange(tx, who, c) })
		return api.ListOrderChanges200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetOrderChange implements the operation of that name.
func (s *Server) GetOrderChange(ctx context.Context, r api.GetOrderChangeRequestObject) (api.GetOrderChangeResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOrderChange200JSONResponse, error) {
		c, err := s.OrderChanges.Get(tx, who, r.OrderChangeID)
		return api.GetOrderChange200JSONResponse{Body: orderChange(tx, who, c), Headers: api.GetOrderChange200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// StateOrderChangeConsequence implements the operation of that name.
func (s *Server) StateOrderChangeConsequence(ctx context.Context, r api.StateOrderChangeConsequenceRequestObject) (api.StateOrderChangeConsequenceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StateOrderChangeConsequence200JSONResponse, error) {
		c, err := s.OrderChanges.State(tx, who, r.OrderChangeID, orderchange.Statement{
			Role: identity.Role(value(r.Body.Role)), Text: r.Body.Text, Cost: r.Body.Cost,
			Leftovers: each(value(r.Body.Leftovers), func(l api.OrderLeftover) orderchange.Leftover {
				return orderchange.Leftover{ProductID: l.ProductID, Quantity: l.Quantity, Note: value(l.Note)}
			}),
		})
		return api.StateOrderChangeConsequence200JSONResponse{Body: orderChange(tx, who, c), Headers: api.StateOrderChangeConsequence200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

func changeOrder(d *order.Draft, b api.OrderChangeCreate) {
	if b.Settlement != nil {
		d.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement)}
	}
	if b.TermsDays != nil {
		d.Terms.Days = *b.TermsDays
	}
	if b.HeaderDiscount != nil {
		d.HeaderDiscount = *b.HeaderDiscount
	}
	for _, field := range []struct{ to, from *string }{
		{&d.DeliveryPlace, b.DeliveryPlace}, {&d.Packing, b.Packing}, {&d.Transport, b.Transport}, {&d.SpecialDemands, b.SpecialDemands},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if b.Lines != nil {
		d.Lines = orderLines(*b.Lines)
	}
}

// orderChange shows a request, without prices to whom they aren't shown (ORD-03).
func orderChange(tx pg.Tx, who identity.Principal, c orderchange.Request) api.OrderChange {
	if c.ID == uuid.Nil {
		return api.OrderChange{}
	}
	body := api.OrderChange{
		ID: c.ID, Number: c.Number, OrderID: c.OrderID, OrderNumber: c.OrderNumber, Kind: string(c.Kind), State: api.OrderChangeState(c.State),
		Reason: c.Reason, Revision: c.Revision, DueAt: c.DueAt(tx), ApprovalID: c.ApprovalID, RequestedBy: c.RequestedBy, RequestedAt: c.RequestedAt,
		EndedAt: c.EndedAt, EndReason: optional(c.EndReason), Consequences: each(c.Consequences, func(x orderchange.Consequence) api.OrderConsequence { return orderConsequence(who, x) }), Etag: etag(c.Version),
	}
	shown := c.Differences
	if identity.SeesPrices(who) {
		body.TotalBefore, body.TotalAfter = &c.TotalBefore, &c.TotalAfter
	} else {
		shown = slices.DeleteFunc(slices.Clone(shown), order.Difference.Priced)
	}
	body.Differences = each(shown, func(d order.Difference) api.OrderDifference {
		return api.OrderDifference{LineNo: optional(d.LineNo), ProductID: d.ProductID, Field: d.Field, Old: d.Old, New: d.New}
	})
	return body
}

// orderConsequence shows what a department has stated; what finance and the general manager write speaks of money, and isn't for whom
// prices aren't shown (ORD-03).
func orderConsequence(who identity.Principal, c orderchange.Consequence) api.OrderConsequence {
	if !identity.SeesPrices(who) && identity.SeesPrices(identity.Principal{Kind: identity.KindUser, Roles: identity.Roles{c.Role}}) {
		c.Text, c.Cost = "", nil
	}
	return api.OrderConsequence{
		Role: string(c.Role), Text: optional(c.Text), Cost: c.Cost, StatedBy: c.StatedBy, StatedAt: c.StatedAt,
		Leftovers: each(c.Leftovers, func(l orderchange.Leftover) api.OrderLeftoverStated {
			return api.OrderLeftoverStated{ProductID: l.ProductID, Quantity: l.Quantity, Note: optional(l.Note)}
		}),
	}
}
