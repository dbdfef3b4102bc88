package httpapi

import (
	"context"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/stock"
)

// ListInspectionReports implements the operation of that name.
func (s *Server) ListInspectionReports(ctx context.Context, r api.ListInspectionReportsRequestObject) (api.ListInspectionReportsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListInspectionReports200JSONResponse, error) {
		f := stock.ReportFilter{LotID: r.Params.LotID, ProductID: r.Params.ProductID, Result: stock.Inspection(value(r.Params.Result))}
		rows, next, err := s.Stock.ListReports(tx, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListInspectionReports200JSONResponse{Data: each(rows, reportBody), NextCursor: optional(next)}, err
	})
}

// ReportInspection implements the operation of that name.
func (s *Server) ReportInspection(ctx context.Context, r api.ReportInspectionRequestObject) (api.ReportInspectionResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReportInspection201JSONResponse, error) {
		b := r.Body
		f := stock.Finding{
			LotID: b.LotID, Result: stock.Inspection(b.Result), Inspector: value(b.Inspector), Remarks: value(b.Remarks), ExternalNo: value(b.ExternalNo),
			InspectedAt: b.InspectedAt, Files: value(b.AttachmentIds),
		}
		for _, x := range value(b.Figures) {
			f.Figures = append(f.Figures, stock.Figure{Name: x.Name, Value: x.Value, Unit: value(x.Unit), Standard: value(x.Standard), Within: x.Within})
		}
		report, err := s.Stock.Report(tx, who, f)
		return api.ReportInspection201JSONResponse(reportBody(report)), err
	})
}

// GetInspectionReport implements the operation of that name.
func (s *Server) GetInspectionReport(ctx context.Context, r api.GetInspectionReportRequestObject) (api.GetInspectionReportResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetInspectionReport200JSONResponse, error) {
		report, err := s.Stock.GetReport(tx, r.InspectionReportID)
		return api.GetInspectionReport200JSONResponse(reportBody(report)), err
	})
}

func reportBody(r stock.Report) api.InspectionReport {
	figures := each(r.Figures, func(f stock.Figure) api.InspectionFigure {
		return api.InspectionFigure{Name: f.Name, Value: f.Value, Unit: optional(f.Unit), Standard: optional(f.Standard), Within: f.Within}
	})
	body := api.InspectionReport{
		ID: r.ID, Number: r.Number, LotID: r.LotID, LotNo: r.LotNo, ProductID: r.ProductID, ProductCode: r.ProductCode, Result: api.InspectionResult(r.Result),
		Figures: figures, Inspector: optional(r.Inspector), Remarks: optional(r.Remarks), ExternalNo: optional(r.ExternalNo), InspectedAt: r.InspectedAt,
		RecordedAt: r.RecordedAt, RecordedBy: r.RecordedBy, Decides: r.Decides,
	}
	if len(r.Attachments) > 0 {
		files := attachmentBodies(r.Attachments)
		body.Attachments = &files
	}
	return body
}

// PrepareShippingNotice implements the operation of that name.
func (s *Server) PrepareShippingNotice(ctx context.Context, r api.PrepareShippingNoticeRequestObject) (api.PrepareShippingNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PrepareShippingNotice201JSONResponse, error) {
		how := shipping.Preparing{Warehouses: value(r.Body.WarehouseIds), Remarks: value(r.Body.Remarks)}
		for _, l := range value(r.Body.Lines) {
			line := shipping.PrepareLine{NoticeLineID: l.NoticeLineID, Quantity: l.Quantity}
			for _, n := range value(l.Lots) {
				line.Lots = append(line.Lots, preparation.Named{LotID: n.LotID, WarehouseID: n.WarehouseID, Quantity: n.Quantity})
			}
			how.Lines = append(how.Lines, line)
		}
		p, err := s.Shipments.Prepare(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), how)
		return api.PrepareShippingNotice201JSONResponse{Body: preparationBody(p), Headers: api.PrepareShippingNotice201ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ListPreparations implements the operation of that name.
func (s *Server) ListPreparations(ctx context.Context, r api.ListPreparationsRequestObject) (api.ListPreparationsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPreparations200JSONResponse, error) {
		p := r.Params
		f := preparation.Filter{
			NoticeID: p.ShippingNoticeID, WarehouseID: p.WarehouseID, LotID: p.LotID, Open: value(p.Open), ShipUntil: dayOf(p.ShipUntil),
		}
		rows, next, err := s.Preparations.ListPreparations(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListPreparations200JSONResponse{Data: each(rows, preparationSummary), NextCursor: optional(next)}, err
	})
}

