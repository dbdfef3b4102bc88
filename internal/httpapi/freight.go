package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// ListFreightVouchers implements the operation of that name.
func (s *Server) ListFreightVouchers(ctx context.Context, r api.ListFreightVouchersRequestObject) (api.ListFreightVouchersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListFreightVouchers200JSONResponse, error) {
		p := r.Params
		f := transport.VoucherFilter{
			CarrierID: p.CarrierID, DeliveryNoteID: p.DeliveryNoteID, State: string(value(p.State)), ShippedFrom: dayOf(p.ShippedFrom), ShippedTo: dayOf(p.ShippedTo),
			Settled: p.Settled, Unpriced: value(p.Unpriced), Number: value(p.Number),
		}
		rows, next, err := s.Transport.ListVouchers(tx, f, page(p.Limit, p.Cursor))
		return api.ListFreightVouchers200JSONResponse{Data: each(rows, voucherBody), NextCursor: optional(next)}, err
	})
}

// GetFreightVoucher implements the operation of that name.
func (s *Server) GetFreightVoucher(ctx context.Context, r api.GetFreightVoucherRequestObject) (api.GetFreightVoucherResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetFreightVoucher200JSONResponse, error) {
		v, err := s.Transport.GetVoucher(tx, r.FreightVoucherID)
		if err != nil {
			return api.GetFreightVoucher200JSONResponse{}, err
		}
		body, err := s.wholeVoucher(tx, v)
		return api.GetFreightVoucher200JSONResponse{Body: body, Headers: api.GetFreightVoucher200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// SignFreightVoucher implements the operation of that name.
func (s *Server) SignFreightVoucher(ctx context.Context, r api.SignFreightVoucherRequestObject) (api.SignFreightVoucherResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SignFreightVoucher200JSONResponse, error) {
		g, files := signatureInput(*r.Body)
		v, err := s.Transport.SignVoucher(tx, who, r.FreightVoucherID, optionalMatch(r.Params.IfMatch), g, files...)
		if err != nil {
			return api.SignFreightVoucher200JSONResponse{}, err
		}
		body, err := s.wholeVoucher(tx, v)
		return api.SignFreightVoucher200JSONResponse{Body: body, Headers: api.SignFreightVoucher200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// AdjustFreightVoucher implements the operation of that name.
func (s *Server) AdjustFreightVoucher(ctx context.Context, r api.AdjustFreightVoucherRequestObject) (api.AdjustFreightVoucherResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AdjustFreightVoucher200JSONResponse, error) {
		a := transport.Adjustment{Kind: string(r.Body.Kind), Amount: r.Body.Amount, Reason: r.Body.Reason}
		v, err := s.Transport.Adjust(tx, who, r.FreightVoucherID, optionalMatch(r.Params.IfMatch), a, value(r.Body.AttachmentIds)...)
		if err != nil {
			return api.AdjustFreightVoucher200JSONResponse{}, err
		}
		body, err := s.wholeVoucher(tx, v)
		return api.AdjustFreightVoucher200JSONResponse{Body: body, Headers: api.AdjustFreightVoucher200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// GetFreightVoucherTimeline implements the operation of that name.
func (s *Server) GetFreightVoucherTimeline(ctx context.Context, r api.GetFreightVoucherTimelineRequestObject) (api.GetFreightVoucherTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetFreightVoucherTimeline200JSONResponse, error) {
		if err := s.Transport.VoucherSeen(tx, who, r.FreightVoucherID); err != nil {
			return api.GetFreightVoucherTimeline200JSONResponse{}, err
		}
		body, err := timeline(tx, transport.SubjectVoucher, r.FreightVoucherID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetFreightVoucherTimeline200JSONResponse(body), err
	})
}

// GetDeliveryNoteSignature implements the operation of that name.
func (s *Server) GetDeliveryNoteSignature(ctx context.Context, r api.GetDeliveryNoteSignatureRequestObject) (api.GetDeliveryNoteSignatureResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDeliveryNoteSignature200JSONResponse, error) {
		if err := s.Deliveries.Seen(tx, who, r.DeliveryNoteID); err != nil {
			return api.GetDeliveryNoteSignature200JSONResponse{}, err
		}
		g, err := s.Transport.SignatureOn(tx, r.DeliveryNoteID)
		if err != nil {
			return api.GetDeliveryNoteSignature200JSONResponse{}, err
		}
		body, err := s.deliverySignature(tx, r.DeliveryNoteID, g)
		return api.GetDeliveryNoteSignature200JSONResponse(body), err
	})
}

// SignDeliveryNote implements the operation of that name.
func (s *Server) SignDeliveryNote(ctx context.Context, r api.SignDeliveryNoteRequestObject) (api.SignDeliveryNoteResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SignDeliveryNote201JSONResponse, error) {
		in, files := signatureInput(*r.Body)
		g, err := s.Transport.SignDelivery(tx, who, r.DeliveryNoteID, in, files...)
		if err != nil {
			return api.SignDeliveryNote201JSONResponse{}, err
		}
		body, err := s.deliverySignature(tx, r.DeliveryNoteID, &g)
		return api.SignDeliveryNote201JSONResponse(body), err
	})
}

func signatureInput(b api.PaperSign) (transport.Signature, []uuid.UUID) {
	return transport.Signature{CarrierSigner: b.CarrierSigner, CarrierPhone: value(b.CarrierPhone)}, b.AttachmentIds
}

func signatureBody(g *transport.Signature) *api.PaperSignature {
	if g == nil {
		return nil
	}
	return &api.PaperSignature{WarehouseBy: g.WarehouseBy, CarrierSigner: g.CarrierSigner, CarrierPhone: optional(g.CarrierPhone), SignedAt: g.SignedAt}
}

func (s *Server) deliverySignature(tx pg.Tx, id uuid.UUID, g *transport.Signature) (api.DeliverySignature, error) {
	files, err := s.Transport.Attachments(tx, transport.SubjectDelivery, id)
	return api.DeliverySignature{DeliveryNoteID: id, Signed: g != nil, Signature: signatureBody(g), Attachments: attachmentBodies(files)}, err
}

// wholeVoucher is a voucher with its files.
func (s *Server) wholeVoucher(tx pg.Tx, v transport.Voucher) (api.FreightVoucher, error) {
	files, err := s.Transport.Attachments(tx, transport.SubjectVoucher, v.ID)
	body, all := voucherBody(v), attachmentBodies(files)
	adjustments := each(v.Adjustments, func(a transport.Adjustment) api.FreightAdjustment {
		return api.FreightAdjustment{
			ID: a.ID, Number: a.Number, Kind: a.Kind, Amount: a.Amount, Reason: a.Reason, AdjustedOn: openapi.Date{Time: a.AdjustedOn},
			SettlementID: a.SettlementID, CreatedBy: a.CreatedBy, CreatedAt: a.CreatedAt,
		}
	})
	body.Adjustments, body.Attachments, body.Signature = &adjustments, &all, signatureBody(v.Signature)
	return body, err
}

// voucherBody shows a voucher to whom the matrix lets read it: freight is our cost, and says nothing of the sale (ORD-03).
func voucherBody(v transport.Voucher) api.FreightVoucher {
	return api.FreightVoucher{
		ID: v.ID, Number: v.Number, State: api.FreightVoucherState(v.State), TransportNoticeID: v.TransportNoticeID, TransportNoticeNumber: optional(v.TransportNumber),
		DeliveryNoteID: v.DeliveryNoteID, DeliveryNoteNumber: optional(v.DeliveryNumber), CarrierID: v.CarrierID, CarrierName: optional(v.CarrierName),
		CustomerID: v.CustomerID, CustomerName: optional(v.CustomerName), Vehicle: v.Vehicle, Driver: v.Driver, ShippedOn: openapi.Date{Time: v.ShippedOn},
		Priced: v.Priced(), FreightRateID: v.RateID, DistanceKm: v.Km, Tonnes: v.Tonnes, Amount: v.Amount, Adjusted: v.Adjusted, Total: v.Total(),
		TaxRate: v.TaxRate, Tax: v.Tax(), Currency: order.Currency, Computation: each(v.Computation, freightWords), SettlementID: v.SettlementID,
		Reason: optional(v.StateReason), CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt, Etag: etag(v.Version),
	}
}

// ExportCarrierSettlement implements the operation of that name.
func (s *Server) ExportCarrierSettlement(ctx context.Context, r api.ExportCarrierSettlementRequestObject) (api.ExportCarrierSettlementResponseObject, error) {
	x, err := read(ctx, s, func(tx pg.Tx, _ identity.Principal) (transport.Settlement, error) {
		return s.Transport.GetSettlement(tx, r.CarrierSettlementID)
	})
	if err != nil {
		return nil, err
	}
	return settlementExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(r.Params.Format)), name: filesName(ctx, "carrier-settlement", "承运商结算单") + "-" + x.Number, header: settlementHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Transport.EachSettlementLine(tx, x.ID, func(l transport.SettlementLine) error {
				return row([]any{l.On, l.Number, l.VoucherNumber, l.DeliveryNumber, l.Vehicle, l.Kind, l.Amount})
			})
		},
	}}, nil
}

type settlementExport struct{ sheetExport }

// VisitExportCarrierSettlementResponse writes the file.
func (e settlementExport) VisitExportCarrierSettlementResponse(w http.ResponseWriter) error {
	return e.send(w)
}

var settlementHeader = []column{
	{"日期", "Date", 14},
	{"单据编号", "Document", 20},
	{"运费凭证", "Voucher", 20},
	{"送货单", "Delivery note", 20},
	{"车牌号", "Vehicle", 14},
	{"调整类别", "Adjustment", 12},
	{"金额(含税)", "Amount (CNY, tax included)", 18},
}
