package httpapi

import (
	"context"
	"encoding/hex"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/allotment"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListShortageAllotments implements the operation of that name.
func (s *Server) ListShortageAllotments(ctx context.Context, r api.ListShortageAllotmentsRequestObject) (api.ListShortageAllotmentsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListShortageAllotments200JSONResponse, error) {
		f := allotment.Filter{State: allotment.State(value(r.Params.State)), ProductID: r.Params.ProductID, OrderID: r.Params.OrderID}
		rows, next, err := s.Allotments.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListShortageAllotments200JSONResponse{
			Data: each(rows, func(a allotment.Allotment) api.Allotment { return allotmentBody(ctx, who, a) }), NextCursor: optional(next),
		}, err
	})
}

// ProposeShortageAllotment implements the operation of that name.
func (s *Server) ProposeShortageAllotment(ctx context.Context, r api.ProposeShortageAllotmentRequestObject) (api.ProposeShortageAllotmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ProposeShortageAllotment201JSONResponse, error) {
		a, err := s.Allotments.Propose(tx, r.Body.ProductID, r.Body.Available, r.Body.Reason)
		return api.ProposeShortageAllotment201JSONResponse{
			Body: allotmentBody(ctx, who, a), Headers: api.ProposeShortageAllotment201ResponseHeaders{ETag: etag(a.Version)},
		}, err
	})
}

// GetShortageAllotment implements the operation of that name.
func (s *Server) GetShortageAllotment(ctx context.Context, r api.GetShortageAllotmentRequestObject) (api.GetShortageAllotmentResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetShortageAllotment200JSONResponse, error) {
		a, err := s.Allotments.Get(tx, who, r.ShortageAllotmentID)
		return api.GetShortageAllotment200JSONResponse{Body: allotmentBody(ctx, who, a), Headers: api.GetShortageAllotment200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// ConfirmShortageAllotment implements the operation of that name.
func (s *Server) ConfirmShortageAllotment(ctx context.Context, r api.ConfirmShortageAllotmentRequestObject) (api.ConfirmShortageAllotmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmShortageAllotment200JSONResponse, error) {
		changes := each(value(r.Body.Lines), func(c api.AllotmentChange) allotment.Change {
			return allotment.Change{OrderLineID: c.OrderLineID, Quantity: c.Quantity, Reason: value(c.Reason)}
		})
		a, err := s.Allotments.Confirm(tx, r.ShortageAllotmentID, optionalMatch(r.Params.IfMatch), changes, dayOf(r.Body.ValidUntil))
		return api.ConfirmShortageAllotment200JSONResponse{
			Body: allotmentBody(ctx, who, a), Headers: api.ConfirmShortageAllotment200ResponseHeaders{ETag: etag(a.Version)},
		}, err
	})
}

// EndShortageAllotment implements the operation of that name.
func (s *Server) EndShortageAllotment(ctx context.Context, r api.EndShortageAllotmentRequestObject) (api.EndShortageAllotmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.EndShortageAllotment200JSONResponse, error) {
		a, err := s.Allotments.End(tx, r.ShortageAllotmentID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.EndShortageAllotment200JSONResponse{Body: allotmentBody(ctx, who, a), Headers: api.EndShortageAllotment200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

func allotmentBody(ctx context.Context, who identity.Principal, a allotment.Allotment) api.Allotment {
	grades, lang := identity.Allowed(who, "credit.read"), current(ctx).lang
	return api.Allotment{
		ID: a.ID, Number: a.Number, ProductID: a.ProductID, ProductCode: a.ProductCode, ProductName: a.ProductName, Unit: a.Unit, Available: a.Available,
		Wanted: a.Wanted, Allotted: a.Allotted, State: api.AllotmentState(a.State), Reason: a.Reason, ValidUntil: optionalDate(a.ValidUntil),
		SnapshotHash: hex.EncodeToString(a.SnapshotHash), ProposedAt: a.ProposedAt, ProposedBy: a.ProposedBy, ConfirmedAt: a.ConfirmedAt,
		ConfirmedBy: a.ConfirmedBy, EndedAt: a.EndedAt, EndedBy: a.EndedBy, EndedReason: optional(a.EndedReason), Etag: etag(a.Version),
		Lines: each(a.Show(who).Lines, func(w allotment.Want) api.AllotmentLine { return allotmentLine(w, grades, lang) }),
	}
}

func allotmentLine(w allotment.Want, grades bool, lang string) api.AllotmentLine {
	en, zh := w.Explain(grades)
	line := api.AllotmentLine{
		OrderLineID: w.OrderLineID, OrderID: w.OrderID, OrderNumber: w.OrderNumber, LineNo: w.LineNo, CustomerID: w.CustomerID, CustomerName: w.CustomerName,
		Rank: w.Rank, PromisedOn: optionalDate(w.PromisedOn), ConfirmedAt: w.ConfirmedAt, Wanted: w.Wanted, Proposed: w.Proposed, Allotted: w.Allotted,
		Used: w.Used, ChangeReason: optional(w.ChangeReason), Explanation: en,
	}
	if lang == "zh-CN" {
		line.Explanation = zh
	}
	if grades {
		line.Grade, line.Priority = optional(string(w.Grade)), &w.Priority
	}
	return line
}
