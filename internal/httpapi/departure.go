package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/govalues/decimal"
	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/departure"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ReportDeparture implements the operation of that name.
func (s *Server) ReportDeparture(ctx context.Context, r api.ReportDepartureRequestObject) (api.ReportDepartureResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReportDeparture200JSONResponse, error) {
		in := departure.Report{LeftAt: r.Body.LeftAt, Reason: value(r.Body.Reason), Lines: reallyLeft(value(r.Body.Lines))}
		d, err := s.Departures.ReportDeparture(tx, who, r.DeliveryNoteID, optionalMatch(r.Params.IfMatch), in)
		return api.ReportDeparture200JSONResponse{Body: deliveryBody(who, d), Headers: api.ReportDeparture200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// GetDeliveryProof implements the operation of that name.
func (s *Server) GetDeliveryProof(ctx context.Context, r api.GetDeliveryProofRequestObject) (api.GetDeliveryProofResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDeliveryProof200JSONResponse, error) {
		p, err := s.Departures.GetProof(tx, who, r.DeliveryNoteID)
		if err != nil {
			return api.GetDeliveryProof200JSONResponse{}, err
		}
		body, err := s.proofBody(tx, p)
		return api.GetDeliveryProof200JSONResponse(body), err
	})
}

// RecordDeliveryProof implements the operation of that name.
func (s *Server) RecordDeliveryProof(ctx context.Context, r api.RecordDeliveryProofRequestObject) (api.RecordDeliveryProofResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordDeliveryProof201JSONResponse, error) {
		in := departure.ProofInput{Signer: r.Body.Signer, ReceivedOn: r.Body.ReceivedOn.Time, Note: value(r.Body.Note), Files: value(r.Body.AttachmentIds)}
		for _, l := range value(r.Body.Lines) {
			line := departure.ProofLine{DeliveryLineID: l.DeliveryLineID, Received: l.Received, Damaged: decimal.Zero, Remark: value(l.Remark)}
			if l.Damaged != nil {
				line.Damaged = *l.Damaged
			}
			in.Lines = append(in.Lines, line)
		}
		p, err := s.Departures.RecordProof(tx, who, r.DeliveryNoteID, in)
		if err != nil {
			return api.RecordDeliveryProof201JSONResponse{}, err
		}
		body, err := s.proofBody(tx, p)
		return api.RecordDeliveryProof201JSONResponse(body), err
	})
}

