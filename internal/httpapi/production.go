package httpapi

import (
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/allotment"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
)

// ListProductionRequests implements the operation of that name.
func (s *Server) ListProductionRequests(ctx context.Context, r api.ListProductionRequestsRequestObject) (api.ListProductionRequestsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProductionRequests200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Production.List(tx, who, production.RequestFilter{
			State: production.State(value(p.State)), CustomerID: p.CustomerID, OwnerID: p.OwnerID, OrderID: p.OrderID, Number: value(p.Number),
			ToAcknowledge: production.Department(value(p.ToAcknowledge)), ToSchedule: value(p.ToSchedule), ToSupply: value(p.ToSupply), AtRisk: value(p.AtRisk),
		}, page(p.Limit, p.Cursor))
		return api.ListProductionRequests200JSONResponse{Data: each(rows, productionSummary), NextCursor: optional(next)}, err
	})
}

// GetProductionRequest implements the operation of that name.
func (s *Server) GetProductionRequest(ctx context.Context, r api.GetProductionRequestRequestObject) (api.GetProductionRequestResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProductionRequest200JSONResponse, error) {
		v, err := s.Production.Get(tx, who, r.ProductionRequestID)
		return api.GetProductionRequest200JSONResponse{Body: productionBody(v), Headers: api.GetProductionRequest200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// GetOrderProduction implements the operation of that name.
func (s *Server) GetOrderProduction(ctx context.Context, r api.GetOrderProductionRequestObject) (api.GetOrderProductionResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOrderProduction200JSONResponse, error) {
		v, err := s.Production.OfOrder(tx, who, r.OrderID)
		if err != nil {
			return api.GetOrderProduction200JSONResponse{}, err
		}
		allotted, err := s.Allotments.To(tx, r.OrderID)
		body := api.OrderProduction{Allotments: each(allotted, func(a allotment.Given) api.OrderAllotment {
			return api.OrderAllotment{
				AllotmentID: a.AllotmentID, Number: a.Number, OrderLineID: a.OrderLineID, Wanted: a.Wanted, Allotted: a.Allotted, Used: a.Used,
				ValidUntil: optionalDate(a.ValidUntil),
			}
		})}
		if v != nil {
			request := productionBody(*v)
			body.Request = &request
		}
		return api.GetOrderProduction200JSONResponse(body), err
	})
}

// AcknowledgeProductionRequest implements the operation of that name.
func (s *Server) AcknowledgeProductionRequest(ctx context.Context, r api.AcknowledgeProductionRequestRequestObject) (api.AcknowledgeProductionRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AcknowledgeProductionRequest200JSONResponse, error) {
		v, err := s.Production.Acknowledge(tx, who, r.ProductionRequestID, optionalMatch(r.Params.IfMatch), production.Department(value(r.Body.Department)), value(r.Body.Note))
		return api.AcknowledgeProductionRequest200JSONResponse{Body: productionBody(v), Headers: api.AcknowledgeProductionRequest200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// AcknowledgeProductionRequests implements the operation of that name.
func (s *Server) AcknowledgeProductionRequests(ctx context.Context, r api.AcknowledgeProductionRequestsRequestObject) (api.AcknowledgeProductionRequestsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AcknowledgeProductionRequests200JSONResponse, error) {
		n, err := s.Production.AcknowledgeAll(tx, who, r.Body.Ids, production.Department(value(r.Body.Department)))
		return api.AcknowledgeProductionRequests200JSONResponse{Acknowledged: n}, err
	})
}

