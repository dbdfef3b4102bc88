package httpapi

import (
	"context"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/baddebt"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListBadDebts implements the operation of that name.
func (s *Server) ListBadDebts(ctx context.Context, r api.ListBadDebtsRequestObject) (api.ListBadDebtsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBadDebts200JSONResponse, error) {
		rows, next, err := s.BadDebts.List(tx, who, baddebt.Filter{
			PayerID: value(r.Params.PayerID), OwnerID: value(r.Params.OwnerID), Number: value(r.Params.Number), State: baddebt.State(value(r.Params.State)),
		}, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListBadDebts200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, baddebt.Subject, each(rows, func(b baddebt.Application) uuid.UUID { return b.ID })...)
		data := each(rows, func(b baddebt.Application) api.BadDebt { return badDebtBody(b, files[b.ID]) })
		return api.ListBadDebts200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ApplyBadDebt implements the operation of that name.
func (s *Server) ApplyBadDebt(ctx context.Context, r api.ApplyBadDebtRequestObject) (api.ApplyBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ApplyBadDebt201JSONResponse, error) {
		in := baddebt.NewApplication{CustomerID: r.Body.CustomerID, Grounds: string(r.Body.Grounds), Reason: r.Body.Reason, Files: r.Body.AttachmentIds}
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
		b, err := s.BadDebts.Apply(tx, who, in)
		body, version, err := s.badDebt(tx, b, err)
		return api.ApplyBadDebt201JSONResponse{Body: body, Headers: api.ApplyBadDebt201ResponseHeaders{ETag: version}}, err
	})
}

// GetBadDebt implements the operation of that name.
func (s *Server) GetBadDebt(ctx context.Context, r api.GetBadDebtRequestObject) (api.GetBadDebtResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetBadDebt200JSONResponse, error) {
		b, err := s.BadDebts.Get(tx, who, r.BadDebtID)
		body, version, err := s.badDebt(tx, b, err)
		return api.GetBadDebt200JSONResponse{Body: body, Headers: api.GetBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// WithdrawBadDebt implements the operation of that name.
func (s *Server) WithdrawBadDebt(ctx context.Context, r api.WithdrawBadDebtRequestObject) (api.WithdrawBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawBadDebt200JSONResponse, error) {
		b, err := s.BadDebts.Withdraw(tx, who, r.BadDebtID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		body, version, err := s.badDebt(tx, b, err)
		return api.WithdrawBadDebt200JSONResponse{Body: body, Headers: api.WithdrawBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// WriteOffBadDebt implements the operation of that name.
func (s *Server) WriteOffBadDebt(ctx context.Context, r api.WriteOffBadDebtRequestObject) (api.WriteOffBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WriteOffBadDebt200JSONResponse, error) {
		b, err := s.BadDebts.WriteOff(tx, who, r.BadDebtID, optionalMatch(r.Params.IfMatch))
		body, version, err := s.badDebt(tx, b, err)
		return api.WriteOffBadDebt200JSONResponse{Body: body, Headers: api.WriteOffBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// RecoverBadDebt implements the operation of that name.
func (s *Server) RecoverBadDebt(ctx context.Context, r api.RecoverBadDebtRequestObject) (api.RecoverBadDebtResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecoverBadDebt200JSONResponse, error) {
		b, err := s.BadDebts.Recover(tx, who, r.BadDebtID, r.Body.InvoiceID, r.Body.ReceiptID, r.Body.Amount)
		body, version, err := s.badDebt(tx, b, err)
		return api.RecoverBadDebt200JSONResponse{Body: body, Headers: api.RecoverBadDebt200ResponseHeaders{ETag: version}}, err
	})
}

// badDebt shows an application with its evidence; it passes an error on.
func (s *Server) badDebt(tx pg.Tx, b baddebt.Application, err error) (api.BadDebt, string, error) {
	if err != nil {
		return api.BadDebt{}, "", err
	}
	files, err := s.Attachments.Of(tx, baddebt.Subject, b.ID)
	return badDebtBody(b, files[b.ID]), etag(b.Version), err
}

func badDebtBody(b baddebt.Application, files []attachment.Attachment) api.BadDebt {
	return api.BadDebt{
		ID: b.ID, Number: b.Number, PayerID: b.PayerID, PayerName: optional(b.PayerName), State: api.BadDebtState(b.State), Amount: b.Amount, Grounds: api.BadDebtGrounds(b.Grounds),
		Reason: b.Reason, Attachments: attachmentBodies(files), ApprovalID: b.ApprovalID, AppliedBy: b.AppliedBy, AppliedAt: b.AppliedAt,
		DecidedAt: b.DecidedAt, WrittenBy: b.WrittenBy, WrittenAt: b.WrittenAt, EndedReason: optional(b.EndedReason), Etag: etag(b.Version),
		Items: each(b.Items, func(it baddebt.Item) api.BadDebtItem {
			return api.BadDebtItem{
				InvoiceID: it.InvoiceID, Number: it.Number, Amount: it.Amount, OpenAt: it.OpenAt, WriteOffID: it.WriteOffID, Recovered: it.Recovered,
			}
		}),
	}
}

// GetBadDebtTimeline implements the operation of that name.
func (s *Server) GetBadDebtTimeline(ctx context.Context, r api.GetBadDebtTimelineRequestObject) (api.GetBadDebtTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetBadDebtTimeline200JSONResponse, error) {
		if _, err := s.BadDebts.Get(tx, who, r.BadDebtID); err != nil {
			return api.GetBadDebtTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, baddebt.Subject, r.BadDebtID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetBadDebtTimeline200JSONResponse(t), err
	})
}

// ListBadDebtDecisions implements the operation of that name.
func (s *Server) ListBadDebtDecisions(ctx context.Context, r api.ListBadDebtDecisionsRequestObject) (api.ListBadDebtDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBadDebtDecisions200JSONResponse, error) {
		if _, err := s.BadDebts.Get(tx, who, r.BadDebtID); err != nil {
			return api.ListBadDebtDecisions200JSONResponse{}, err
		}
		d, err := decisions(tx, baddebt.Subject, r.BadDebtID)
		return api.ListBadDebtDecisions200JSONResponse(d), err
	})
}
