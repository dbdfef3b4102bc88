package httpapi

import (
	"context"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListDisputedItems implements the operation of that name.
func (s *Server) ListDisputedItems(ctx context.Context, r api.ListDisputedItemsRequestObject) (api.ListDisputedItemsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDisputedItems200JSONResponse, error) {
		p := r.Params
		f := collection.DisputeFilter{
			CustomerID: value(p.CustomerID), PayerID: value(p.PayerID), InvoiceID: value(p.InvoiceID), OwnerID: value(p.OwnerID),
			State: collection.DisputeState(value(p.State)), Reason: string(value(p.Reason)),
		}
		rows, next, err := s.Collection.ListDisputes(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListDisputedItems200JSONResponse{Data: each(rows, disputedItemBody), NextCursor: optional(next)}, err
	})
}

// OpenDisputedItem implements the operation of that name.
func (s *Server) OpenDisputedItem(ctx context.Context, r api.OpenDisputedItemRequestObject) (api.OpenDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.OpenDisputedItem201JSONResponse, error) {
		d, err := s.Collection.OpenDispute(tx, who, collection.NewDispute{
			InvoiceID: r.Body.InvoiceID, LineID: r.Body.InvoiceLineID, Reason: string(r.Body.Reason), Amount: r.Body.Amount,
			RaisedBy: r.Body.RaisedBy, Note: r.Body.Note,
		})
		return api.OpenDisputedItem201JSONResponse{Body: disputedItemBody(d), Headers: api.OpenDisputedItem201ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// GetDisputedItem implements the operation of that name.
func (s *Server) GetDisputedItem(ctx context.Context, r api.GetDisputedItemRequestObject) (api.GetDisputedItemResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDisputedItem200JSONResponse, error) {
		d, err := s.Collection.GetDispute(tx, who, r.DisputedItemID)
		return api.GetDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.GetDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// ResolveDisputedItem implements the operation of that name.
func (s *Server) ResolveDisputedItem(ctx context.Context, r api.ResolveDisputedItemRequestObject) (api.ResolveDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ResolveDisputedItem200JSONResponse, error) {
		by := collection.Settlement{Amount: r.Body.Amount, Quantity: r.Body.Quantity, Reason: r.Body.Reason}
		d, err := s.Collection.ResolveDispute(tx, who, r.DisputedItemID, optionalMatch(r.Params.IfMatch), by)
		return api.ResolveDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.ResolveDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// RejectDisputedItem implements the operation of that name.
func (s *Server) RejectDisputedItem(ctx context.Context, r api.RejectDisputedItemRequestObject) (api.RejectDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RejectDisputedItem200JSONResponse, error) {
		d, err := s.Collection.CloseDispute(tx, who, r.DisputedItemID, optionalMatch(r.Params.IfMatch), collection.DisputeRejected, r.Body.Reason)
		return api.RejectDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.RejectDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// WithdrawDisputedItem implements the operation of that name.
func (s *Server) WithdrawDisputedItem(ctx context.Context, r api.WithdrawDisputedItemRequestObject) (api.WithdrawDisputedItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawDisputedItem200JSONResponse, error) {
		d, err := s.Collection.CloseDispute(tx, who, r.DisputedItemID, optionalMatch(r.Params.IfMatch), collection.DisputeWithdrawn, r.Body.Reason)
		return api.WithdrawDisputedItem200JSONResponse{Body: disputedItemBody(d), Headers: api.WithdrawDisputedItem200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

func disputedItemBody(d collection.Dispute) api.DisputedItem {
	return api.DisputedItem{
		ID: d.ID, Number: d.Number, InvoiceID: d.InvoiceID, InvoiceLineID: d.LineID, CustomerID: d.CustomerID, PayerID: d.PayerID,
		Reason: api.DisputeReason(d.Reason), Amount: d.Amount, RaisedBy: d.RaisedBy, Note: d.Note, State: api.DisputedItemState(d.State),
		Credited: d.Credited, Quantity: d.Quantity, ApprovalID: d.ApprovalID, AdjustmentID: d.AdjustmentID, Outcome: optional(d.Outcome),
		OpenedBy: d.OpenedBy, OpenedAt: d.OpenedAt, ClosedBy: d.ClosedBy, ClosedAt: d.ClosedAt, Etag: etag(d.Version),
	}
}

// ListBadDebts implements the operation of that name.
func (s *Server) ListBadDebts(ctx context.Context, r api.ListBadDebtsRequestObject) (api.ListBadDebtsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBadDebts200JSONResponse, error) {
		rows, next, err := s.Collection.ListBadDebts(tx, who, value(r.Params.PayerID), collection.BadDebtState(value(r.Params.State)), page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListBadDebts200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, collection.SubjectBadDebt, each(rows, func(b collection.BadDebt) uuid.UUID { return b.ID })...)
		data := each(rows, func(b collection.BadDebt) api.BadDebt { return badDebtBody(b, files[b.ID]) })
		return api.ListBadDebts200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ApplyBadDebt implements the operation of that name.
func (s *Server) ApplyBadDebt(ctx context.Context, r api.ApplyBadDebtRequestObject) (api.ApplyBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ApplyBadDebt201JSONResponse, error) {
		in := collection.NewBadDebt{CustomerID: r.Body.CustomerID, Grounds: string(r.Body.Grounds), Reason: r.Body.Reason, Files: r.Body.AttachmentIds}
		for _, it := range r.Body.Items {
			a := collection.ItemAmount{InvoiceID: it.InvoiceID, Amount: decimal.Zero}
			if it.Amount != nil {
				a.Amount = *it.Amount
				if !a.Amount.IsPos() { // 0 isn't "all"
					return api.ApplyBadDebt201JSONResponse{}, collection.ErrNoAmount.At("/items")
				}
			}
			in.Items = append(in.Items, a)
		}
		b, err := s.Collection.ApplyBadDebt(tx, who, in)
		body, version, err := s.badDebt(tx, b, err)
		return api.ApplyBadDebt201JSONResponse{Body: body, Headers: api.ApplyBadDebt201ResponseHeaders{ETag: version}}, err
	})
}

// GetBadDebt implements the operation of that name.
func (s *Server) GetBadDebt(ctx context.Context, r api.GetBadDebtRequestObject) (api.GetBadDebtResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetBadDebt200JSONResponse, error) {
		b, err := s.Collection.GetBadDebt(tx, who, r.BadDebtID)
		body, version, err := s.badDebt(tx, b, err)
		return api.GetBadDebt200JSONResponse{Body: body, Headers: api.GetBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// WithdrawBadDebt implements the operation of that name.
func (s *Server) WithdrawBadDebt(ctx context.Context, r api.WithdrawBadDebtRequestObject) (api.WithdrawBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawBadDebt200JSONResponse, error) {
		b, err := s.Collection.WithdrawBadDebt(tx, who, r.BadDebtID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		body, version, err := s.badDebt(tx, b, err)
		return api.WithdrawBadDebt200JSONResponse{Body: body, Headers: api.WithdrawBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// WriteOffBadDebt implements the operation of that name.
func (s *Server) WriteOffBadDebt(ctx context.Context, r api.WriteOffBadDebtRequestObject) (api.WriteOffBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WriteOffBadDebt200JSONResponse, error) {
		b, err := s.Collection.WriteOffBadDebt(tx, who, r.BadDebtID, optionalMatch(r.Params.IfMatch))
		body, version, err := s.badDebt(tx, b, err)
		return api.WriteOffBadDebt200JSONResponse{Body: body, Headers: api.WriteOffBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// RecoverBadDebt implements the operation of that name.
func (s *Server) RecoverBadDebt(ctx context.Context, r api.RecoverBadDebtRequestObject) (api.RecoverBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecoverBadDebt200JSONResponse, error) {
		b, err := s.Collection.RecoverBadDebt(tx, who, r.BadDebtID, r.Body.InvoiceID, r.Body.ReceiptID, r.Body.Amount)
		body, version, err := s.badDebt(tx, b, err)
		return api.RecoverBadDebt200JSONResponse{Body: body, Headers: api.RecoverBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// badDebt shows an application with its evidence; it passes an error on.
func (s *Server) badDebt(tx pg.Tx, b collection.BadDebt, err error) (api.BadDebt, string, error) {
	if err != nil {
		return api.BadDebt{}, "", err
	}
	files, err := s.Attachments.Of(tx, collection.SubjectBadDebt, b.ID)
	return badDebtBody(b, files[b.ID]), etag(b.Version), err
}

func badDebtBody(b collection.BadDebt, files []attachment.Attachment) api.BadDebt {
	return api.BadDebt{
		ID: b.ID, Number: b.Number, PayerID: b.PayerID, State: api.BadDebtState(b.State), Amount: b.Amount, Grounds: api.BadDebtGrounds(b.Grounds),
		Reason: b.Reason, Attachments: attachmentBodies(files), ApprovalID: b.ApprovalID, AppliedBy: b.AppliedBy, AppliedAt: b.AppliedAt,
		DecidedAt: b.DecidedAt, WrittenBy: b.WrittenBy, WrittenAt: b.WrittenAt, EndedReason: optional(b.EndedReason), Etag: etag(b.Version),
		Items: each(b.Items, func(it collection.BadDebtItem) api.BadDebtItem {
			return api.BadDebtItem{
				InvoiceID: it.InvoiceID, Number: it.Number, Amount: it.Amount, OpenAt: it.OpenAt, WriteOffID: it.WriteOffID, Recovered: it.Recovered,
			}
		}),
	}
}

// GetDisputedItemTimeline implements the operation of that name.
func (s *Server) GetDisputedItemTimeline(ctx context.Context, r api.GetDisputedItemTimelineRequestObject) (api.GetDisputedItemTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDisputedItemTimeline200JSONResponse, error) {
		if _, err := s.Collection.GetDispute(tx, who, r.DisputedItemID); err != nil {
			return api.GetDisputedItemTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, collection.SubjectDispute, r.DisputedItemID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetDisputedItemTimeline200JSONResponse(t), err
	})
}

// ListDisputedItemDecisions implements the operation of that name.
func (s *Server) ListDisputedItemDecisions(ctx context.Context, r api.ListDisputedItemDecisionsRequestObject) (api.ListDisputedItemDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDisputedItemDecisions200JSONResponse, error) {
		if _, err := s.Collection.GetDispute(tx, who, r.DisputedItemID); err != nil {
			return api.ListDisputedItemDecisions200JSONResponse{}, err
		}
		d, err := decisions(tx, collection.SubjectDispute, r.DisputedItemID)
		return api.ListDisputedItemDecisions200JSONResponse(d), err
	})
}

// GetBadDebtTimeline implements the operation of that name.
func (s *Server) GetBadDebtTimeline(ctx context.Context, r api.GetBadDebtTimelineRequestObject) (api.GetBadDebtTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetBadDebtTimeline200JSONResponse, error) {
		if _, err := s.Collection.GetBadDebt(tx, who, r.BadDebtID); err != nil {
			return api.GetBadDebtTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, collection.SubjectBadDebt, r.BadDebtID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetBadDebtTimeline200JSONResponse(t), err
	})
}

// ListBadDebtDecisions implements the operation of that name.
func (s *Server) ListBadDebtDecisions(ctx context.Context, r api.ListBadDebtDecisionsRequestObject) (api.ListBadDebtDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBadDebtDecisions200JSONResponse, error) {
		if _, err := s.Collection.GetBadDebt(tx, who, r.BadDebtID); err != nil {
			return api.ListBadDebtDecisions200JSONResponse{}, err
		}
		d, err := decisions(tx, collection.SubjectBadDebt, r.BadDebtID)
		return api.ListBadDebtDecisions200JSONResponse(d), err
	})
}