// SetProductionSchedule implements the operation of that name.
func (s *Server) SetProductionSchedule(ctx context.Context, r api.SetProductionScheduleRequestObject) (api.SetProductionScheduleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetProductionSchedule200JSONResponse, error) {
		version := ifMatch(r.Params.IfMatch)
		v, err := s.Production.SetSchedule(tx, who, r.ProductionRequestID, &version, each(r.Body.Lots, func(l api.ProductionLotInput) production.LotInput {
			return production.LotInput{
				ID: l.ID, LineID: l.LineID, StartOn: l.StartOn.Time, FinishOn: l.FinishOn.Time, Quantity: l.Quantity, Note: value(l.Note),
			}
		}))
		return api.SetProductionSchedule200JSONResponse{Body: productionBody(v), Headers: api.SetProductionSchedule200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// SetProductionMaterials implements the operation of that name.
func (s *Server) SetProductionMaterials(ctx context.Context, r api.SetProductionMaterialsRequestObject) (api.SetProductionMaterialsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetProductionMaterials200JSONResponse, error) {
		version := ifMatch(r.Params.IfMatch)
		v, err := s.Production.SetMaterials(tx, who, r.ProductionRequestID, &version, each(r.Body.Materials, func(m api.ProductionMaterialInput) production.MaterialInput {
			return production.MaterialInput{
				LineID: m.LineID, Material: m.Material, Unit: m.Unit, Needed: m.Needed, OnHand: m.OnHand, Arrivals: arrivals(m.Arrivals),
				Supplier: value(m.Supplier), Note: value(m.Note),
			}
		}))
		return api.SetProductionMaterials200JSONResponse{Body: productionBody(v), Headers: api.SetProductionMaterials200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// PutProductionLotByExternalID implements the operation of that name.
func (s *Server) PutProductionLotByExternalID(ctx context.Context, r api.PutProductionLotByExternalIDRequestObject) (api.PutProductionLotByExternalIDResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PutProductionLotByExternalID200JSONResponse, error) {
		b := r.Body
		v, err := s.Production.PutLot(tx, who, r.Source, r.ExternalID, b.ProductionRequestID, optionalMatch(r.Params.IfMatch), production.LotInput{
			LineID: b.LineID, StartOn: b.StartOn.Time, FinishOn: b.FinishOn.Time, Quantity: b.Quantity, Note: value(b.Note),
		})
		return api.PutProductionLotByExternalID200JSONResponse{Body: productionBody(v), Headers: api.PutProductionLotByExternalID200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// PutProductionMaterialByExternalID implements the operation of that name.
func (s *Server) PutProductionMaterialByExternalID(ctx context.Context, r api.PutProductionMaterialByExternalIDRequestObject) (api.PutProductionMaterialByExternalIDResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PutProductionMaterialByExternalID200JSONResponse, error) {
		b := r.Body
		v, err := s.Production.PutMaterial(tx, who, r.Source, r.ExternalID, b.ProductionRequestID, optionalMatch(r.Params.IfMatch), production.MaterialInput{
			LineID: b.LineID, Material: b.Material, Unit: b.Unit, Needed: b.Needed, OnHand: b.OnHand, Arrivals: arrivals(b.Arrivals),
			Supplier: value(b.Supplier), Note: value(b.Note),
		})
		return api.PutProductionMaterialByExternalID200JSONResponse{Body: productionBody(v), Headers: api.PutProductionMaterialByExternalID200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ReportProduction implements the operation of that name.
func (s *Server) ReportProduction(ctx context.Context, r api.ReportProductionRequestObject) (api.ReportProductionResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReportProduction200JSONResponse, error) {
		v, err := s.Production.ReportProgress(tx, who, r.ProductionRequestID, optionalMatch(r.Params.IfMatch), each(r.Body.Reports, func(p api.ProductionReportInput) production.ReportInput {
			return production.ReportInput{LineID: p.LineID, FinishedOn: p.FinishedOn.Time, Quantity: p.Quantity, Reason: value(p.Reason)}
		}))
		return api.ReportProduction200JSONResponse{Body: productionBody(v), Headers: api.ReportProduction200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ListProductionReports implements the operation of that name.
func (s *Server) ListProductionReports(ctx context.Context, r api.ListProductionReportsRequestObject) (api.ListProductionReportsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProductionReports200JSONResponse, error) {
		rows, next, err := s.Production.ListReports(tx, who, r.ProductionRequestID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListProductionReports200JSONResponse{Data: each(rows, func(p production.Report) api.ProductionReport {
			return api.ProductionReport{
				ID: p.ID, LineID: p.LineID, FinishedOn: date(p.FinishedOn), Quantity: p.Quantity, Reason: optional(p.Reason), ReportedAt: p.ReportedAt, ReportedBy: p.ReportedBy,
			}
		}), NextCursor: optional(next)}, err
	})
}

// ListProductionRevisions implements the operation of that name.
func (s *Server) ListProductionRevisions(ctx context.Context, r api.ListProductionRevisionsRequestObject) (api.ListProductionRevisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProductionRevisions200JSONResponse, error) {
		rows, next, err := s.Production.ListRevisions(tx, who, r.ProductionRequestID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListProductionRevisions200JSONResponse{Data: each(rows, func(v production.Revision) api.ProductionRevision {
			return api.ProductionRevision{
				Revision: v.Revision, OrderRevision: v.OrderRevision, MadeAt: v.MadeAt, MadeBy: v.MadeBy,
				Differences: each(v.Differences, func(d production.Difference) api.ProductionDifference {
					return api.ProductionDifference{LineID: d.LineID, LineNo: d.LineNo, Field: d.Field, Was: optional(d.Was), Now: optional(d.Now)}
				}),
			}
		}), NextCursor: optional(next)}, err
	})
}

// GetProductionRequestTimeline implements the operation of that name.
func (s *Server) GetProductionRequestTimeline(ctx context.Context, r api.GetProductionRequestTimelineRequestObject) (api.GetProductionRequestTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProductionRequestTimeline200JSONResponse, error) {
		if err := s.Production.Seen(tx, who, r.ProductionRequestID); err != nil {
			return api.GetProductionRequestTimeline200JSONResponse{}, err
		}
		list, err := timeline(tx, production.Subject, r.ProductionRequestID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetProductionRequestTimeline200JSONResponse(list), err
	})
}

// ListProductionLines implements the operation of that name.
func (s *Server) ListProductionLines(ctx context.Context, r api.ListProductionLinesRequestObject) (api.ListProductionLinesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProductionLines200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Production.ListLines(tx, who, production.LineFilter{
			Work: production.Work(value(p.Work)), CustomerID: p.CustomerID, OwnerID: p.OwnerID, ProductID: p.ProductID,
			Risk: production.Risk(value(p.Risk)), Until: dayOf(p.PromisedUntil),
		}, page(p.Limit, p.Cursor))
		return api.ListProductionLines200JSONResponse{Data: each(rows, productionItem), NextCursor: optional(next)}, err
	})
}

// ListShortMaterials implements the operation of that name.
func (s *Server) ListShortMaterials(ctx context.Context, r api.ListShortMaterialsRequestObject) (api.ListShortMaterialsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListShortMaterials200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Production.ListShortMaterials(tx, who, production.ShortFilter{
			WithoutArrival: value(p.WithoutArrival), ArrivesUntil: dayOf(p.ArrivesUntil), WantedUntil: dayOf(p.WantedUntil), Material: value(p.Material),
		}, page(p.Limit, p.Cursor))
		return api.ListShortMaterials200JSONResponse{Data: each(rows, shortMaterial), NextCursor: optional(next)}, err
	})
}

// ListProductionTroubles implements the operation of that name.
func (s *Server) ListProductionTroubles(ctx context.Context, r api.ListProductionTroublesRequestObject) (api.ListProductionTroublesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProductionTroubles200JSONResponse, error) {
		f := production.TroubleFilter{State: production.TroubleState(value(r.Params.State)), RequestID: r.Params.ProductionRequestID, CustomerID: r.Params.CustomerID}
		rows, next, err := s.Production.ListTroubles(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListProductionTroubles200JSONResponse{Data: each(rows, troubleBody), NextCursor: optional(next)}, err
	})
}

// ReportProductionTrouble implements the operation of that name.
func (s *Server) ReportProductionTrouble(ctx context.Context, r api.ReportProductionTroubleRequestObject) (api.ReportProductionTroubleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReportProductionTrouble201JSONResponse, error) {
		v, err := s.Production.ReportTrouble(tx, who, production.TroubleInput{
			RequestID: r.Body.ProductionRequestID, LineID: r.Body.LineID, Kind: string(r.Body.Kind), Description: r.Body.Description, ExpectedOn: dayOf(r.Body.ExpectedOn),
		})
		return api.ReportProductionTrouble201JSONResponse{Body: troubleBody(v), Headers: api.ReportProductionTrouble201ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// GetProductionTrouble implements the operation of that name.
func (s *Server) GetProductionTrouble(ctx context.Context, r api.GetProductionTroubleRequestObject) (api.GetProductionTroubleResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProductionTrouble200JSONResponse, error) {
		v, err := s.Production.GetTrouble(tx, who, r.ProductionTroubleID)
		return api.GetProductionTrouble200JSONResponse{Body: troubleBody(v), Headers: api.GetProductionTrouble200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ResolveProductionTrouble implements the operation of that name.
func (s *Server) ResolveProductionTrouble(ctx context.Context, r api.ResolveProductionTroubleRequestObject) (api.ResolveProductionTroubleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ResolveProductionTrouble200JSONResponse, error) {
		v, err := s.Production.ResolveTrouble(tx, who, r.ProductionTroubleID, optionalMatch(r.Params.IfMatch), r.Body.Resolution)
		return api.ResolveProductionTrouble200JSONResponse{Body: troubleBody(v), Headers: api.ResolveProductionTrouble200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

func productionSummary(r production.Request) api.ProductionRequestSummary {
	return api.ProductionRequestSummary{
		ID: r.ID, Number: r.Number, OrderID: r.OrderID, OrderNumber: r.OrderNumber, CustomerID: r.CustomerID, CustomerName: r.CustomerName, OwnerID: r.OwnerID,
		State: api.ProductionState(r.State), Revision: r.Revision, UnscheduledLines: r.Unscheduled, MaterialsAnswered: r.MaterialsRevision == r.Revision,
		ShortMaterials: r.Short, LinesAtRisk: r.AtRisk, ExpectedOn: optionalDate(r.ExpectedOn), CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Etag: etag(r.Version),
	}
}

func productionBody(r production.Request) api.ProductionRequest {
	return api.ProductionRequest{
		ID: r.ID, Number: r.Number, OrderID: r.OrderID, OrderNumber: r.OrderNumber, CustomerID: r.CustomerID, CustomerName: r.CustomerName, OwnerID: r.OwnerID,
		State: api.ProductionState(r.State), StateReason: optional(r.StateReason), Revision: r.Revision, OrderRevision: r.OrderRevision,
		UnscheduledLines: r.Unscheduled, MaterialsAnswered: r.MaterialsRevision == r.Revision, ShortMaterials: r.Short, LinesAtRisk: r.AtRisk,
		ExpectedOn: optionalDate(r.ExpectedOn), Lines: each(r.Lines, productionLine), Materials: each(r.Materials, productionMaterial),
		Acknowledgements: each(r.Acknowledgements, func(a production.Acknowledgement) api.ProductionAcknowledgement {
			return api.ProductionAcknowledgement{
				Department: api.ProductionDepartment(a.Department), AskedAt: a.AskedAt, DueAt: a.DueAt, AcknowledgedAt: a.AcknowledgedAt,
				AcknowledgedBy: a.AcknowledgedBy, Note: optional(a.Note),
			}
		}),
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, EndedAt: r.EndedAt, Etag: etag(r.Version),
	}
}

func productionLine(l production.Line) api.ProductionLine {
	return api.ProductionLine{
		ID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity,
		PromisedOn: optionalDate(l.PromisedOn), AgreedOn: optionalDate(l.AgreedOn), DeliveryPlace: optional(l.DeliveryPlace), Packing: optional(l.Packing),
		Transport: optional(l.Transport), SpecialDemands: optional(l.SpecialDemands), Removed: l.Removed, Planned: l.Planned,
		PlannedStart: optionalDate(l.PlannedStart), PlannedFinish: optionalDate(l.PlannedFinish), Finished: l.Finished, FinishedOn: optionalDate(l.FinishedOn),
		MaterialShort: l.MaterialShort, MaterialOn: optionalDate(l.MaterialOn), ExpectedOn: optionalDate(l.ExpectedOn), Risk: api.ProductionRisk(l.Risk),
		Lots: each(l.Lots, func(lot production.Lot) api.ProductionLot {
			return api.ProductionLot{
				ID: lot.ID, LineID: lot.LineID, StartOn: date(lot.StartOn), FinishOn: date(lot.FinishOn), Quantity: lot.Quantity, Note: optional(lot.Note),
			}
		}),
	}
}

func productionItem(l production.LineItem) api.ProductionLineItem {
	return api.ProductionLineItem{
		ID: l.ID, ProductionRequestID: l.RequestID, ProductionRequestNumber: l.RequestNumber, OrderID: l.OrderID, OrderNumber: l.OrderNumber,
		LineNo: l.LineNo, CustomerID: l.CustomerID, CustomerName: l.CustomerName, OwnerID: l.OwnerID, ProductID: l.ProductID, ProductCode: l.ProductCode,
		ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity, PromisedOn: optionalDate(l.PromisedOn), AgreedOn: optionalDate(l.AgreedOn),
		Planned: l.Planned, PlannedStart: optionalDate(l.PlannedStart), PlannedFinish: optionalDate(l.PlannedFinish), Finished: l.Finished,
		MaterialShort: l.MaterialShort, MaterialOn: optionalDate(l.MaterialOn), ExpectedOn: optionalDate(l.ExpectedOn), Risk: api.ProductionRisk(l.Risk),
	}
}

func arrivals(list *[]api.ProductionArrival) []production.Arrival {
	return each(value(list), func(a api.ProductionArrival) production.Arrival {
		return production.Arrival{On: production.Date{Time: a.ArrivesOn.Time}, Quantity: a.Quantity}
	})
}

func arrivalBodies(list []production.Arrival) []api.ProductionArrival {
	return each(list, func(a production.Arrival) api.ProductionArrival {
		return api.ProductionArrival{ArrivesOn: date(a.On.Time), Quantity: a.Quantity}
	})
}

func productionMaterial(m production.Material) api.ProductionMaterial {
	return api.ProductionMaterial{
		ID: m.ID, LineID: m.LineID, Material: m.Material, Unit: m.Unit, Needed: m.Needed, OnHand: m.OnHand, Short: m.Short, Arrivals: arrivalBodies(m.Arrivals),
		CoveredOn: optionalDate(m.CoveredOn), Supplier: optional(m.Supplier), Note: optional(m.Note), StatedAt: m.StatedAt, StatedBy: m.StatedBy,
	}
}

func shortMaterial(m production.ShortItem) api.ShortMaterial {
	return api.ShortMaterial{
		ID: m.ID, ProductionRequestID: m.RequestID, ProductionRequestNumber: m.RequestNumber, OrderID: m.OrderID, OrderNumber: m.OrderNumber, LineID: m.LineID,
		LineNo: m.LineNo, Material: m.Material.Material, Unit: m.Unit, Needed: m.Needed, OnHand: m.OnHand, Short: m.Short, Arrivals: arrivalBodies(m.Arrivals),
		CoveredOn: optionalDate(m.CoveredOn), WantedOn: knownDate(m.WantedOn), Supplier: optional(m.Supplier), Note: optional(m.Note), StatedAt: m.StatedAt,
	}
}

// knownDate leaves out the date that stands for none.
func knownDate(t time.Time) *openapi_types.Date {
	if t.Year() == 9999 {
		return nil
	}
	return optionalDate(&t)
}

func troubleBody(t production.Trouble) api.Trouble {
	return api.Trouble{
		ID: t.ID, Number: t.Number, ProductionRequestID: t.RequestID, LineID: t.LineID, OrderID: t.OrderID, OrderNumber: t.OrderNumber, CustomerID: t.CustomerID,
		CustomerName: t.CustomerName, OwnerID: t.OwnerID, Kind: api.TroubleKind(t.Kind), Description: t.Description, ExpectedOn: optionalDate(t.ExpectedOn),
		State: api.TroubleState(t.State), ReportedAt: t.ReportedAt, ReportedBy: t.ReportedBy, ResolvedAt: t.ResolvedAt, ResolvedBy: t.ResolvedBy,
		Resolution: optional(t.Resolution), Etag: etag(t.Version),
	}
}