// GetPreparation implements the operation of that name.
func (s *Server) GetPreparation(ctx context.Context, r api.GetPreparationRequestObject) (api.GetPreparationResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPreparation200JSONResponse, error) {
		p, err := s.Preparations.GetPreparation(tx, who, r.PreparationID)
		return api.GetPreparation200JSONResponse{Body: preparationBody(p), Headers: api.GetPreparation200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// PickPreparation implements the operation of that name.
func (s *Server) PickPreparation(ctx context.Context, r api.PickPreparationRequestObject) (api.PickPreparationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PickPreparation200JSONResponse, error) {
		p, err := s.Shipments.PickPreparation(tx, who, r.PreparationID, optionalMatch(r.Params.IfMatch))
		return api.PickPreparation200JSONResponse{Body: preparationBody(p), Headers: api.PickPreparation200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// CancelPreparation implements the operation of that name.
func (s *Server) CancelPreparation(ctx context.Context, r api.CancelPreparationRequestObject) (api.CancelPreparationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelPreparation200JSONResponse, error) {
		p, err := s.Shipments.CancelPreparation(tx, who, r.PreparationID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelPreparation200JSONResponse{Body: preparationBody(p), Headers: api.CancelPreparation200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// GetPreparationTimeline implements the operation of that name.
func (s *Server) GetPreparationTimeline(ctx context.Context, r api.GetPreparationTimelineRequestObject) (api.GetPreparationTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPreparationTimeline200JSONResponse, error) {
		if err := s.Preparations.Seen(tx, who, r.PreparationID); err != nil {
			return api.GetPreparationTimeline200JSONResponse{}, err
		}
		body, err := timeline(tx, preparation.Subject, r.PreparationID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetPreparationTimeline200JSONResponse(body), err
	})
}

func preparationSummary(p preparation.List) api.Preparation {
	return api.Preparation{
		ID: p.ID, Number: p.Number, ShippingNoticeID: p.NoticeID, ShippingNoticeNumber: p.NoticeNumber, CustomerName: p.CustomerName,
		ShipDate: openapi.Date{Time: p.ShipDate}, Vehicle: optional(p.Vehicle), Carrier: optional(p.Carrier), State: api.PreparationState(p.State),
		Remarks: optional(p.Remarks), PreparedAt: p.PreparedAt, PreparedBy: p.PreparedBy, PickedAt: p.PickedAt, PickedBy: p.PickedBy,
		EndedAt: p.EndedAt, EndReason: optional(p.EndReason), Etag: etag(p.Version),
	}
}

func preparationBody(p preparation.List) api.Preparation {
	body := preparationSummary(p)
	lines := each(p.Lines, func(l preparation.ListLine) api.PreparationLine {
		return api.PreparationLine{
			ID: l.ID, PositionNo: l.PositionNo, NoticeLineID: l.NoticeLineID, ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName,
			Unit: l.Unit, LotID: l.LotID, LotNo: l.LotNo, ExpiresOn: optionalDate(l.ExpiresOn), Inspection: api.LotInspection(l.Inspection),
			WarehouseID: l.WarehouseID, WarehouseCode: l.WarehouseCode, WarehouseName: l.WarehouseName, Quantity: l.Quantity, Reserved: l.Reserved,
		}
	})
	body.Lines = &lines
	return body
}

func deliveryLot(t preparation.Taken) api.DeliveryLot {
	return api.DeliveryLot{LotID: t.LotID, LotNo: t.LotNo, WarehouseID: t.WarehouseID, WarehouseCode: t.WarehouseCode, Quantity: t.Quantity}
}