// ListDeliveryCorrections implements the operation of that name.
func (s *Server) ListDeliveryCorrections(ctx context.Context, r api.ListDeliveryCorrectionsRequestObject) (api.ListDeliveryCorrectionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDeliveryCorrections200JSONResponse, error) {
		f := departure.CorrectionFilter{NoteID: r.Params.DeliveryNoteID, State: string(value(r.Params.State)), Cause: departure.Cause(value(r.Params.Cause))}
		rows, next, err := s.Departures.ListCorrections(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.DeliveryCorrection, len(rows))
		for i, c := range rows {
			data[i] = correctionBody(who, c)
		}
		return api.ListDeliveryCorrections200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateDeliveryCorrection implements the operation of that name.
func (s *Server) CreateDeliveryCorrection(ctx context.Context, r api.CreateDeliveryCorrectionRequestObject) (api.CreateDeliveryCorrectionResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateDeliveryCorrection201JSONResponse, error) {
		c, err := s.Departures.CreateCorrection(tx, who, r.Body.DeliveryNoteID, departure.Cause(r.Body.Cause), r.Body.Reason, reallyLeft(r.Body.Lines))
		return api.CreateDeliveryCorrection201JSONResponse{Body: correctionBody(who, c), Headers: api.CreateDeliveryCorrection201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// GetDeliveryCorrection implements the operation of that name.
func (s *Server) GetDeliveryCorrection(ctx context.Context, r api.GetDeliveryCorrectionRequestObject) (api.GetDeliveryCorrectionResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDeliveryCorrection200JSONResponse, error) {
		c, err := s.Departures.GetCorrection(tx, who, r.DeliveryCorrectionID)
		return api.GetDeliveryCorrection200JSONResponse{Body: correctionBody(who, c), Headers: api.GetDeliveryCorrection200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// PostDeliveryCorrection implements the operation of that name.
func (s *Server) PostDeliveryCorrection(ctx context.Context, r api.PostDeliveryCorrectionRequestObject) (api.PostDeliveryCorrectionResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PostDeliveryCorrection200JSONResponse, error) {
		c, err := s.Departures.PostCorrection(tx, who, r.DeliveryCorrectionID, optionalMatch(r.Params.IfMatch), value(r.Body.Note))
		return api.PostDeliveryCorrection200JSONResponse{Body: correctionBody(who, c), Headers: api.PostDeliveryCorrection200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// RejectDeliveryCorrection implements the operation of that name.
func (s *Server) RejectDeliveryCorrection(ctx context.Context, r api.RejectDeliveryCorrectionRequestObject) (api.RejectDeliveryCorrectionResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RejectDeliveryCorrection200JSONResponse, error) {
		c, err := s.Departures.RejectCorrection(tx, who, r.DeliveryCorrectionID, optionalMatch(r.Params.IfMatch), value(r.Body.Note))
		return api.RejectDeliveryCorrection200JSONResponse{Body: correctionBody(who, c), Headers: api.RejectDeliveryCorrection200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ListDispatchRegister implements the operation of that name.
func (s *Server) ListDispatchRegister(ctx context.Context, r api.ListDispatchRegisterRequestObject) (api.ListDispatchRegisterResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDispatchRegister200JSONResponse, error) {
		p := r.Params
		f := departure.RegisterFilter{
			From: day(p.From), To: day(p.To), CustomerID: p.CustomerID, ProductID: p.ProductID, NoticeID: p.ShippingNoticeID,
			Vehicle: value(p.Vehicle), Carrier: value(p.Carrier), State: string(value(p.State)), Unproven: value(p.Unproven),
			ProofLate: value(p.ProofLate), Unsigned: value(p.Unsigned),
		}
		rows, next, err := s.Departures.ListRegister(tx, who, f, page(p.Limit, p.Cursor))
		data := make([]api.Dispatched, len(rows))
		for i, d := range rows {
			data[i] = api.Dispatched{
				DeliveryNoteID: d.DeliveryNoteID, ShippedOn: date(d.ShippedOn), DeliveryNoteNumber: d.Number, ShippingNoticeNumber: d.NoticeNumber,
				CustomerID: d.CustomerID, CustomerName: d.CustomerName, ProductCode: d.ProductCode, ProductName: d.ProductName, Unit: d.Unit, Quantity: d.Quantity,
				RealQuantity: d.Real, Vehicle: d.Vehicle, Carrier: optional(d.Carrier), Driver: optional(d.Driver), State: api.DeliveryState(d.State),
				GatePassNumber: optional(d.PassNumber), LeftAt: d.LeftAt, ReportedLate: d.ReportedLate, ProofLate: d.ProofLate, Unsigned: d.Unsigned, Signer: optional(d.Signer),
			}
			if d.ReceivedOn != nil {
				data[i].ReceivedOn = &openapi.Date{Time: *d.ReceivedOn}
			}
		}
		return api.ListDispatchRegister200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListDispatchDays implements the operation of that name.
func (s *Server) ListDispatchDays(ctx context.Context, r api.ListDispatchDaysRequestObject) (api.ListDispatchDaysResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDispatchDays200JSONResponse, error) {
		f := departure.RegisterFilter{From: &r.Params.From.Time, To: &r.Params.To.Time, CustomerID: r.Params.CustomerID, ProductID: r.Params.ProductID}
		rows, err := s.Departures.ListDays(tx, who, f)
		data := make([]api.DispatchDay, len(rows))
		for i, d := range rows {
			data[i] = api.DispatchDay{
				ShippedOn: date(d.ShippedOn), Unit: d.Unit, Trucks: d.Trucks, TrucksLeft: d.Left, TrucksUnproven: d.Unproven, Quantity: d.Quantity,
			}
		}
		return api.ListDispatchDays200JSONResponse{Data: data}, err
	})
}

// ExportDispatchRegister implements the operation of that name.
func (s *Server) ExportDispatchRegister(ctx context.Context, r api.ExportDispatchRegisterRequestObject) (api.ExportDispatchRegisterResponseObject, error) {
	who, p := current(ctx).who, r.Params
	f := departure.RegisterFilter{
		From: day(p.From), To: day(p.To), CustomerID: p.CustomerID, ProductID: p.ProductID, NoticeID: p.ShippingNoticeID,
		Vehicle: value(p.Vehicle), Carrier: value(p.Carrier), State: string(value(p.State)), Unproven: value(p.Unproven),
		ProofLate: value(p.ProofLate), Unsigned: value(p.Unsigned),
	}
	return dispatchExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: filesName(ctx, "dispatch-register", "发送登记簿"), header: dispatchHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Departures.EachDispatched(tx, who, f, func(d departure.Dispatched) error { return row(dispatchCells(d)) })
		},
	}}, nil
}

type dispatchExport struct{ sheetExport }

// VisitExportDispatchRegisterResponse writes the file.
func (e dispatchExport) VisitExportDispatchRegisterResponse(w http.ResponseWriter) error {
	return e.send(w)
}

var dispatchHeader = []column{
	{"日期", "Date", 12},
	{"送货单", "Delivery note", 18},
	{"发货通知单", "Shipping notice", 18},
	{"客户", "Customer", 32},
	{"产品编码", "Product", 16},
	{"产品名称", "Product name", 24},
	{"单位", "Unit", 8},
	{"送货单数量", "Quantity noted", 14},
	{"实发数量", "Quantity really", 14},
	{"车牌", "Vehicle", 14},
	{"承运商", "Carrier", 20},
	{"司机", "Driver", 12},
	{"出门证", "Gate pass", 18},
	{"状态", "State", 10},
	{"出厂时间", "Left at", 20},
	{"签收人", "Signer", 12},
	{"签收日期", "Received on", 12},
}

func dispatchCells(d departure.Dispatched) []any {
	var left, received any
	if d.LeftAt != nil {
		left = instantCell(*d.LeftAt)
	}
	if d.ReceivedOn != nil {
		received = *d.ReceivedOn
	}
	return []any{
		d.ShippedOn, d.Number, d.NoticeNumber, d.CustomerName, d.ProductCode, d.ProductName, d.Unit,
		unitPrice{d.Quantity},
		unitPrice{d.Real},
		d.Vehicle,
		d.Carrier, d.Driver, d.PassNumber, d.State, left, d.Signer, received,
	}
}

func reallyLeft(lines []api.ReallyLeft) []departure.Quantity {
	really := make([]departure.Quantity, len(lines))
	for i, l := range lines {
		really[i] = departure.Quantity{LineID: l.DeliveryLineID, Quantity: l.Quantity}
	}
	return really
}

func day(d *openapi.Date) *time.Time {
	if d == nil {
		return nil
	}
	return &d.Time
}

// correctionBody shows a correction; amounts only to whom they are shown (ORD-03).
func correctionBody(who identity.Principal, c departure.Correction) api.DeliveryCorrection {
	body := api.DeliveryCorrection{
		ID: c.ID, Number: c.Number, DeliveryNoteID: c.DeliveryNoteID, DeliveryNoteNumber: c.NoteNumber, Cause: api.DeliveryCorrectionCause(c.Cause), Reason: c.Reason,
		State: api.DeliveryCorrectionState(c.State), ProposedBy: c.ProposedBy, ProposedAt: c.ProposedAt, DecidedBy: c.DecidedBy, DecidedAt: c.DecidedAt,
		DecisionNote: optional(c.DecisionNote), Etag: etag(c.Version), Lines: make([]api.DeliveryCorrectionLine, len(c.Lines)),
	}
	shown := identity.SeesPrices(who) && c.State == departure.Posted
	if shown {
		body.Amount = &c.Amount
	}
	for i, l := range c.Lines {
		body.Lines[i] = api.DeliveryCorrectionLine{DeliveryLineID: l.DeliveryLineID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity}
		if shown {
			body.Lines[i].Amount = &l.Amount
		}
	}
	return body
}

func (s *Server) proofBody(tx pg.Tx, p departure.Proof) (api.DeliveryProof, error) {
	files, err := s.Attachments.Of(tx, departure.SubjectProof, p.ID)
	body := api.DeliveryProof{
		ID: p.ID, DeliveryNoteID: p.DeliveryNoteID, Signer: p.Signer, ReceivedOn: date(p.ReceivedOn), Note: optional(p.Note), RecordedBy: p.RecordedBy,
		RecordedAt: p.RecordedAt, Lines: make([]api.DeliveryProofLine, len(p.Lines)), Attachments: attachmentBodies(files[p.ID]),
	}
	for i, l := range p.Lines {
		body.Lines[i] = api.DeliveryProofLine{DeliveryLineID: l.DeliveryLineID, Received: l.Received, Damaged: l.Damaged, Remark: optional(l.Remark)}
	}
	return body, err
}
