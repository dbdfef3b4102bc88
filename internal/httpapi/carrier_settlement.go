package httpapi

import (
	"context"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// ListCarrierSettlements implements the operation of that name.
func (s *Server) ListCarrierSettlements(ctx context.Context, r api.ListCarrierSettlementsRequestObject) (api.ListCarrierSettlementsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListCarrierSettlements200JSONResponse, error) {
		p := r.Params
		f := transport.SettlementFilter{CarrierID: p.CarrierID, Month: monthOf(p.Month), State: transport.SettlementState(value(p.State))}
		rows, next, err := s.Transport.ListSettlements(tx, f, page(p.Limit, p.Cursor))
		return api.ListCarrierSettlements200JSONResponse{Data: each(rows, settlementBody), NextCursor: optional(next)}, err
	})
}

// CreateCarrierSettlement implements the operation of that name.
func (s *Server) CreateCarrierSettlement(ctx context.Context, r api.CreateCarrierSettlementRequestObject) (api.CreateCarrierSettlementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.CreateCarrierSettlement201JSONResponse, error) {
		x, err := s.Transport.DraftSettlement(tx, r.Body.CarrierID, *monthOf(&r.Body.Month))
		return api.CreateCarrierSettlement201JSONResponse{Body: settlementBody(x), Headers: api.CreateCarrierSettlement201ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// GetCarrierSettlement implements the operation of that name.
func (s *Server) GetCarrierSettlement(ctx context.Context, r api.GetCarrierSettlementRequestObject) (api.GetCarrierSettlementResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetCarrierSettlement200JSONResponse, error) {
		x, err := s.Transport.GetSettlement(tx, r.CarrierSettlementID)
		return api.GetCarrierSettlement200JSONResponse{Body: settlementBody(x), Headers: api.GetCarrierSettlement200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// ListCarrierSettlementLines implements the operation of that name.
func (s *Server) ListCarrierSettlementLines(ctx context.Context, r api.ListCarrierSettlementLinesRequestObject) (api.ListCarrierSettlementLinesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListCarrierSettlementLines200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Transport.ListSettlementLines(tx, r.CarrierSettlementID, string(value(p.State)), page(p.Limit, p.Cursor))
		return api.ListCarrierSettlementLines200JSONResponse{Data: each(rows, settlementLineBody), NextCursor: optional(next)}, err
	})
}

// RefreshCarrierSettlement implements the operation of that name.
func (s *Server) RefreshCarrierSettlement(ctx context.Context, r api.RefreshCarrierSettlementRequestObject) (api.RefreshCarrierSettlementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.RefreshCarrierSettlement200JSONResponse, error) {
		x, err := s.Transport.Refresh(tx, r.CarrierSettlementID, optionalMatch(r.Params.IfMatch))
		return api.RefreshCarrierSettlement200JSONResponse{Body: settlementBody(x), Headers: api.RefreshCarrierSettlement200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// LeaveOutOfCarrierSettlement implements the operation of that name.
func (s *Server) LeaveOutOfCarrierSettlement(ctx context.Context, r api.LeaveOutOfCarrierSettlementRequestObject) (api.LeaveOutOfCarrierSettlementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.LeaveOutOfCarrierSettlement200JSONResponse, error) {
		x, err := s.Transport.LeaveOutLines(tx, r.CarrierSettlementID, optionalMatch(r.Params.IfMatch), r.Body.LineIds, r.Body.Reason)
		return api.LeaveOutOfCarrierSettlement200JSONResponse{Body: settlementBody(x), Headers: api.LeaveOutOfCarrierSettlement200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// RecordCarrierBill implements the operation of that name.
func (s *Server) RecordCarrierBill(ctx context.Context, r api.RecordCarrierBillRequestObject) (api.RecordCarrierBillResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.RecordCarrierBill200JSONResponse, error) {
		x, err := s.Transport.RecordBill(tx, r.CarrierSettlementID, optionalMatch(r.Params.IfMatch), r.Body.BillNumber, r.Body.Amount)
		return api.RecordCarrierBill200JSONResponse{Body: settlementBody(x), Headers: api.RecordCarrierBill200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// ConfirmCarrierSettlement implements the operation of that name.
func (s *Server) ConfirmCarrierSettlement(ctx context.Context, r api.ConfirmCarrierSettlementRequestObject) (api.ConfirmCarrierSettlementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmCarrierSettlement200JSONResponse, error) {
		x, err := s.Transport.ConfirmSettlement(tx, who, r.CarrierSettlementID, optionalMatch(r.Params.IfMatch))
		return api.ConfirmCarrierSettlement200JSONResponse{Body: settlementBody(x), Headers: api.ConfirmCarrierSettlement200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// PayCarrierSettlement implements the operation of that name.
func (s *Server) PayCarrierSettlement(ctx context.Context, r api.PayCarrierSettlementRequestObject) (api.PayCarrierSettlementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PayCarrierSettlement200JSONResponse, error) {
		x, err := s.Transport.PaySettlement(tx, who, r.CarrierSettlementID, optionalMatch(r.Params.IfMatch), r.Body.PaidOn.Time, r.Body.BankReference)
		return api.PayCarrierSettlement200JSONResponse{Body: settlementBody(x), Headers: api.PayCarrierSettlement200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// CancelCarrierSettlement implements the operation of that name.
func (s *Server) CancelCarrierSettlement(ctx context.Context, r api.CancelCarrierSettlementRequestObject) (api.CancelCarrierSettlementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.CancelCarrierSettlement200JSONResponse, error) {
		x, err := s.Transport.CancelSettlement(tx, r.CarrierSettlementID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelCarrierSettlement200JSONResponse{Body: settlementBody(x), Headers: api.CancelCarrierSettlement200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// GetCarrierSettlementTimeline implements the operation of that name.
func (s *Server) GetCarrierSettlementTimeline(ctx context.Context, r api.GetCarrierSettlementTimelineRequestObject) (api.GetCarrierSettlementTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetCarrierSettlementTimeline200JSONResponse, error) {
		if _, err := s.Transport.GetSettlement(tx, r.CarrierSettlementID); err != nil {
			return api.GetCarrierSettlementTimeline200JSONResponse{}, err
		}
		body, err := timeline(tx, transport.SubjectSettlement, r.CarrierSettlementID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetCarrierSettlementTimeline200JSONResponse(body), err
	})
}

func settlementBody(x transport.Settlement) api.CarrierSettlement {
	return api.CarrierSettlement{
		ID: x.ID, Number: x.Number, CarrierID: x.CarrierID, CarrierName: optional(x.CarrierName), Month: x.Month.Format(monthLayout),
		State: api.CarrierSettlementState(x.State), Amount: x.Amount, Currency: order.Currency, Reason: optional(x.StateReason),
		BillNumber: optional(x.BillNumber), BilledAmount: x.BilledAmount, Difference: x.Difference(), DraftedBy: x.DraftedBy,
		ConfirmedBy: x.ConfirmedBy, ConfirmedAt: x.ConfirmedAt, PaidOn: optionalDate(x.PaidOn), BankReference: optional(x.BankReference), PaidBy: x.PaidBy,
		CreatedAt: x.CreatedAt, UpdatedAt: x.UpdatedAt, Etag: etag(x.Version),
	}
}

func settlementLineBody(l transport.SettlementLine) api.CarrierSettlementLine {
	return api.CarrierSettlementLine{
		ID: l.ID, State: api.CarrierSettlementLineState(l.State), FreightVoucherID: l.VoucherID, FreightVoucherNumber: optional(l.VoucherNumber),
		DeliveryNoteNumber: optional(l.DeliveryNumber), AdjustmentID: l.AdjustmentID, Number: l.Number, Kind: optional(l.Kind), On: openapi.Date{Time: l.On},
		Vehicle: l.Vehicle, Amount: l.Amount, Reason: optional(l.Reason), ChangedAt: l.ChangedAt,
	}
}
