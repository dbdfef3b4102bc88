package httpapi

import (
	"context"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/handover"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListHandovers implements the operation of that name.
func (s *Server) ListHandovers(ctx context.Context, r api.ListHandoversRequestObject) (api.ListHandoversResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListHandovers200JSONResponse, error) {
		rows, next, err := s.Handovers.List(tx, who, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.Handover, len(rows))
		for i, h := range rows {
			data[i] = handoverBody(h)
		}
		return api.ListHandovers200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateHandover implements the operation of that name.
func (s *Server) CreateHandover(ctx context.Context, r api.CreateHandoverRequestObject) (api.CreateHandoverResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateHandover201JSONResponse, error) {
		b := *r.Body
		d := handover.Draft{Leaving: b.LeavingID, Customers: value(b.CustomerIds), To: b.ToID, Map: map[uuid.UUID]uuid.UUID{}, Reason: b.Reason}
		for _, a := range value(b.Assignments) {
			d.Map[a.CustomerID] = a.ToID
		}
		h, err := s.Handovers.Create(tx, who, d)
		return api.CreateHandover201JSONResponse(handoverBody(h)), err
	})
}

// GetHandover implements the operation of that name.
func (s *Server) GetHandover(ctx context.Context, r api.GetHandoverRequestObject) (api.GetHandoverResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetHandover200JSONResponse, error) {
		h, err := s.Handovers.Get(tx, who, r.HandoverID)
		return api.GetHandover200JSONResponse(handoverBody(h)), err
	})
}

// ListHandoverItems implements the operation of that name.
func (s *Server) ListHandoverItems(ctx context.Context, r api.ListHandoverItemsRequestObject) (api.ListHandoverItemsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListHandoverItems200JSONResponse, error) {
		rows, next, err := s.Handovers.Items(tx, who, r.HandoverID, handover.Kind(value(r.Params.Kind)), page(r.Params.Limit, r.Params.Cursor))
		return api.ListHandoverItems200JSONResponse{Data: itemBodies(rows), NextCursor: optional(next)}, err
	})
}

// AcknowledgeHandover implements the operation of that name.
func (s *Server) AcknowledgeHandover(ctx context.Context, r api.AcknowledgeHandoverRequestObject) (api.AcknowledgeHandoverResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AcknowledgeHandover200JSONResponse, error) {
		h, err := s.Handovers.Acknowledge(tx, who, r.HandoverID, value(r.Body.Comment))
		return api.AcknowledgeHandover200JSONResponse(handoverBody(h)), err
	})
}

// ListJointResponsibilities implements the operation of that name.
func (s *Server) ListJointResponsibilities(ctx context.Context, r api.ListJointResponsibilitiesRequestObject) (api.ListJointResponsibilitiesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListJointResponsibilities200JSONResponse, error) {
		rows, next, err := s.Handovers.Joint(tx, who, r.Params.PersonID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListJointResponsibilities200JSONResponse{Data: jointBodies(rows), NextCursor: optional(next)}, err
	})
}

// ListMyJointResponsibilities implements the operation of that name.
func (s *Server) ListMyJointResponsibilities(ctx context.Context, r api.ListMyJointResponsibilitiesRequestObject) (api.ListMyJointResponsibilitiesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListMyJointResponsibilities200JSONResponse, error) {
		rows, next, err := s.Handovers.Joint(tx, who, &who.ID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListMyJointResponsibilities200JSONResponse{Data: jointBodies(rows), NextCursor: optional(next)}, err
	})
}

func handoverBody(h handover.Handover) api.Handover {
	body := api.Handover{
		ID: h.ID, Number: h.Number, LeavingID: h.LeavingID, ToID: h.ToID, Reason: h.Reason, HandedOverBy: h.HandedOverBy, HandedOverAt: h.HandedOverAt,
		Customers: h.Sum.Customers, Prospects: h.Prospects, Orders: h.Sum.Orders, Notices: h.Sum.Notices, Receivables: h.Sum.Receivables,
		ReceivableAmount: h.Sum.Amount, FollowUps: h.Sum.FollowUps, Complaints: h.Sum.Complaints,
	}
	if h.Parts == nil { // of a list
		return body
	}
	parts, known := make([]api.HandoverPart, len(h.Parts)), make([]api.HandoverAcknowledged, len(h.Acknowledgements))
	for i, p := range h.Parts {
		parts[i] = api.HandoverPart{FromID: p.FromID, ToID: p.ToID, Customers: p.Customers}
	}
	for i, a := range h.Acknowledgements {
		known[i] = api.HandoverAcknowledged{UserID: a.UserID, At: a.At, Comment: optional(a.Comment)}
	}
	items := itemBodies(h.Items)
	body.Parts, body.Acknowledgements, body.Items = &parts, &known, &items
	return body
}

func itemBodies(rows []handover.Item) []api.HandoverItem {
	data := make([]api.HandoverItem, len(rows))
	for i, r := range rows {
		data[i] = api.HandoverItem{
			CustomerID: r.CustomerID, Kind: string(r.Kind), DocumentID: r.DocumentID, Number: r.Number, State: r.State, Amount: r.Amount,
			DueOn: optionalDate(r.DueOn),
		}
	}
	return data
}

func jointBodies(rows []handover.Joint) []api.JointResponsibility {
	data := make([]api.JointResponsibility, len(rows))
	for i, j := range rows {
		data[i] = api.JointResponsibility{
			HandoverID: j.HandoverID, HandoverNumber: j.HandoverNumber, CustomerID: j.CustomerID, CustomerCode: j.CustomerCode,
			CustomerName: j.CustomerName, InvoiceID: j.InvoiceID, InvoiceNumber: j.InvoiceNumber, DueOn: openapi_types.Date{Time: j.DueOn},
			Amount: j.Amount, OpenAmount: j.Open, FromID: j.FromID, ToID: j.ToID, Since: j.Since,
		}
	}
	return data
}
