package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/dispute"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListDisputedItems implements the operation of that name.
func (s *Server) ListDisputedItems(ctx context.Context, r api.ListDisputedItemsRequestObject) (api.ListDisputedItemsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDisputedItems200JSONResponse, error) {
		p := r.Params
		f := dispute.Filter{
			CustomerID: value(p.CustomerID), PayerID: value(p.PayerID), InvoiceID: value(p.InvoiceID), OwnerID: value(p.OwnerID),
			Number: value(p.Number), State: dispute.State(value(p.State)), Reason: string(value(p.Reason)),
		}
		rows, next, err := s.Disputes.List(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListDisputedItems200JSONResponse{Data: each(rows, disputedItemBody), NextCursor: optional(next)}, err
	})
}

// OpenDisputedItem implements the operation of that name.
func (s *Server) OpenDisputedItem(ctx context.Context, r api.OpenDisputedItemRequestObject) (api.OpenDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.OpenDisputedItem201JSONResponse, error) {
		d, err := s.Disputes.Open(tx, who, dispute.NewDispute{
			InvoiceID: r.Body.InvoiceID, LineID: r.Body.InvoiceLineID, Reason: string(r.Body.Reason), Amount: r.Body.Amount,
			RaisedBy: r.Body.RaisedBy, Note: r.Body.Note,
		})
		return api.OpenDisputedItem201JSONResponse{Body: disputedItemBody(d), Headers: api.OpenDisputedItem201ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// GetDisputedItem implements the operation of that name.
func (s *Server) GetDisputedItem(ctx context.Context, r api.GetDisputedItemRequestObject) (api.GetDisputedItemResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDisputedItem200JSONResponse, error) {
		d, err := s.Disputes.Get(tx, who, r.DisputedItemID)
		return api.GetDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.GetDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// ResolveDisputedItem implements the operation of that name.
func (s *Server) ResolveDisputedItem(ctx context.Context, r api.ResolveDisputedItemRequestObject) (api.ResolveDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ResolveDisputedItem200JSONResponse, error) {
		by := dispute.Settlement{Amount: r.Body.Amount, Quantity: r.Body.Quantity, Reason: r.Body.Reason}
		d, err := s.Disputes.Resolve(tx, who, r.DisputedItemID, optionalMatch(r.Params.IfMatch), by)
		return api.ResolveDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.ResolveDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// RejectDisputedItem implements the operation of that name.
func (s *Server) RejectDisputedItem(ctx context.Context, r api.RejectDisputedItemRequestObject) (api.RejectDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RejectDisputedItem200JSONResponse, error) {
		d, err := s.Disputes.Close(tx, who, r.DisputedItemID, optionalMatch(r.Params.IfMatch), dispute.Rejected, r.Body.Reason)
		return api.RejectDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.RejectDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// WithdrawDisputedItem implements the operation of that name.
func (s *Server) WithdrawDisputedItem(ctx context.Context, r api.WithdrawDisputedItemRequestObject) (api.WithdrawDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawDisputedItem200JSONResponse, error) {
		d, err := s.Disputes.Close(tx, who, r.DisputedItemID, optionalMatch(r.Params.IfMatch), dispute.Withdrawn, r.Body.Reason)
		return api.WithdrawDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.WithdrawDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

func disputedItemBody(d dispute.Dispute) api.DisputedItem {
	return api.DisputedItem{
		ID: d.ID, Number: d.Number, InvoiceID: d.InvoiceID, InvoiceLineID: d.LineID, CustomerID: d.CustomerID, PayerID: d.PayerID,
		CustomerName: optional(d.CustomerName), PayerName: optional(d.PayerName),
		Reason: api.DisputeReason(d.Reason), Amount: d.Amount, RaisedBy: d.RaisedBy, Note: d.Note, State: api.DisputedItemState(d.State),
		Credited: d.Credited, Quantity: d.Quantity, ApprovalID: d.ApprovalID, AdjustmentID: d.AdjustmentID, Outcome: optional(d.Outcome),
		OpenedBy: d.OpenedBy, OpenedAt: d.OpenedAt, ClosedBy: d.ClosedBy, ClosedAt: d.ClosedAt, Etag: etag(d.Version),
	}
}

// GetDisputedItemTimeline implements the operation of that name.
func (s *Server) GetDisputedItemTimeline(ctx context.Context, r api.GetDisputedItemTimelineRequestObject) (api.GetDisputedItemTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDisputedItemTimeline200JSONResponse, error) {
		if _, err := s.Disputes.Get(tx, who, r.DisputedItemID); err != nil {
			return api.GetDisputedItemTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, dispute.Subject, r.DisputedItemID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetDisputedItemTimeline200JSONResponse(t), err
	})
}

// ListDisputedItemDecisions implements the operation of that name.
func (s *Server) ListDisputedItemDecisions(ctx context.Context, r api.ListDisputedItemDecisionsRequestObject) (api.ListDisputedItemDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDisputedItemDecisions200JSONResponse, error) {
		if _, err := s.Disputes.Get(tx, who, r.DisputedItemID); err != nil {
			return api.ListDisputedItemDecisions200JSONResponse{}, err
		}
		d, err := decisions(tx, dispute.Subject, r.DisputedItemID)
		return api.ListDisputedItemDecisions200JSONResponse(d), err
	})
}
